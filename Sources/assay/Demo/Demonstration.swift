internal import AssayAccelerators
internal import AssayAccounting
internal import AssayAdversaries
internal import AssayAuditing
internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayFiles
internal import AssayReports
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage
internal import AssayTensors
internal import AssayTraining
internal import AssayWire
internal import Foundation

/// The scenes of `assay demo`.
struct Demonstration {
  /// The accuracy that the price is for, in millionths.
  private static let leastAccuracy = 950_000

  let folder: String
  let console: Console
  private let cast: DemoCast
  private let spec: Spec
  private let dataset: Dataset
  private let testSet: Dataset
  private let backend: any Backend
  private let hasher: any StateHasher
  private let market: DemoMarket
  private let sampling: AuditPlan
  private let everything: AuditPlan
  private var honest: MemoryRun?
  private var honestKey: SigningKey?
  private var honestReport: RunReport?
  private var stories: [DemoStory] = []

  init(
    folder: String, steps: Int, backend: any Backend, hasher: any StateHasher, console: Console
  ) throws {
    self.folder = folder
    self.console = console
    self.backend = backend
    self.hasher = hasher
    cast = try DemoCast()
    let task = DataDescription.GeneratedTask(task: "glyphs", seed: 1, first: 0)
    dataset = try Dataset.load(.generated(task, count: 10_000))
    let data = dataset.description(scale: dataset.standardScale, generated: task)
    let testTask = TestDataOptions.generated(after: task, data)
    testSet = try Dataset.load(.generated(testTask, count: 2000))
    spec = try Spec(
      decoding: Spec.json(
        seed: 1, steps: UInt64(steps), interval: UInt64((steps + 99) / 100), batchSize: 64,
        model: MultilayerPerceptron(hidden: [128], activation: .relu).model(for: data),
        data: data,
        optimizer: .adam(
          beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true),
        schedule: Schedule(kind: .cosine(final: 0), learningRate: 0.001),
        quality: QualityMeasure(
          metric: .accuracy, root: testSet.commitment(), exampleCount: testSet.exampleCount,
          batchSize: 500, generated: testTask)))
    try FileAccess.write(spec.bytes, to: folder + "/spec.json")
    sampling = try AuditPlan(
      against: .lazy(fractionMillionths: 100_000, confidenceMillionths: 990_000),
      intervalCount: spec.intervalCount)
    everything = try AuditPlan(against: .targeted, intervalCount: spec.intervalCount)
    market = try DemoMarket(
      path: folder + "/market.db", cast: cast, spec: spec, dataset: dataset, testSet: testSet,
      backend: backend, now: UInt64(Date().timeIntervalSince1970), clock: console.elapsed)
  }

  /// Says what is going to happen.
  func introduce() throws {
    try console.print(
      "The work     \(spec.data.exampleCount) generated images of ten glyphs; a "
        + "perceptron of \(spec.model.parameterElementCount) parameters")
    try console.print(
      "             \(spec.steps) steps in \(spec.intervalCount) intervals of "
        + "\(spec.interval); spec \(short(spec.digest))")
    try console.print(
      "The policy   \(sampling.drawnCount) of \(spec.intervalCount) intervals are "
        + "executed again, drawn after the claim: whoever")
    try console.print(
      "             falsifies a tenth of the work is caught with probability "
        + "\(sampling.probability(falseIntervals: spec.intervalCount / 10))")
    try console.print(
      "The money    the price is 120.00 EUR, the verifier's fee 6.00, the "
        + "provider's stake 300.00;")
    try console.print(
      "             a model that gets less than "
        + "\(Quantity.percent(Double(Self.leastAccuracy) / 1e6)) of 2000 other images right is "
        + "paid 40.00")
    try console.print()
  }

