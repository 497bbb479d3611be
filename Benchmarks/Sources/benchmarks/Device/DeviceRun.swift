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
    for model in BenchmarkRun.Model.allCases { try run.checkRun(model) }
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

  /// A few steps here and on the processor end in one state.
  private mutating func checkRun(_ model: BenchmarkRun.Model) throws {
    guard isGPU || model == .smallPerceptron || model == .lenet else {
      figures.checks.append(("run of \(model.rawValue)", true, "left out: no GPU"))
      return
    }
    let steps = 2
    let run = BenchmarkRun(model)
    let here = run.engine(on: backend), there = run.engine(threads: 0)
    for engine in [here, there] { run.steps(steps, engine) }
    let roots = try [here, there].map { try $0.commitment(step: UInt64(steps)).root.hex }
    figures.checks.append(
      (
        "\(steps) steps of \(model.rawValue)", roots[0] == roots[1],
        roots[0] == roots[1] ? "root \(roots[0].prefix(16))" : "\(roots[0]), not \(roots[1])"
      ))
  }

  private mutating func measureProducts() throws {
    for (name, kind, goal) in [
      ("float32 product, exact order", "float32", "≥ 85 % of cuBLAS SGEMM from 2048 on"),
      ("int8 product, exact", "int8", "≥ 50 % of cuBLASLt int8"),
    ] {
      for size in [256, 1024, 2048, 4096, 8192] {
        let isMeasured = isGPU || size == 256
        let product = MatmulSuite.Product(m: size, n: size, k: size)
        var seconds: Double?
        if isMeasured {
          let run = product.run(on: backend, isInteger: kind == "int8")
          seconds = secondsPerCall(budget: 1) { run() }
        }
        figures.rows.append(
          .init(
            name: "\(name) \(size)", kind: kind, size: size, unit: "Top/s",
            value: seconds.map { product.gigaflops / $0 / 1e3 },
            note: isMeasured ? (size >= 2048 ? goal : "") : "no GPU"))
      }
    }
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
    var failure: (any Error)?
    let seconds = secondsPerCall(budget: 1) {
      do { _ = try executor.contentsRoots(of: [x], descriptors: [descriptor]) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    figures.rows.append(
      .init(
        name: "hashing a state of \(byteCount >> 20) MiB", kind: "hash", size: byteCount,
        unit: "GB/s", value: Double(byteCount) / seconds / 1e9,
        note: isGPU ? "≥ 200 GB/s" : "not on a GPU"))
  }

  private mutating func measureSteps() throws {
    for step in DeviceStep.allCases {
      let isMeasured = isGPU || step == .perceptron
      var seconds: Double?
      if isMeasured {
        let engine = try step.engine(on: backend)
        var number: UInt64 = 0
        var failure: (any Error)?
        seconds = secondsPerCall(budget: 3) {
          number += 1
          do { _ = try engine.run(step: number) } catch { failure = error }
        }
        if let failure { throw failure }
      }
      figures.rows.append(
        .init(
          name: step.rawValue, kind: step.kind, size: step.batch, unit: "ms",
          value: seconds.map { $0 * 1e3 }, note: isMeasured ? step.goal : "no GPU"))
    }
  }
}

/// The training steps that devices are judged by.
enum DeviceStep: String, CaseIterable {
  case perceptron = "step of mlp 784-128-10, batch 64"
  case gpt = "step of gpt 12×768, context 512, batch 8"
  case integerPerceptron = "integer step of mlp 3072-4096-4096-10, batch 1024"
  case integerConvolutions = "integer step of vgg11, batch 256"

  var kind: String {
    switch self {
    case .perceptron: "mlp"
    case .gpt: "gpt"
    case .integerPerceptron: "integer-mlp"
    case .integerConvolutions: "integer-vgg"
    }
  }

  var batch: Int {
    switch self {
    case .perceptron: 64
    case .gpt: 8
    case .integerPerceptron: 1024
    case .integerConvolutions: 256
    }
  }

  var goal: String {
    switch self {
    case .perceptron: ""
    case .gpt: "≤ 1.3 × PyTorch in float32, eager, TF32 off"
    case .integerPerceptron, .integerConvolutions: "≥ 0.5 × the speed of PyTorch in bf16"
    }
  }

  /// An engine with the initial state in place.
  func engine(on backend: any Backend) throws -> StepEngine {
    let dataset: Dataset
    let spec: Spec
    func json(_ bytes: [UInt8]) throws -> Spec { try Spec(decoding: bytes) }
    switch self {
    case .perceptron:
      return BenchmarkRun(.smallPerceptron).engine(on: backend)
    case .gpt:
      dataset = try Dataset(
        elementType: .uint8, exampleShape: try Shape([513]), contents: Self.bytes(32 * 513),
        targets: .nextToken(vocabulary: 256))
      let data = dataset.description(scale: DataDescription.Scale())
      guard let model = GPT(layers: 12, width: 768, heads: 12).model(for: data) else {
        preconditionFailure("the model fits its data")
      }
      spec = try json(
        Spec.json(
          seed: 1, steps: 1 << 20, interval: 1 << 20, batchSize: batch, model: model, data: data,
          optimizer: .adam(
            beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true),
          schedule: Schedule(kind: .constant, learningRate: 0.001)))
    case .integerPerceptron, .integerConvolutions:
      dataset = try Dataset(
        elementType: .uint8, exampleShape: try Shape([3, 32, 32]),
        contents: Self.bytes(2048 * 3072),
        targets: .labels((0..<2048).map { Int32($0 * 7 % 10) }, classes: 10))
      let data = dataset.description(scale: DataDescription.Scale())
      let network = IntegerNetwork(
        self == .integerPerceptron ? .perceptron(hidden: [4096, 4096]) : .vgg11, data: data,
        batchSize: batch, steps: 1 << 20)
      guard let parts = network.parts() else { preconditionFailure("the model fits its data") }
      spec = try json(
        Spec.json(
          seed: 1, steps: 1 << 20, interval: 1 << 20, batchSize: batch, model: parts.model,
          data: data, optimizer: parts.optimizer, schedule: parts.schedule,
          integer: parts.settings))
    }
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: KernelLeafHasher())
    try engine.load(.initial(spec))
    return engine
  }

  private static func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 0x9e37_79b9) >> 13) }
  }
}
