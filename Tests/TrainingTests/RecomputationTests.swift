import AssayDatasets
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@testable import AssaySpecification
@testable import AssayTensors
@testable import AssayTraining

/// Computing activations again changes the memory of a step, and none of its bits.
@Suite struct RecomputationTests {
  private func spec(_ template: String, runs: Int = 1) throws -> (Spec, Dataset) {
    let isText = template == "gpt"
    let flat = try Samples.dataset(
      isText ? .nextToken(vocabulary: 20) : .label(classes: 4), features: isText ? 17 : 256)
    let dataset = try Dataset(
      elementType: .uint8, exampleShape: try Shape(isText ? [17] : [1, 16, 16]),
      contents: flat.contents, targets: flat.targets)
    let data = dataset.description(
      scale: isText ? DataDescription.Scale() : dataset.standardScale)
    let model =
      switch template {
      case "lenet": LeNet().model(for: data)
      case "resnet": ResNet(blocks: 1).model(for: data)
      case "gpt": GPT(layers: 6, width: 24, heads: 3, dropout: 0.2).model(for: data)
      default: MultilayerPerceptron(hidden: [40, 30, 20], activation: .gelu).model(for: data)
      }
    let spec = try Spec(
      decoding: Spec.json(
        seed: 3, steps: 4, interval: 2, batchSize: 6, model: try #require(model), data: data,
        optimizer: .adam(
          beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decoupled: true),
        schedule: Schedule(kind: .constant, learningRate: 0.01),
        update: UpdateOptions(microBatchCount: runs, clipNorm: runs > 1 ? 0.5 : nil)))
    return (spec, dataset)
  }

  private func train(
    _ spec: Spec, _ dataset: Dataset, on backend: any Backend
  ) throws -> (ModelState, [Float]) {
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: PortableLeafHasher())
    try engine.load(.initial(spec))
    let losses = try (1...spec.steps).map { try engine.run(step: $0) }
    return (try engine.state(step: spec.steps), losses)
  }

  @Test(arguments: ["mlp", "lenet", "resnet", "gpt"], [1, 3])
  func aRunThatRecomputesHasTheSameBits(template: String, runs: Int) throws {
    let (spec, dataset) = try spec(template, runs: runs)
    let (expected, losses) = try train(spec, dataset, on: CPUBackend(threads: 1))
    for threads in [1, 2] {
      let backend = try CPUBackend(threads: threads, recomputesActivations: true)
      let (state, found) = try train(spec, dataset, on: backend)
      #expect(state == expected && found == losses)
    }
  }

  /// Any number of segments, whether it saves memory or not.
  @Test(arguments: ["mlp", "lenet", "resnet", "gpt"], [2, 3, 4, 7, 16, 64, 1000])
  func everyNumberOfSegmentsGivesTheSameBits(template: String, segmentCount: Int) throws {
    let (spec, dataset) = try spec(template)
    let whole = try StepProgram.training(spec)
    let cut = try StepProgram.training(spec, segmentCount: segmentCount)
    #expect(try step(cut, spec, dataset) == step(whole, spec, dataset))
    #expect(try step(cut.withoutUnusedResults(), spec, dataset) == step(whole, spec, dataset))
  }

  /// The state and the loss after one run of a program.
  private func step(_ program: StepProgram, _ spec: Spec, _ dataset: Dataset) throws -> [[UInt8]] {
    let executor = try CPUBackend(threads: 1).makeExecutor(for: program)
    let state = try ModelState.initial(spec)
    let places = Dictionary(
      uniqueKeysWithValues: program.stateBuffers.map { ($0.declaration.name, $0.buffer) })
    let buffers = try spec.stateLayout.tensors.map { try #require(places[$0.name]) }
    for (buffer, contents) in zip(buffers, state.contents) {
      try executor.load(elements: contents, into: buffer)
    }
    var batch = BatchBuffers(dataset, spec)
    try batch.load(spec.batchOrder.batch(step: 1), at: (1, 0), into: executor, program)
    try executor.run(spec.scalars(step: 1))
    return try (buffers + [program.loss]).map { buffer in
      try executor.withContents(of: buffer) { $0.copy() }
    }
  }

  @Test(arguments: [("gpt", 0.5), ("resnet", 0.9)])
  func recomputingTakesLessMemory(template: String, share: Double) throws {
    let (spec, _) = try spec(template)
    let backend = try CPUBackend(recomputesActivations: true)
    let whole = MemoryPlan(try StepProgram.training(spec)).byteCount
    let cut = MemoryPlan(try StepProgram.training(spec, for: backend)).byteCount
    // What is carried from step to step is in both.
    let kept = 3 * spec.stateLayout.byteCount / 3
    #expect(Double(cut - kept) < share * Double(whole - kept), "\(cut) of \(whole) bytes")
    let plain = try StepProgram.training(spec, for: CPUBackend())
    #expect(try plain == StepProgram.training(spec))
  }

  /// A transformer is cut between blocks, where one tensor crosses.
  @Test func cutsLieWhereLittleCrosses() throws {
    let (spec, _) = try spec("gpt")
    let nodes = spec.model.nodes.map { (node: $0, byteCount: 100) }
    let cuts = RecomputationCuts(nodes, segmentCount: 6)
    #expect(cuts.segments.count == 6)
    #expect(cuts.segments.first?.lowerBound == 0)
    #expect(cuts.segments.last?.upperBound == nodes.count)
    for (segment, next) in zip(cuts.segments, cuts.segments.dropFirst()) {
      #expect(segment.upperBound == next.lowerBound && !segment.isEmpty)
    }
    #expect(cuts.kept.count == 5, "\(cuts.kept)")
  }
}
