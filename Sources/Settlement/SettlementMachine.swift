public import AssayAccounting
public import AssayCryptography
public import AssayEvidence
internal import AssayWire

/// The settlement machine: jobs, and the books their money is in.
///
/// Deterministic: no clock, no randomness, no I/O; the same commands at the same times give the
/// same bytes (`encoded`). A command that is refused leaves it as it was, to the byte.
///
/// Where a verdict rests on proofs or on a dispute's transcript, both the command that hands it in
/// and the one that draws its consequences need them checked in this process. What a journal
/// records is replayed without.
///
///     offered → funded → active → committed → sampling → verifying ⇄ inconclusive
///                        ↑ ↓ ↑                              ↓ verdict
///              vacant ← interrupted └── instalment ── challengeOpen ⇄ disputed
///                 ↓                                         ↓
///              settled                                   settled
///
/// Every state has a deadline; once it has passed, `expire` (or `close` after the challenge window)
/// is the only command about that job that is not refused, and anyone may send it. Which command is
/// taken in which state is one table, `CommandName.rule`.
///
/// Everything that it knows besides the time stands in `Records`. A machine over a source has in
/// memory what was changed since its changes were taken last, and asks the source for the rest;
/// what it says of all jobs holds for one that is in memory whole.
public struct SettlementMachine: Hashable {
  /// The latest time that is reckoned with, in seconds.
  public static let timeLimit: UInt64 = 1 << 53

  /// The books.
  public internal(set) var ledger: Ledger
  /// Every job by its name.
  public internal(set) var jobs: Records<Job>
  /// The time of the last applied command, in seconds.
  public private(set) var lastTime: UInt64
  /// How many commands have been applied.
  public private(set) var sequence: UInt64

  private(set) var answers: Records<Answer>
  /// What buyers let others spend.
  private(set) var authorisations: Records<Authorisation>
  /// The jobs that bids are invited for, by their names.
  public private(set) var invitations: Records<Invitation>
  /// What verifiers have found of providers' work.
  public private(set) var reputations: Records<Reputation>
  private var policies: Records<MarketPolicy>
  private var usedSecrets: Records<UsedSecret>

  /// A machine without jobs and money.
  public init() { self.init(from: nil, sequence: 0, lastTime: 0) }

  /// A machine whose state, after so many commands, is kept in a source.
  package init(from source: (any RecordSource)?, sequence: UInt64, lastTime: UInt64) {
    ledger = Ledger(from: source)
    jobs = Records(from: source)
    answers = Records(from: source)
    authorisations = Records(from: source)
    invitations = Records(from: source)
    reputations = Records(from: source)
    policies = Records(from: source)
    usedSecrets = Records(from: source)
    self.sequence = sequence
    self.lastTime = lastTime
  }

  /// What was changed, for the source to take over.
  package struct Changes {
    /// What changed in the books.
    package var ledger: Ledger.Changes
    /// In the order of their names.
    package var jobs: [Job]
    /// Of the other kinds; nil for what is no more.
    package var others: [(kind: String, name: String, value: (any Record)?)] = []

    fileprivate mutating func add<Value: Record>(_ changes: [(name: String, value: Value?)]) {
      others += changes.map { (Value.kind, $0.name, $0.value) }
    }
  }

  /// Hands on what was changed: every kind of record that there is, but answers, which are what the
  /// journal says.
  package mutating func takeChanges() -> Changes {
    _ = answers.takeChanges()
    var changes = Changes(
      ledger: ledger.takeChanges(), jobs: jobs.takeChanges().compactMap(\.value))
    changes.add(changes.ledger.assets.map { ($0.id, $0) })
    changes.add(changes.ledger.holds.map { ($0.name, $0.value) })
    changes.add(authorisations.takeChanges())
    changes.add(invitations.takeChanges())
    changes.add(reputations.takeChanges())
    changes.add(policies.takeChanges())
    changes.add(usedSecrets.takeChanges())
    return changes
  }

  /// What the market charges for jobs that are offered now.
  public var policy: MarketPolicy { policies[MarketPolicy.key] ?? .free }

  /// What a buyer lets somebody else spend; nil where nothing was said.
  public func authorisation(
    of buyer: VerifyingKey, for agent: VerifyingKey, asset: Asset
  ) -> Authorisation? {
    authorisations[Authorisation.Key(buyer: buyer, agent: agent, asset: asset.id)]
  }

  /// What the command that was applied under this key gave; nil where there was none.
  public func outcome(underKey key: String) -> Outcome? {
    answers[key].map { .applied($0.applied) }
  }

  /// What a command changes; nothing of it is applied unless all of it can be.
  struct Step {
    var job: Job?
    var accounts: [Account] = []
    var transfers: [Transfer] = []
    var secrets: [Digest] = []
    var authorisation: Authorisation?
    var policy: MarketPolicy?
    var invitation: InvitationChange?
    var reputations: [Reputation.Key: Reputation] = [:]

    enum InvitationChange {
      case open(Invitation)
      case ended(String)
    }

