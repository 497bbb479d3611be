import AssaySpecification
@testable import AssayTensors
import AssayTensorsTestSupport
import AssayTestSupport
import Testing

extension Instruction {
  /// The program of this instruction alone, with a buffer for each of its operands.
  func program() throws -> StepProgram {
    let count = 1 + (operands.map(\.buffer.index).max() ?? 0)
    var buffers: [BufferDeclaration] = []
    for index in 0..<count {
      let uses = operands.filter { $0.buffer.index == index }
      let operand = try #require(uses.first)
      // A few elements more than the operands that have a place of their own reach.
      let ends = uses.compactMap { use in use.place?.end(use.extents).map { $0 + 3 } }
      let extents = ends.max().map { [$0] } ?? operand.extents
      buffers.append(
        BufferDeclaration(
          name: "buffer \(index)", elementType: operand.elementType, shape: try Shape(extents),
          role: .parameter))
    }
    return StepProgram(
      buffers: buffers, instructions: [self], features: BufferID(index: 0),
      targets: BufferID(index: 0), prediction: BufferID(index: 0), loss: BufferID(index: 0),
      batchSize: 1)
  }

  /// The number of classes, if the instruction reads labels.
  private var classCount: Int? {
    switch self {
    case .softmaxCrossEntropy(_, _, _, _, _, let columns, _),
      .softmaxCrossEntropyGradient(_, _, _, _, let columns, _, _):
      columns
    case .sequence(.embed(_, _, _, _, let vocabulary, _)),
      .sequence(.embedGradient(_, _, _, _, let vocabulary, _)):
      vocabulary
    case .pooling(.maximumGradient, let geometry): geometry.height * geometry.width
    default: nil
    }
  }

  /// Seeded contents of every buffer, inputs and outputs alike.
  func contents(_ style: TestContents, seed: UInt64) throws -> [[UInt32]] {
    var generator = SeededGenerator(seed: seed)
    return try program().buffers.map { buffer in
      (0..<buffer.shape.elementCount).map { _ in
        if buffer.elementType == .int32 {
          return UInt32(generator.next() % UInt64(classCount ?? 1))
        }
        return style.draw(&generator).bitPattern
      }
    }
  }
}

/// The bits of every buffer after one instruction.
func result(
  of instruction: Instruction, from contents: [[UInt32]], on backend: any Backend,
  scalars: StepScalars = .test
) throws -> [[UInt32]] {
  let program = try instruction.program()
  let executor = try backend.makeExecutor(for: program)
  for (index, elements) in contents.enumerated() {
    try unsafe executor.load(elements.span.bytes, into: BufferID(index: index))
  }
  try executor.run(scalars)
  return try contents.indices.map { index in
    try executor.withContents(of: BufferID(index: index)) { bytes in
      // SAFETY: every buffer of these tests holds four-byte elements.
      unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: UInt32.self)) }
    }
  }
}

extension StepScalars {
  static let test = StepScalars(
    learningRate: 0.01, firstMomentCorrection: 0.271, secondMomentCorrectionRoot: 0.0547)
}

/// Expects every path and thread count to leave exactly the reference's bits in every buffer.
func expectReferenceBits(
  _ instruction: Instruction, _ style: TestContents, seed: UInt64 = 1,
  threads: [Int] = [1, 2, 3, 8], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let contents = try instruction.contents(style, seed: seed)
  let expected = try result(
    of: instruction, from: contents, on: CPUBackend(path: .reference))
  for backend in try testedBackends(threads: threads) {
    let found = try result(of: instruction, from: contents, on: backend)
    guard found != expected else { continue }
    for (buffer, pair) in zip(expected, found).enumerated() where pair.0 != pair.1 {
      let element = zip(pair.0, pair.1).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
      Issue.record(
        """
        \(backend.name), \(style) contents, seed \(seed): buffer \(buffer) element \(element) is \
        \(String(pair.1[element], radix: 16)), expected \(String(pair.0[element], radix: 16)): \
        \(instruction)
        """, sourceLocation: sourceLocation)
    }
  }
}

/// A buffer of a single-instruction program.
func b(_ index: Int) -> BufferID { BufferID(index: index) }
