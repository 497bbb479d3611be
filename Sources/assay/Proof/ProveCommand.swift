internal import AssayAuditing
internal import AssayCircuits
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayProving
internal import AssaySpecification
internal import AssayTraining
internal import AssayVerification
internal import AssayWire

/// `assay prove`: proves intervals of a run.
struct ProveCommand: Command {
  static let description = CommandDescription(
    name: "prove",
    abstract: "Prove that intervals of a run were computed exactly.",
    discussion: """
      The run's spec must have integer numerics and a "proof" object (assay spec new --numerics
      integer --provable). Each interval is executed again from the nearest stored state, and every
      operation of every step is proved: products, roundings, tables, the loss, the update, and that
      the batches are those of the committed data. Who checks the proof needs the spec and the claim
      alone: no data, no weights.

      Proofs are transparent: they are linear combinations of weights and data, some of which a
      reader learns. Those of a spec that was made with --hiding show nothing of weights and data;
      making them takes the spec's secret (--secret). The data stay hidden in as many proofs as the
      spec says; intervals beyond that are refused.
      """,
    examples: [
      CommandExample("assay prove run --intervals 0,3", "Proves two intervals."),
      CommandExample(
        "assay prove run --challenge challenge.json", "Proves what was drawn, for a job."),
      CommandExample("assay prove run --intervals all --out proofs", "Proves the whole run."),
      CommandExample(
        "assay prove run --intervals 0 --memory 2000",
        "Proves within two gigabytes, with fewer steps in each proof if need be."),
    ])