    /// The accounts that some transfer names.
    var neededAccounts: [Account] {
      var named: Set<AccountID> = []
      for transfer in transfers {
        switch transfer.action {
        case .move(let debit, let credit, _), .hold(let debit, let credit, _, _):
          named.formUnion([debit, credit])
        case .post, .void, .expire: continue
        }
      }
      return accounts.filter { named.contains($0.id) }
    }
  }

  /// Applies a command, or says why not.
  ///
  /// A command whose key was applied before changes nothing and gives the first outcome again,
  /// whatever the time; another request under that key is refused.
  ///
  /// - Parameters:
  ///   - proofs: those of the job's claim that were checked in this process.
  ///   - dispute: the one about the job's claim that was held again in this process.
  public mutating func apply(
    _ command: Command, now: UInt64, proofs: CheckedProofs? = nil, dispute: CheckedDispute? = nil
  ) -> Outcome {
    apply(command, now: now, .checked(proofs, dispute))
  }

  /// Applies an entry of a journal once more and compares the outcome with the recorded one.
  ///
  /// The proofs that a verdict rested on then are not checked again: they were, before the entry
  /// was written, and money that has not moved since waits for a command that checks them.
  ///
  /// - Returns: the entry's command.
  /// - Throws: `replay` where the entry holds no command, or gives another outcome.
  @discardableResult
  public mutating func replay(_ entry: JournalEntry) throws(SettlementError) -> Command {
    let command: Command
    do throws(SettlementError) {
      command = try Command(decoding: entry.command)
    } catch { throw .replay(entry: entry.sequence, reason: "it holds no command: \(error)") }
    guard command.key == entry.key,
      case .applied(let applied) = apply(command, now: entry.time, .recorded),
      applied.encoded == entry.outcome
    else { throw .replay(entry: entry.sequence, reason: "it gives another outcome") }
    return command
  }

  private mutating func apply(
    _ command: Command, now: UInt64, _ proofs: ProofStanding
  ) -> Outcome {
    let request = command.digest
    if let answer = answers[command.key] {
      return answer.request == request
        ? .applied(answer.applied) : .refused(.keyHasOtherRequest(key: command.key))
    }
    guard now >= lastTime, now <= SettlementMachine.timeLimit else {
      return .refused(.clock(last: lastTime, now: now))
    }
    let step: Step
    do throws(Refusal) {
      step = try decide(command.action, now: now, proofs)
    } catch { return .refused(error) }
    switch ledger.apply(step.transfers, opening: step.neededAccounts) {
    case .applied: break
    case .refused(_, let refusal): return .refused(.books(refusal))
    case .accountRefused(let id, _):
      preconditionFailure("\(id) is always opened with one limit, and its asset was checked")
    }
    if let job = step.job { jobs[job.id] = job }
    for secret in step.secrets { usedSecrets[secret] = UsedSecret() }
    if let given = step.authorisation { authorisations[given.key] = given }
    if let policy = step.policy { policies[MarketPolicy.key] = policy }
    switch step.invitation {
    case .open(let invitation): invitations[invitation.terms.contents.job] = invitation
    case .ended(let job): invitations[job] = nil
    case nil: break
    }
    for (key, reputation) in step.reputations { reputations[key] = reputation }
    let applied = Applied(
      sequence: sequence, time: now, job: step.job?.id, phase: step.job?.phase.name,
      transfers: step.transfers.map(\.id))
    answers[command.key] = Answer(request: request, applied: applied)
    sequence += 1
    lastTime = now
    return .applied(applied)
  }

