internal import AssayAccounting
internal import AssayAdversaries
internal import AssayAuditing
internal import AssayCircuits
internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayProving
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage
internal import AssayTensors
internal import AssayTraining
internal import AssayVerification

/// Jobs whose terms ask for proofs: one that is paid on them, one whose cheat cannot make them, and
/// one whose cheat forges them and bribes the verifier.
struct ProofScene {
  private let market: DemoMarket
  private let cast: DemoCast
  private let backend: any Backend
  private let hasher: any StateHasher
  private let console: Console
  private let spec: Spec
  private let dataset: Dataset
  private let checks: ProofChecks
  private let plan: AuditPlan

  /// Six steps in three intervals on a few of the glyphs.
  init(
    market: DemoMarket, cast: DemoCast, backend: any Backend, hasher: any StateHasher,
    console: Console
  ) throws {
    self.market = market
    self.cast = cast
    self.backend = backend
    self.hasher = hasher
    self.console = console
    let task = DataDescription.GeneratedTask(task: "glyphs", seed: 1, first: 0)
    dataset = try Dataset.load(.generated(task, count: 64))
    let data = dataset.description(scale: DataDescription.Scale(), generated: task)
    let network = IntegerNetwork(
      .perceptron(hidden: [8]), data: data, batchSize: 4, steps: 6, hasMomentum: true,
      learningRate: nil)
    guard let parts = network.parts() else {
      throw OperationError("the glyphs do not suit a perceptron in integers")
    }
    func spec(_ proof: ProofOptions?) throws -> Spec {
      try Spec(
        decoding: Spec.json(
          seed: 1, steps: 6, interval: 2, batchSize: 4, model: parts.model, data: data,
          optimizer: parts.optimizer, schedule: parts.schedule, integer: parts.settings,
          proof: proof))
    }
    let circuit = try Circuit(spec: spec(nil), stepCount: 2)
    let rows = try ProofSetting.rows(for: circuit)
    let root = try DataCommitment.root(
      of: dataset, setting: ProofSetting(circuit: circuit, rows: rows))
    let provable = try spec(
      ProofOptions(steps: 2, rows: rows, dataRoot: root))
    guard let checks = try ProofChecks(for: provable) else {
      throw OperationError("the steps of the demonstration cannot be proved")
    }
    self.spec = provable
    self.checks = checks
    plan = try AuditPlan(against: .targeted, intervalCount: provable.intervalCount)
  }

  /// Plays the three jobs.
  func play() throws -> [DemoStory] {
    try market.store.keep(evidence: spec.bytes)
    let (honest, paid) = try playHonest()
    return [paid, try playCheat(honest), try playForger(honest)]
  }

  /// Trains, proves every interval, and is paid by whoever checks the proofs.
  private func playHonest() throws -> (MemoryRun, DemoStory) {
    let key = try DemoCast.key()
    let job = try open("proved", key)
    let run = try MemoryRun.honest(
      provider: key.verifyingKey, traceSecret: Digest(bytes: DemoCast.secret()), engine: engine(),
      hasher: hasher)
    let began = console.elapsed()
    let proofs = try prove(run)
    let seconds = console.elapsed() - began
    try console.print(
      "  proving    \(run.spec.intervalCount) intervals in \(Quantity.seconds(seconds)): "
        + Quantity.bytes(proofs.values.reduce(0) { $0 + $1.count }))
    let submission = Submission.honest(run, job: "proved", terms: job.terms.digest, key: key)
    let result = try market.settle(job, claim: submission.claim) { challenge in
      for proof in proofs.values { try market.store.keep(evidence: proof) }
      return try audit(job, submission, challenge, proofs)
    }
    try console.print(
      "  audit      \((result.audit?.sentence ?? "").firstClause), in "
        + "\(Quantity.seconds(result.audit?.seconds ?? 0)), without the data")
    try console.print(
      "  payment    \(result.ending.settlement.rawValue): the proofs were checked again with GMP; "
        + DemoStory.signed(result.providerChange, market.asset))
    return (run, story(nil, result, submission, "honest, with proofs", "Proves every interval."))
  }

  /// Leaves an interval out: its own prover says that there is nothing to prove.
  private func playCheat(_ honest: MemoryRun) throws -> DemoStory {
    let (job, submission) = try cheat("unproved", honest)
    var proofs: [Int: [UInt8]] = [:]
    for interval in 0..<submission.intervalCount {
      do {
        proofs[interval] = try prove(submission.run, interval)
      } catch let error as Unprovable {
        try console.print("  a cheat    left an interval out, and has no proof: \(error)")
      }
    }
    let result = try market.settle(job, claim: submission.claim) { challenge in
      try audit(job, submission, challenge, proofs)
    }
    let story = story(
      .skippedIntervals, result, submission, "skipped intervals, to be proved",
      "Leaves an interval out, and cannot prove it.")
    try console.print(story.line(asset: market.asset))
    return story
  }

