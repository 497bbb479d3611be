internal import AssayAccounting
internal import AssayEvidence
internal import AssayWire

extension SettlementMachine {
  /// Recomputes what must hold in every state, or throws `brokenInvariant`.
  ///
  /// The books balance; a job's open holds are exactly what its state obliges; its own accounts are
  /// empty; what is pending is the sum of all obligations; what has entered less what has left is
  /// what the parties and the treasury have; the price has moved only at an ending that pays it,
  /// and that ending rests on a logged verdict that names the proofs which the terms ask for, or on
  /// the buyer's silence; no secret is known before the claim is logged.
  ///
  /// - Complexity: O(jobs + accounts + transfers).
  public func checkInvariants() throws(SettlementError) {
    let totals: [AssetTotals]
    do throws(AccountingError) {
      totals = try ledger.checkInvariants()
    } catch { throw .brokenInvariant(rule: "\(error)", job: "") }
    var obligations: [Asset: Amount] = [:]
    for job in jobs.values {
      guard (try? Job(decoding: job.encoded)) == job else {
        throw .brokenInvariant(rule: "it is another when it is read again", job: job.id)
      }
      let owed = try checkHolds(of: job)
      let asset = job.terms.contents.asset
      obligations[asset] = (obligations[asset] ?? .zero).adding(owed)
      try checkEvidence(of: job)
    }
    for (name, invitation) in invitations {
      let bids = invitation.bids
      guard jobs[name] == nil, zip(bids, bids.dropFirst()).allSatisfy({ $0.precedes($1) }),
        Set(bids.map(\.provider)).count == bids.count
      else { throw .brokenInvariant(rule: "bids are not in order, or not for a job", job: name) }
    }
    for total in totals {
      guard total.pending == obligations[total.asset] ?? .zero else {
        throw .brokenInvariant(
          rule: "\(total.pending) are held, \(obligations[total.asset] ?? .zero) are owed",
          job: "")
      }
      try checkConservation(of: total.asset)
    }
  }

  private func checkHolds(of job: Job) throws(SettlementError) -> Amount {
    let table = job.payoutTable
    var owed = Amount.zero
    for kind in HoldKind.allCases {
      let expected = job.isOwed(kind) ? table.held(kind) : .zero
      var open = Amount.zero
      if let id = job.holds[kind] {
        guard let hold = ledger.holds[id], hold.resolution == nil else {
          throw .brokenInvariant(rule: "the hold \(id) is resolved or unknown", job: job.id)
        }
        open = hold.amount
      }
      guard open == expected else {
        throw .brokenInvariant(
          rule: "the hold of the \(kind.rawValue) is not what \(job.phase.name.rawValue) owes",
          job: job.id)
      }
      owed = owed.adding(expected) ?? owed
      let account = Books.job(job.id, kind.rawValue, job.terms.contents.asset)
      guard ledger[account.id]?.balance ?? .zero == .zero else {
        throw .brokenInvariant(rule: "\(account.id) is not empty", job: job.id)
      }
    }
    let challenges = job.examination.challenges
    for number in 0..<job.challengeCount {
      let hold = ledger.holds[Books.bond(job.id, number: number)]
      let isOpen = hold != nil && hold?.resolution == nil
      let bond = job.terms.contents.challengeBond
      let isOwed = challenges.contains { $0.number == number } && bond > .zero
      guard isOpen == isOwed else {
        throw .brokenInvariant(rule: "bond \(number) is not what the disputes owe", job: job.id)
      }
      if isOwed { owed = owed.adding(bond) ?? owed }
    }
    var bonds = Amount.zero
    for bond in job.examination.seats.compactMap(\.bond) {
      guard let hold = ledger.holds[bond], hold.resolution == nil else {
        throw .brokenInvariant(rule: "the bond \(bond) is resolved or unknown", job: job.id)
      }
      bonds = bonds.adding(hold.amount) ?? bonds
    }
    for number in 0..<job.answerCount {
      let name = Books.answer(job.id, number: number)
      let isOpen = ledger.holds[name].map { $0.resolution == nil } ?? false
      guard isOpen == job.examination.seats.contains(where: { $0.bond == name }) else {
        throw .brokenInvariant(rule: "the bond \(name) is nobody's", job: job.id)
      }
    }
    owed = owed.adding(bonds) ?? owed
    guard bonds == .zero || job.phase.name != .settled else {
      throw .brokenInvariant(rule: "a bond outlives its job", job: job.id)
    }
    guard challenges.isEmpty || job.phase.name == .disputed else {
      throw .brokenInvariant(rule: "a challenge outlives its dispute", job: job.id)
    }
    return owed
  }

