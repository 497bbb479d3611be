public import AssayAccounting
public import AssayCryptography
public import AssayEvidence
internal import AssayMerkle
public import AssaySettlement
public import AssaySpecification
public import AssayTestSupport

/// A small market: parties with keys, a log, and the machine, all from one seed.
///
/// Amounts and deadlines are distinct, so that a mistaken one shows.
public struct Market {
  /// Where every random value comes from.
  public var generator: SeededGenerator
  /// The parties' keys.
  public let keys: Keys
  /// The machine.
  public var machine = SettlementMachine()
  /// The time, in seconds.
  public var now: UInt64 = 1_000
  /// The leaves of the log.
  public private(set) var leaves: [Digest] = []
  /// Every command that was sent, with its time.
  public private(set) var sent: [(command: Command, time: UInt64)] = []
  /// What was applied, as a journal keeps it.
  public private(set) var journal: [JournalEntry] = []
  /// The secrets of each job.
  public private(set) var secrets: [String: (buyer: [UInt8], operator: [UInt8])] = [:]
  /// The quality that the claim of a job states; 700 of 1,000 right if there is none here.
  public var qualities: [String: Quality] = [:]
  /// The transcripts of disputes that can be held again, by their SHA-256.
  public var transcripts: [Digest: [UInt8]] = [:]
  /// The jobs whose claims end in a state of their own.
  public var deviating: Set<String> = []
  /// The answers that drawn verifiers are bound to.
  var sealed: [SealedVerdict] = []
  private var commandCount = 0

  /// The asset of every amount.
  public let asset: Asset
  /// The origin of the log.
  public static let origin = "market.example/log"

  /// The parties' keys.
  public struct Keys {
    public let buyer, `operator`, referee, provider, challenger, outsider: SigningKey
    /// Who takes over from the provider.
    public let successor: SigningKey
    public let verifiers: [SigningKey]
    /// Verifiers to be drawn from.
    public let pool: [SigningKey]
    /// Who may stop a job.
    public let guardians: [SigningKey]

    /// Everybody's.
    public var all: [SigningKey] {
      [buyer, `operator`, referee, provider, challenger, outsider, successor] + verifiers
        + pool + guardians
    }

    init(_ generator: inout SeededGenerator) throws {
      func next(_ generator: inout SeededGenerator) throws -> SigningKey {
        try SigningKey(seed: generator.bytes(32))
      }
      buyer = try next(&generator)
      `operator` = try next(&generator)
      referee = try next(&generator)
      provider = try next(&generator)
      challenger = try next(&generator)
      outsider = try next(&generator)
      verifiers = [try next(&generator), try next(&generator)]
      successor = try next(&generator)
      pool = try (0..<6).map { _ in try next(&generator) }
      guardians = try (0..<3).map { _ in try next(&generator) }
    }
  }

  /// A market in which the buyer, both providers and the challenger have money.
  public init(seed: UInt64 = SeededGenerator.defaultSeed, funds: UInt128 = 1_000_000) throws {
    generator = SeededGenerator(seed: seed)
    keys = try Keys(&generator)
    asset = try Asset(id: "EUR", decimals: 2)
    let funded = [keys.buyer, keys.provider, keys.challenger, keys.successor] + keys.pool
    for key in funded where funds > 0 {
      _ = try send(.deposit(party: key.verifyingKey, asset: asset, amount: Amount(funds)))
    }
  }

  /// Sends a command under a fresh key, or under this one.
  @discardableResult
  public mutating func send(
    _ action: Command.Action, key: String? = nil, proofs: CheckedProofs? = nil
  ) throws -> Outcome {
    commandCount += 1
    let command = try Command(key: key ?? "command-\(commandCount)", action: action)
    sent.append((command, now))
    let outcome = machine.apply(
      command, now: now, proofs: proofs, dispute: try checkedDispute(for: action))
    if case .applied(let applied) = outcome, applied.sequence == UInt64(journal.count) {
      journal.append(
        JournalEntry(
          sequence: applied.sequence, key: command.key, command: command.encoded,
          outcome: applied.encoded, time: now))
    }
    return outcome
  }

