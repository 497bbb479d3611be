internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement

// What a cheat tries although it must be refused, each once a job.
extension SimulatedMarket {
  mutating func tryWhatMustBeRefused(_ open: Job) {
    for attempt in conduct.attempts where !job.attempted.contains(attempt) {
      guard let action = command(of: attempt, open) else { continue }
      job.attempted.insert(attempt)
      if send(action) == nil { succeeded.append(attempt) }
    }
  }

  /// The command, in the state in which it would help; nil in others.
  private mutating func command(
    of attempt: Conduct.Attempt, _ open: Job
  ) -> Command.Action? {
    let provider = job.provider.verifyingKey
    switch (attempt, open.phase.name) {
    case (.claimAgain, .verifying) where !falseDrawn(open: open).isEmpty:
      return .commit(
        job: job.id,
        claim: claimEnvelope(
          open, from: contents.work.firstStep, to: contents.work.lastStep, by: job.provider))
    case (.drawAgain, .verifying) where !falseDrawn(open: open).isEmpty:
      return .reveal(job: job.id, role: .buyer, secret: choices.digest().bytes)
    case (.withdrawStake, .verifying):
      let account = machine.ledger[Books.party(provider, contents.asset).id]
      guard let available = account?.available, contents.stake > .zero,
        let wanted = available.adding(contents.stake)
      else { return nil }
      return .withdraw(party: provider, asset: contents.asset, amount: wanted)
    case (.replayVerdict, .verifying) where contents.panel == nil, (.replayVerdict, .revealing):
      guard let old = oldVerdict, job.isFalse else { return nil }
      return .verdict(job: job.id, envelope: old.envelope, evidence: old.evidence)
    case (.closeEarly, .challengeOpen) where now < open.phase.deadline ?? now:
      return .close(job: job.id)
    case (.closeAgain, .settled): return .close(job: job.id)
    case (.claimLate, .settled):
      return .commit(
        job: job.id,
        claim: claimEnvelope(
          open, from: contents.work.firstStep, to: contents.work.lastStep, by: job.provider))
    default: return nil
    }
  }
}
