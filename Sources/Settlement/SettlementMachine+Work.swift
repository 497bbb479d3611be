internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence

// From the offer to the claim.
extension SettlementMachine {
  func cancel(_ job: Job, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    try check(party, isBuyerOf: job)
    return settle(job, as: job.phase.name == .vacant ? .unfinished : .cancelled, now: now)
  }

  func fund(_ job: Job, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    var job = job
    let contents = job.terms.contents
    let buyer = contents.parties.buyer
    guard job.dataHolders.count >= contents.dataReceipts else {
      throw .dataNotConfirmed(found: job.dataHolders.count, needed: contents.dataReceipts)
    }
    var spent: Authorisation?
    if party != buyer {
      guard let given = authorisation(of: buyer, for: party, asset: contents.asset) else {
        throw .wrongParty(role: "the buyer, or whom it has authorised", found: party)
      }
      let cost = contents.price.adding(contents.fees) ?? Amount(.max)
      spent = given.spending(cost, now: now)
      guard spent != nil else { throw .beyondAuthorisation(given, needed: cost) }
    }
    // A deposit after the offer may have fixed the asset's decimals otherwise.
    try checkKnown(job.terms.contents.asset)
    job.phase = .funded(until: now + UInt64(job.terms.contents.deadlines.acceptanceSeconds))
    var step = holding([.payment, .fee], of: buyer, for: job, now: now)
    step.authorisation = spent
    return step
  }

  func accept(_ job: Job, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    if let named = job.terms.contents.parties.provider, party != named {
      throw .wrongParty(role: "the provider that the terms name", found: party)
    }
    return try taking(job, by: party, now: now)
  }

  /// A provider's stake is held, and it begins to work on what is not verified yet.
  func taking(_ job: Job, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    var job = job
    let contents = job.terms.contents
    guard party == contents.parties.provider || !contents.parties.isTaken(party) else {
      throw .wrongParty(role: "a provider without another role in the terms", found: party)
    }
    let deterrence = contents.deterrence(
      of: job.progress, claimingUpTo: contents.work.lastStep)
    guard deterrence.holds else { throw .cheatingWouldPay(deterrence) }
    job.provider = party
    job.phase = contents.activePhase(
      now: now, workUntil: now + UInt64(contents.deadlines.workSeconds))
    return holding([.stake], of: party, for: job, now: now)
  }

  /// Takes the provider's claim about what follows the verified work.
  ///
  /// It reaches the end, or where the terms allow it a recorded state before that; in each case so
  /// much is drawn of it and so much forfeited that cheating does not pay.
  func commit(_ job: Job, _ envelope: [UInt8], now: UInt64) throws(Refusal) -> Step {
    var job = job
    guard let provider = job.provider else {
      preconditionFailure("an active job has a provider")
    }
    let contents = job.terms.contents
    let work = contents.work
    let first = job.progress.verifiedStep
    let mayEndEarly = job.progress.acceptedClaims + 1 < contents.claimLimit
    let expectation = ClaimExpectation(
      job: job.id, terms: job.terms.digest, provider: provider, spec: work.spec,
      dataRoot: work.dataRoot, firstStep: first, firstRoot: job.verifiedRoot,
      lastStep: work.lastStep,
      traceSize: UInt64(contents.intervalCount(from: first, to: work.lastStep)) + 1,
      interval: mayEndEarly ? work.interval : nil, metric: contents.quality?.metric,
      isDelivered: contents.delivery != nil)
    do throws(EvidenceError) {
      let claim = try AdmittedClaim.admit(envelope, expecting: expectation)
      try contents.evidence.checkPromise(
        intervals: contents.intervalCount(from: first, to: claim.lastStep))
      job.examination.claim = claim
      job.progress.claimedStep = claim.lastStep
    } catch { throw .evidence(error) }
    let deterrence = contents.deterrence(
      of: job.progress, claimingUpTo: job.progress.claimedStep ?? work.lastStep)
    guard deterrence.holds else { throw .cheatingWouldPay(deterrence) }
    switch job.phase {
    case .active(_, let end), .interrupted(_, let end): job.workLeft = end > now ? end - now : 0
    default: preconditionFailure("the state was just checked")
    }
    job.phase = .committed(until: now + UInt64(contents.deadlines.loggingSeconds))
    return Step(job: job)
  }

  private func check(_ party: VerifyingKey, isBuyerOf job: Job) throws(Refusal) {
    guard party == job.terms.contents.parties.buyer else {
      throw .wrongParty(role: "the buyer", found: party)
    }
  }

  /// Holds money of a party for a job; a hold of nothing is not made.
  private func holding(
    _ kinds: [HoldKind], of party: VerifyingKey, for job: Job, now: UInt64
  ) -> Step {
    var step = Step(job: job)
    for kind in kinds { hold(job.payoutTable.held(kind), kind, of: party, in: &step, now: now) }
    return step
  }
}

extension Terms.Contents {
  /// The state of a provider that was heard of just now.
  func activePhase(now: UInt64, workUntil: UInt64) -> Phase {
    let silence = continuity.map { now + UInt64($0.heartbeatSeconds) } ?? workUntil
    return .active(until: min(silence, workUntil), workUntil: workUntil)
  }
}