  /// Hands in another run's proof as its own, and bribes the verifier to sign for it.
  private func playForger(_ honest: MemoryRun) throws -> DemoStory {
    let (job, submission) = try cheat("forged", honest)
    var proofs: [Int: [UInt8]] = [:]
    for interval in 0..<submission.intervalCount {
      proofs[interval] = try forge(submission.run, interval, from: honest)
    }
    let result = try market.settle(job, claim: submission.claim) { challenge in
      for proof in proofs.values { try market.store.keep(evidence: proof) }
      let bought = Verdict(
        on: challenge, outcome: .accepted, executed: [],
        proved: challenge.indices.map {
          ProvedInterval(interval: $0, proof: SHA256.digest(of: proofs[$0] ?? []))
        }, device: "none")
      guard
        case .evidence(.proof(.refused(let reason)))? = try market.handIn(
          bought.signed(by: cast.verifier), for: job.terms.contents.job)
      else { throw OperationError("a forged proof was not refused") }
      try console.print(
        "  a forger   bribes the verifier to accept; the market: \(reason.firstClause)")
      return try audit(job, submission, challenge, proofs)
    }
    let story = story(
      .skippedIntervals, result, submission, "forged proof",
      "Leaves an interval out, and hands in the proof of another run's.")
    try console.print(story.line(asset: market.asset))
    return story
  }

  private func open(_ name: String, _ key: SigningKey) throws -> DemoMarket.OpenJob {
    try market.open(
      name, of: spec, provider: key.verifyingKey,
      policy: EvidencePolicy(
        method: .proof, selection: .every, adversary: .targeted,
        confidenceMillionths: 1_000_000),
      outsideGain: Amount(20_00), leastAccuracy: nil)
  }

  /// A job of a provider who leaves intervals out.
  private func cheat(
    _ name: String, _ honest: MemoryRun
  ) throws -> (DemoMarket.OpenJob, Submission) {
    let key = try DemoCast.key()
    let job = try open(name, key)
    let provider = try CheatingProvider(
      honest: honest,
      honestClaim: honest.claim(job: "proved", terms: .zero).signed(by: DemoCast.key()),
      dataset: dataset, backend: backend, hasher: hasher, key: key,
      traceSecret: Digest(bytes: DemoCast.secret()), job: name, terms: job.terms.digest)
    return (job, try provider.submission(.skippedIntervals))
  }

  private func audit(
    _ job: DemoMarket.OpenJob, _ submission: Submission, _ challenge: Challenge,
    _ proofs: [Int: [UInt8]]
  ) throws -> AuditReport {
    let run = submission.run
    return try Audit(
      spec: spec, expectation: DemoMarket.expectation(job.terms), backend: backend, referee: nil,
      hasher: hasher, proofs: checks, clock: console.elapsed
    ).examine(
      claim: submission.claim, challenge: challenge, bundle: nil,
      answer: ProofAnswer(
        artefact: run.states[run.states.count - 1].safetensors, isFinal: true
      ) { proofs[$0] }, dataset: nil)
  }

  private func story(
    _ cheat: Cheat?, _ result: DemoMarket.Result, _ submission: Submission, _ name: String,
    _ deed: String
  ) -> DemoStory {
    DemoStory(
      cheat: cheat, plan: plan, submission: cheat == nil ? nil : submission, result: result,
      stepsPerInterval: Int(spec.interval), part: (name, deed))
  }
}

extension String {
  /// What stands before the first semicolon.
  fileprivate var firstClause: Substring { prefix { $0 != ";" } }
}

// What provers do.
extension ProofScene {
  /// Why a provider has no proof.
  private struct Unprovable: Error, CustomStringConvertible {
    let description: String
  }

  private func engine(tracing: Bool = false) throws -> StepEngine {
    try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: hasher, tracing: tracing)
  }

  private func prove(_ run: MemoryRun) throws -> [Int: [UInt8]] {
    var proofs: [Int: [UInt8]] = [:]
    for interval in 0..<spec.intervalCount { proofs[interval] = try prove(run, interval) }
    return proofs
  }

  /// The proof of an interval, if the steps lead to the claimed state.
  private func prove(_ run: MemoryRun, _ interval: Int) throws -> [UInt8] {
    let result = try IntervalProver(
      spec: spec, dataset: dataset, engine: engine(tracing: true)
    ).prove(spec.steps(ofInterval: interval), from: run.states[interval])
    let claimed = run.records[interval + 1].stateRoot
    guard result.end.root == claimed else {
      throw Unprovable(
        description: "interval \(interval) leads to \(result.end.root.hex.prefix(8))…, claimed is "
          + "\(claimed.hex.prefix(8))…")
    }
    return IntervalProof(
      of: interval, from: run.commitments[interval], result, records: run.records,
      saltOpening: run.saltOpening
    ).bytes
  }

  /// The proof of another run's interval, with the openings of this one.
  private func forge(
    _ run: MemoryRun, _ interval: Int, from other: MemoryRun
  ) throws -> [UInt8] {
    let result = try IntervalProver(
      spec: spec, dataset: dataset, engine: engine(tracing: true)
    ).prove(spec.steps(ofInterval: interval), from: other.states[interval])
    let file = IntervalProof(
      of: interval, from: run.commitments[interval], result, records: run.records,
      saltOpening: run.saltOpening)
    return IntervalProof(
      interval: file.interval, first: file.first, last: file.last, before: file.before,
      after: IntervalProof.End(
        opening: file.after.opening,
        contentsRoots: run.commitments[interval + 1].contentsRoots),
      joints: file.joints, proofs: file.proofs
    ).bytes
  }
}
