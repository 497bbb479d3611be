internal import AssayAccounting
internal import AssayEvidence

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
      let owed = try checkHolds(of: job)
      let asset = job.terms.contents.asset
      obligations[asset] = (obligations[asset] ?? .zero).adding(owed)
      try checkEvidence(of: job)
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
    let table = PayoutTable(terms: job.terms.contents, hasFinder: false)
    var owed = Amount.zero
    for kind in HoldKind.allCases {
      let hold = ledger.holds[Books.hold(job.id, kind)]
      let isOpen = hold != nil && hold?.resolution == nil
      let expected = job.isOwed(kind) ? table.held(kind) : .zero
      guard (isOpen ? hold?.amount : .zero) == expected else {
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
    for number in 0..<job.challengeCount {
      let hold = ledger.holds[Books.bond(job.id, number: number)]
      let isOpen = hold != nil && hold?.resolution == nil
      let bond = job.terms.contents.challengeBond
      let isOwed = job.challenges.contains { $0.number == number } && bond > .zero
      guard isOpen == isOwed else {
        throw .brokenInvariant(rule: "bond \(number) is not what the disputes owe", job: job.id)
      }
      if isOwed { owed = owed.adding(bond) ?? owed }
    }
    guard job.challenges.isEmpty || job.phase.name == .disputed else {
      throw .brokenInvariant(rule: "a challenge outlives its dispute", job: job.id)
    }
    return owed
  }

  private func checkEvidence(of job: Job) throws(SettlementError) {
    let isLogged = job.claim != nil && job.claimLogIndex != nil
    guard isLogged || (job.buyerSecret == nil && job.operatorSecret == nil) else {
      throw .brokenInvariant(rule: "a secret is known before the claim is logged", job: job.id)
    }
    guard job.verdict == nil || job.draw != nil else {
      throw .brokenInvariant(rule: "a verdict stands without a draw", job: job.id)
    }
    guard job.draw == job.challenge?.draw else {
      throw .brokenInvariant(rule: "the draw does not follow from the secrets", job: job.id)
    }
    if case .accepted? = job.verdict?.outcome {
      let method = job.terms.contents.evidence.method
      let proved = Set(job.verdict?.proved.map(\.interval) ?? [])
      for interval in job.draw?.indices ?? []
      where !method.isEnough(executed: true, proved: proved.contains(interval)) {
        throw .brokenInvariant(rule: "interval \(interval) is not proved", job: job.id)
      }
    }
    guard case .settled(let ending, _) = job.phase else { return }
    let paid = ledger.transfer(Books.transfer("job/\(job.id)/settle/payment/provider")) != nil
    let isPaid =
      switch ending {
      case .accepted, .buyerSilent: true
      case .belowQuality: (job.terms.contents.quality?.lowerPrice ?? .zero) > .zero
      default: false
      }
    guard paid == isPaid else {
      throw .brokenInvariant(rule: "the price moved at \(ending.name)", job: job.id)
    }
    switch ending {
    case .accepted, .belowQuality, .rejected:
      guard job.verdictEnding == ending else {
        throw .brokenInvariant(rule: "\(ending.name) without such a verdict", job: job.id)
      }
    default: break
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
    case (.offered, _), (.settled, _), (.funded, .stake): false
    default: true
    }
  }
}