  @Argument(help: "The run folder.") var run: String
  @Option("list", help: "Intervals of the claim, from 0, separated by commas; or all.")
  var intervals: String?
  @Option("file", help: "In place of --intervals: the challenge whose drawn intervals are proved.")
  var challenge: String?
  @Option("file", help: "The claim that was made; claim.json in the run folder if left out.")
  var claim: String?
  @Option("folder", help: "Where to write the proofs; proofs in the run folder if left out.")
  var out: String?
  @Option(
    "megabytes",
    help: "The most memory to use: proofs cover fewer steps. Refused where one step needs more.")
  var memory: Int?
  var files = DataOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let began = console.elapsed()
    let directory = try RunDirectory.open(run)
    let spec = directory.spec
    let opened = try ProviderClaim.open(
      FileAccess.read(self.claim ?? directory.claimPath, limit: Envelope.maximumByteCount))
    let claim = opened.claim
    guard let segment = spec.segment(from: claim.firstStep, to: claim.lastStep) else {
      throw OperationError("The claim is not about the run in '\(run)'.")
    }
    let chosen = try intervals(of: opened, count: segment.intervalCount)
    let settings = try SpecSettings(spec: spec)
    let setting = try setting(settings)
    let limit = setting.circuit.stepCount
    let stretches = chosen.flatMap {
      settings.options.stretches(of: segment.steps(ofInterval: $0), limit: limit)
    }
    try describe(setting, settings, stretchCount: stretches.count, directory, console)
    let records = Array(try directory.records().prefix(Int(claim.traceSize)))
    let dataset = try files.dataset(for: spec.data)
    let hasher = try options.hasher(for: spec)
    func engine(tracing: Bool) throws -> StepEngine {
      try StepEngine(
        spec: spec, dataset: dataset, backend: options.backend(), hasher: hasher,
        weights: directory.weights(), checkingData: !tracing, tracing: tracing)
    }
    let states = RecordedStates(
      directory, records: records, engine: try engine(tracing: false), hasher: hasher)
    let prover = try IntervalProver(
      spec: spec, dataset: dataset, engine: try engine(tracing: true),
      secret: options.hidingSecret(for: spec), dataCodePath: directory.dataCodePath)
    if settings.options.isHiding, let secret = options.secret {
      try ProofBudget(secret: secret).spend(stretches, limit: settings.options.openings)
    }
    let folder = ProofFolder(out ?? ProofFolder.usual(inRun: run))
    try FileAccess.makeFolder(folder.path)
    let bar = console.progress(
      total: chosen.reduce(0) { $0 + segment.steps(ofInterval: $1).count }, unit: "steps")
    defer { bar.finish() }
    var done = 0
    var written: [(path: String, byteCount: Int)] = []
    for interval in chosen {
      let start = try states.state(ofRecord: interval)
      let before = try states.commitment(ofRecord: interval)
      let steps = segment.steps(ofInterval: interval)
      let result = try prover.prove(
        steps, from: start, limit: limit < settings.options.steps ? limit : nil
      ) { bar.update(done + $0) }
      done += steps.count
      guard result.end.root == records[interval + 1].stateRoot else {
        throw TrainingError.traceMismatch(record: interval + 1)
      }
      let proof = IntervalProof(
        of: interval, from: before, result, records: records,
        saltOpening: directory.saltOpening(ofRecord:))
      let path = folder.file(interval)
      try FileAccess.write(proof.bytes, to: path)
      written.append((path, proof.bytes.count))
    }
    bar.finish()
    return try report(written, seconds: console.elapsed() - began, console)
  }

  /// The setting of proofs that fit the memory: with as many steps as the spec says, or half, or a
  /// quarter of them, and so on.
  private func setting(_ settings: SpecSettings) throws -> ProofSetting {
    var steps = settings.options.steps
    while true {
      let setting = try settings.setting(stepCount: steps)
      let needed = ProvingCost(setting).memoryByteCount
      guard let memory, needed > min(max(0, memory), 1 << 40) * 1_000_000 else { return setting }
      guard steps > 1, !settings.options.isHiding else {
        throw OperationError(
          "A proof of \(steps == 1 ? "1 step" : "\(steps) steps") needs "
            + "\(Quantity.bytes(needed)) of memory. Allow so much with --memory"
            + (steps > 1 ? ", or make a spec whose proofs cover fewer steps." : "."))
      }
      steps = (steps + 1) / 2
    }
  }

  /// What is to be expected, before the work begins.
  private func describe(
    _ setting: ProofSetting, _ settings: SpecSettings, stretchCount: Int,
    _ directory: RunDirectory, _ console: Console
  ) throws {
    let cost = ProvingCost(setting)
    let (steps, most) = (setting.circuit.stepCount, settings.options.steps)
    try console.print("circuit      \(setting.circuit.digest)")
    try console.print(
      "each proof   \(steps) steps\(steps < most ? " of the \(most) that the spec allows" : ""), "
        + "\(cost.elementCount) elements, \(cost.lookupCount) lookups")
    try console.print("security     \(setting.security.total)")
    try console.print(
      "estimate     \(stretchCount) proofs, about "
        + "\(Quantity.seconds(Double(stretchCount) * cost.seconds)) on one core, "
        + "\(Quantity.bytes(cost.memoryByteCount)) of memory")
    if cost.dataCodeByteCount > 0 {
      try console.print(
        "data code    \(directory.dataCodePath), \(Quantity.bytes(cost.dataCodeByteCount)); "
          + "made once, and again when it is gone")
    }
  }

  private func report(
    _ written: [(path: String, byteCount: Int)], seconds: Double, _ console: Console
  ) throws -> ExitCode {
    for (path, byteCount) in written {
      try console.print("proof        \(path), \(Quantity.bytes(byteCount))")
    }
    try console.print("time         \(Quantity.seconds(seconds))")
    try console.json(
      .object([
        "proofs": .array(
          written.map {
            .object(["path": .string($0.path), "bytes": .integer($0.byteCount)])
          }), "seconds": .double(seconds),
      ]))
    return .success
  }

  /// The intervals to prove: those that were named, or drawn.
  private func intervals(of claim: OpenedClaim, count: Int) throws -> [Int] {
    switch (intervals, challenge) {
    case (let list?, nil): return try Self.intervals(list, count: count)
    case (nil, let path?):
      let challenge = try Challenge(
        decoding: FileAccess.read(path, limit: Challenge.maximumByteCount))
      guard challenge.claim == claim.identity, challenge.draw.intervalCount == count else {
        throw OperationError("The challenge in '\(path)' is about another claim.")
      }
      return challenge.indices
    default:
      throw UsageError(
        "Say which intervals to prove.",
        hint: "--intervals 0,3, --intervals all, or --challenge challenge.json.")
    }
  }

  /// The numbers in a list such as "0,3", ascending.
  private static func intervals(_ list: String, count: Int) throws -> [Int] {
    if list == "all" { return Array(0..<count) }
    var chosen: Set<Int> = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let interval = Int(part), (0..<count).contains(interval) else {
        throw UsageError(
          "'\(part)' is no interval of the claim.",
          hint: "It has the intervals 0 to \(count - 1); separate them by commas, or say all.")
      }
      chosen.insert(interval)
    }
    return chosen.sorted()
  }
}
