internal import AssayDatasets
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import AssayWire

/// The training steps that devices are judged by.
enum DeviceStep: String, CaseIterable {
  case perceptron = "mlp 784-128-10, batch 64"
  case lenet = "lenet, batch 64"
  case resnet = "resnet20, batch 128"
  case gpt = "gpt 12×768, context 512, batch 8"
  case integerPerceptron = "integer mlp 3072-4096-4096-10, batch 1024"
  case integerConvolutions = "integer vgg11, batch 256"

  var kind: String {
    switch self {
    case .perceptron: "mlp"
    case .lenet: "lenet"
    case .resnet: "resnet20"
    case .gpt: "gpt"
    case .integerPerceptron: "integer-mlp"
    case .integerConvolutions: "integer-vgg"
    }
  }

  var batch: Int {
    switch self {
    case .perceptron, .lenet: 64
    case .resnet: 128
    case .gpt: 8
    case .integerPerceptron: 1024
    case .integerConvolutions: 256
    }
  }

  var goal: String {
    switch self {
    case .perceptron, .lenet, .resnet: ""
    case .gpt: "≤ 1.3 × PyTorch in float32, eager, TF32 off"
    case .integerPerceptron, .integerConvolutions: "≥ 0.5 × the speed of PyTorch in bf16"
    }
  }

  /// Whether a processor does it in a moment.
  var isSmall: Bool { self == .perceptron || self == .lenet }

  /// An engine with the initial state in place.
  func engine(on backend: any Backend) throws -> StepEngine {
    let dataset = try dataset()
    let isInteger = self == .integerPerceptron || self == .integerConvolutions
    let data = dataset.description(
      scale: isInteger || self == .gpt ? DataDescription.Scale() : dataset.standardScale)
    let network = IntegerNetwork(
      self == .integerPerceptron ? .perceptron(hidden: [4096, 4096]) : .vgg11, data: data,
      batchSize: batch, steps: 1 << 20)
    let parts = isInteger ? network.parts() : nil
    let model =
      switch self {
      case .perceptron: MultilayerPerceptron(hidden: [128], activation: .relu).model(for: data)
      case .lenet: LeNet().model(for: data)
      case .resnet: ResNet(blocks: 3).model(for: data)
      case .gpt: GPT(layers: 12, width: 768, heads: 12).model(for: data)
      case .integerPerceptron, .integerConvolutions: parts?.model
      }
    guard let model else { preconditionFailure("the model fits its data") }
    let spec = try Spec(
      decoding: Spec.json(
        seed: 1, steps: 1 << 20, interval: 1 << 20, batchSize: batch, model: model, data: data,
        optimizer: parts?.optimizer
          ?? .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true),
        schedule: parts?.schedule ?? Schedule(kind: .constant, learningRate: 0.001),
        integer: parts?.settings))
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: KernelLeafHasher())
    try engine.load(.initial(spec))
    return engine
  }

  /// Pseudorandom examples.
  private func dataset() throws -> Dataset {
    if self == .gpt {
      return try Dataset(
        elementType: .uint8, exampleShape: try Shape([513]), contents: Self.bytes(32 * 513),
        targets: .nextToken(vocabulary: 256))
    }
    let isSmall = self == .perceptron || self == .lenet
    let shape = try Shape(isSmall ? [28, 28] : [3, 32, 32])
    return try Dataset(
      elementType: .uint8, exampleShape: shape, contents: Self.bytes(2048 * shape.elementCount),
      targets: .labels((0..<2048).map { Int32($0 * 7 % 10) }, classes: 10))
  }

  private static func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 0x9e37_79b9) >> 13) }
  }
}
