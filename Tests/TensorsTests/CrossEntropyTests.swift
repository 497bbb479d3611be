import AssaySpecification
import AssayTensors
import AssayTestSupport
import Foundation
import Testing

/// Cross-entropy with smoothed labels and rows that do not count.
@Suite struct CrossEntropyTests {
  static let labellings = [
    Labelling(smoothing: 0.1), Labelling(ignored: 0), Labelling(smoothing: 0.3, ignored: 2),
  ]

  static func instructions(_ rows: Int, _ columns: Int) -> [Instruction] {
    labellings.flatMap { labelling in
      [2, 0].flatMap { out in
        [
          Instruction.softmaxCrossEntropy(
            logits: b(0), labels: b(1), probabilities: b(out), losses: b(out == 2 ? 3 : 2),
            rows: rows, columns: columns, labelling: labelling),
          .softmaxCrossEntropyGradient(
            probabilities: b(0), labels: b(1), out: b(out), rows: rows, columns: columns,
            labelling: labelling, divisor: out == 2 ? .fixed(3 * rows) : .countedRows),
        ]
      }
    }
  }

  @Test(arguments: OperatorTests.shapes)
  func everyPathGivesTheReferenceBits(rows: Int, columns: Int) throws {
    for instruction in Self.instructions(rows, columns) {
      try expectReferenceBits(instruction, .ordinary)
    }
  }

  @Test(arguments: TestContents.allCases)
  func specialValuesGiveTheReferenceBits(style: TestContents) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      for instruction in Self.instructions(12, 5) + Self.instructions(70, 20) {
        try expectReferenceBits(instruction, style, seed: seed)
      }
    }
  }

  /// The mean loss as PyTorch defines it for `label_smoothing` and `ignore_index`.
  private func loss(
    _ logits: [Double], _ labels: [Int32], _ columns: Int, _ labelling: Labelling
  ) -> Double {
    let counted = labels.indices.filter { labels[$0] != labelling.ignored }
    let smoothing = Double(labelling.smoothing)
    let losses = counted.map { row in
      let x = logits[row * columns..<(row + 1) * columns]
      let sum = x.reduce(0) { $0 + exp($1) }
      return x.indices.reduce(0) { total, place in
        let isLabel = place == row * columns + Int(labels[row])
        let weight = smoothing / Double(columns) + (isLabel ? 1 - smoothing : 0)
        return total - weight * log(exp(x[place]) / sum)
      }
    }
    return losses.reduce(0, +) / Double(counted.count)
  }

  @Test(arguments: labellings + [Labelling(ignored: -100), Labelling(smoothing: 0.5, ignored: 99)])
  func theLossAndItsGradientAreThoseOfTheFormula(labelling: Labelling) throws {
    let (rows, columns) = (9, 7)
    var draw = SeededGenerator()
    let logits = (0..<rows * columns).map { _ in 4 * draw.signedUnit() }
    var labels = (0..<rows).map { _ in Int32(draw.next() % UInt64(columns)) }
    if let ignored = labelling.ignored { (labels[2], labels[5]) = (ignored, ignored) }
    let counted = labels.count { $0 != labelling.ignored }
    let scalars = StepScalars(learningRate: 0, countedRows: counted)
    let zeros = [UInt32](repeating: 0, count: rows * columns)
    let labelBits = labels.map { UInt32(bitPattern: $0) }
    let forward = try result(
      of: .softmaxCrossEntropy(
        logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: rows,
        columns: columns, labelling: labelling),
      from: [logits.map(\.bitPattern), labelBits, zeros, Array(zeros.prefix(rows))],
      on: CPUBackend())
    let mean = try result(
      of: .mean(x: b(0), out: b(1), count: rows, divisor: .countedRows),
      from: [forward[3], [0]], on: CPUBackend(), scalars: scalars)[1][0]
    let exact = logits.map(Double.init)
    #expect(
      abs(Double(Float(bitPattern: mean)) - loss(exact, labels, columns, labelling)) < 1e-6)

    let gradient = try result(
      of: .softmaxCrossEntropyGradient(
        probabilities: b(0), labels: b(1), out: b(2), rows: rows, columns: columns,
        labelling: labelling, divisor: .countedRows),
      from: [forward[2], labelBits, zeros], on: CPUBackend(), scalars: scalars)[2]
    for index in exact.indices {
      let sides = [1e-5, -1e-5].map { step in
        var moved = exact
        moved[index] += step
        return loss(moved, labels, columns, labelling)
      }
      let expected = (sides[0] - sides[1]) / 2e-5
      #expect(abs(Double(Float(bitPattern: gradient[index])) - expected) < 1e-7, "at \(index)")
    }
  }

  @Test func aBatchOfIgnoredRowsHasNoLossAndNoGradient() throws {
    let labelling = Labelling(smoothing: 0.1, ignored: 1)
    let x: [UInt32] = [0x7fc0_0000, 0x7f80_0000, 0x3f80_0000, 0, 0, 0]
    let labels: [UInt32] = [1, 1, 1]
    let scalars = StepScalars(learningRate: 0, countedRows: 0)
    for path in CPUBackend.availablePaths {
      let backend = try CPUBackend(path: path)
      let losses = try result(
        of: .softmaxCrossEntropy(
          logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: 3, columns: 2,
          labelling: labelling),
        from: [x, labels, x, labels], on: backend, scalars: scalars)[3]
      let mean = try result(
        of: .mean(x: b(0), out: b(1), count: 3, divisor: .countedRows), from: [losses, [7]],
        on: backend, scalars: scalars)[1]
      let gradient = try result(
        of: .softmaxCrossEntropyGradient(
          probabilities: b(0), labels: b(1), out: b(2), rows: 3, columns: 2, labelling: labelling,
          divisor: .countedRows), from: [x, labels, x], on: backend, scalars: scalars)[2]
      #expect(losses == [0, 0, 0] && mean == [0] && gradient == [0, 0, 0, 0, 0, 0])
    }
  }

  @Test func onlyTheIgnoredLabelMayBeNoClass() throws {
    for (label, isAllowed) in [(-100, true), (-99, false), (5, false)] as [(Int32, Bool)] {
      let instruction = Instruction.softmaxCrossEntropy(
        logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: 2, columns: 5,
        labelling: Labelling(ignored: -100))
      for path in CPUBackend.availablePaths {
        let executor = try CPUBackend(path: path).makeExecutor(for: instruction.program())
        let labels = [-100, label]
        try unsafe executor.load(labels.span.bytes, into: b(1))
        if isAllowed {
          try executor.run(.test)
        } else {
          #expect(
            throws: BackendError.labelOutOfRange(row: 1, found: Int(label), classCount: 5)
          ) { try executor.run(.test) }
        }
      }
    }
  }
}
