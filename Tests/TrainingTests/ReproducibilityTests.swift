import AssayCryptography
import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTensorsTestSupport
import AssayTestSupport
import AssayWire
import Testing

@testable import AssayTraining

/// Whole runs have one result: that of `vectors/training/runs.json`.
@Suite struct ReproducibilityTests {
  /// The runs that the vectors are of, with the weights that they start from.
  private func spec(_ name: String) throws -> (Spec, Dataset, WeightsFile?) {
    if name == "gpt-given-weights-adapters" { return try adapted() }
    let (spec, dataset) = try plainSpec(name)
    return (spec, dataset, nil)
  }

  /// Adapters on a small transformer, whose weights a generator draws.
  private func adapted() throws -> (Spec, Dataset, WeightsFile?) {
    let text = try text()
    let gpt = GPT(layers: 2, width: 24, heads: 3)
    let weights = try Samples.weights(for: try templateSpec(text, gpt.model))
    let spec = try templateSpec(
      text,
      { data in
        gpt.model(for: data).flatMap { model in
          let match = WeightsMatch(model: model, shapes: weights.tensors.mapValues(\.dimensions))
          return LowRankAdapters(rank: 4, alpha: 6).model(adapting: match.model)
        }
      }, update: UpdateOptions(microBatchCount: 5, clipNorm: 1), weights: weights.digest)
    return (spec, text, weights)
  }

  private func plainSpec(_ name: String) throws -> (Spec, Dataset) {
    let labels = try Samples.dataset(.label(classes: 4), features: 37)
    let values = try Samples.dataset(.values(count: 3), features: 37)
    switch name {
    case "relu-adamw":
      return (try Samples.spec(labels, hidden: [33, 17], activation: .relu), labels)
    case "tanh-sgd":
      return (
        try Samples.spec(
          labels, hidden: [40], activation: .tanh,
          optimizer: .sgd(momentum: 0.9, nesterov: true, weightDecay: 0.001)), labels
      )
    case "gelu-adam-values":
      return (
        try Samples.spec(
          values, hidden: [19], activation: .gelu,
          optimizer: .adam(
            beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1, decoupled: false)), values
      )
    case "lenet":
      let images = try images(side: 14)
      return (try templateSpec(images, LeNet().model), images)
    case "resnet-clipped":
      let images = try images(side: 9)
      return (
        try templateSpec(images, ResNet(blocks: 1).model, update: UpdateOptions(clipNorm: 0.5)),
        images
      )
    case "gpt-dropout-average":
      let text = try text()
      return (
        try templateSpec(
          text, GPT(layers: 2, width: 24, heads: 3, dropout: 0.1).model,
          update: UpdateOptions(clipNorm: 1, noDecay: ["tokens"], averageDecay: 0.9)), text
      )
    case "resnet-accumulated-smoothed":
      let images = try images(side: 9)
      return (
        try templateSpec(
          images, ResNet(blocks: 1).model, update: UpdateOptions(microBatchCount: 3),
          labelling: Labelling(smoothing: 0.1), batch: 6), images
      )
    case "gpt-accumulated-ignoring":
      let text = try text()
      return (
        try templateSpec(
          text, GPT(layers: 1, width: 24, heads: 3, dropout: 0.2).model,
          update: UpdateOptions(microBatchCount: 5, clipNorm: 1, averageDecay: 0.9),
          labelling: Labelling(smoothing: 0.2, ignored: 3)), text
      )
    case "integer-lenet-momentum":
      let images = try images(side: 12)
      return (try integerSpec(images, .lenet), images)
    case "integer-perceptron-descent":
      return (
        try integerSpec(labels, .perceptron(hidden: [33, 17]), hasMomentum: false), labels
      )
    default:
      throw VectorError(name: name)
    }
  }

  /// 24 images of one channel in four classes.
  private func images(side: Int) throws -> Dataset {
    let flat = try Samples.dataset(.label(classes: 4), features: side * side)
    return try Dataset(
      elementType: .uint8, exampleShape: try Shape([1, side, side]), contents: flat.contents,
      targets: flat.targets)
  }

  /// 48 rows of 20 tokens of 30.
  private func text() throws -> Dataset {
    let bytes = try Samples.dataset(.label(classes: 4), features: 20)
    return try Dataset(
      elementType: .uint8, exampleShape: try Shape([20]), contents: bytes.contents.map { $0 % 30 },
      targets: .nextToken(vocabulary: 30))
  }

  private func templateSpec(
    _ dataset: Dataset, _ model: (DataDescription) -> JSONValue?,
    update: UpdateOptions = UpdateOptions(), labelling: Labelling = Labelling(), batch: Int = 5,
    weights: Digest? = nil
  ) throws -> Spec {
    let isText = if case .nextToken = dataset.targets { true } else { false }
    let data = dataset.description(
      scale: isText ? DataDescription.Scale() : dataset.standardScale)
    return try Spec(
      decoding: Spec.json(
        seed: 6, steps: 8, interval: 3, batchSize: batch,
        model: try #require(model(data).flatMap(labelling.applied)), data: data,
        optimizer: .adam(
          beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decoupled: true),
        schedule: Schedule(kind: .cosine(final: 0), learningRate: 0.003, warmupSteps: 2),
        update: update, weights: weights))
  }

  private func integerSpec(
    _ dataset: Dataset, _ kind: IntegerNetwork.Kind, hasMomentum: Bool = true
  ) throws -> Spec {
    let data = dataset.description(scale: DataDescription.Scale())
    let network = IntegerNetwork(
      kind, data: data, batchSize: 7, steps: 30, hasMomentum: hasMomentum)
    let parts = try #require(network.parts())
    return try Spec(
      decoding: Spec.json(
        seed: 3, steps: 30, interval: 4, batchSize: 7, model: parts.model, data: data,
        optimizer: parts.optimizer, schedule: parts.schedule, integer: parts.settings))
  }

  private struct VectorError: Error { var name: String }

  private func finalRoot(_ name: String, _ backend: any Backend) throws -> String {
    let (spec, dataset, weights) = try spec(name)
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: PortableLeafHasher(),
      weights: weights)
    try engine.load(.initial(spec, weights: weights))
    for interval in 0..<spec.intervalCount {
      _ = try engine.run(steps: spec.steps(ofInterval: interval))
    }
    return try engine.commitment(step: spec.steps).root.hex
  }

  @Test(arguments: try testedBackends() + [CPUBackend(path: .reference)])
  func everyPathAndThreadCountGivesTheKnownBits(backend: any Backend) throws {
    for var test in try VectorFile.tests("training/runs.json") {
      let name = try test.string("run")
      let expected = try test.string("stateRoot")
      let found = try finalRoot(name, backend)
      #expect(found == expected, "\(name), \(backend.name): found \(found)")
      try test.finish()
    }
  }
}
