internal import AssayAccounting
internal import AssayEvidence

// The exits.
extension SettlementMachine {
  /// Draws a verdict's consequences once its window has passed; anyone may.
  func close(_ id: String, now: UInt64, _ proofs: ProofStanding) throws(Refusal) -> Step {
    let job = try job(id, in: .challengeOpen)
    try checkOverdue(job, now: now)
    return try closed(job, now: now, proofs)
  }

  /// Leaves a state that has outlasted its deadline; anyone may. Total over the states.
  func expire(_ id: String, now: UInt64, _ proofs: ProofStanding) throws(Refusal) -> Step {
    var job = try job(
      id, in: .offered, .funded, .active, .committed, .sampling, .verifying, .inconclusive,
      .challengeOpen, .disputed)
    try checkOverdue(job, now: now)
    switch job.phase {
    case .offered: return settle(job, as: .notFunded, now: now)
    case .funded: return settle(job, as: .notAccepted, now: now)
    case .active: return settle(job, as: .workMissed, now: now)
    case .committed: return settle(job, as: .notLogged, now: now)
    case .sampling(.operator, _): return settle(job, as: .operatorSilent, now: now)
    case .sampling(.buyer, _): return settle(job, as: .buyerSilent, now: now)
    case .verifying:
      job.phase = .inconclusive(
        until: now + UInt64(job.terms.contents.deadlines.retrySeconds))
      return Step(job: job)
    case .inconclusive: return settle(job, as: .inconclusive, now: now)
    case .challengeOpen: return try closed(job, now: now, proofs)
    case .disputed(_, let windowUntil):
      return returningBonds(of: job, then: .challengeOpen(until: windowUntil), now: now)
    case .settled: preconditionFailure("the state was just checked")
    }
  }

  /// Moves the money of a verdict; where that rests on proofs, this process has checked them.
  private func closed(
    _ job: Job, now: UInt64, _ proofs: ProofStanding
  ) throws(Refusal) -> Step {
    guard let ending = job.verdictEnding, let verdict = job.verdict, let claim = job.claim else {
      preconditionFailure("a challenge window opens on a conclusive verdict on a claim")
    }
    if case .checked(let checked) = proofs {
      do throws(EvidenceError) {
        try CheckedProofs.require(verdict.proved, of: claim.identity, in: checked)
      } catch { throw .evidence(error) }
    }
    return settle(job, as: ending, now: now)
  }

  /// Pays out every hold of a job by the payout table, each resolved here and only here.
  func settle(_ job: Job, as ending: Ending, now: UInt64) -> Step {
    let contents = job.terms.contents
    let table = PayoutTable(terms: contents, hasFinder: job.finder != nil)
    var step = Step(job: job)
    for kind in HoldKind.allCases {
      let hold = Books.hold(job.id, kind)
      guard ledger.holds[hold]?.resolution == nil, ledger.holds[hold] != nil else { continue }
      let movements = table.movements(of: kind, at: ending, to: Roles(of: job))
      let sum = movements.reduce(Amount.zero) { $0.adding($1.amount) ?? $0 }
      // What goes back to its depositor is released, not moved.
      guard sum > .zero else {
        step.transfers.append(resolution(of: kind, in: job, "return", .void(hold: hold), now))
        continue
      }
      step.transfers.append(
        resolution(of: kind, in: job, "post", .post(hold: hold, amount: sum), now))
      for movement in movements {
        step.accounts.append(movement.to)
        step.transfers.append(
          Transfer(
            id: movement.transferID(in: job.id),
            action: .move(
              debit: movement.from.id, credit: movement.to.id, amount: movement.amount),
            time: now))
      }
    }
    step.job?.phase = .settled(ending, at: now)
    return step
  }

  private func resolution(
    of kind: HoldKind, in job: Job, _ name: String, _ action: Transfer.Action, _ now: UInt64
  ) -> Transfer {
    Transfer(
      id: Books.transfer("job/\(job.id)/settle/\(kind.rawValue)/\(name)"), action: action,
      time: now)
  }
}