  /// Terms with distinct random amounts and deadlines; `change` has the last word.
  public mutating func terms(
    _ job: String = "job-1", _ change: (inout Terms.Contents) -> Void = { _ in }
  ) throws -> Terms {
    let buyerSecret = generator.bytes(32)
    let operatorSecret = generator.bytes(32)
    secrets[job] = (buyerSecret, operatorSecret)
    let primes = [101, 211, 307, 401, 503, 601, 701, 809, 907, 1009].shuffled(using: &generator)
    var contents = Terms.Contents(
      job: job, asset: asset, price: Amount(UInt128.random(in: 5_000...6_000, using: &generator)),
      fee: Amount(UInt128.random(in: 200...299, using: &generator)),
      stake: Amount(UInt128.random(in: 3_000...4_000, using: &generator)),
      challengeBond: Amount(UInt128.random(in: 300...399, using: &generator)),
      slashing: Terms.Slashing(
        damageMillionths: 513_007, finderMillionths: 197_003, livenessMillionths: 101_009),
      parties: Terms.Parties(
        buyer: keys.buyer.verifyingKey,
        log: LogIdentity(origin: Market.origin, key: keys.operator.verifyingKey),
        verifiers: keys.verifiers.map(\.verifyingKey), referee: keys.referee.verifyingKey),
      work: Terms.Work(
        spec: SHA256.digest(of: [1]), dataRoot: SHA256.digest(of: [2]), firstStep: 0,
        lastStep: 199, interval: 10),
      evidence: EvidencePolicy(
        selection: .drawn(6), adversary: .lazy(fractionMillionths: 250_000),
        confidenceMillionths: 800_000),
      buyerSecretHash: try Randomness.commitment(to: buyerSecret, by: .buyer),
      operatorSecretHash: try Randomness.commitment(to: operatorSecret, by: .operator),
      economics: Terms.Economics(workCost: Amount(4_000), outsideGain: Amount(1)),
      deadlines: Deadlines(
        fundingSeconds: primes[0], acceptanceSeconds: primes[1], workSeconds: primes[2],
        loggingSeconds: primes[3], operatorRevealSeconds: primes[4],
        buyerRevealSeconds: primes[5], verificationSeconds: primes[6], retrySeconds: primes[7],
        challengeWindowSeconds: primes[8], disputeSeconds: primes[9]))
    let single = contents.buyerSecretHash
    change(&contents)
    if let continuity = contents.continuity, contents.buyerSecretHash == single {
      contents.buyerSecretHash = try Randomness.commitment(
        to: buyerSecret, by: .buyer, claims: continuity.claims)
      contents.operatorSecretHash = try Randomness.commitment(
        to: operatorSecret, by: .operator, claims: continuity.claims)
    }
    if contents.panel != nil, contents.parties.verifiers.count == keys.verifiers.count {
      contents.parties.verifiers = keys.pool.map(\.verifyingKey)
    }
    return try Terms(contents)
  }

  /// A claim that goes on from the job's verified work, up to a step or the end, signed by the
  /// provider or by another key.
  public func claim(
    _ job: String, upTo last: UInt64? = nil, signedBy key: SigningKey? = nil,
    _ change: (inout ClaimExpectation) -> Void = { _ in }
  ) throws -> [UInt8] {
    let open = try require(machine.jobs[job], "the job")
    let terms = open.terms
    let work = terms.contents.work
    let first = open.progress.verifiedStep
    let signer = key ?? signingKey(of: open.provider) ?? keys.provider
    var about = ClaimExpectation(
      job: job, terms: terms.digest, provider: signer.verifyingKey, spec: work.spec,
      dataRoot: work.dataRoot, firstStep: first, firstRoot: open.verifiedRoot,
      lastStep: last ?? work.lastStep,
      traceSize: ((last ?? work.lastStep) - first - 1) / work.interval + 2,
      isDelivered: terms.contents.delivery != nil)
    change(&about)
    let claim = ProviderClaim(
      job: about.job, terms: about.terms, provider: about.provider, spec: about.spec,
      dataRoot: about.dataRoot, firstStep: about.firstStep, lastStep: about.lastStep,
      firstRoot: about.firstRoot ?? SHA256.digest(of: [3]),
      lastRoot: SHA256.digest(
        of: [4, UInt8(truncatingIfNeeded: about.lastStep)]
          + (deviating.contains(job) ? Array(job.utf8) : [])),
      traceSize: about.traceSize, traceRoot: SHA256.digest(of: [5]),
      artefact: SHA256.digest(of: [6]), quality: quality(job),
      delivery: about.isDelivered
        ? try Delivery(sealing: [6], key: Self.deliveryKey) : nil)
    return claim.signed(by: signer).encoded
  }