  /// What was verified, drawn and earned follows from claims and verdicts, and while a claim is
  /// examined the deterrence inequality holds for what is still in escrow.
  private func checkEvidence(of job: Job) throws(SettlementError) {
    func broken(_ rule: String) -> SettlementError { .brokenInvariant(rule: rule, job: job.id) }
    let contents = job.terms.contents
    var step = contents.work.firstStep
    var root = contents.work.firstRoot
    for examination in job.accepted {
      guard let claim = examination.claim, claim.firstStep == step,
        root == nil || claim.firstRoot == root, examination.verdict?.outcome == .accepted
      else { throw broken("the accepted claims do not follow one another") }
      try check(examination, of: job)
      (step, root) = (claim.lastStep, claim.lastRoot)
    }
    try check(job.examination, of: job)
    let progress = job.progress
    guard step == progress.verifiedStep, job.accepted.count == progress.acceptedClaims,
      job.claim?.lastStep == progress.claimedStep
    else { throw broken("the verified steps are not those of the accepted claims") }
    guard progress.released.adding(progress.retained) == contents.earned(upTo: step) else {
      throw broken("what is released and retained is not what the verified steps have earned")
    }
    if let step = progress.claimedStep, job.phase.name != .settled {
      let deterrence = contents.deterrence(of: progress, claimingUpTo: step)
      guard deterrence.holds else { throw broken("cheating would pay: \(deterrence)") }
    }
    guard case .settled(let ending, _) = job.phase else { return }
    let isPaid =
      switch ending {
      case .accepted, .buyerSilent: true
      case .belowQuality: (contents.quality?.lowerPrice ?? .zero) > progress.released
      case .notLogged, .operatorSilent, .inconclusive: progress.retained > .zero
      default: false
      }
    let last = Books.transfer("job/\(job.id)/pay/\(job.payments.count - 1)/payment/provider")
    guard (ledger.transfer(last) != nil) == isPaid else {
      throw broken("the price moved at \(ending.name)")
    }
    switch ending {
    case .accepted, .belowQuality, .rejected:
      guard job.verdictEnding == ending else { throw broken("\(ending.name) without a verdict") }
      if case .rejected = ending { break }
      let isContradicted = replicas(of: job).contains { other in
        guard case .settled(let found, _) = other.phase, let root = other.claim?.lastRoot else {
          return false
        }
        return root != job.claim?.lastRoot && (found == .accepted || found == .belowQuality)
      }
      guard !isContradicted else { throw broken("two replicas that differ are paid") }
    default: break
    }
  }

  private func check(_ examination: Examination, of job: Job) throws(SettlementError) {
    func broken(_ rule: String) -> SettlementError { .brokenInvariant(rule: rule, job: job.id) }
    let isLogged = examination.claim != nil && examination.claimLogIndex != nil
    guard isLogged || (examination.buyerSecret == nil && examination.operatorSecret == nil) else {
      throw broken("a secret is known before the claim is logged")
    }
    guard examination.verdict == nil || examination.draw != nil else {
      throw broken("a verdict stands without a draw")
    }
    guard examination.draw == examination.challenge(under: job.terms)?.draw else {
      throw broken("the draw does not follow from the secrets")
    }
    guard case .accepted? = examination.verdict?.outcome else { return }
    let method = job.terms.contents.evidence.method
    let proved = Set(examination.verdict?.proved.map(\.interval) ?? [])
    for interval in examination.draw?.indices ?? []
    where !method.isEnough(executed: true, proved: proved.contains(interval)) {
      throw broken("interval \(interval) is not proved")
    }
  }

  private func checkConservation(of asset: Asset) throws(SettlementError) {
    var owned = Amount.zero
    let entrance = Books.entrance(asset).id
    let exit = Books.exit(asset).id
    for account in ledger.accounts.values
    where account.asset == asset && account.id != entrance && account.id != exit {
      owned = owned.adding(account.balance) ?? owned
    }
    let entered = Amount(ledger[entrance]?.debitsPosted ?? 0)
    let left = Amount(ledger[exit]?.creditsPosted ?? 0)
    guard entered.subtracting(left) == owned else {
      throw .brokenInvariant(
        rule: "\(entered) entered, \(left) left, \(owned) are there", job: "")
    }
  }
}

extension Job {
  /// Whether a hold of this kind is open in the job's state.
  func isOwed(_ kind: HoldKind) -> Bool {
    switch (phase.name, kind) {
    case (.offered, _), (.settled, _), (.funded, .stake), (.vacant, .stake): false
    default: true
    }
  }
}