  /// The honest provider: trained in a run folder, claimed, drawn, opened, audited, paid.
  mutating func runHonestJob() throws {
    let key = try DemoCast.key()
    let job = try market.open(
      "honest", provider: key.verifyingKey, policy: sampling.policy, outsideGain: .zero,
      leastAccuracy: Self.leastAccuracy)
    let files = folder + "/honest"
    try FileAccess.makeFolder(files)
    try FileAccess.write(job.terms.bytes, to: files + "/terms.json")
    try scene("An honest provider")
    try console.print("  escrow     the buyer's 126.00 EUR and the provider's stake are held")
    let directory = try RunDirectory.create(
      files + "/run", spec: spec, provider: key.verifyingKey,
      traceSecret: try Digest(bytes: DemoCast.secret()))
    let engine = try makeEngine()
    let trained = try train(directory, engine)
    try console.print(
      "  training   \(trained.stepsRun) steps in \(Quantity.seconds(trained.elapsed)) on "
        + "\(backend.name); committing to \(trained.records.count) states took "
        + Quantity.percent(trained.timings.committing / max(trained.timings.training, 1e-9)))
    let stated = try directory.claim(
      job: "honest", terms: job.terms.digest, hasher: hasher, evaluator: makeEvaluator())
    let claim = stated.signed(by: key)
    try FileAccess.write(claim.encoded, to: directory.claimPath)
    try console.print(
      "  claim      signed and logged: \(short(claim.identity)); "
        + "on unseen images \(stated.quality?.description ?? "nothing")")
    let bundlePath = files + "/bundle.assay"
    let result = try market.settle(
      job, claim: claim.encoded,
      onChallenge: { challenge in
        try FileAccess.write(challenge.encoded, to: files + "/challenge.json")
        try console.print(
          "  draw       both secrets are revealed: intervals "
            + "\(challenge.indices.prefix(8).map(String.init).joined(separator: " ")) …")
      },
      answer: { challenge in
        let packer = try BundlePacker(
          spec: spec, claimEnvelope: claim.encoded, challenge: challenge,
          records: trained.records, saltOpening: directory.saltOpening(ofRecord:))
        let states = RecordedStates(
          directory, records: trained.records, engine: engine, hasher: hasher)
        try packer.pack(states: states, hasher: hasher, toFile: bundlePath)
        try console.print(
          "  opening    \(Quantity.bytes(packer.byteCount)) of start states and proofs, "
            + "\(states.recomputedIntervalCount) intervals recomputed")
        return try BundleFile(bundlePath)
      })
    try describe(result)
    if let verdict = result.verdict {
      try FileAccess.write(verdict, to: files + "/verdict.json")
    }
    try writeReceipt(result.job, to: files)
    honestReport = try report(directory, result)
    stories.append(
      DemoStory(
        cheat: nil, plan: sampling, submission: nil, result: result,
        stepsPerInterval: Int(spec.interval)))
    try console.print()
  }

  /// The same work under terms that ask for more than the spec gives: right, and paid less.
  mutating func runPoorJob() throws {
    try scene("An honest provider whose run misses the quality of its terms")
    let key = try DemoCast.key()
    let run = try memoryRun(provider: key.verifyingKey)
    (honest, honestKey) = (run, key)
    let job = try market.open(
      "poor", provider: key.verifyingKey, policy: sampling.policy, outsideGain: .zero,
      leastAccuracy: 999_000)
    let submission = Submission.honest(run, job: "poor", terms: job.terms.digest, key: key)
    let result = try market.settle(
      job, claim: submission.claim, answer: { BundleBytes(try submission.bundle(for: $0)) })
    try console.print("  terms      the price is for an accuracy of 99.9 %")
    try describe(result)
    stories.append(
      DemoStory(
        cheat: nil, plan: sampling, submission: nil, result: result,
        stepsPerInterval: Int(spec.interval)))
    try console.print()
  }

  /// The same work once more, for a verifier that executes the draw on a device: a GPU where there
  /// is one, which the terms then ask for, else what OpenCL offers.
  mutating func runDeviceJob() throws {
    guard let honest, let key = honestKey else { return }
    try scene("A verifier with other hardware")
    let chosen: DeviceBackend?
    do {
      chosen = try DemoDevice.choose(console)
    } catch let error as BackendError {
      return try console.print("  device     \(error)\n")
    }
    guard let device = chosen else { return try console.print() }
    let policy = sampling.policy
    let asked = EvidencePolicy(
      method: policy.method, selection: policy.selection, adversary: policy.adversary,
      confidenceMillionths: policy.confidenceMillionths,
      hardware: device.hardware.isGPU ? .gpu : nil)
    let job = try market.open(
      "elsewhere", provider: key.verifyingKey, policy: asked, outsideGain: .zero,
      leastAccuracy: Self.leastAccuracy)
    let submission = Submission.honest(honest, job: "elsewhere", terms: job.terms.digest, key: key)
    let result = try market.settle(
      job, claim: submission.claim, verifier: device,
      answer: { BundleBytes(try submission.bundle(for: $0)) })
    try describe(result)
    stories.append(
      DemoStory(
        cheat: nil, plan: sampling, submission: nil, result: result,
        stepsPerInterval: Int(spec.interval),
        part: ("honest, verified on \(device.description.selector)", "Trains as agreed.")))
    try console.print()
  }

  /// Every cheat once, under the sampling policy.
  mutating func runCheats() throws {
    try scene("Providers who cheat, under the same policy")
    for cheat in Cheat.allCases { try run(cheat, sampling, outsideGain: .zero) }
    try console.print()
  }

  /// The cheats that falsify little, under a policy made for them.
  mutating func runTargetedCheats() throws {
    try scene("One false interval is what a saboteur needs: every interval is executed again")
    for cheat in Cheat.allCases where cheat.scope == .oneInterval || cheat == .flippedLabel {
      try run(cheat, everything, outsideGain: Amount(100_00))
    }
    try console.print()
  }

