internal import AssayEvidence
internal import AssayCryptography
internal import AssayMerkle

// From the claim to the draw.
extension SettlementMachine {
  func logged(_ job: Job, _ evidence: LogEvidence, now: UInt64) throws(Refusal) -> Step {
    var job = job
    guard let claim = job.claim else { preconditionFailure("a committed job has a claim") }
    do throws(EvidenceError) {
      try evidence.check(.claim, identity: claim.identity, in: job.terms.contents.parties.log)
    } catch { throw .evidence(error) }
    job.examination.claimLogIndex = evidence.proof.leafIndex
    job.phase = .sampling(
      awaiting: .operator,
      until: max(now, othersClaimUntil(job, now: now) ?? now)
        + UInt64(job.terms.contents.deadlines.operatorRevealSeconds))
    return Step(job: job)
  }

  /// Takes the operator's secret, then the buyer's, with which the draw is made.
  ///
  /// In this order, because an operator who knew the buyer's secret could see the draw and keep
  /// silent where a friend would be found out; the buyer loses by silence.
  func reveal(
    _ job: Job, _ role: RevealRole, _ secret: [UInt8], now: UInt64
  ) throws(Refusal) -> Step {
    var job = job
    guard case .sampling(let awaited, _) = job.phase else {
      preconditionFailure("the state was just checked")
    }
    switch (awaited, role) {
    case (.operator, .operator), (.buyer, .buyer): break
    case (.operator, .buyer): throw .operatorRevealsFirst
    case (.buyer, .operator): throw .wrongPhase(expected: [.sampling], found: job.phase.name)
    }
    guard othersClaimUntil(job, now: now) == nil else { throw .replicasPending }
    do throws(EvidenceError) {
      try Randomness.check(secret, by: role, against: job.secretHash(of: role))
    } catch { throw .evidence(error) }
    let deadlines = job.terms.contents.deadlines
    switch role {
    case .operator:
      job.examination.operatorSecret = secret
      job.phase = .sampling(
        awaiting: .buyer, until: now + UInt64(deadlines.buyerRevealSeconds))
    case .buyer:
      job.examination.buyerSecret = secret
      guard let challenge = job.challenge else {
        preconditionFailure("terms whose policy cannot be drawn are refused when they are read")
      }
      job.examination.draw = challenge.draw
      job.phase = .verifying(until: now + UInt64(deadlines.verificationSeconds))
    }
    var step = Step(job: job)
    // As the hash of another job's secret it would be known.
    if let hash = try? Digest(bytes: secret) { step.secrets = [hash] }
    return step
  }
}
