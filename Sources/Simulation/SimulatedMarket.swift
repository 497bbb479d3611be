internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySettlement

/// A market in which a strategy meets honest others, job after job, through the settlement machine.
///
/// Claims, verdicts, rulings and tree heads are really signed and really checked; what a verifier
/// finds follows from which intervals are false, and nothing is computed.
struct SimulatedMarket {
  let setting: Setting
  let strategy: Strategy
  let seed: UInt64
  let cast: Cast
  private(set) var machine = SettlementMachine()
  var choices: ChoiceStream
  /// The time, in seconds.
  var now: UInt64 = 1
  /// The job that is played.
  var job: PlayedJob
  /// Who plays the strategist when it is a provider; another one after each rejection of a Sybil.
  private var strategist: SigningKey
  private var rebirths = ChoiceStream(seed: 0, "")
  /// An accepted verdict of an earlier job.
  var oldVerdict: (envelope: [UInt8], evidence: LogEvidence)?
  private(set) var commandCount = 0
  private(set) var refusedCount = 0
  /// What was tried and should have been refused, and was not.
  var succeeded: [Conduct.Attempt] = []

  var conduct: Conduct { strategy.conduct }
  var contents: Terms.Contents { setting.terms.contents }

  /// What everybody has to begin with; nobody ever lacks money.
  private static let funds = Amount(1 << 100)

  init(_ setting: Setting, _ strategy: Strategy, seed: UInt64) throws(SimulationError) {
    let contents = setting.terms.contents
    self.setting = setting
    self.strategy = strategy
    self.seed = seed
    // Every strategy of a role meets the same draws.
    choices = ChoiceStream(seed: seed, strategy.role.rawValue)
    rebirths = ChoiceStream(seed: seed, "rebirths")
    cast = Cast(
      seed: seed, verifiers: contents.parties.verifiers.count,
      guardians: contents.guardians?.keys.count ?? 0)
    strategist = cast.provider
    job = PlayedJob(provider: cast.provider)
    if contents.policy != .free {
      try perform(.policy(feeMillionths: UInt32(contents.policy.feeMillionths)))
    }
    let funded = [
      cast.buyer, cast.provider, cast.successor, cast.canary, cast.friend, cast.watcher,
    ]
    for key in funded + cast.verifiers { try fund(key) }
  }

  private mutating func fund(_ key: SigningKey) throws(SimulationError) {
    try perform(
      .deposit(party: key.verifyingKey, asset: contents.asset, amount: SimulatedMarket.funds))
  }

  /// Sends what must be applied.
  mutating func perform(
    _ action: Command.Action, proofs: CheckedProofs? = nil
  ) throws(SimulationError) {
    if let refusal = send(action, proofs: proofs) {
      throw .refused(strategy: strategy.name, refusal: refusal)
    }
  }

  /// Sends a command; returns why it was refused.
  mutating func send(_ action: Command.Action, proofs: CheckedProofs? = nil) -> Refusal? {
    commandCount += 1
    guard let command = try? Command(key: "\(commandCount)", action: action) else {
      preconditionFailure("a number is a key")
    }
    switch machine.apply(command, now: now, proofs: proofs, dispute: job.dispute) {
    case .applied: return nil
    case .refused(let refusal):
      refusedCount += 1
      return refusal
    }
  }

  /// What shows an envelope to be in the log. Each job has a log of its own, so that long markets
  /// cost no more than short ones.
  mutating func logged(_ kind: LogEntry.Kind, _ envelope: [UInt8]) -> LogEvidence {
    guard let identity = try? Envelope(decoding: envelope).identity else {
      preconditionFailure("the envelope was just made")
    }
    let leaf = LogEntry.leafHash(kind, identity: identity)
    if !job.leaves.contains(leaf) { job.leaves.append(leaf) }
    let origin = contents.parties.log.origin
    guard let index = job.leaves.firstIndex(of: leaf),
      let head = try? SignedTreeHead(
        signing: TreeHead(
          origin: origin, size: UInt64(job.leaves.count),
          root: MerkleTree.root(ofLeafHashes: job.leaves)),
        name: origin, key: cast.operator)
    else { preconditionFailure("terms are read only with an origin that a head can have") }
    return LogEvidence(
      proof: MerkleTree.inclusionProof(forLeaf: index, inLeafHashes: job.leaves),
      head: head.encoded)
  }
}

