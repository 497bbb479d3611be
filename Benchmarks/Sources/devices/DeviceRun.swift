internal import AssayAccelerators
internal import AssayCryptography
internal import AssayDatasets
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import Harness

/// What one device does and how fast: operators and whole runs compared with the processor's bits,
/// then products, hashing and training steps. A device that is a processor gets small sizes only.
struct DeviceRun {
  private let backend: DeviceBackend
  private let isGPU: Bool
  private var figures: DeviceFigures

  private init(_ backend: DeviceBackend) {
    self.backend = backend
    isGPU = backend.hardware.isGPU
    figures = DeviceFigures(
      device: backend.name, driver: backend.description.driver,
      hardware: backend.hardware.rawValue, machine: "\(Machine())")
  }

  /// Measures one device; the self-test comes first.
  static func figures(of selector: DeviceSelector) throws -> DeviceFigures {
    var run = DeviceRun(try DeviceBackend(selector))
    run.figures.checks.append(
      ("arithmetic and hashing on known answers", true, "compared with integer arithmetic"))
    try run.checkOperators()
    for step in DeviceStep.allCases { try run.checkSteps(step) }
    try run.measureProducts()
    try run.measureHashing()
    try run.measureSteps()
    return run.figures
  }

  private mutating func checkOperators() throws {
    let divergence = try OperatorTest.run(on: backend)
    figures.checks.append(
      ("every operator, one by one", divergence == nil, divergence.map { "\($0)" } ?? ""))
  }

  /// Two steps here and on the processor end in one state.
  private mutating func checkSteps(_ step: DeviceStep) throws {
    guard isGPU || step.isSmall else {
      figures.checks.append(("steps of \(step.rawValue)", nil, "no GPU"))
      return
    }
    let roots = try [backend as any Backend, CPUBackend()].map { backend in
      let engine = try step.engine(on: backend)
      for number in 1...2 as ClosedRange<UInt64> { _ = try engine.run(step: number) }
      return try engine.commitment(step: 2).root.hex
    }
    let isRight = roots[0] == roots[1]
    figures.checks.append(
      (
        "two steps of \(step.rawValue)", isRight,
        isRight ? "root \(roots[0].prefix(16))" : "\(roots[0]), not \(roots[1])"
      ))
  }

  private mutating func measureProducts() throws {
    for (name, kind, goal) in [
      ("float32 product, exact order", "float32", "≥ 85 % of cuBLAS SGEMM from 2048 on"),
      ("int8 product, exact", "int8", "≥ 50 % of cuBLASLt int8"),
    ] {
      for size in [256, 1024, 2048, 4096, 8192] {
        let isMeasured = isGPU || size == 256
        let seconds = try isMeasured ? product(size, isInteger: kind == "int8") : nil
        figures.rows.append(
          .init(
            name: "\(name) \(size)", kind: kind, size: size, unit: "Top/s",
            value: seconds.map { 2e-12 * Double(size * size * size) / $0 },
            note: isMeasured ? (size >= 2048 ? goal : "") : "no GPU"))
      }
    }
  }

  /// Seconds of a product of square matrices.
  private func product(_ n: Int, isInteger: Bool) throws -> Double {
    let (a, b, out) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
    let instruction: Instruction =
      isInteger
      ? .integer(
        .matmul(a: a, b: b, out: out, m: n, n: n, k: n, transposeA: false, transposeB: true))
      : .matmul(a: a, b: b, out: out, m: n, n: n, k: n, transposeA: false, transposeB: false)
    let types: [ElementType] = isInteger ? [.int8, .int8, .int32] : [.float32, .float32, .float32]
    let shape = try Shape([n, n])
    let program = StepProgram(
      buffers: types.enumerated().map {
        BufferDeclaration(name: "\($0)", elementType: $1, shape: shape, role: .parameter)
      }, instructions: [instruction], features: a, targets: a, prediction: out, loss: out,
      batchSize: 1)
    let executor = try backend.makeExecutor(for: program)
    return try Self.seconds(budget: 1) { try executor.run(StepScalars(learningRate: 0)) }
  }

  /// Seconds of one call, after one in which the driver makes what it makes once.
  private static func seconds(budget: Double, _ body: () throws -> Void) throws -> Double {
    try body()
    var failure: (any Error)?
    let seconds = secondsPerCall(budget: budget) {
      do { try body() } catch { failure = error }
    }
    if let failure { throw failure }
    return seconds
  }

  /// The chunk tree of one tensor where it lies.
  private mutating func measureHashing() throws {
    let byteCount = isGPU ? 1 << 30 : 1 << 22
    let (x, one) = (BufferID(index: 0), BufferID(index: 1))
    let program = StepProgram(
      buffers: [
        BufferDeclaration(
          name: "state", elementType: .float32, shape: try Shape([byteCount / 4]),
          role: .parameter),
        BufferDeclaration(name: "one", elementType: .float32, shape: try Shape([1]), role: .loss),
      ], instructions: [.add(x: one, y: one, out: one, count: 1)], features: x, targets: x,
      prediction: x, loss: one, batchSize: 1)
    guard let executor = try backend.makeExecutor(for: program) as? any HashingExecutor else {
      return
    }
    let descriptor = SHA256.digest(of: [1])
    let seconds = try Self.seconds(budget: 1) {
      _ = try executor.contentsRoots(of: [x], descriptors: [descriptor])
    }
    figures.rows.append(
      .init(
        name: "hashing a state of \(byteCount >> 20) MiB", kind: "hash", size: byteCount,
        unit: "GB/s", value: Double(byteCount) / seconds / 1e9,
        note: isGPU ? "≥ 200 GB/s" : "not on a GPU"))
  }

  private mutating func measureSteps() throws {
    for step in DeviceStep.allCases {
      let isMeasured = isGPU || step.isSmall
      var seconds: Double?
      if isMeasured {
        let engine = try step.engine(on: backend)
        var number: UInt64 = 0
        seconds = try Self.seconds(budget: 3) {
          number += 1
          _ = try engine.run(step: number)
        }
      }
      figures.rows.append(
        .init(
          name: step.rawValue, kind: step.kind, size: step.batch, unit: "ms",
          value: seconds.map { $0 * 1e3 }, note: isMeasured ? step.goal : "no GPU"))
    }
  }
}
