import AssaySpecification
import AssayTensors
import Testing

/// An integer instruction runs only on buffers of exactly its sizes and types.
@Suite struct IntegerProgramCheckTests {
  struct Fitting: CustomTestStringConvertible {
    var instruction: IntegerInstruction
    var buffers: [(ElementType, Int)]
    var testDescription: String { "\(instruction)".prefix(40) + "…" }
  }

  static let geometry = ConvolutionGeometry(
    batch: 2, inputChannels: 3, height: 4, width: 4, outputChannels: 5, kernelHeight: 3,
    kernelWidth: 3, stride: 1, padding: 1, groups: 1)

  static func loss(
    classes: Int = 3, shift: Int = 4, bits: Int = 7, table: [Int] = IntegerLoss.exponentials
  ) -> IntegerInstruction {
    .loss(
      logits: b(0), labels: b(1), gradient: b(2), loss: b(3), rows: 2,
      IntegerLoss(classCount: classes, shift: shift, probabilityBits: bits, table: table))
  }

  static let fitting: [Fitting] = [
    Fitting(
      instruction: .roundWeights(
        weight: b(0), elementType: .int64, out: b(1), count: 6, shift: 30),
      buffers: [(.int64, 6), (.int8, 6)]),
    Fitting(
      instruction: .matmul(
        a: b(0), b: b(1), out: b(2), m: 2, n: 3, k: 4, transposeA: true, transposeB: false),
      buffers: [(.int8, 8), (.int8, 12), (.int32, 6)]),
    Fitting(
      instruction: .activate(x: b(0), out: b(1), count: 6, shift: 0),
      buffers: [(.int32, 6), (.int8, 6)]),
    Fitting(
      instruction: .poolActivate(x: b(0), out: b(1), planes: 2, height: 3, width: 1, shift: 9),
      buffers: [(.int32, 24), (.int8, 6)]),
    Fitting(
      instruction: .maskGradient(
        gradient: b(0), activation: b(1), out: b(2), count: 6, shift: 5),
      buffers: [(.int32, 6), (.int8, 6), (.int8, 6)]),
    Fitting(
      instruction: .spread(x: b(0), out: b(1), planes: 2, height: 3, width: 1),
      buffers: [(.int8, 6), (.int8, 24)]),
    Fitting(
      instruction: loss(), buffers: [(.int32, 6), (.int32, 2), (.int8, 6), (.float32, 1)]),
    Fitting(
      instruction: .update(
        weight: b(0), velocity: b(1), gradient: b(2), elementType: .int32, count: 6,
        decayShift: 3), buffers: [(.int32, 6), (.int32, 6), (.int32, 6)]),
    Fitting(
      instruction: .convolution(
        .forward(x: b(0), weight: b(1), out: b(2)), geometry ?? drawnGeometry()),
      buffers: [(.int8, 96), (.int8, 135), (.int32, 160)]),
    Fitting(
      instruction: .convolution(
        .weightGradient(outputGradient: b(0), x: b(1), out: b(2)), geometry ?? drawnGeometry()),
      buffers: [(.int8, 160), (.int8, 96), (.int32, 135)]),
  ]

  private static func drawnGeometry() -> ConvolutionGeometry {
    preconditionFailure("the geometry above is possible")
  }

  private func check(
    _ instruction: IntegerInstruction, _ buffers: [(ElementType, Int)]
  ) throws {
    let declarations = try buffers.enumerated().map { index, buffer in
      BufferDeclaration(
        name: "buffer \(index)", elementType: buffer.0, shape: try Shape([buffer.1]),
        role: .activation)
    }
    let program = StepProgram(
      buffers: declarations, instructions: [.integer(instruction)], features: b(0), targets: b(0),
      prediction: b(0), loss: b(0), batchSize: 1)
    for path in CPUBackend.availablePaths {
      _ = try CPUBackend(path: path).makeExecutor(for: program)
    }
  }

  @Test(arguments: fitting)
  func onlyExactSizesAndTypesAreAccepted(fitting: Fitting) throws {
    try check(fitting.instruction, fitting.buffers)
    for index in fitting.buffers.indices {
      for size in [-1, 1] where fitting.buffers[index].1 + size > 0 {
        var buffers = fitting.buffers
        buffers[index].1 += size
        #expect(
          throws: BackendError.elementCount(
            instruction: 0, buffer: "buffer \(index)", expected: fitting.buffers[index].1,
            found: buffers[index].1)
        ) { try check(fitting.instruction, buffers) }
      }
      for type in ElementType.allCases where type != fitting.buffers[index].0 {
        var buffers = fitting.buffers
        buffers[index].0 = type
        #expect(
          throws: BackendError.elementType(
            instruction: 0, buffer: "buffer \(index)",
            expected: fitting.buffers[index].0.rawValue, found: type.rawValue)
        ) { try check(fitting.instruction, buffers) }
      }
    }
  }

  @Test func impossibleShiftsTablesAndTypesAreRefused() throws {
    let six: [(ElementType, Int)] = [(.int32, 6), (.int8, 6)]
    for shift in [-1, 31, Int.max] {
      #expect(throws: BackendError.self) {
        try check(.activate(x: b(0), out: b(1), count: 6, shift: shift), six)
      }
      #expect(throws: BackendError.self) {
        try check(
          .roundWeights(weight: b(0), elementType: .int32, out: b(1), count: 6, shift: shift), six)
      }
    }
    var low = IntegerLoss.exponentials
    low[128] = 0
    var high = IntegerLoss.exponentials
    high[7] = 1 << 15
    for instruction in [
      Self.loss(classes: 0), Self.loss(classes: 1 << 16), Self.loss(shift: 31), Self.loss(bits: 8),
      Self.loss(table: low), Self.loss(table: high), Self.loss(table: Array(low.dropLast())),
    ] {
      #expect(throws: BackendError.self) {
        try check(instruction, [(.int32, 6), (.int32, 2), (.int8, 6), (.float32, 1)])
      }
    }
    #expect(throws: BackendError.self) {
      try check(
        .roundWeights(weight: b(0), elementType: .int8, out: b(1), count: 6, shift: 1),
        [(.int8, 6), (.int8, 6)])
    }
    // A velocity without decay.
    #expect(throws: BackendError.self) {
      try check(
        .update(
          weight: b(0), velocity: b(1), gradient: b(2), elementType: .int32, count: 6,
          decayShift: 0), [(.int32, 6), (.int32, 6), (.int32, 6)])
    }
    // A result that is also a factor.
    #expect(throws: BackendError.self) {
      try check(.spread(x: b(0), out: b(0), planes: 1, height: 1, width: 1), [(.int8, 4)])
    }
  }
}
