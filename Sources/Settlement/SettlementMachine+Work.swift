internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle

// From the offer to the draw.
extension SettlementMachine {
  func cancel(_ id: String, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    let job = try job(id, in: .offered, .funded)
    try checkInTime(job, now: now)
    guard party == job.terms.contents.parties.buyer else {
      throw .wrongParty(role: "the buyer", found: party)
    }
    return settle(job, as: .cancelled, now: now)
  }

  func fund(_ id: String, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    var job = try job(id, in: .offered)
    try checkInTime(job, now: now)
    guard party == job.terms.contents.parties.buyer else {
      throw .wrongParty(role: "the buyer", found: party)
    }
    // A deposit after the offer may have fixed the asset's decimals otherwise.
    try checkKnown(job.terms.contents.asset)
    job.phase = .funded(until: now + UInt64(job.terms.contents.deadlines.acceptanceSeconds))
    return holding([.payment, .fee], of: party, for: job, now: now)
  }

  func accept(_ id: String, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    var job = try job(id, in: .funded)
    try checkInTime(job, now: now)
    let parties = job.terms.contents.parties
    if let named = parties.provider {
      guard party == named else {
        throw .wrongParty(role: "the provider that the terms name", found: party)
      }
    } else if parties.isTaken(party) {
      throw .wrongParty(role: "a provider without another role in the terms", found: party)
    }
    let deterrence = job.terms.deterrence
    guard deterrence.holds else { throw .cheatingWouldPay(deterrence) }
    job.provider = party
    job.phase = .active(until: now + UInt64(job.terms.contents.deadlines.workSeconds))
    return holding([.stake], of: party, for: job, now: now)
  }

  func commit(_ id: String, _ envelope: [UInt8], now: UInt64) throws(Refusal) -> Step {
    var job = try job(id, in: .active)
    try checkInTime(job, now: now)
    guard let provider = job.provider else {
      preconditionFailure("an active job has a provider")
    }
    let work = job.terms.contents.work
    let expectation = ClaimExpectation(
      job: job.id, terms: job.terms.digest, provider: provider, spec: work.spec,
      dataRoot: work.dataRoot, firstStep: work.firstStep, firstRoot: work.firstRoot,
      lastStep: work.lastStep, traceSize: work.traceSize,
      metric: job.terms.contents.quality?.metric)
    do throws(EvidenceError) {
      job.claim = try AdmittedClaim.admit(envelope, expecting: expectation)
    } catch { throw .evidence(error) }
    job.phase = .committed(until: now + UInt64(job.terms.contents.deadlines.loggingSeconds))
    return Step(job: job)
  }

  func logged(_ id: String, _ evidence: LogEvidence, now: UInt64) throws(Refusal) -> Step {
    var job = try job(id, in: .committed)
    try checkInTime(job, now: now)
    guard let claim = job.claim else { preconditionFailure("a committed job has a claim") }
    do throws(EvidenceError) {
      try evidence.check(.claim, identity: claim.identity, in: job.terms.contents.parties.log)
    } catch { throw .evidence(error) }
    job.claimLogIndex = evidence.proof.leafIndex
    job.phase = .sampling(
      awaiting: .operator,
      until: now + UInt64(job.terms.contents.deadlines.operatorRevealSeconds))
    return Step(job: job)
  }

  /// Takes the operator's secret, then the buyer's, with which the draw is made.
  ///
  /// In this order, because an operator who knew the buyer's secret could see the draw and keep
  /// silent where a friend would be found out; the buyer loses by silence.
  func reveal(
    _ id: String, _ role: RevealRole, _ secret: [UInt8], now: UInt64
  ) throws(Refusal) -> Step {
    var job = try job(id, in: .sampling)
    guard case .sampling(let awaited, _) = job.phase else {
      preconditionFailure("the state was just checked")
    }
    try checkInTime(job, now: now)
    let contents = job.terms.contents
    switch (awaited, role) {
    case (.operator, .operator), (.buyer, .buyer): break
    case (.operator, .buyer): throw .operatorRevealsFirst
    case (.buyer, .operator): throw .wrongPhase(expected: [.sampling], found: job.phase.name)
    }
    let hash = role == .buyer ? contents.buyerSecretHash : contents.operatorSecretHash
    do throws(EvidenceError) {
      try Randomness.check(secret, by: role, against: hash)
    } catch { throw .evidence(error) }
    switch role {
    case .operator:
      job.operatorSecret = secret
      job.phase = .sampling(
        awaiting: .buyer, until: now + UInt64(contents.deadlines.buyerRevealSeconds))
    case .buyer:
      job.buyerSecret = secret
      guard let challenge = job.challenge else {
        preconditionFailure("terms whose policy cannot be drawn are refused when they are read")
      }
      job.draw = challenge.draw
      job.phase = .verifying(until: now + UInt64(contents.deadlines.verificationSeconds))
    }
    return Step(job: job)
  }

  /// Holds money of a party for a job; a hold of nothing is not made.
  private func holding(
    _ kinds: [HoldKind], of party: VerifyingKey, for job: Job, now: UInt64
  ) -> Step {
    let asset = job.terms.contents.asset
    let table = PayoutTable(terms: job.terms.contents, hasFinder: false)
    let payer = Books.party(party, asset)
    var step = Step(job: job, accounts: [payer])
    for kind in kinds where table.held(kind) > .zero {
      let account = Books.job(job.id, kind.rawValue, asset)
      step.accounts.append(account)
      step.transfers.append(
        Transfer(
          id: Books.hold(job.id, kind),
          action: .hold(
            debit: payer.id, credit: account.id, amount: table.held(kind), expiresAt: nil),
          time: now))
    }
    return step
  }
}
