internal import AssayAdversaries
internal import AssayAuditing
internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

extension Cheat: ArgumentValue {}

/// `assay cheat`: plays a provider who cheats.
struct CheatCommand: Command {
  static let description = CommandDescription(
    name: "cheat",
    abstract: "Play a provider who cheats in a known way, to see whether an audit notices.",
    discussion: """
      Takes an honest run that has been claimed, and makes what a cheating provider would hand in
      instead: a claim, and with --challenge the answer to a challenge. Everything but the cheat is
      right. The states of the run are held in memory.

      The ways are:

      \(ways)
      """,
    examples: [
      CommandExample(
        "assay cheat run --how skippedIntervals --out cheat",
        "Writes the cheat's run and its claim to the folder 'cheat'."),
      CommandExample(
        "assay cheat run --how skippedIntervals --out cheat --challenge challenge.json",
        "Answers a challenge of that claim: writes cheat/bundle."),
    ])

  private static let ways = Cheat.allCases.map { "\($0.rawValue): \($0.explanation)" }
    .joined(separator: "\n\n")

  @Argument(help: "The folder of the honest run.") var run: String
  @Option("way", help: "How to cheat.") var how: Cheat
  @Option("folder", help: "The folder of the cheat.") var out: String
  @Option("file", help: "The terms of the job that the cheat was hired for.") var terms: String?
  @Option("file", help: "The challenge to answer.") var challenge: String?
  var files = DataOptions()
  var test = TestDataOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let challenge = try challenge.map {
      try Challenge(decoding: FileAccess.read($0, limit: Challenge.maximumByteCount))
    }
    let key = try signingKey(isAnswer: challenge != nil)
    let submission = try makeSubmission(key)
    if let challenge {
      guard challenge.claim == submission.identity else {
        throw OperationError(
          "the challenge is not about this cheat's claim; use the same run, --how, --terms and "
            + "--out as for the claim.")
      }
      let path = out + "/bundle"
      try FileAccess.write(submission.bundle(for: challenge), to: path)
      try console.print("bundle       \(path)")
      try console.print(
        "will be      \(submission.isCaught(by: challenge) ? "caught" : "missed by this draw")")
      try console.json(
        .object([
          "bundle": .string(path), "isCaught": .bool(submission.isCaught(by: challenge)),
        ]))
      return .success
    }
    try submission.run.write(to: out + "/run", weights: RunDirectory.open(run).weights())
    for path in [out + "/claim.json", out + "/run/claim.json"] {
      try FileAccess.write(submission.claim, to: path)
    }
    try show(submission, console)
    return .success
  }

  private func show(_ submission: Submission, _ console: Console) throws {
    try console.print("cheat        \(how.name): \(how.explanation)")
    try console.print("claim        \(out)/claim.json")
    let count = submission.falseIntervals.count
    if how.scope == .notComputational {
      try console.print("false        no interval: every audit sees it")
    } else {
      try console.print("false        \(count) of \(submission.intervalCount) intervals")
      let draws = min(44, submission.intervalCount)
      try console.print(
        "caught       with probability \(submission.catchProbability(drawn: draws)) by \(draws) "
          + "draws")
    }
    try console.json(
      .object([
        "cheat": .string(how.rawValue), "claim": .string(out + "/claim.json"),
        "falseIntervals": .array(submission.falseIntervals.map { .integer($0) }),
        "intervalCount": .integer(submission.intervalCount),
      ]))
  }

  /// The cheat's key: made with the claim, and the same for the answer.
  private func signingKey(isAnswer: Bool) throws -> SigningKey {
    let path = out + "/provider.key"
    if isAnswer { return try KeyFiles.signingKey(at: path) }
    guard !FileAccess.exists(path) else { throw FileAccess.alreadyExists(path) }
    let key = try SigningKey(seed: RandomBytes.make(32))
    try FileAccess.makeFolder(out)
    try FileAccess.write(Array(key.pem.utf8), to: path, mode: 0o600)
    return key
  }

  private func makeSubmission(_ key: SigningKey) throws -> Submission {
    let directory = try RunDirectory.open(run)
    let spec = directory.spec
    let records = try directory.records()
    guard directory.segment == spec.wholeRun else {
      throw OperationError("the run in '\(run)' continues another one; name one from step 0.")
    }
    guard records.count == Int(spec.traceSize) else {
      throw OperationError("the run in '\(run)' is not finished; train it to its end first.")
    }
    guard spec.intervalCount >= 2 else {
      throw OperationError("the run has one interval; cheats need two at least.")
    }
    guard Cheat.cases(for: spec).contains(how) else {
      throw OperationError("the spec measures no quality that could be lied about.")
    }
    let claim = try Envelope(
      decoding: FileAccess.read(directory.claimPath, limit: Envelope.maximumByteCount))
    let dataset = try files.dataset(for: spec.data)
    let backend = try options.backend()
    let hasher = try options.hasher(for: spec)
    let weights = try directory.weights()
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: hasher, weights: weights)
    let states = RecordedStates(directory, records: records, engine: engine, hasher: hasher)
    let testSet = try test.committed(for: spec, texts: files.texts)
    let evaluator = try testSet.flatMap {
      try Evaluator.measuring(spec, testSet: $0, backend: backend, weights: weights)
    }
    let honest = try MemoryRun(
      spec: spec, provider: directory.provider, traceSecret: directory.traceSecret,
      states: try records.indices.map(states.state(ofRecord:)),
      meanLosses: records.map(\.meanLoss), hasher: hasher, evaluator: evaluator)
    let job = try TermsReference(path: terms)
    let provider = try CheatingProvider(
      honest: honest, honestClaim: claim, dataset: dataset, testSet: testSet, backend: backend,
      hasher: hasher, key: key,
      traceSecret: SHA256.digest(of: key.sign(Array("trace secret".utf8))),
      job: job.job, terms: job.digest, weights: weights)
    return try provider.submission(how)
  }
}