  /// Decides what a command changes, without changing anything.
  private func decide(
    _ action: Command.Action, now: UInt64, _ proofs: ProofStanding
  ) throws(Refusal) -> Step {
    switch action {
    case .deposit(let party, let asset, let amount):
      return try boundary(
        from: Books.entrance(asset), to: Books.party(party, asset), amount, "deposit", now)
    case .withdraw(let party, let asset, let amount):
      return try boundary(
        from: Books.party(party, asset), to: Books.exit(asset), amount, "withdrawal", now)
    case .authorise(let buyer, let agent, let asset, let amount, let jobs, let seconds):
      try checkKnown(asset)
      let given = Authorisation(
        buyer: buyer, agent: agent, asset: asset, amount: amount, jobs: jobs,
        until: now + UInt64(seconds))
      return Step(authorisation: given)
    case .policy(let fee):
      guard fee <= MarketPolicy.feeLimit, policy.version < .max else {
        throw .feeTooHigh(limit: MarketPolicy.feeLimit)
      }
      return Step(
        policy: MarketPolicy(version: policy.version + 1, feeMillionths: Int(fee)))
    case .offer(let bytes): return try offer(bytes, now: now)
    case .invite(let bytes, let party, let conditions, let seconds):
      return try invite(bytes, by: party, conditions, seconds: seconds, now: now)
    case .bid(let job, let terms, let party, let price, let hardware, let region, let seconds):
      let bid = Bid(
        provider: party, price: price, hardware: hardware, region: region,
        until: now + UInt64(seconds), sequence: sequence)
      return try self.bid(job, terms: terms, bid, now: now)
    case .retract(let job, let party): return try retract(job, by: party)
    case .match(let job): return try match(job, now: now)
    default: break
    }
    let job = try job(for: action, now: now)
    switch action {
    case .deposit, .withdraw, .authorise, .policy, .offer, .invite, .bid, .retract, .match:
      preconditionFailure("these are about no job")
    case .cancel(_, let party): return try cancel(job, by: party, now: now)
    case .fund(_, let party): return try fund(job, by: party, now: now)
    case .accept(_, let party): return try accept(job, by: party, now: now)
    case .heartbeat(_, let party): return try heartbeat(job, by: party, now: now)
    case .stop(_, let party): return try stop(job, by: party, now: now)
    case .resume(_, let party): return try resume(job, by: party, now: now)
    case .commit(_, let claim): return try commit(job, claim, now: now)
    case .logged(_, let evidence): return try logged(job, evidence, now: now)
    case .reveal(_, let role, let secret): return try reveal(job, role, secret, now: now)
    case .answer(_, let party, let commitment):
      return try answer(job, by: party, commitment, now: now)
    case .verdict(_, let envelope, let evidence, let nonce):
      return try verdict(job, envelope, evidence, nonce, now: now, proofs)
    case .challenge(_, let party): return try challenge(job, by: party, now: now)
    case .ruling(_, let envelope, let evidence):
      return try ruling(job, envelope, evidence, now: now, proofs)
    case .quarantine(_, let envelope, let evidence):
      return try quarantine(job, envelope, evidence, now: now)
    case .confirmData(_, let receipt): return try confirmData(job, receipt)
    case .deliver(_, let key): return try deliver(job, key, now: now, proofs)
    case .close: return try closed(job, now: now, proofs)
    case .expire: return try expire(job, now: now, proofs)
    }
  }

  private func boundary(
    from debit: Account, to credit: Account, _ amount: Amount, _ name: String, _ now: UInt64
  ) throws(Refusal) -> Step {
    guard amount > .zero else { throw .amountIsZero }
    try checkKnown(debit.asset)
    let move = Transfer(
      id: Books.transfer("\(name)/\(sequence)"),
      action: .move(debit: debit.id, credit: credit.id, amount: amount), time: now)
    return Step(accounts: [debit, credit], transfers: [move])
  }

  private func offer(_ bytes: [UInt8], now: UInt64) throws(Refusal) -> Step {
    let terms = try newTerms(bytes)
    let contents = terms.contents
    let until = now + UInt64(contents.deadlines.fundingSeconds)
    return Step(
      job: Job(terms: terms, phase: .offered(until: until)),
      secrets: [contents.buyerSecretHash, contents.operatorSecretHash])
  }

  /// Terms under which nothing has begun yet, and may now.
  func newTerms(_ bytes: [UInt8]) throws(Refusal) -> Terms {
    let terms: Terms
    do throws(SettlementError) {
      terms = try Terms(decoding: bytes)
    } catch { throw .terms(error) }
    let contents = terms.contents
    guard contents.replica == nil else {
      throw .terms(
        .terms(field: "replica", reason: "only a match makes replicas: invite bids for them"))
    }
    try checkKnown(contents.asset)
    guard contents.policy == policy else {
      throw .otherPolicy(expected: policy, found: contents.policy)
    }
    guard isFree(contents.job) else { throw .jobExists(contents.job) }
    // A secret that was revealed once is known to everybody.
    if usedSecrets[contents.buyerSecretHash] != nil { throw .secretUsedBefore(role: .buyer) }
    if usedSecrets[contents.operatorSecretHash] != nil {
      throw .secretUsedBefore(role: .operator)
    }
    return terms
  }
}

extension SettlementMachine {
  /// Refuses an asset that the ledger counts with another number of decimals.
  func checkKnown(_ asset: Asset) throws(Refusal) {
    if let known = ledger.assets[asset.id], known != asset {
      throw .assetHasOtherDecimals(expected: known.decimals, found: asset.decimals)
    }
  }

  /// The job that a command is about, in a state in which the command is taken, and in time.
  private func job(for action: Command.Action, now: UInt64) throws(Refusal) -> Job {
    guard let id = action.job, let rule = action.name.rule else {
      preconditionFailure("a command about a job has a rule")
    }
    guard let job = jobs[id] else { throw .jobNotFound(id) }
    guard rule.states.contains(job.phase.name), let deadline = job.phase.deadline else {
      throw .wrongPhase(expected: rule.states, found: job.phase.name)
    }
    switch rule.timing {
    case .before:
      guard now < deadline else { throw .deadlinePassed(at: deadline, now: now) }
    case .after:
      guard now >= deadline else { throw .deadlineNotPassed(at: deadline, now: now) }
    case .always: break
    }
    return job
  }
}
