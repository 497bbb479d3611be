internal import AssayAccounting
internal import AssayAuditing
internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayProving
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage
internal import AssayTensors
internal import AssayTraining

/// The market of the demonstration: a real settlement database and log, on a clock of its own, so
/// that nobody waits a day for a challenge window.
final class DemoMarket {
  static let origin = "assay.example/demo"
  /// What accepted work that misses the accuracy is paid.
  static let lowerPrice = Amount(40_00)

  let cast: DemoCast
  let spec: Spec
  let store: SettlementStore
  let asset: AssayAccounting.Asset
  private let dataset: Dataset
  private let testSet: Dataset
  private let backend: any Backend
  private let clock: () -> Double
  /// The market's time in seconds.
  private var now: UInt64
  private var commandCount = 0

  init(
    path: String, cast: DemoCast, spec: Spec, dataset: Dataset, testSet: Dataset,
    backend: any Backend, now: UInt64, clock: @escaping () -> Double
  ) throws {
    self.cast = cast
    self.spec = spec
    self.dataset = dataset
    self.testSet = testSet
    self.backend = backend
    self.now = now
    self.clock = clock
    store = try SettlementStore(checking: path)
    asset = try AssayAccounting.Asset(id: "EUR", decimals: 2)
  }

  /// A job that a provider has taken: escrow and stake are held.
  struct OpenJob {
    var terms: Terms
    var buyerSecret: [UInt8]
    var operatorSecret: [UInt8]
    var providerBefore: Amount
  }

  /// What came of a job.
  struct Result {
    var job: Job
    var ending: Ending
    /// Why the claim was refused at the door, if it was.
    var refusal: Refusal?
    var audit: AuditReport?
    var claim: [UInt8]
    var verdict: [UInt8]?
    /// What the provider's balance changed by over the job.
    var providerChange: Int128
  }

  /// The buyer offers and funds a job, and the provider takes it.
  ///
  /// - Parameters:
  ///   - spec: what is to be computed; the market's own spec if left out.
  ///   - leastAccuracy: what the full price is for, in millionths; nil where any is.
  func open(
    _ job: String, of spec: Spec? = nil, provider: VerifyingKey, policy: EvidencePolicy,
    outsideGain: Amount, leastAccuracy: Int?
  ) throws -> OpenJob {
    let buyerSecret = DemoCast.secret()
    let operatorSecret = DemoCast.secret()
    var price = try contents(
      job, spec ?? self.spec, provider, policy, outsideGain, buyerSecret, operatorSecret)
    price.quality = leastAccuracy.map { least in
      QualityCondition(
        threshold: .accuracy(atLeastMillionths: least), lowerPrice: Self.lowerPrice)
    }
    let terms = try Terms(price)
    try apply(.deposit(party: cast.buyer.verifyingKey, asset: asset, amount: price.price))
    try apply(.deposit(party: cast.buyer.verifyingKey, asset: asset, amount: price.fee))
    try apply(.deposit(party: provider, asset: asset, amount: price.stake))
    let opened = OpenJob(
      terms: terms, buyerSecret: buyerSecret, operatorSecret: operatorSecret,
      providerBefore: balance(provider))
    try apply(.offer(terms: terms.bytes))
    try apply(.fund(job: job, by: cast.buyer.verifyingKey))
    try apply(.accept(job: job, by: provider))
    return opened
  }

  /// The provider claims, the draw is made, a verifier audits, and the money moves.
  ///
  /// - Parameters:
  ///   - verifier: what the verifier executes the intervals on, if not on the market's back end.
  ///   - answer: the provider's answer to the challenge.
  func settle(
    _ job: OpenJob, claim: [UInt8], verifier: (any Backend)? = nil,
    onChallenge: (Challenge) throws -> Void = { _ in },
    answer: (Challenge) throws -> any BundleSource
  ) throws -> Result {
    let verifier = verifier ?? backend
    return try settle(job, claim: claim, on: verifier) { challenge in
      try onChallenge(challenge)
      return try audit(job.terms, on: verifier).examine(
        claim: claim, challenge: challenge, bundle: try answer(challenge), dataset: dataset,
        testSet: testSet)
    }
  }

  /// The provider claims, the draw is made, a verifier audits, and the money moves.
  func settle(
    _ job: OpenJob, claim: [UInt8], on verifier: (any Backend)? = nil,
    audit examine: (Challenge) throws -> AuditReport
  ) throws -> Result {
    let backend = verifier ?? self.backend
    let name = job.terms.contents.job
    now += 3_600
    if case .refused(let refusal) = try send(.commit(job: name, claim: claim)) {
      return try settleWithoutClaim(job, claim, refusal)
    }
    // The claim is in the log before anybody reveals anything.
    let identity = try Envelope(decoding: claim).identity
    _ = try store.appendToLog(.claim, envelope: claim)
    try apply(.logged(job: name, evidence: try prove(identity)))
    try apply(.reveal(job: name, role: .operator, secret: job.operatorSecret))
    try apply(.reveal(job: name, role: .buyer, secret: job.buyerSecret))
    guard let challenge = store.machine.jobs[name]?.challenge else {
      throw OperationError("the machine drew no intervals for job \(name)")
    }
    let report = try examine(challenge)
    let verdict = report.verdict(device: backend.name, hardware: backend.hardware)
      .signed(by: cast.verifier)
    if let refusal = try handIn(verdict, for: name) {
      throw OperationError("the settlement machine refused a verdict: \(refusal)")
    }
    now += UInt64(job.terms.contents.deadlines.challengeWindowSeconds)
    try apply(.close(job: name))
    return try result(job, claim, refusal: nil, audit: report, verdict: verdict.encoded)
  }

