import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayWire
import Testing

@testable import AssayTraining

/// Steps of several micro-batches against steps of whole batches.
@Suite struct MicroBatchTests {
  /// 48 images of 1 × 8 × 8, or rows of 12 tokens of 9.
  private func dataset(isText: Bool) throws -> Dataset {
    if isText { return try Samples.dataset(.nextToken(vocabulary: 9), features: 12) }
    let flat = try Samples.dataset(.label(classes: 4), features: 64)
    return try Dataset(
      elementType: .uint8, exampleShape: try Shape([1, 8, 8]), contents: flat.contents,
      targets: flat.targets)
  }

  /// A model without batch normalisation: what a micro-batch is shows nowhere but in rounding.
  private func spec(
    _ dataset: Dataset, runs: Int, labelling: Labelling = Labelling(), clipNorm: Float? = nil
  ) throws -> Spec {
    let isText = if case .nextToken = dataset.targets { true } else { false }
    let data = dataset.description(
      scale: isText ? DataDescription.Scale() : dataset.standardScale,
      augmentation: isText ? nil : Augmentation(padding: 2, flips: true))
    let model =
      isText
      ? GPT(layers: 1, width: 12, heads: 2, dropout: 0.3).model(for: data)
      : MultilayerPerceptron(hidden: [9], activation: .tanh).model(for: data)
    return try Spec(
      decoding: Spec.json(
        seed: 8, steps: 6, interval: 2, batchSize: 12,
        model: try #require(model.flatMap(labelling.applied)), data: data,
        optimizer: .sgd(momentum: 0.9, nesterov: false, weightDecay: 0.01),
        schedule: Schedule(kind: .constant, learningRate: 0.05),
        update: UpdateOptions(microBatchCount: runs, clipNorm: clipNorm, averageDecay: 0.5)))
  }

  private func train(_ spec: Spec, _ dataset: Dataset) throws -> (ModelState, [Float]) {
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1),
      hasher: PortableLeafHasher())
    try engine.load(.initial(spec))
    let losses = try (1...spec.steps).map { try engine.run(step: $0) }
    return (try engine.state(step: spec.steps), losses)
  }

  /// The same draws, the same mean: dropout, augmentation, ignored labels, clipping and averages.
  @Test(arguments: [2, 3, 12], [true, false])
  func aStepOfMicroBatchesIsThatOfTheWholeBatchUpToRounding(runs: Int, isText: Bool) throws {
    let dataset = try dataset(isText: isText)
    for (labelling, clipNorm) in [
      (Labelling(), nil), (Labelling(smoothing: 0.1, ignored: 3), 0.2),
    ] as [(Labelling, Float?)] {
      let (whole, losses) = try train(
        spec(dataset, runs: 1, labelling: labelling, clipNorm: clipNorm), dataset)
      let (parts, sums) = try train(
        spec(dataset, runs: runs, labelling: labelling, clipNorm: clipNorm), dataset)
      for (found, expected) in zip(sums, losses) { #expect(abs(found - expected) < 2e-6) }
      for (index, tensor) in whole.layout.tensors.enumerated() {
        for (found, expected) in zip(
          parts.floats(ofTensor: index), whole.floats(ofTensor: index))
        {
          #expect(abs(found - expected) < 2e-6, "\(tensor.name)")
        }
      }
      #expect(parts.contents != whole.contents, "another order of additions has other bits")
    }
  }

  @Test func aStepWhoseLabelsAreAllIgnoredMovesNothing() throws {
    let flat = try Samples.dataset(.label(classes: 4))
    let dataset = try Dataset(
      elementType: .uint8, exampleShape: flat.exampleShape, contents: flat.contents,
      targets: .labels([Int32](repeating: 2, count: 48), classes: 4))
    let data = dataset.description(scale: dataset.standardScale)
    let model = MultilayerPerceptron(hidden: [5], activation: .relu).model(for: data)
    let spec = try Spec(
      decoding: Spec.json(
        seed: 8, steps: 3, interval: 2, batchSize: 12,
        model: try #require(Labelling(ignored: 2).applied(to: model)), data: data,
        optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0),
        schedule: Schedule(kind: .constant, learningRate: 0.05),
        update: UpdateOptions(microBatchCount: 2)))
    let (state, losses) = try train(spec, dataset)
    #expect(losses == [0, 0, 0])
    let start = try ModelState.initial(spec)
    #expect(state.contents == start.contents)
    let evaluation = try Evaluator(spec: spec, dataset: dataset, backend: CPUBackend())
      .evaluate(state)
    #expect(evaluation == Evaluation(loss: 0, correctCount: 0, rowCount: 1, exampleCount: 48))
  }

  /// The mean over what counts, whatever batches an evaluation is made of.
  @Test func anEvaluationLeavesOutIgnoredLabels() throws {
    let dataset = try dataset(isText: true)
    let spec = try spec(dataset, runs: 1, labelling: Labelling(ignored: 3))
    let state = try ModelState.initial(spec)
    let whole = try Evaluator(spec: spec, dataset: dataset, backend: CPUBackend()).evaluate(state)
    var loss = 0.0
    var correct = 0.0
    var rows = 0.0
    for example in 0..<dataset.exampleCount {
      let tokens = dataset.contents[example * 12..<(example + 1) * 12]
      let single = try Dataset(
        elementType: .uint8, exampleShape: try Shape([12]), contents: Array(tokens),
        targets: .nextToken(vocabulary: 9))
      let one = try Evaluator(spec: spec, dataset: single, backend: CPUBackend()).evaluate(state)
      let counted = Double(tokens.dropFirst().count { $0 != 3 })
      loss += one.loss * counted
      correct += try #require(one.accuracy) * counted
      rows += counted
    }
    #expect(rows < 48 * 11)
    #expect(abs(whole.loss - loss / rows) < 1e-6)
    #expect(abs(try #require(whole.accuracy) - correct / rows) < 1e-12)
  }
}
