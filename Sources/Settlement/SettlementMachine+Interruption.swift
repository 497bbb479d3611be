internal import AssayAccounting
internal import AssayCryptography

// Providers that fall silent, leave and take over.
extension SettlementMachine {
  func heartbeat(_ job: Job, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    var job = job
    try check(party, isProviderOf: job)
    guard case .active(_, let end) = job.phase else {
      preconditionFailure("the state was just checked")
    }
    job.phase = job.terms.contents.activePhase(now: now, workUntil: end)
    return Step(job: job)
  }

  func stop(_ job: Job, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    try check(party, isProviderOf: job)
    guard let continuity = job.terms.contents.continuity else { throw .noContinuity }
    return departing(job, .stopped, continuity, now: now)
  }

  /// The silent provider comes back, or another takes over from the last verified state.
  func resume(_ job: Job, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    guard case .interrupted(_, let end) = job.phase else {
      return try taking(job, by: party, now: now)
    }
    try check(party, isProviderOf: job)
    guard now < end else { throw .deadlinePassed(at: end, now: now) }
    var job = job
    job.phase = job.terms.contents.activePhase(now: now, workUntil: end)
    return Step(job: job)
  }

  /// The provider's verified work is paid and its stake given back, less what leaving costs; the
  /// rest of the price waits for another provider.
  func departing(
    _ job: Job, _ departure: Departure, _ continuity: Terms.Continuity, now: UInt64
  ) -> Step {
    var step = paying(job, .departure(departure), now: now)
    step.job?.provider = nil
    step.job?.phase = .vacant(until: now + UInt64(continuity.vacancySeconds))
    return step
  }

  private func check(_ party: VerifyingKey, isProviderOf job: Job) throws(Refusal) {
    guard party == job.provider else {
      throw .wrongParty(role: "the job's provider", found: party)
    }
  }
}
