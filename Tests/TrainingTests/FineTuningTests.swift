import AssayCryptography
import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayWire
import Testing

@testable import AssayTraining

/// Runs that start from given weights.
@Suite struct FineTuningTests {
  private let adam = Optimizer.adam(
    beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true)

  @Test func adaptersStartAsTheBaseAndThenLearn() throws {
    let dataset = try Samples.dataset(.label(classes: 4))
    let (spec, weights) = try Samples.adapted(dataset, optimizer: adam)
    let base = try Samples.spec(dataset, hidden: [6])
    let layout = base.stateLayout
    let contents = try layout.tensors.map { tensor in
      weights.tensors[tensor.name] == nil
        ? [UInt8](repeating: 0, count: tensor.byteCount)
        : ModelState.littleEndianBytes(try weights.floats(of: tensor.name, shape: tensor.shape))
    }
    let backend = try CPUBackend(threads: 1)
    let plain = try Evaluator(spec: base, dataset: dataset, backend: backend)
      .evaluate(ModelState(step: 0, layout: layout, contents: contents))
    let evaluator = try Evaluator(
      spec: spec, dataset: dataset, backend: backend, weights: weights)
    let start = try ModelState.initial(spec, weights: weights)
    #expect(try evaluator.evaluate(start) == plain)

    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: PortableLeafHasher(),
      weights: weights)
    try engine.load(start)
    for interval in 0..<spec.intervalCount {
      _ = try engine.run(steps: spec.steps(ofInterval: interval))
    }
    #expect(try evaluator.evaluate(try engine.state(step: spec.steps)).loss < plain.loss - 0.05)
  }

  /// What is exported is a file that the base's spec starts from.
  @Test func theExportedModelPredictsAsTheAdaptedOne() throws {
    let dataset = try Samples.dataset(.label(classes: 4))
    let (spec, weights) = try Samples.adapted(dataset, optimizer: adam)
    #expect(spec.model.mergeableAdapters.map(\.weight) == ["hidden1.weight", "output.weight"])
    #expect(spec.model.mergeableAdapters.allSatisfy { $0.rank == 2 && $0.factor == 1.5 })
    let backend = try CPUBackend(threads: 1)
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: PortableLeafHasher(),
      weights: weights)
    try engine.load(try ModelState.initial(spec, weights: weights))
    for interval in 0..<spec.intervalCount {
      _ = try engine.run(steps: spec.steps(ofInterval: interval))
    }
    let last = try engine.state(step: spec.steps)
    let file = try WeightsFile(last.exported(spec, weights: weights))
    let base = MultilayerPerceptron(hidden: [6], activation: .tanh).model(for: spec.data)
    let match = WeightsMatch(model: base, shapes: file.tensors.mapValues(\.dimensions))
    #expect(match.missing.isEmpty && match.unused.isEmpty)
    let plain = try Spec(
      decoding: Spec.json(
        seed: 1, steps: 1, interval: 1, batchSize: 6, model: match.model, data: spec.data,
        optimizer: adam, schedule: Schedule(kind: .constant, learningRate: 0.1),
        weights: file.digest))
    let adapted = try Evaluator(
      spec: spec, dataset: dataset, backend: backend, weights: weights
    ).evaluate(last)
    let merged = try Evaluator(spec: plain, dataset: dataset, backend: backend, weights: file)
      .evaluate(ModelState.initial(plain, weights: file))
    #expect(abs(adapted.loss - merged.loss) < 1e-6)
    #expect(adapted.accuracy == merged.accuracy)
    // The weights have moved, but for the biases.
    for tensor in plain.model.parameters {
      let before = try weights.floats(of: tensor.name, shape: tensor.shape)
      let after = try file.floats(of: tensor.name, shape: tensor.shape)
      #expect((before == after) == tensor.name.hasSuffix("bias"), "\(tensor.name)")
    }
  }

  @Test func theWrongFileIsRefusedEverywhere() throws {
    let dataset = try Samples.dataset(.label(classes: 4))
    let (spec, weights) = try Samples.adapted(dataset, optimizer: adam)
    let other = try WeightsFile(weights.bytes + [0])
    let plain = try Samples.spec(dataset)
    for (spec, file) in [(spec, nil), (spec, other), (plain, weights)] {
      #expect(throws: TrainingError.self) { try ModelState.initial(spec, weights: file) }
      #expect(throws: TrainingError.self) {
        try StepEngine(
          spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1),
          hasher: PortableLeafHasher(), weights: file)
      }
    }
  }

  @Test func aRunKeepsItsWeightsAndIsResumedWithThem() throws {
    let dataset = try Samples.dataset(.label(classes: 4))
    let (spec, weights) = try Samples.adapted(dataset, optimizer: adam)
    try Samples.withFolder { folder in
      let hasher = PortableLeafHasher()
      let made = try RunDirectory.create(
        folder + "/run", spec: spec, provider: try Samples.provider().verifyingKey,
        traceSecret: .zero, weights: weights)
      let run = try RunDirectory.open(made.path)
      #expect(try run.weights()?.bytes == weights.bytes)
      let engine = try StepEngine(
        spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1), hasher: hasher,
        weights: run.weights())
      var training = TrainingRun(
        run, engine: engine, hasher: hasher, retention: RetentionPlan(spec: spec, stride: 2),
        clock: { 0 })
      let records = try training.train()
      #expect(records[0].stateRoot == (try run.initialState(hasher).commitment(hasher).root))
      var again = TrainingRun(
        run, engine: engine, hasher: hasher, retention: RetentionPlan(spec: spec, stride: 2),
        clock: { 0 })
      #expect(try again.train() == records)
    }
  }
}
