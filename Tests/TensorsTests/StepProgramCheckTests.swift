import AssaySpecification
import AssayTensors
import Testing

@Suite struct StepProgramCheckTests {
  /// A program over float buffers of these sizes (and int32 buffers where the name says labels).
  private func program(
    _ sizes: [Int], labels: Set<Int> = [], _ instructions: [Instruction]
  ) throws -> StepProgram {
    let buffers = try sizes.enumerated().map { index, size in
      BufferDeclaration(
        name: "buffer \(index)", elementType: labels.contains(index) ? .int32 : .float32,
        shape: try Shape([size]), role: .activation)
    }
    return StepProgram(
      buffers: buffers, instructions: instructions, features: b(0), targets: b(0),
      prediction: b(0), loss: b(0), batchSize: 1, constants: [])
  }

  private func expectError(
    _ expected: BackendError, _ program: StepProgram,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for path in CPUBackend.availablePaths {
      #expect(throws: expected, sourceLocation: sourceLocation) {
        try CPUBackend(path: path).makeExecutor(for: program)
      }
    }
  }

  private let add = Instruction.add(x: b(0), y: b(1), out: b(2), count: 4)

  @Test func acceptsAProgramThatFits() throws {
    _ = try CPUBackend().makeExecutor(for: program([4, 4, 4], [add]))
  }

  @Test func refusesABufferThatDoesNotExist() throws {
    expectError(
      .bufferIndex(instruction: 1, found: 3, bufferCount: 3),
      try program([4, 4, 4], [add, .add(x: b(0), y: b(3), out: b(2), count: 4)]))
    expectError(
      .bufferIndex(instruction: 0, found: -1, bufferCount: 3),
      try program([4, 4, 4], [.add(x: b(-1), y: b(1), out: b(2), count: 4)]))
  }

  @Test func refusesABufferOfAnotherSize() throws {
    expectError(
      .elementCount(instruction: 0, buffer: "buffer 2", expected: 4, found: 5),
      try program([4, 4, 5], [add]))
    let product = Instruction.matmul(
      a: b(0), b: b(1), out: b(2), m: 2, n: 3, k: 4, transposeA: false, transposeB: false)
    _ = try CPUBackend().makeExecutor(for: program([8, 12, 6], [product]))
    for index in 0..<3 {
      var sizes = [8, 12, 6]
      sizes[index] += 1
      expectError(
        .elementCount(
          instruction: 0, buffer: "buffer \(index)", expected: sizes[index] - 1,
          found: sizes[index]), try program(sizes, [product]))
    }
  }

  @Test func refusesABufferOfAnotherType() throws {
    expectError(
      .elementType(instruction: 0, buffer: "buffer 1", expected: "float32", found: "int32"),
      try program([4, 4, 4], labels: [1], [add]))
    let gradient = Instruction.softmaxCrossEntropyGradient(
      probabilities: b(0), labels: b(1), out: b(2), rows: 2, columns: 2, divisor: .fixed(2))
    expectError(
      .elementType(instruction: 0, buffer: "buffer 1", expected: "int32", found: "float32"),
      try program([4, 2, 4], [gradient]))
  }

  @Test func refusesImpossibleExtents() throws {
    for count in [0, -1, Int.min, (1 << 33) + 1, .max] {
      expectError(
        .extents(instruction: 0, found: [count]),
        try program([4, 4, 4], [.add(x: b(0), y: b(1), out: b(2), count: count)]))
    }
    let product = Instruction.matmul(
      a: b(0), b: b(1), out: b(2), m: .max, n: 1, k: .max, transposeA: false, transposeB: false)
    expectError(
      .extents(instruction: 0, found: [.max, .max]), try program([4, 4, 4], [product]))
  }

  @Test func refusesAnImpossibleDivisor() throws {
    for divisor in [0, -1, Int.min] {
      let mean = Instruction.mean(x: b(0), out: b(1), count: 4, divisor: .fixed(divisor))
      expectError(.extents(instruction: 0, found: [divisor]), try program([4, 1], [mean]))
      let squares = Instruction.squaredErrorGradient(
        prediction: b(0), target: b(1), out: b(2), rows: 2, columns: 2, divisor: .fixed(divisor))
      expectError(.extents(instruction: 0, found: [divisor]), try program([4, 4, 4], [squares]))
      let entropy = Instruction.softmaxCrossEntropyGradient(
        probabilities: b(0), labels: b(1), out: b(2), rows: 2, columns: 2,
        divisor: .fixed(divisor))
      expectError(
        .extents(instruction: 0, found: [divisor]), try program([4, 2, 4], labels: [1], [entropy]))
    }
  }

  @Test func refusesToWriteInPlaceWhereTheOrderForbidsIt() throws {
    let product = Instruction.matmul(
      a: b(0), b: b(1), out: b(0), m: 2, n: 2, k: 2, transposeA: false, transposeB: false)
    expectError(.overlap(instruction: 0, buffer: "buffer 0"), try program([4, 4], [product]))
    expectError(
      .overlap(instruction: 0, buffer: "buffer 0"),
      try program([4], [.columnSum(x: b(0), out: b(0), rows: 1, columns: 4)]))
    expectError(
      .overlap(instruction: 0, buffer: "buffer 0"),
      try program([4, 4], [.addBias(x: b(1), bias: b(0), out: b(0), rows: 1, columns: 4)]))
    let update = Instruction.sgd(
      parameter: b(0), gradient: b(0), velocity: nil, count: 4, momentum: 0, weightDecay: 0,
      nesterov: false)
    expectError(.overlap(instruction: 0, buffer: "buffer 0"), try program([4], [update]))
    _ = try CPUBackend().makeExecutor(
      for: program([4, 4], [.add(x: b(0), y: b(1), out: b(1), count: 4)]))
  }
}
