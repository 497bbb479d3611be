import AssaySpecification
import AssayTensors
import Testing

/// Norms and softmax against their definitions, on every path and thread count.
@Suite struct RowTests {
  static func all(_ rows: Int, _ columns: Int) -> [Instruction] {
    let instructions: [RowInstruction] = [
      .layerNorm(
        x: b(0), weight: b(1), bias: b(2), out: b(3), mean: b(4), inverse: b(5), epsilon: 1e-5),
      .layerNorm(
        x: b(0), weight: b(1), bias: b(2), out: b(0), mean: b(3), inverse: b(4), epsilon: 0),
      .layerNormGradient(
        x: b(0), outputGradient: b(1), weight: b(2), mean: b(3), inverse: b(4), out: b(5)),
      .layerNormGradient(
        x: b(0), outputGradient: b(1), weight: b(2), mean: b(3), inverse: b(4), out: b(1)),
      .rmsNorm(x: b(0), weight: b(1), out: b(2), inverse: b(3), epsilon: 1e-6),
      .rmsNorm(x: b(0), weight: b(1), out: b(0), inverse: b(2), epsilon: 1e-6),
      .rmsNormGradient(x: b(0), outputGradient: b(1), weight: b(2), inverse: b(3), out: b(4)),
      .rmsNormGradient(x: b(0), outputGradient: b(1), weight: b(2), inverse: b(3), out: b(0)),
      .weightGradient(x: b(0), outputGradient: b(1), mean: b(2), inverse: b(3), out: b(4)),
      .weightGradient(x: b(0), outputGradient: b(1), mean: nil, inverse: b(2), out: b(3)),
      .softmax(x: b(0), out: b(1)),
      .softmax(x: b(0), out: b(0)),
      .softmaxGradient(y: b(0), outputGradient: b(1), out: b(2)),
      .softmaxGradient(y: b(0), outputGradient: b(1), out: b(1)),
    ]
    return instructions.map { .row($0, rows: rows, columns: columns) }
  }

  @Test(arguments: OperatorTests.shapes + [(200, 384), (3, 4097), (70, 48)])
  func rowOperatorsGiveTheReferenceBits(rows: Int, columns: Int) throws {
    for instruction in Self.all(rows, columns) { try expectReferenceBits(instruction, .ordinary) }
  }

  @Test(arguments: TestContents.allCases)
  func specialValuesGiveTheReferenceBits(style: TestContents) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      for instruction in Self.all(12, 5) + Self.all(70, 20) + Self.all(3, 150) {
        try expectReferenceBits(instruction, style, seed: seed)
      }
    }
  }
}