  private mutating func run(
    _ cheat: Cheat, _ plan: AuditPlan, outsideGain: Amount
  ) throws {
    guard let honest else { return }
    let key = try DemoCast.key()
    let suffix = plan.drawnCount == plan.intervalCount ? "-every" : ""
    let name = cheat.rawValue + suffix
    let job = try market.open(
      name, provider: key.verifyingKey, policy: plan.policy, outsideGain: outsideGain,
      leastAccuracy: Self.leastAccuracy)
    let honestClaim = honest.claim(job: "honest", terms: .zero).signed(by: try DemoCast.key())
    let provider = try CheatingProvider(
      honest: honest, honestClaim: honestClaim, dataset: dataset, testSet: testSet,
      backend: backend, hasher: hasher, key: key, traceSecret: try Digest(bytes: DemoCast.secret()),
      job: name,
      terms: job.terms.digest)
    let submission = try provider.submission(cheat)
    let result = try market.settle(
      job, claim: submission.claim,
      answer: { BundleBytes(try submission.bundle(for: $0)) })
    let story = DemoStory(
      cheat: cheat, plan: plan, submission: submission, result: result,
      stepsPerInterval: Int(spec.interval))
    stories.append(story)
    try console.print(story.line(asset: market.asset))
  }

  /// Work whose steps are proved: paid on proofs, and not without them.
  mutating func runProvedJobs() throws {
    try scene("Work in integers can be proved: nobody executes it again")
    stories += try ProofScene(
      market: market, cast: cast, backend: backend, hasher: hasher, console: console
    ).play()
    try console.print()
  }

  /// Checks the sums, writes the report, and says where everything is.
  func finish(seconds: Double) throws -> ExitCode {
    let account = DemoAccount(stories: stories, market: market)
    try account.printBooks(console)
    let report = account.report(
      honest: honestReport,
      footer: "Made by assay \(CommandTable.version) in "
        + "\(Quantity.seconds(seconds)) on \(backend.name).")
    let path = folder + "/report.html"
    try FileAccess.write(report.html(), to: path)
    try console.print("Report       \(path)")
    try console.print(
      "By hand      assay audit --help, assay job --help; the honest job's files "
        + "are in \(folder)/honest")
    try console.print("Time         \(Quantity.seconds(seconds))")
    try console.json(account.json(report: path, seconds: seconds))
    // What must always hold: the honest provider is paid, and whoever was caught is not.
    return account.isAsExpected ? .success : .rejected
  }

  private func train(_ directory: RunDirectory, _ engine: StepEngine) throws -> TrainingResult {
    var course = TrainingCourse(
      directory, hasher: hasher, evaluator: try makeEvaluator(), evaluationCount: 20,
      console: console)
    return try course.train(
      engine: engine, retention: RetentionPlan(spec: spec, stride: 5),
      backendName: backend.name)
  }

  private func makeEngine() throws -> StepEngine {
    try StepEngine(spec: spec, dataset: dataset, backend: backend, hasher: hasher)
  }

  private func makeEvaluator() throws -> Evaluator? {
    try Evaluator.measuring(spec, testSet: testSet, backend: backend)
  }

  /// Another honest run of the same spec, which the cheats start from.
  private func memoryRun(provider: VerifyingKey) throws -> MemoryRun {
    try MemoryRun.honest(
      provider: provider, traceSecret: try Digest(bytes: DemoCast.secret()),
      engine: makeEngine(), hasher: hasher, evaluator: makeEvaluator())
  }

  private func writeReceipt(_ job: Job, to files: String) throws {
    guard let receipt = try market.store.receipt(of: job) else { return }
    try FileAccess.write(
      receipt.signed(by: cast.operator).encoded, to: files + "/receipt.json")
  }

  private func report(
    _ directory: RunDirectory, _ result: DemoMarket.Result
  ) throws -> RunReport {
    var builder = try RunReportBuilder(directory)
    builder.job = result.job.id
    builder.audit = result.audit.map { AuditSummary($0, device: backend.name) }
    builder.verifier = cast.verifier.verifyingKey.keyID
    builder.money = JobMoney(job: result.job, machine: market.store.machine).summary()
    return try builder.report(footer: "")
  }

  private func describe(_ result: DemoMarket.Result) throws {
    guard let audit = result.audit else { return }
    try console.print("  audit      \(audit.sentence), in \(Quantity.seconds(audit.seconds))")
    try console.print(
      "  payment    \(result.ending.settlement.rawValue): the provider's balance changed by "
        + DemoStory.signed(result.providerChange, market.asset))
  }

  private func scene(_ title: String) throws {
    try console.print(title)
    try console.print(String(repeating: "─", count: title.count))
  }

  private func short(_ digest: Digest) -> String { digest.hex.prefix(16) + "…" }
}