  /// The secret that a party reveals next.
  public func secret(_ job: String, of role: RevealRole) throws -> [UInt8] {
    let secrets = try require(secrets[group(of: job)], "the secrets")
    let hash = try require(machine.jobs[job]?.secretHash(of: role), "the job")
    let last = role == .buyer ? secrets.buyer : secrets.operator
    return try Randomness.secret(behind: hash, from: last, by: role) ?? last
  }

  /// The job that bids were invited for, of a replica; else the job.
  private func group(of job: String) -> String {
    machine.jobs[job]?.terms.contents.replica?.group ?? job
  }

  /// The private key of a party.
  public func signingKey(of party: VerifyingKey?) -> SigningKey? {
    keys.all.first { $0.verifyingKey == party }
  }

  /// A verdict on a job's draw, signed by the first verifier or by another key; an acceptance rests
  /// on what the terms ask for, and shows this work.
  public func verdict(
    _ job: String, _ outcome: Verdict.Outcome, signedBy key: SigningKey? = nil,
    work: Digest? = SHA256.digest(of: [9])
  ) throws -> [UInt8] {
    let basis = outcome == .accepted ? try basis(job) : (executed: nil, proved: [])
    let challenge = try require(machine.jobs[job]?.challenge, "the draw")
    var quality = quality(job)
    if case .rejected(let rejection) = outcome, rejection.fault == .wrongQuality {
      quality = Self.otherQuality
    }
    return Verdict(
      on: challenge, outcome: outcome, executed: basis.executed, proved: basis.proved,
      quality: quality,
      delivery: outcome == .accepted ? machine.jobs[job]?.claim?.delivery?.sealed : nil,
      work: outcome == .accepted ? work : nil, device: "test"
    ).signed(by: key ?? keys.verifiers[0]).encoded
  }

  /// A rejection for a fault, with what the fault must show.
  public func rejection(_ job: String, _ fault: Fault = .wrongComputation) throws
    -> Verdict.Outcome
  {
    let challenge = try require(machine.jobs[job]?.challenge, "the draw")
    let isQuality = fault == .wrongQuality
    return .rejected(
      Rejection(
        fault: fault, interval: challenge.indices[0], tensor: "weights",
        claimedRoot: isQuality ? quality(job).digest : SHA256.digest(of: [7]),
        computedRoot: isQuality ? Self.otherQuality.digest : SHA256.digest(of: [8])))
  }

  /// The key of every sealed artefact.
  public static let deliveryKey = [UInt8](repeating: 7, count: SealedHeader.keyByteCount)

  private static let otherQuality = Quality.accuracy(correct: 1, rows: 1_000)

  private func quality(_ job: String) -> Quality {
    qualities[group(of: job)] ?? .accuracy(correct: 700, rows: 1_000)
  }

  /// Appends an entry to the log and proves it under a head signed by the operator.
  public mutating func log(
    _ kind: LogEntry.Kind, _ envelope: [UInt8], signedBy key: SigningKey? = nil
  ) throws -> LogEvidence {
    let leaf = LogEntry.leafHash(kind, identity: try Envelope(decoding: envelope).identity)
    if !leaves.contains(leaf) { leaves.append(leaf) }
    let index = try require(leaves.firstIndex(of: leaf), "the leaf")
    let head = try SignedTreeHead(
      signing: TreeHead(
        origin: Market.origin, size: UInt64(leaves.count),
        root: MerkleTree.root(ofLeafHashes: leaves)),
      name: Market.origin, key: key ?? keys.operator)
    return LogEvidence(
      proof: MerkleTree.inclusionProof(forLeaf: index, inLeafHashes: leaves), head: head.encoded)
  }
}

/// Why a test could not go on.
public struct MarketError: Error, CustomStringConvertible {
  public let description: String
}

/// The value, or an error that ends the test.
func require<Value>(_ value: Value?, _ what: String) throws -> Value {
  guard let value else { throw MarketError(description: "missing: \(what)") }
  return value
}
