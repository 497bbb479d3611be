internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence

// Several providers do the same work: nothing is opened before all have claimed, and what
// contradicts another's claim is not paid until that is shown wrong.
extension SettlementMachine {
  /// The other replicas of a job's work that there are.
  public func replicas(of job: Job) -> [Job] {
    guard let replica = job.terms.contents.replica else { return [] }
    return replica.others.compactMap { jobs[$0] }
      .filter { $0.terms.contents.replica?.group == replica.group }
  }

  /// Until when a replica may still hand in its claim and have it logged; nil when it cannot now.
  private func claimsUntil(_ job: Job, now: UInt64) -> UInt64? {
    let logging = UInt64(job.terms.contents.deadlines.loggingSeconds)
    let until: UInt64
    switch job.phase {
    case .active(_, let workUntil): until = workUntil + logging
    case .committed(let deadline): until = deadline
    default: return nil
    }
    return job.phase.deadline.map { now < $0 } ?? false ? until : nil
  }

  /// Until when other replicas may still claim; nil where none may.
  func othersClaimUntil(_ job: Job, now: UInt64) -> UInt64? {
    guard let replica = job.terms.contents.replica else { return nil }
    var until = replicas(of: job).compactMap { claimsUntil($0, now: now) }.max()
    if invitations[replica.group] != nil {
      // More are to be made; from when is for whoever sends the next match.
      let deadlines = job.terms.contents.deadlines
      let work = UInt64(deadlines.workSeconds) + UInt64(deadlines.loggingSeconds)
      until = max(until ?? now, now + work)
    }
    return until
  }

  /// What becomes of accepted work that other replicas contradict, nil where none does: it waits
  /// for those that are not decided, and if none is shown wrong it is not paid.
  func contradicted(_ job: Job, now: UInt64) -> Step? {
    guard let root = job.claim?.lastRoot else { return nil }
    let rivals = replicas(of: job).filter { other in
      guard let claim = other.claim, claim.lastRoot != root else { return false }
      if case .settled(.rejected, _) = other.phase { return false }
      return true
    }
    guard !rivals.isEmpty else { return nil }
    let waits = rivals.compactMap { rival -> UInt64? in
      guard let deadline = rival.phase.deadline else { return nil }
      // Two that wait for nothing but each other are both undecided.
      if case .challengeOpen = rival.phase, rival.verdict?.outcome == .accepted {
        return now < deadline ? deadline : nil
      }
      return max(deadline, now + 1)
    }
    guard let until = waits.max() else { return settle(job, as: .contradicted, now: now) }
    var job = job
    job.phase = .challengeOpen(until: until)
    return Step(job: job)
  }
}