  /// Logs a verdict and hands it to the machine; nil where it was taken.
  func handIn(_ verdict: Envelope, for job: String) throws -> Refusal? {
    _ = try store.appendToLog(.verdict, envelope: verdict.encoded)
    let command = AssaySettlement.Command.Action.verdict(
      job: job, envelope: verdict.encoded, evidence: try prove(verdict.identity))
    guard case .refused(let refusal) = try send(command) else { return nil }
    return refusal
  }

  /// No claim was admitted, so the work is not delivered in time.
  private func settleWithoutClaim(
    _ job: OpenJob, _ claim: [UInt8], _ refusal: Refusal
  ) throws -> Result {
    now += UInt64(job.terms.contents.deadlines.workSeconds)
    try apply(.expire(job: job.terms.contents.job))
    return try result(job, claim, refusal: refusal, audit: nil, verdict: nil)
  }

  private func result(
    _ opened: OpenJob, _ claim: [UInt8], refusal: Refusal?, audit: AuditReport?,
    verdict: [UInt8]?
  ) throws -> Result {
    guard let job = store.machine.jobs[opened.terms.contents.job],
      case .settled(let ending, _) = job.phase, let provider = job.provider
    else { throw OperationError("job \(opened.terms.contents.job) is not settled") }
    return Result(
      job: job, ending: ending, refusal: refusal, audit: audit, claim: claim, verdict: verdict,
      providerChange: Int128(clamping: balance(provider).units)
        - Int128(clamping: opened.providerBefore.units))
  }

  /// What a party has.
  func balance(_ key: VerifyingKey) -> Amount {
    store.machine.ledger[Books.party(key, asset).id]?.balance ?? .zero
  }

  /// What a claim under these terms must be about.
  static func expectation(_ terms: Terms) -> AuditExpectation {
    let contents = terms.contents
    return AuditExpectation(
      job: contents.job, terms: terms.digest, provider: contents.parties.provider,
      lastStep: contents.work.lastStep, buyerSecretHash: contents.buyerSecretHash,
      operatorSecretHash: contents.operatorSecretHash)
  }

  private func audit(_ terms: Terms, on backend: any Backend) throws -> Audit {
    Audit(
      spec: spec, expectation: Self.expectation(terms), backend: backend,
      referee: try CPUBackend(path: .portable, threads: 0),
      hasher: PolynomialHasher(KernelLeafHasher()), clock: clock)
  }

  private func prove(_ identity: Digest) throws -> LogEvidence {
    try store.proveInLog(identity, origin: Self.origin, signingWith: cast.operator)
  }

  private func send(_ action: AssaySettlement.Command.Action) throws -> AssaySettlement.Outcome {
    commandCount += 1
    now += 1
    return try store.apply(
      try AssaySettlement.Command(key: "demo-\(commandCount)", action: action), now: now)
  }

  private func apply(_ action: AssaySettlement.Command.Action) throws {
    if case .refused(let refusal) = try send(action) {
      throw OperationError("the settlement machine refused a command: \(refusal)")
    }
  }

  private func contents(
    _ job: String, _ spec: Spec, _ provider: VerifyingKey, _ policy: EvidencePolicy,
    _ outsideGain: Amount,
    _ buyerSecret: [UInt8], _ operatorSecret: [UInt8]
  ) throws -> Terms.Contents {
    Terms.Contents(
      job: job, asset: asset, price: Amount(120_00), fee: Amount(6_00), stake: Amount(300_00),
      challengeBond: Amount(12_00),
      slashing: Terms.Slashing(
        damageMillionths: 600_000, finderMillionths: 100_000, livenessMillionths: 250_000),
      parties: Terms.Parties(
        buyer: cast.buyer.verifyingKey,
        log: LogIdentity(origin: Self.origin, key: cast.operator.verifyingKey),
        verifiers: [cast.verifier.verifyingKey], referee: cast.referee.verifyingKey,
        provider: provider),
      work: Terms.Work(
        spec: spec.digest, dataRoot: spec.data.root, firstStep: 0, lastStep: spec.steps,
        interval: spec.interval),
      evidence: policy,
      buyerSecretHash: try Randomness.commitment(to: buyerSecret, by: .buyer),
      operatorSecretHash: try Randomness.commitment(to: operatorSecret, by: .operator),
      economics: Terms.Economics(workCost: Amount(60_00), outsideGain: outsideGain),
      deadlines: .usual)
  }
}
