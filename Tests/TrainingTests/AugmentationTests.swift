import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import Testing

@testable import AssayTraining

@Suite struct AugmentationTests {
  private static let count = 12

  private func images() throws -> Dataset {
    let generator = Philox4x32(seed: 8)
    let contents = (0..<Self.count * 40).map { place in
      UInt8(
        truncatingIfNeeded: generator.block(
          purpose: .generatedTask, step: 1, index: UInt64(place)
        ).0)
    }
    return try Dataset(
      elementType: .uint8, exampleShape: Shape([2, 4, 5]), contents: contents,
      targets: .labels((0..<Self.count).map { Int32($0 % 3) }, classes: 3))
  }

  /// Batches of all examples.
  private func spec(_ dataset: Dataset, _ augmentation: Augmentation?) throws -> Spec {
    let data = dataset.description(
      scale: .init(divisor: 255, mean: 0.25), augmentation: augmentation)
    return try Spec(
      decoding: Spec.json(
        seed: 21, steps: 6, interval: 2, batchSize: Self.count,
        model: MultilayerPerceptron(hidden: [5], activation: .tanh).model(for: data),
        data: data, optimizer: .sgd(momentum: 0.9, nesterov: false, weightDecay: 0),
        schedule: Schedule(kind: .constant, learningRate: 0.1)))
  }

  private func engine(_ spec: Spec, _ dataset: Dataset) throws -> StepEngine {
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1),
      hasher: PortableLeafHasher(), checkingData: false)
    try engine.load(.initial(spec))
    return engine
  }

  /// The examples as step `step` sees them, each in its own place.
  private func shown(_ dataset: Dataset, _ spec: Spec, step: UInt64) throws -> Dataset {
    let augmentation = try #require(spec.data.augmentation)
    var contents = dataset.contents
    for (position, example) in spec.batchOrder.batch(step: step).enumerated() {
      let window = augmentation.window(seed: spec.seed, step: step, position: position)
      for channel in 0..<2 {
        for y in 0..<4 {
          for x in 0..<5 {
            let row = y + window.rowShift
            let column = (window.isMirrored ? 4 - x : x) + window.columnShift
            let first = 40 * example + 20 * channel
            let isInside = (0..<4).contains(row) && (0..<5).contains(column)
            contents[first + 5 * y + x] =
              isInside ? dataset.contents[first + 5 * row + column] : 0
          }
        }
      }
    }
    return try Dataset(
      elementType: .uint8, exampleShape: dataset.exampleShape, contents: contents,
      targets: dataset.targets)
  }

  @Test func aStepTrainsOnTheWindowsDrawnForIt() throws {
    let dataset = try images()
    let augmented = try spec(dataset, Augmentation(padding: 2, flips: true))
    let plain = try spec(dataset, nil)
    let running = try engine(augmented, dataset)
    for step in 1...6 as ClosedRange<UInt64> {
      let before = try running.state(step: step - 1)
      let expected = try engine(plain, try shown(dataset, augmented, step: step))
      try expected.load(before)
      #expect(try running.run(step: step) == expected.run(step: step), "step \(step)")
      #expect(try running.state(step: step) == expected.state(step: step), "step \(step)")
    }
  }

  @Test func anIntervalRunByItselfSeesTheSameWindows() throws {
    let dataset = try images()
    let augmented = try spec(dataset, Augmentation(padding: 1, flips: true))
    let whole = try engine(augmented, dataset)
    _ = try whole.run(steps: augmented.steps(ofInterval: 0))
    let middle = try whole.state(step: 2)
    _ = try whole.run(steps: augmented.steps(ofInterval: 1))
    let part = try engine(augmented, dataset)
    try part.load(middle)
    _ = try part.run(steps: augmented.steps(ofInterval: 1))
    #expect(try part.state(step: 4) == whole.state(step: 4))
    let other = try engine(try spec(dataset, nil), dataset)
    try other.load(middle)
    _ = try other.run(steps: augmented.steps(ofInterval: 1))
    #expect(try other.state(step: 4) != whole.state(step: 4))
  }

  @Test func evaluationTakesImagesAsTheyAre() throws {
    let dataset = try images()
    let augmented = try spec(dataset, Augmentation(padding: 2, flips: true))
    let plain = try spec(dataset, nil)
    func evaluation(_ spec: Spec) throws -> Evaluation {
      try Evaluator(spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1))
        .evaluate(.initial(plain))
    }
    #expect(try evaluation(augmented) == evaluation(plain))
  }
}