extension SimulatedMarket {
  /// Plays a job from its offer to its end; returns how it ended and what the strategist has more
  /// than before, less what its work has cost.
  mutating func play(_ number: Int) throws(SimulationError) -> (ending: Ending, profit: Int128) {
    if conduct.isReborn, case .rejected? = lastEnding {
      strategist = rebirths.key()
      try fund(strategist)
    }
    try offer(number)
    let before = wealth
    // BOUND: each claim passes through each state a few times; time passes in every other round.
    for _ in 0..<(200 * (contents.claimLimit + 1)) {
      guard let open = machine.jobs[job.id] else { preconditionFailure("the job was offered") }
      tryWhatMustBeRefused(open)
      guard let deadline = open.phase.deadline else { return settled(open, before: before) }
      switch try next(open) {
      case .send(let action): try perform(action, proofs: proofs(of: open))
      case .done: continue
      case .wait:
        now = max(now, deadline)
        let isOpen = open.phase.name == .challengeOpen
        try perform(
          isOpen ? .close(job: job.id) : .expire(job: job.id), proofs: proofs(of: open))
      }
    }
    throw .endless(strategy: strategy.name)
  }

  private var lastEnding: Ending? {
    if case .settled(let ending, _)? = machine.jobs[job.id]?.phase { ending } else { nil }
  }

  private func settled(_ open: Job, before: Int128) -> (ending: Ending, profit: Int128) {
    guard case .settled(let ending, _) = open.phase else {
      preconditionFailure("only a settled job has no deadline")
    }
    var profit = wealth - before - members.reduce(0) { $0 + job.costs[$1, default: 0] }
    if strategy.role == .buyer, ending.deliversModel, !job.isFalse {
      profit += Int128(setting.modelValue.units)
    }
    if strategy.role == .provider, job.isFalse { profit += Int128(setting.outsideGain.units) }
    return (ending, profit)
  }

  /// What the strategist and its friends may spend.
  private var wealth: Int128 {
    var accounts = members.map { Books.party($0, contents.asset).id }
    if strategy.members.contains(.treasury) {
      accounts.append(Books.treasury(contents.asset).id)
    }
    return accounts.reduce(0) { $0 + Int128(machine.ledger[$1]?.available.units ?? 0) }
  }

  private var members: [VerifyingKey] {
    strategy.members.compactMap { member in
      switch member {
      case .provider: strategist.verifyingKey
      case .buyer: cast.buyer.verifyingKey
      case .friend: cast.friend.verifyingKey
      case .verifier(let index): cast.verifiers[index].verifyingKey
      case .treasury: nil
      }
    }
  }

  /// Offers the next job, under the setting's terms with everybody's simulated keys.
  private mutating func offer(_ number: Int) throws(SimulationError) {
    let isCanary = conduct.hasCanaries && choices.happens(setting.canaryMillionths)
    job = PlayedJob(
      id: "job-\(number)", provider: isCanary ? cast.canary : strategist, isCanary: isCanary,
      buyerSecret: choices.digest().bytes, operatorSecret: choices.digest().bytes,
      isWatched: choices.happens(setting.watchedMillionths))
    var contents = contents
    contents.job = job.id
    if contents.policy != .free {
      contents.policy = MarketPolicy(version: 1, feeMillionths: contents.policy.feeMillionths)
    }
    if !setting.isEnforced {
      contents.economics = Terms.Economics(workCost: .zero, outsideGain: .zero)
    }
    cast.take(part: &contents, provider: job.provider)
    if conduct.areLinked {
      let friends = cast.verifiers.prefix(conduct.verifying.count)
      contents.panel?.linked.append(([strategist] + friends).map(\.verifyingKey))
    }
    let claims = contents.claimLimit
    guard
      let buyerHash = try? Randomness.commitment(to: job.buyerSecret, by: .buyer, claims: claims),
      let operatorHash = try? Randomness.commitment(
        to: job.operatorSecret, by: .operator, claims: claims)
    else { preconditionFailure("a digest is as long as a secret") }
    contents.buyerSecretHash = buyerHash
    contents.operatorSecretHash = operatorHash
    let terms: Terms
    do throws(SettlementError) { terms = try Terms(contents) } catch { throw .terms(error) }
    try perform(.offer(terms: terms.bytes))
  }

  /// What somebody does next.
  enum Next {
    /// A command that must be applied.
    case send(Command.Action)
    /// It is done.
    case done
    /// Everybody waits until the state's time is over.
    case wait
  }

  private mutating func next(_ open: Job) throws(SimulationError) -> Next {
    switch open.phase.name {
    case .offered, .funded, .active, .interrupted, .vacant, .committed, .sampling:
      try nextWork(open)
    case .verifying, .revealing, .inconclusive: nextAnswer(open)
    case .challengeOpen, .disputed: nextDispute(open)
    case .delivering:
      conduct.delivery == .withoutKey
        ? .wait : .send(.deliver(job: job.id, key: job.deliveryKey))
    case .settled: .wait
    }
  }
}

extension Ending {
  /// Whether the buyer has the model then.
  fileprivate var deliversModel: Bool {
    switch self {
    case .accepted, .belowQuality, .buyerSilent: true
    default: false
    }
  }
}
