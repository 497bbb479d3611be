internal import AssayCryptography
internal import AssayDatasets
internal import AssayFiles
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import AssayWire
internal import Foundation

/// `assay train`: trains a spec in a run folder, committing to every interval's state.
struct TrainCommand: Command {
  static let description = CommandDescription(
    name: "train",
    abstract: "Train a spec, committing to the state of every interval.",
    discussion: """
      The run folder receives the spec, checkpoints (safetensors), the trace and the losses. The
      trace is made for one provider: the one whose public key is given with --provider, or a new
      key, written to provider.key in the folder. `assay claim` then signs the claim with it.

      States are stored every so many intervals, so that they fit --disk; the states in between are
      recomputed when somebody asks for them. What is needed is said before the run starts.

      A run that was interrupted, even by kill -9, continues with --resume and ends with the same
      bits.
      """,
    examples: [
      CommandExample("assay train spec.json --run run", "Trains the spec in the folder 'run'."),
      CommandExample("assay train --run run --resume", "Continues after an interruption."),
      CommandExample(
        "assay train spec.json --run run --data images.gz --targets labels.gz "
          + "--test-data test-images.gz --test-targets test-labels.gz",
        "Trains on files, and evaluates on others as it goes."),
    ])

  @Argument(help: "The spec; not needed with --resume.") var spec: String?
  @Option("folder", help: "The run folder.") var run: String
  @Flag(help: "Continue the run in the folder.") var resume: Bool
  @Flag(help: "Say what the run will need, and stop.") var dryRun: Bool
  var files = DataOptions()
  var test = TestDataOptions()
  var weights = WeightsOptions()
  @Option("file", help: "Public key of the provider that the trace is made for.")
  var provider: String?
  @Option("bytes", in: 1...1 << 50, help: "Disk for checkpoints, in bytes.")
  var disk: Int = 2 << 30
  @Option("count", in: 1...1_000_000, help: "Evaluations in the course of the run.")
  var evaluations: Int = 20
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let spec = try readSpec()
    let estimate = try CostEstimate(spec)
    guard let retention = RetentionPlan(spec: spec, estimate: estimate, diskByteCount: disk) else {
      throw OperationError(
        "--disk \(disk) is too little: the first and the last state alone take "
          + "\(2 * estimate.stateByteCount) bytes.")
    }
    try announce(spec, estimate, retention, console)
    if dryRun {
      try console.json(
        .object(["plan": planJSON(spec, estimate, retention), "trained": .bool(false)]))
      return .success
    }
    try checkFreeSpace(retention)
    let dataset = try files.dataset(for: spec.data)
    let weights = try resume ? RunDirectory.open(run).weights() : weights.file(for: spec)
    let backend = try options.backend()
    let hasher = options.hasher()
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: hasher, weights: weights)
    let evaluator = try test.dataset(for: spec.data, texts: files.texts).map {
      try Evaluator(spec: spec, dataset: $0, backend: backend, weights: weights)
    }
    let directory = try resume ? RunDirectory.open(run) : create(spec, weights)
    var course = TrainingCourse(
      directory, evaluator: evaluator, evaluationCount: evaluations, console: console)
    let result = try course.train(
      engine: engine, hasher: hasher, retention: retention, backendName: backend.name)
    try result.report(console, plan: planJSON(spec, estimate, retention))
    return .success
  }

  private func readSpec() throws -> Spec {
    if resume {
      let known = try RunDirectory.open(run).spec
      if let spec {
        let given = try InputFiles.spec(spec)
        guard given.digest == known.digest else {
          throw OperationError(
            "'\(spec)' is not the spec of the run in '\(run)'. Leave it out to continue that run, "
              + "or train it in a new folder.")
        }
      }
      return known
    }
    guard let spec else {
      throw UsageError("A spec is needed.", hint: "Make one with `assay spec new --out spec.json`.")
    }
    return try InputFiles.spec(spec)
  }

  private func create(_ spec: Spec, _ weights: WeightsFile?) throws -> RunDirectory {
    let secret = try Digest(bytes: RandomBytes.make(Digest.byteCount))
    if let provider {
      return try RunDirectory.create(
        run, spec: spec, provider: try KeyFiles.verifyingKey(at: provider), traceSecret: secret,
        weights: weights)
    }
    let key = try SigningKey(seed: RandomBytes.make(SigningKey.seedByteCount))
    let directory = try RunDirectory.create(
      run, spec: spec, provider: key.verifyingKey, traceSecret: secret, weights: weights)
    try FileAccess.write(Array(key.pem.utf8), to: run + "/provider.key", mode: 0o600)
    return directory
  }

  private func checkFreeSpace(_ retention: RetentionPlan) throws {
    let folder = FileAccess.exists(run) ? run : "."
    if let free = FileAccess.freeByteCount(at: folder), free < retention.byteCount {
      throw OperationError(
        "The run needs \(retention.byteCount) bytes of disk, \(free) are free. Free some, or "
          + "store fewer states with a smaller --disk.")
    }
  }

  private func announce(
    _ spec: Spec, _ estimate: CostEstimate, _ retention: RetentionPlan, _ console: Console
  ) throws {
    try console.print("spec         \(spec.digest)")
    try console.print(
      "model        \(spec.model.parameterElementCount) parameters, state of "
        + "\(Quantity.bytes(estimate.stateByteCount))")
    try console.print(
      "steps        \(spec.steps) in \(spec.intervalCount) intervals of \(spec.interval)")
    try console.print(
      "memory       about \(Quantity.bytes(estimate.workingByteCount)) for a step")
    let recompute =
      retention.recomputedStepsAtMost == 0
      ? "every recorded state is stored"
      : "opening an interval recomputes at most \(retention.recomputedStepsAtMost) steps"
    try console.print(
      "disk         \(retention.checkpointCount) checkpoints, "
        + "\(Quantity.bytes(retention.byteCount)); \(recompute)")
  }

  private func planJSON(
    _ spec: Spec, _ estimate: CostEstimate, _ retention: RetentionPlan
  ) -> JSONValue {
    .object([
      "spec": .string(spec.digest.hex), "steps": .integer(spec.steps),
      "interval": .integer(spec.interval), "intervals": .integer(spec.intervalCount),
      "stateBytes": .integer(estimate.stateByteCount),
      "workingBytes": .integer(estimate.workingByteCount),
      "checkpoints": .integer(retention.checkpointCount),
      "checkpointBytes": .integer(retention.byteCount),
      "recomputedStepsAtMost": .integer(retention.recomputedStepsAtMost),
    ])
  }
}
