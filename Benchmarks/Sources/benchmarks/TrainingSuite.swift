internal import AssayDatasets
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import Harness

/// How fast steps run, with and without committing to a state every so many steps.
enum TrainingSuite {
  static func make() -> [Suite] {
    [
      suite(hidden: [128], batch: 64, stepsPerTurn: 200),
      suite(hidden: [1024, 1024], batch: 128, stepsPerTurn: 40),
    ]
  }

  /// One perceptron on MNIST-shaped images; the first case is one thread without commitments.
  private static func suite(hidden: [Int], batch: Int, stepsPerTurn: Int) -> Suite {
    let run = BenchmarkRun(hidden: hidden, batch: batch)
    let widths = ([784] + hidden + [10]).map(String.init).joined(separator: "-")
    var suite = Suite(
      "training \(widths)", unit: "steps/s",
      parameters: [("batch", "\(batch)"), ("optimizer", "adamw"), ("steps", "\(stepsPerTurn)")])
    for threads in [1, 2] {
      let engine = run.engine(threads: threads)
      suite.add("steps, \(threads) threads", work: Double(stepsPerTurn)) {
        run.steps(stepsPerTurn, engine)
      }
    }
    let interval = Int(run.defaultInterval)
    let engine = run.engine(threads: 2)
    suite.add("and a commitment every \(interval), 2 threads", work: Double(stepsPerTurn)) {
      var done = 0
      while done < stepsPerTurn {
        let count = min(interval, stepsPerTurn - done)
        run.steps(count, engine)
        done += count
        // A last part that is no whole interval is not committed to.
        if count == interval { _ = engine.commitment(step: UInt64(done)) }
      }
    }
    return suite
  }
}

/// A run whose steps are timed: one spec, pseudorandom images, engines that are warm.
struct BenchmarkRun {
  let spec: Spec
  let dataset: Dataset
  /// What `assay spec new` would choose.
  let defaultInterval: UInt64

  init(hidden: [Int], batch: Int, steps: UInt64 = 1 << 30, interval: UInt64? = nil) {
    do {
      let generator = Philox4x32(seed: 3)
      var contents: [UInt8] = []
      for index in 0..<2000 * 784 / 4 {
        let word = generator.block(purpose: .generatedTask, step: 0, index: UInt64(index)).0
        contents += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
      }
      let labels = (0..<2000).map { Int32($0 * 7 % 10) }
      dataset = try Dataset(
        elementType: .uint8, exampleShape: try Shape([28, 28]), contents: contents,
        targets: .labels(labels, classes: 10))
      let data = dataset.description(scale: dataset.standardScale)
      func spec(_ interval: UInt64) throws -> Spec {
        try Spec(
          decoding: Spec.json(
            seed: 1, steps: steps, interval: interval, batchSize: batch,
            model: MultilayerPerceptron(hidden: hidden, activation: .relu).model(for: data),
            data: data,
            optimizer: .adam(
              beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true),
            schedule: Schedule(kind: .constant, learningRate: 0.001)))
      }
      defaultInterval = try CostEstimate(try spec(max(1, steps / 1000)))
        .interval(committingShare: 0.02)
      self.spec = try spec(interval ?? max(defaultInterval, steps / (1 << 23)))
    } catch {
      preconditionFailure("the benchmark's own spec is refused: \(error)")
    }
  }

  /// An engine with the initial state in place.
  func engine(threads: Int) -> StepEngine {
    do {
      let engine = try StepEngine(
        spec: spec, dataset: dataset, backend: try CPUBackend(threads: threads),
        hasher: KernelLeafHasher(threads: threads))
      try engine.load(.initial(spec))
      return engine
    } catch {
      preconditionFailure("the benchmark's own run is refused: \(error)")
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
