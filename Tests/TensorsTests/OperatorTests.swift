import AssaySpecification
import AssayTensors
import AssayTensorsTestSupport
import Testing

/// Every operator but the matrix product against its definition, on every path and thread count.
@Suite struct OperatorTests {
  /// Around the vector width, the lane count and the length of a task.
  static let counts = [1, 2, 15, 16, 17, 31, 63, 64, 65, 127, 129, 1000, 16_384, 16_385, 70_001]
  static let shapes = [
    (1, 1), (1, 10), (2, 3), (3, 64), (5, 65), (7, 1), (10, 16), (33, 17), (63, 10), (64, 10),
    (65, 31), (128, 10), (130, 100), (1, 1000), (400, 90), (700, 101),
  ]

  static func elementwise(_ count: Int) -> [Instruction] {
    var all: [Instruction] = [
      .add(x: b(0), y: b(1), out: b(2), count: count),
      .add(x: b(0), y: b(1), out: b(0), count: count),
      .mean(x: b(0), out: b(1), count: count, divisor: .fixed(3 * count)),
    ]
    for function in UnaryFunction.allCases {
      all += [
        .unary(function, x: b(0), out: b(1), count: count),
        .unary(function, x: b(0), out: b(0), count: count),
        .unaryGradient(
          function, x: b(0), y: b(1), outputGradient: b(2), out: b(3), count: count),
        .unaryGradient(
          function, x: b(0), y: b(1), outputGradient: b(2), out: b(2), count: count),
      ]
    }
    return all
  }

  static func matrices(_ rows: Int, _ columns: Int) -> [Instruction] {
    [
      .addBias(x: b(0), bias: b(1), out: b(2), rows: rows, columns: columns),
      .addBias(x: b(0), bias: b(1), out: b(0), rows: rows, columns: columns),
      .columnSum(x: b(0), out: b(1), rows: rows, columns: columns),
      .softmaxCrossEntropy(
        logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: rows,
        columns: columns),
      .softmaxCrossEntropy(
        logits: b(0), labels: b(1), probabilities: b(0), losses: b(2), rows: rows,
        columns: columns),
      .softmaxCrossEntropyGradient(
        probabilities: b(0), labels: b(1), out: b(2), rows: rows, columns: columns,
        divisor: .fixed(rows)),
      .softmaxCrossEntropyGradient(
        probabilities: b(0), labels: b(1), out: b(0), rows: rows, columns: columns,
        divisor: .fixed(2 * rows)),
      .squaredError(
        prediction: b(0), target: b(1), losses: b(2), rows: rows, columns: columns),
      .squaredErrorGradient(
        prediction: b(0), target: b(1), out: b(2), rows: rows, columns: columns,
        divisor: .fixed(rows * columns)),
    ]
  }

  static func updates(_ count: Int) -> [Instruction] {
    var all: [Instruction] = []
    for weightDecay in [0, 0.05] as [Float] {
      all.append(
        .sgd(
          parameter: b(0), gradient: b(1), velocity: nil, count: count, momentum: 0,
          weightDecay: weightDecay, nesterov: false))
      for flag in [false, true] {
        all += [
          .sgd(
            parameter: b(0), gradient: b(1), velocity: b(2), count: count, momentum: 0.9,
            weightDecay: weightDecay, nesterov: flag),
          .adam(
            parameter: b(0), gradient: b(1), firstMoment: b(2), secondMoment: b(3), count: count,
            beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.999, oneMinusBeta2: 0.001, epsilon: 1e-8,
            weightDecay: weightDecay, decoupled: flag),
        ]
      }
    }
    return all
  }

  @Test(arguments: counts)
  func elementwiseOperatorsGiveTheReferenceBits(count: Int) throws {
    for instruction in Self.elementwise(count) { try expectReferenceBits(instruction, .ordinary) }
  }

  @Test(arguments: shapes)
  func matrixOperatorsGiveTheReferenceBits(rows: Int, columns: Int) throws {
    for instruction in Self.matrices(rows, columns) {
      try expectReferenceBits(instruction, .ordinary)
    }
  }

  @Test(arguments: counts)
  func updatesGiveTheReferenceBits(count: Int) throws {
    for instruction in Self.updates(count) { try expectReferenceBits(instruction, .ordinary) }
  }

  @Test(arguments: TestContents.allCases)
  func specialValuesGiveTheReferenceBits(style: TestContents) throws {
    for instruction in Self.elementwise(500) + Self.updates(500) {
      try expectReferenceBits(instruction, style)
    }
    for seed in 1...4 as ClosedRange<UInt64> {
      for instruction in Self.matrices(12, 5) + Self.matrices(70, 20) {
        try expectReferenceBits(instruction, style, seed: seed)
      }
    }
  }

  @Test(arguments: TestContents.allCases)
  func everyNaNThatIsWrittenHasOneBitPattern(style: TestContents) throws {
    let instructions = Self.elementwise(300) + Self.updates(300) + Self.matrices(20, 15)
    for instruction in instructions + [MatmulTests.matmul(20, 15, 4, 0)] {
      let contents = try instruction.contents(style, seed: 3)
      for backend in try testedBackends(threads: [1]) {
        let found = try result(of: instruction, from: contents, on: backend)
        for operand in instruction.writtenBuffers {
          let odd = found[operand.index].filter {
            Float(bitPattern: $0).isNaN && $0 != 0x7fc0_0000
          }
          #expect(odd.isEmpty, "\(backend.name): \(instruction)")
        }
      }
    }
  }
}
