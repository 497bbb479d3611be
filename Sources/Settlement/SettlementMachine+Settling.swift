internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence

// The exits.
extension SettlementMachine {
  /// Leaves a state that has outlasted its deadline; anyone may. Total over the states.
  func expire(_ job: Job, now: UInt64, _ proofs: ProofStanding) throws(Refusal) -> Step {
    var job = job
    let contents = job.terms.contents
    switch job.phase {
    case .offered: return settle(job, as: .notFunded, now: now)
    case .funded: return settle(job, as: .notAccepted, now: now)
    case .active(_, let end):
      guard let continuity = contents.continuity else {
        return settle(job, as: .workMissed, now: now)
      }
      job.phase = .interrupted(until: now + UInt64(continuity.graceSeconds), workUntil: end)
      return Step(job: job)
    case .interrupted:
      guard let continuity = contents.continuity else {
        preconditionFailure("work is interrupted only where it may go on")
      }
      return departing(job, .vanished, continuity, now: now)
    case .vacant: return settle(job, as: .unfinished, now: now)
    case .committed: return settle(job, as: .notLogged, now: now)
    case .sampling(.operator, _): return settle(job, as: .operatorSilent, now: now)
    case .sampling(.buyer, _): return settle(job, as: .buyerSilent, now: now)
    case .revealing: return redrawing(job, now: now)
    case .verifying:
      guard contents.panel == nil else { return redrawing(job, now: now) }
      job.phase = .inconclusive(until: now + UInt64(contents.deadlines.retrySeconds))
      return Step(job: job)
    case .inconclusive: return settle(job, as: .inconclusive, now: now)
    case .challengeOpen: return try closed(job, now: now, proofs)
    case .disputed: return endingChallenges(job, now: now)
    case .delivering: return settle(job, as: .undelivered, now: now)
    case .settled: preconditionFailure("the state was just checked")
    }
  }

  /// Moves the money of a verdict; where that rests on proofs or a transcript, this process has
  /// checked them.
  func closed(_ job: Job, now: UInt64, _ proofs: ProofStanding) throws(Refusal) -> Step {
    guard let ending = job.verdictEnding, let verdict = job.verdict, let claim = job.claim else {
      preconditionFailure("a challenge window opens on a conclusive verdict on a claim")
    }
    if case .checked(let checked, let dispute) = proofs {
      do throws(EvidenceError) {
        try CheckedProofs.require(verdict.proved, of: claim.identity, in: checked)
        if let transcript = verdict.transcript {
          try CheckedDispute.require(transcript, in: dispute)
        }
      } catch { throw .evidence(error) }
    }
    if verdict.fault == nil, job.deliveryKey == nil, let step = contradicted(job, now: now) {
      return step
    }
    if let delivery = job.terms.contents.delivery, verdict.fault == nil, job.deliveryKey == nil {
      return delivering(job, delivery, now: now)
    }
    return ending == .accepted && !job.claimsAll
      ? goingOn(job, now: now) : settle(job, as: ending, now: now)
  }

  /// After an accepted claim that does not reach the end: the verifier is paid, what deterrence can
  /// spare is released, and the provider works on.
  private func goingOn(_ job: Job, now: UInt64) -> Step {
    let contents = job.terms.contents
    let released = contents.releasable(job.progress.accepting(under: contents))
    var step = paying(job, .instalment(released: released), now: now)
    let accepted = step.job?.examination ?? job.examination
    step.job?.accepted.append(accepted)
    step.job?.examination = Examination()
    step.job?.phase = contents.activePhase(now: now, workUntil: now + job.workLeft)
    return step
  }

  /// Ends a job: every hold is resolved, here and only here.
  func settle(_ job: Job, as ending: Ending, now: UInt64) -> Step {
    var step = paying(job, .ending(ending), now: now)
    step.job?.phase = .settled(ending, at: now)
    return step
  }

  /// Moves money of a job by the payout table. A hold of which a part moves is resolved, and what
  /// is left of price and fees is held on under another name, unless the job is over.
  func paying(_ job: Job, _ payout: Payout, now: UInt64) -> Step {
    let table = job.payoutTable
    let payment = Payment(
      payout: payout, provider: job.provider, deciders: job.examination.deciders,
      finder: job.finder,
      acceptedClaims: job.accepted.count)
    let number = job.payments.count
    var step = Step(job: job)
    step.job?.payments.append(payment)
    step.reputations = reputations(after: payment, of: job, now: now)
    givingBondsBack(in: &step, now: now)
    returnBonds(in: &step, now: now) { _ in true }
    let progress = job.progress.after(payout, under: job.terms.contents)
    step.job?.progress = progress
    let next = PayoutTable(terms: job.terms.contents, progress: progress, hasFinder: false)
    for kind in HoldKind.allCases {
      guard let hold = job.holds[kind], table.shares(of: kind, at: payout) != nil else { continue }
      let movements = table.movements(of: kind, at: payment)
      let sum = movements.reduce(Amount.zero) { $0.adding($1.amount) ?? $0 }
      step.job?.holds[kind] = nil
      // What goes back to its depositor is released, not moved.
      step.transfers.append(
        Transfer(
          id: Books.transfer("job/\(job.id)/pay/\(number)/\(kind.rawValue)/resolve"),
          action: sum > .zero ? .post(hold: hold, amount: sum) : .void(hold: hold), time: now))
      for movement in movements {
        step.accounts.append(movement.to)
        step.transfers.append(
          Transfer(
            id: movement.transferID(in: job.id, payment: number),
            action: .move(
              debit: movement.from.id, credit: movement.to.id, amount: movement.amount),
            time: now))
      }
      if case .ending = payout { continue }
      guard kind.depositor == .buyer else { continue }
      self.hold(next.held(kind), kind, of: job.terms.contents.parties.buyer, in: &step, now: now)
    }
    return step
  }

  /// Holds money of a party for the step's job; a hold of nothing is not made.
  func hold(
    _ amount: Amount, _ kind: HoldKind, of party: VerifyingKey, in step: inout Step, now: UInt64
  ) {
    guard amount > .zero, var job = step.job else { return }
    let payer = Books.party(party, job.terms.contents.asset)
    let account = Books.job(job.id, kind.rawValue, job.terms.contents.asset)
    let id = Books.hold(job.id, kind, number: job.holdCount)
    step.accounts += [payer, account]
    step.transfers.append(
      Transfer(
        id: id,
        action: .hold(debit: payer.id, credit: account.id, amount: amount, expiresAt: nil),
        time: now))
    job.holdCount += 1
    job.holds[kind] = id
    step.job = job
  }
}
