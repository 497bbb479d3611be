internal import AssayCryptography
internal import AssayDatasets
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import AssayWire

/// A run whose steps are timed: a template's spec, pseudorandom examples, engines that are warm.
struct BenchmarkRun {
  /// The models that are timed, each with the batch that it is timed at.
  enum Model: String, CaseIterable {
    case smallPerceptron = "mlp 784-128-10"
    case largePerceptron = "mlp 784-1024-1024-10"
    case lenet = "lenet"
    case resnet20 = "resnet20"
    case gpt = "gpt 6×384, context 256"

    var batch: Int {
      switch self {
      case .smallPerceptron, .lenet: 64
      case .largePerceptron, .resnet20: 128
      case .gpt: 16
      }
    }

    /// Steps of one turn: about a quarter of a second.
    var steps: Int {
      switch self {
      case .smallPerceptron: 400
      case .largePerceptron: 60
      case .lenet: 80
      case .resnet20: 2
      case .gpt: 1
      }
    }
  }

  let spec: Spec
  let dataset: Dataset

  init(_ model: Model, steps: UInt64 = 1 << 20, interval: UInt64? = nil) {
    do {
      dataset = try Self.dataset(model)
      let data = dataset.description(
        scale: model == .gpt ? DataDescription.Scale() : dataset.standardScale)
      let graph: JSONValue? =
        switch model {
        case .smallPerceptron:
          MultilayerPerceptron(hidden: [128], activation: .relu).model(for: data)
        case .largePerceptron:
          MultilayerPerceptron(hidden: [1024, 1024], activation: .relu).model(for: data)
        case .lenet: LeNet().model(for: data)
        case .resnet20: ResNet(blocks: 3).model(for: data)
        case .gpt: GPT(layers: 6, width: 384, heads: 6).model(for: data)
        }
      guard let graph else { preconditionFailure("\(model.rawValue) does not fit its data") }
      func spec(_ interval: UInt64) throws -> Spec {
        try Spec(
          decoding: Spec.json(
            seed: 1, steps: steps, interval: interval, batchSize: model.batch, model: graph,
            data: data,
            optimizer: .adam(
              beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true),
            schedule: Schedule(kind: .constant, learningRate: 0.001)))
      }
      let chosen = try CostEstimate(try spec(steps)).interval(committingShare: 0.02)
      self.spec = try spec(interval ?? min(steps, chosen))
    } catch {
      preconditionFailure("the benchmark's own spec is refused: \(error)")
    }
  }

  private static func dataset(_ model: Model) throws -> Dataset {
    let generator = Philox4x32(seed: 3)
    func bytes(_ count: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      for index in 0..<(count + 3) / 4 {
        let word = generator.block(purpose: .generatedTask, step: 0, index: UInt64(index)).0
        bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
      }
      return Array(bytes.prefix(count))
    }
    if model == .gpt {
      return try Dataset(
        elementType: .uint8, exampleShape: try Shape([257]), contents: bytes(200 * 257),
        targets: .nextToken(vocabulary: 256))
    }
    let shape = try Shape(model == .resnet20 ? [3, 32, 32] : [28, 28])
    return try Dataset(
      elementType: .uint8, exampleShape: shape, contents: bytes(1000 * shape.elementCount),
      targets: .labels((0..<1000).map { Int32($0 * 7 % 10) }, classes: 10))
  }

  /// The state that the seed gives.
  var initialState: ModelState {
    do { return try .initial(spec) } catch {
      preconditionFailure("the benchmark's own run is refused: \(error)")
    }
  }

  /// An engine with the initial state in place.
  func engine(threads: Int) -> StepEngine {
    do {
      let engine = try StepEngine(
        spec: spec, dataset: dataset, backend: try CPUBackend(threads: threads),
        hasher: KernelLeafHasher(threads: threads))
      try engine.load(initialState)
      return engine
    } catch {
      preconditionFailure("the benchmark's own run is refused: \(error)")
    }
  }

  /// Hashes the state that is in place.
  func commit(_ engine: StepEngine) {
    do {
      _ = try engine.commitment(step: 0)
    } catch {
      preconditionFailure("hashing: \(error)")
    }
  }

  /// Runs the first `count` steps from whatever state is in place.
  func steps(_ count: Int, _ engine: StepEngine) {
    for step in 1...UInt64(count) {
      do {
        _ = try engine.run(step: step)
      } catch {
        preconditionFailure("step \(step): \(error)")
      }
    }
  }
}
