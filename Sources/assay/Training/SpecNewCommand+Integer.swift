internal import AssaySpecification

extension SpecNewCommand {
  /// The parts of a spec in exact integers, where the options have an integer meaning.
  func integerParts(_ data: DataDescription, steps: UInt64) throws -> Parts {
    guard optimizer ?? .sgd == .sgd, [0, 0.875].contains(momentum ?? 0.875) else {
      throw UsageError(
        "Integer numerics train by sgd with a momentum of 0.875 or 0.",
        hint: "Leave --optimizer and --momentum out, or say --momentum 0.")
    }
    guard clipNorm == nil, averageDecay == nil, warmup == 0, activation == .relu else {
      throw UsageError(
        "Integer numerics clip, average and warm up nothing, and have relu alone.",
        hint: "Leave --clip-norm, --average-decay, --warmup and --activation out.")
    }
    guard start.base == nil, start.weights.weights == nil else {
      throw UsageError(
        "An integer model starts from its seed.", hint: "Leave --base and --weights out.")
    }
    let kind: IntegerNetwork.Kind
    switch template ?? .mlp {
    case .mlp: kind = .perceptron(hidden: try widths())
    case .lenet: kind = .lenet
    case .vgg11: kind = .vgg11
    case .resnet20, .gpt, .lora:
      throw UsageError(
        "The template \(template?.rawValue ?? "") has no integer form.",
        hint: "There are mlp, lenet and vgg11.")
    }
    let network = IntegerNetwork(
      kind, data: data, batchSize: batch, steps: steps, hasMomentum: momentum != 0,
      learningRate: learningRate)
    guard let parts = network.parts() else {
      throw UsageError(
        "The data do not suit the template \((template ?? .mlp).rawValue).",
        hint: "lenet takes images of a multiple of 4 from 12×12, vgg11 of a multiple of 32.")
    }
    return Parts(
      model: StartOptions.Model(json: parts.model), optimizer: parts.optimizer,
      schedule: parts.schedule, integer: parts.settings)
  }
}
