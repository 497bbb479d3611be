import AssayDatasets
import AssayMerkle
import AssayTestSupport
import Testing

@testable import AssaySpecification
@testable import AssayTensors
@testable import AssayTraining

/// Several instructions in one pass give what each by itself gives.
@Suite struct FusedPassTests {
  /// Planes of 12 × 20, 6 × 10 and 3 × 5: no channel's elements fill whole vectors.
  private func spec(blocks: Int, microBatches: Int) throws -> (Spec, Dataset) {
    let flat = try Samples.dataset(.label(classes: 4), features: 3 * 12 * 20)
    let dataset = try Dataset(
      elementType: .uint8, exampleShape: try Shape([3, 12, 20]), contents: flat.contents,
      targets: flat.targets)
    let data = dataset.description(scale: dataset.standardScale)
    let spec = try Spec(
      decoding: Spec.json(
        seed: 3, steps: 2, interval: 2, batchSize: 6,
        model: try #require(ResNet(blocks: blocks).model(for: data)), data: data,
        optimizer: .adam(
          beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decoupled: true),
        schedule: Schedule(kind: .constant, learningRate: 0.01),
        update: UpdateOptions(microBatchCount: microBatches)))
    return (spec, dataset)
  }

  @Test(arguments: [1, 2])
  func aStepIsThatOfItsInstructionsByTheirDefinitions(microBatches: Int) throws {
    let (spec, dataset) = try spec(blocks: 1, microBatches: microBatches)
    let tracer = try StepTracer(
      spec: spec, dataset: dataset, backend: CPUBackend(path: .reference))
    var states = [try ModelState.initial(spec)]
    let places = Dictionary(
      uniqueKeysWithValues: tracer.program.stateBuffers.map { ($0.declaration.name, $0.buffer) })
    let buffers = try spec.stateLayout.tensors.map { try #require(places[$0.name]) }
    for _ in 1...spec.steps {
      try tracer.begin(after: try #require(states.last))
      for microBatch in 0..<microBatches {
        try tracer.loadBatch(microBatch)
        let isLast = microBatch == microBatches - 1
        let end = isLast ? tracer.program.instructions.count : tracer.program.updateStart
        for index in 0..<end { try tracer.run(instruction: index, microBatch: microBatch) }
      }
      states.append(
        ModelState(
          step: tracer.step, layout: spec.stateLayout,
          contents: try buffers.map { try tracer.contents(of: $0) }))
    }
    for path in CPUBackend.availablePaths where !path.isDefinition {
      for threads in [1, 3] {
        let engine = try StepEngine(
          spec: spec, dataset: dataset, backend: CPUBackend(path: path, threads: threads),
          hasher: PortableLeafHasher())
        try engine.load(states[0])
        for step in 1...spec.steps {
          _ = try engine.run(step: step)
          #expect(try engine.state(step: step) == states[Int(step)], "\(path), step \(step)")
        }
      }
    }
  }

  @Test func aResidualNetworkHasEveryKindOfPass() throws {
    let (spec, _) = try spec(blocks: 2, microBatches: 1)
    let program = try StepProgram.training(spec).withoutUnusedResults()
    let passes = FusedPass.passes(of: program, on: try HostBuffers(program, workspaceByteCount: 0))
    let lengths = passes.compactMap { pass -> Int? in
      guard case .rectifiedGradient? = pass else { return nil }
      return pass?.count
    }
    let rectified = passes.filter { if case .rectified? = $0 { true } else { false } }
    // 13 ReLUs, whose gradients each begin a pass; at a block's input two are added first.
    #expect(rectified.count == 13)
    #expect(lengths.count { $0 == 2 } == 13 && lengths.count { $0 == 3 } == 6)
  }
}
