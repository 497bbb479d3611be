internal import AssayCryptography
internal import AssayDatasets
internal import AssayFiles
internal import AssayMerkle
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire
internal import Foundation

/// One run of `assay train`: progress on the terminal, evaluations at checkpoints, measurements in
/// the run folder.
struct TrainingCourse {
  private let directory: RunDirectory
  private let hasher: any StateHasher
  private let evaluator: Evaluator?
  private let evaluationCount: Int
  private let console: Console
  private var measurements: RunMeasurements

  init(
    _ directory: RunDirectory, hasher: any StateHasher, evaluator: Evaluator?,
    evaluationCount: Int, console: Console
  ) {
    self.directory = directory
    self.hasher = hasher
    self.evaluator = evaluator
    self.evaluationCount = evaluationCount
    self.console = console
    measurements = RunMeasurements.read(directory)
  }

  /// Trains to the end and returns what is to be said of it.
  mutating func train(
    engine: StepEngine, retention: RetentionPlan, backendName: String
  ) throws -> TrainingResult {
    let segment = retention.segment
    let steps = segment.lastStep - segment.firstStep
    let bar = console.progress(total: Int(steps), unit: "steps")
    // States are hashed beside the steps, whose threads have the other cores.
    var training = TrainingRun(
      directory, engine: engine, hasher: hasher,
      retention: retention, clock: console.elapsed)
    let evaluations = Evaluations(
      every: max(1, steps / UInt64(evaluationCount)), last: segment.lastStep, evaluator,
      clock: console.elapsed)
    evaluations.done = measurements.evaluations
    let began = console.elapsed()
    var stepsRun = 0
    let records = try training.train(
      afterStep: { progress in
        stepsRun += 1
        bar.update(
          Int(progress.step - segment.firstStep),
          remark: String(format: "loss %.4f", progress.loss) + evaluations.remark)
      },
      afterCheckpoint: { state throws(TrainingError) in try evaluations.evaluate(state) })
    bar.finish()
    let elapsed = console.elapsed() - began - evaluations.seconds
    measurements.add(training.timings, evaluations.done)
    try measurements.write(directory)
    return TrainingResult(
      directory: directory, records: records, stepsRun: stepsRun, elapsed: elapsed,
      timings: training.timings, evaluations: measurements.evaluations, backend: backendName)
  }
}

/// Evaluates stored states, about as often as was asked for.
private final class Evaluations {
  private let every: UInt64
  private let last: UInt64
  private let evaluator: Evaluator?
  var done: [RunMeasurements.Point] = []
  var seconds = 0.0
  private let clock: () -> Double

  init(
    every: UInt64, last: UInt64, _ evaluator: Evaluator?, clock: @escaping () -> Double
  ) {
    self.clock = clock
    self.every = every
    self.last = last
    self.evaluator = evaluator
  }

  /// What the progress line says of the last evaluation.
  var remark: String {
    guard let point = done.last, let accuracy = point.evaluation.accuracy else { return "" }
    return "  test accuracy " + Quantity.percent(accuracy)
  }

  func evaluate(_ state: ModelState) throws(TrainingError) {
    guard let evaluator else { return }
    if let previous = done.last, state.step != last, state.step < previous.step + every { return }
    done.removeAll { $0.step >= state.step }
    let began = clock()
    done.append(
      RunMeasurements.Point(step: state.step, evaluation: try evaluator.evaluate(state)))
    seconds += clock() - began
  }
}

/// What `assay train` says when it is done.
struct TrainingResult {
  var directory: RunDirectory
  var records: [TraceRecord]
  var stepsRun: Int
  var elapsed: Double
  var timings: RunTimings
  var evaluations: [RunMeasurements.Point]
  var backend: String

  func report(_ console: Console, plan: JSONValue) throws {
    guard let last = records.last else { return }
    let committing = timings.committing / max(timings.training, 1e-9)
    let storing = timings.storing / max(timings.training, 1e-9)
    try console.print("back end     \(backend)")
    if stepsRun > 0 {
      try console.print(
        "trained      \(stepsRun) steps in \(Quantity.seconds(elapsed)), "
          + String(format: "%.0f steps/s", Double(stepsRun) / max(elapsed, 1e-9)))
      try console.print(
        "committing   \(Quantity.seconds(timings.committing)), \(Quantity.percent(committing)) of "
          + "training; storing checkpoints \(Quantity.percent(storing))")
    }
    let peak = PeakMemory.byteCount
    if let peak { try console.print("memory       \(Quantity.bytes(peak)) at the peak") }
    try console.print("loss         \(last.meanLoss) over the last interval")
    if let evaluation = evaluations.last?.evaluation {
      try console.print("test loss    \(String(format: "%.4f", evaluation.loss))")
      if case .nextToken = directory.spec.data.target {
        try console.print("perplexity   \(String(format: "%.3f", exp(evaluation.loss)))")
      }
      if let accuracy = evaluation.accuracy {
        try console.print(
          "accuracy     \(Quantity.percent(accuracy)) of \(evaluation.exampleCount) test examples")
      }
    }
    try console.print("state root   \(last.stateRoot)")
    try console.print("next         assay claim \(directory.path)")
    try console.json(
      .object([
        "plan": plan, "trained": .bool(true), "backend": .string(backend),
        "steps": .integer(last.step), "stepsRun": .integer(stepsRun),
        "seconds": .double(elapsed),
        "trainingSeconds": .double(timings.training),
        "committingSeconds": .double(timings.committing),
        "storingSeconds": .double(timings.storing),
        "peakBytes": peak.map { .integer($0) } ?? .null,
        "meanLoss": .float(last.meanLoss), "stateRoot": .string(last.stateRoot.hex),
        "evaluations": .array(evaluations.map(\.json)),
      ]))
  }
}
