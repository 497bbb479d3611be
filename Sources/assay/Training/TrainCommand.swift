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

      With --from, a run starts from another provider's checkpoint, which must be the state that the
      claim named with --previous ends with. Its own claim then covers the steps from there on, and
      is audited with the same --previous. That the claim's end was verified is for you to know.

      A run that was interrupted, even by kill -9, continues with --resume and ends with the same
      bits.
      """,
    examples: [
      CommandExample("assay train spec.json --run run", "Trains the spec in the folder 'run'."),
      CommandExample("assay train --run run --resume", "Continues after an interruption."),
      CommandExample(
        "assay train spec.json --run run --recompute --dry-run",
        "Says how little memory the run can do with."),
      CommandExample(
        "assay train spec.json --run rest --from checkpoint.safetensors --previous claim.json",
        "Goes on from where another provider's verified claim ends."),
      CommandExample(
        "assay train spec.json --run run --data images.gz --targets labels.gz "
          + "--test-data test-images.gz --test-targets test-labels.gz",
        "Trains on files, and evaluates on others as it goes."),
    ])

  @Argument(help: "The spec; not needed with --resume.") var spec: String?
  @Option("folder", help: "The run folder.") var run: String
  @Flag(help: "Continue the run in the folder.") var resume: Bool
  @Flag(help: "Say what the run will need, and stop.") var dryRun: Bool
  @Option(
    "step", in: 1...1 << 40,
    help: "Stop after this step, one of the recorded ones; --resume goes on from there.")
  var upTo: UInt64?
  var files = DataOptions()
  var test = TestDataOptions()
  var weights = WeightsOptions()
  @Option("file", help: "The checkpoint to continue from, instead of the spec's first state.")
  var from: String?
  @Option("file", help: "The claim, verified before, that ends in this checkpoint.")
  var previous: String?
  @Option("file", help: "Public key of the provider that the trace is made for.")
  var provider: String?
  @Option("bytes", in: 1...1 << 50, help: "Disk for checkpoints, in bytes.")
  var disk: Int = 2 << 30
  @Option("count", in: 1...1_000_000, help: "Evaluations in the course of the run.")
  var evaluations: Int = 20
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let spec = try readSpec()
    let start = try readStart(spec)
    let segment = try segment(spec, start)
    let estimate = try CostEstimate(spec)
    guard
      let retention = RetentionPlan(
        spec: spec, segment: segment, estimate: estimate, diskByteCount: disk)
    else {
      throw OperationError(
        "--disk \(disk) is too little: the first and the last state alone take "
          + "\(2 * estimate.stateByteCount) bytes.")
    }
    let backend = try options.backend()
    let testSet = try test.dataset(for: spec, texts: files.texts)
    let weights = try resume ? RunDirectory.open(run).weights() : weights.file(for: spec)
    let memory = try MemoryEstimate(spec, backend: backend, testSet: testSet, weights: weights)
    let plan = planJSON(spec, estimate, memory, retention)
    try announce(spec, estimate, memory, retention, console)
    if dryRun {
      try console.json(.object(["plan": plan, "trained": .bool(false)]))
      return .success
    }
    try checkFreeSpace(retention)
    let dataset = try files.dataset(for: spec.data)
    let hasher = try options.hasher(for: spec)
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: hasher, weights: weights)
    let evaluator = try testSet.map {
      try Evaluator(spec: spec, dataset: $0, backend: backend, weights: weights)
    }
    let directory = try resume ? RunDirectory.open(run) : create(spec, weights, start)
    var course = try TrainingCourse(
      directory, hasher: options.hasher(for: spec, threads: 1), evaluator: evaluator,
      evaluationCount: evaluations, console: console)
    let result = try course.train(
      engine: engine, retention: retention, backendName: backend.name)
    try result.report(console, plan: plan)
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

  /// What is to be trained.
  private func segment(_ spec: Spec, _ start: VerifiedStart?) throws -> Segment {
    let first = try resume ? RunDirectory.open(run).segment.firstStep : start?.state.step ?? 0
    guard let segment = spec.segment(from: first, to: upTo ?? spec.steps) else {
      throw OperationError(
        "There is no segment from step \(first) to \(upTo ?? spec.steps): the spec records a state "
          + "every \(spec.interval) steps and ends after \(spec.steps).")
    }
    return segment
  }

  /// The checkpoint to start from, if one was named.
  private func readStart(_ spec: Spec) throws -> VerifiedStart? {
    guard let from else {
      guard previous == nil else {
        throw UsageError(
          "--previous names a claim to continue, but no checkpoint.", hint: "Add --from FILE.")
      }
      return nil
    }
    guard !resume else {
      throw UsageError("A run that is resumed has its start.", hint: "Leave out --from.")
    }
    guard let previous else {
      throw UsageError(
        "Whether the checkpoint is the right one must be known.",
        hint: "Name the verified claim that ends in it with --previous claim.json.")
    }
    let claim = try InputFiles.claim(previous)
    let limit = ModelState.safetensorsByteCount(step: claim.lastStep, layout: spec.stateLayout)
    return try VerifiedStart(
      checkpoint: FileAccess.read(from, limit: limit), endOf: claim, spec: spec,
      hasher: options.hasher(for: spec))
  }

  private func create(
    _ spec: Spec, _ weights: WeightsFile?, _ start: VerifiedStart?
  ) throws -> RunDirectory {
    let secret = try Digest(bytes: RandomBytes.make(Digest.byteCount))
    if let provider {
      return try RunDirectory.create(
        run, spec: spec, provider: try KeyFiles.verifyingKey(at: provider), traceSecret: secret,
        weights: weights, start: start)
    }
    let key = try SigningKey(seed: RandomBytes.make(SigningKey.seedByteCount))
    let directory = try RunDirectory.create(
      run, spec: spec, provider: key.verifyingKey, traceSecret: secret, weights: weights,
      start: start)
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
    _ spec: Spec, _ estimate: CostEstimate, _ memory: MemoryEstimate,
    _ retention: RetentionPlan, _ console: Console
  ) throws {
    try console.print("spec         \(spec.digest)")
    try console.print(
      "model        \(spec.model.parameterElementCount) parameters, state of "
        + "\(Quantity.bytes(estimate.stateByteCount))")
    let segment = retention.segment
    try console.print(
      "steps        " + (segment.firstStep == 0 ? "" : "\(segment.firstStep + 1) to ")
        + "\(segment.lastStep) in \(segment.intervalCount) intervals of \(spec.interval)")
    try console.print(
      "memory       \(Quantity.bytes(memory.executorByteCount)) for a step, "
        + "\(Quantity.bytes(memory.peakByteCount)) at the peak")
    let recompute =
      retention.recomputedStepsAtMost == 0
      ? "every recorded state is stored"
      : "opening an interval recomputes at most \(retention.recomputedStepsAtMost) steps"
    try console.print(
      "disk         \(retention.checkpointCount) checkpoints, "
        + "\(Quantity.bytes(retention.byteCount)); \(recompute)")
  }

  private func planJSON(
    _ spec: Spec, _ estimate: CostEstimate, _ memory: MemoryEstimate, _ retention: RetentionPlan
  ) -> JSONValue {
    .object([
      "spec": .string(spec.digest.hex), "steps": .integer(spec.steps),
      "firstStep": .integer(retention.segment.firstStep),
      "lastStep": .integer(retention.segment.lastStep),
      "interval": .integer(spec.interval),
      "intervals": .integer(retention.segment.intervalCount),
      "stateBytes": .integer(estimate.stateByteCount),
      "workingBytes": .integer(memory.executorByteCount),
      "peakBytes": .integer(memory.peakByteCount),
      "checkpoints": .integer(retention.checkpointCount),
      "checkpointBytes": .integer(retention.byteCount),
      "recomputedStepsAtMost": .integer(retention.recomputedStepsAtMost),
    ])
  }
}
