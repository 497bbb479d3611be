import AssayCryptography
import AssayDatasets
import AssaySpecification
import AssayTestSupport
import AssayTraining
import AssayWire

/// Small specs that between them use every operator of the templates.
enum DisputedSpec: String, CaseIterable, CustomStringConvertible {
  case perceptron, tanh, values, lenet, resnet, gpt, gptAccumulated, modern
  /// Rows that do not count, in one micro-batch and in two.
  case ignored, ignoredText
  /// From a weights file: all of it trained, and frozen beside adapters.
  case given, adapted
  /// In integers: with momentum and without, and with convolutions that pool.
  case integerPerceptron, integerMomentum, integerLeNet

  var description: String { rawValue }

  func make(steps: UInt64 = 12, interval: UInt64 = 3) throws -> (spec: Spec, dataset: Dataset) {
    switch self {
    case .perceptron:
      let data = try Self.labelled([5])
      return try Self.spec(
        data, MultilayerPerceptron(hidden: [7, 6], activation: .relu).model, steps, interval,
        optimizer: .sgd(momentum: 0.9, nesterov: true, weightDecay: 0.001))
    case .tanh:
      let data = try Self.labelled([4])
      return try Self.spec(
        data, MultilayerPerceptron(hidden: [6], activation: .tanh).model, steps, interval,
        optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0))
    case .values:
      let data = try Self.valued()
      return try Self.spec(
        data, MultilayerPerceptron(hidden: [6], activation: .gelu).model, steps, interval,
        optimizer: .adam(
          beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1, decoupled: false))
    case .lenet: return try Self.spec(Self.labelled([1, 14, 14]), LeNet().model, steps, interval)
    case .resnet:
      return try Self.spec(
        Self.labelled([1, 8, 8]), ResNet(blocks: 1).model, steps, interval,
        update: UpdateOptions(clipNorm: 0.5), augmentation: Augmentation(padding: 1, flips: true))
    case .gpt:
      return try Self.spec(
        Self.text(), GPT(layers: 2, width: 8, heads: 2, dropout: 0.1).model, steps, interval,
        update: UpdateOptions(clipNorm: 1, noDecay: ["tokens"], averageDecay: 0.9))
    case .gptAccumulated:
      return try Self.spec(
        Self.text(), GPT(layers: 1, width: 8, heads: 2, dropout: 0.2).model, steps, interval,
        update: UpdateOptions(microBatchCount: 2, clipNorm: 1),
        labelling: Labelling(smoothing: 0.2))
    case .modern: return try Self.spec(Self.text(), Self.modern, steps, interval)
    case .ignored:
      return try Self.spec(
        Self.labelled([5]), MultilayerPerceptron(hidden: [6], activation: .tanh).model, steps,
        interval, labelling: Labelling(ignored: 2))
    case .ignoredText:
      return try Self.spec(
        Self.text(), GPT(layers: 1, width: 8, heads: 2).model, steps, interval,
        update: UpdateOptions(microBatchCount: 2), labelling: Labelling(ignored: 3))
    case .given, .adapted:
      let file = try weights()
      let shapes = file?.tensors.mapValues(\.dimensions) ?? [:]
      return try Self.spec(
        Self.text(),
        { data in
          let match = Self.base.model(for: data).map { WeightsMatch(model: $0, shapes: shapes) }
          return self == .given
            ? match?.model
            : match.flatMap { LowRankAdapters(rank: 2, alpha: 3).model(adapting: $0.model) }
        }, steps, interval, weights: file?.digest)
    case .integerPerceptron:
      return try Self.integers([5], .perceptron(hidden: [6, 4]), false, steps, interval)
    case .integerMomentum:
      return try Self.integers([5], .perceptron(hidden: [7]), true, steps, interval)
    case .integerLeNet:
      return try Self.integers([1, 28, 28], .lenet, false, steps, interval)
    }
  }

  private static let base = GPT(layers: 2, width: 8, heads: 2)

  /// What the spec starts from: three parts of a file, some of it in bfloat16.
  func weights() throws -> WeightsFile? {
    guard self == .given || self == .adapted else { return nil }
    let (spec, _) = try Self.spec(Self.text(), Self.base.model, 12, 3)
    var generator = SeededGenerator(seed: 8)
    var members: [JSONMember] = []
    var contents: [UInt8] = []
    for parameter in spec.model.parameters {
      let isShort = parameter.name.hasSuffix("bias")
      let start = contents.count
      for _ in 0..<parameter.shape.elementCount {
        let bits = Float.random(in: -0.5..<0.5, using: &generator).bitPattern
        for shift in stride(from: isShort ? 16 : 0, to: 32, by: 8) {
          contents.append(UInt8(bits >> UInt32(shift) & 0xff))
        }
      }
      members.append(
        JSONMember(
          name: parameter.name,
          value: .object([
            "dtype": .string(isShort ? "BF16" : "F32"),
            "shape": .array(parameter.shape.dimensions.map { .integer($0) }),
            "data_offsets": .array([.integer(start), .integer(contents.count)]),
          ])))
    }
    let header = JSONValue.object(members).serialized()
    var writer = WireWriter()
    writer.write(UInt64(header.count))
    return try WeightsFile(writer.bytes + header + contents)
  }

  private static func integers(
    _ shape: [Int], _ kind: IntegerNetwork.Kind, _ hasMomentum: Bool, _ steps: UInt64,
    _ interval: UInt64
  ) throws -> (spec: Spec, dataset: Dataset) {
    let dataset = try labelled(shape)
    let data = dataset.description(scale: DataDescription.Scale())
    let network = IntegerNetwork(
      kind, data: data, batchSize: 4, steps: steps, hasMomentum: hasMomentum)
    guard let parts = network.parts() else {
      throw WireError.field(path: "model", reason: "the template does not fit the data")
    }
    let spec = try Spec(
      decoding: Spec.json(
        seed: 6, steps: steps, interval: interval, batchSize: 4, model: parts.model, data: data,
        optimizer: parts.optimizer, schedule: parts.schedule, integer: parts.settings))
    return (spec, dataset)
  }

  private static func spec(
    _ dataset: Dataset, _ model: (DataDescription) throws -> JSONValue?, _ steps: UInt64,
    _ interval: UInt64,
    optimizer: Optimizer = .adam(
      beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decoupled: true),
    update: UpdateOptions = UpdateOptions(), labelling: Labelling = Labelling(),
    augmentation: Augmentation? = nil, weights: Digest? = nil
  ) throws -> (spec: Spec, dataset: Dataset) {
    let data = dataset.description(scale: dataset.standardScale, augmentation: augmentation)
    let isLabelled = labelling != Labelling()
    guard let model = try model(data).flatMap({ isLabelled ? labelling.applied(to: $0) : $0 })
    else {
      throw WireError.field(path: "model", reason: "the template does not fit the data")
    }
    let spec = try Spec(
      decoding: Spec.json(
        seed: 6, steps: steps, interval: interval, batchSize: 4, model: model, data: data,
        optimizer: optimizer,
        schedule: Schedule(kind: .cosine(final: 0), learningRate: 0.01, warmupSteps: 2),
        update: update, weights: weights))
    return (spec, dataset)
  }

  private static func labelled(_ shape: [Int]) throws -> Dataset {
    var generator = SeededGenerator(seed: 3)
    let size = shape.reduce(1, *)
    return try Dataset(
      elementType: .uint8, exampleShape: Shape(shape), contents: generator.bytes(size * 19),
      targets: .labels((0..<19).map { _ in Int32.random(in: 0..<3, using: &generator) }, classes: 3)
    )
  }

  private static func valued() throws -> Dataset {
    var generator = SeededGenerator(seed: 4)
    return try Dataset(
      elementType: .uint8, exampleShape: Shape([5]), contents: generator.bytes(5 * 19),
      targets: .values(
        (0..<38).map { _ in Float.random(in: -1..<1, using: &generator) }, perExample: 2))
  }

  private static func text() throws -> Dataset {
    var generator = SeededGenerator(seed: 5)
    return try Dataset(
      elementType: .uint8, exampleShape: Shape([7]),
      contents: generator.bytes(7 * 19).map { $0 % 11 }, targets: .nextToken(vocabulary: 11))
  }

  /// Rotary positions, RMSNorm, SiLU and what else the templates leave out.
  private static func modern(_ data: DataDescription) throws -> JSONValue? {
    try JSONValue.parse(
      Array(
        """
        {"parameters": [
        {"name": "tokens", "shape": [11, 8], "init": {"kind": "normal", "deviation": 0.5}},
        {"name": "gain", "shape": [8], "init": {"kind": "constant", "value": 1}},
        {"name": "q", "shape": [8, 8], "init": {"kind": "normal", "deviation": 0.3}},
        {"name": "k", "shape": [8, 8], "init": {"kind": "normal", "deviation": 0.3}},
        {"name": "v", "shape": [8, 8], "init": {"kind": "normal", "deviation": 0.3}},
        {"name": "head", "shape": [11, 8], "init": {"kind": "normal", "deviation": 0.3}}],
        "nodes": [
        {"name": "x", "op": "embedding", "inputs": ["features", "tokens"]},
        {"name": "n", "op": "rms-norm", "inputs": ["x", "gain"], "epsilon": 1e-5},
        {"name": "nq", "op": "linear", "inputs": ["n", "q"]},
        {"name": "nk", "op": "linear", "inputs": ["n", "k"]},
        {"name": "nv", "op": "linear", "inputs": ["n", "v"]},
        {"name": "rq", "op": "rotary", "inputs": ["nq"], "heads": 2, "base": 10000},
        {"name": "rk", "op": "rotary", "inputs": ["nk"], "heads": 2, "base": 10000},
        {"name": "a", "op": "attention", "inputs": ["rq", "rk", "nv"], "heads": 2,
        "causal": true},
        {"name": "s", "op": "silu", "inputs": ["a"]},
        {"name": "g", "op": "sigmoid", "inputs": ["nv"]},
        {"name": "p", "op": "softmax", "inputs": ["g"]},
        {"name": "h", "op": "add", "inputs": ["s", "p"]},
        {"name": "prediction", "op": "linear", "inputs": ["h", "head"]},
        {"name": "loss", "op": "softmax-cross-entropy", "inputs": ["prediction", "targets"]}],
        "loss": "loss", "prediction": "prediction"}
        """.utf8))
  }
}
