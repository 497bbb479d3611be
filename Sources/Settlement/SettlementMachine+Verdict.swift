internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySpecification

/// What is known of the proofs and the dispute that a verdict rests on.
enum ProofStanding {
  /// These were checked in this process.
  case checked(CheckedProofs?, CheckedDispute?)
  /// The journal records that they were checked.
  case recorded
}

// From the draw to the verdict that stands.
extension SettlementMachine {
  /// Takes a verdict: money moves on nothing else.
  ///
  /// A verifier's conclusive verdict opens the challenge window, an inconclusive one lets another
  /// verifier answer; the referee's decides the open challenges.
  func verdict(
    _ job: Job, _ envelope: [UInt8], _ evidence: LogEvidence, _ nonce: [UInt8], now: UInt64,
    _ proofs: ProofStanding
  ) throws(Refusal) -> Step {
    let parties = job.terms.contents.parties
    guard let claim = job.claim, let draw = job.draw else {
      preconditionFailure("a job is verified after claim and draw")
    }
    let keys: [VerifyingKey]
    switch job.phase.name {
    case .disputed: keys = [parties.referee].compactMap(\.self)
    case .revealing: keys = job.panelists
    default:
      guard job.terms.contents.panel == nil else { throw .answerFirst }
      keys = parties.verifiers
    }
    let admitted: AdmittedVerdict
    do throws(EvidenceError) {
      let expectation = VerdictExpectation(
        job: job.id, terms: job.terms.digest, claim: claim.identity, quality: claim.quality,
        delivery: claim.delivery?.sealed,
        policy: job.terms.contents.evidence, draw: draw, admittedKeys: keys)
      switch proofs {
      case .checked(let checked, _):
        admitted = try AdmittedVerdict.admit(envelope, expecting: expectation, proofs: checked)
      case .recorded: admitted = try AdmittedVerdict.readmit(envelope, expecting: expectation)
      }
      try evidence.check(.verdict, identity: admitted.identity, in: parties.log)
    } catch { throw .evidence(error) }
    guard !job.examination.inconclusiveVerifiers.contains(admitted.verifier) else {
      throw .alreadyAnswered(admitted.verifier)
    }
    let standing = StandingVerdict(admitted, logIndex: evidence.proof.leafIndex)
    switch job.phase.name {
    case .disputed: return decided(job, by: standing, now: now)
    case .revealing:
      guard admitted.verdict.showsWork else { throw .noWork(admitted.verifier) }
      return try showing(standing, nonce, of: job, now: now)
    default: return answered(job, by: standing, now: now)
    }
  }

  private func answered(_ job: Job, by answer: StandingVerdict, now: UInt64) -> Step {
    var job = job
    let deadlines = job.terms.contents.deadlines
    if !answer.isConclusive {
      job.examination.inconclusiveVerifiers.append(answer.verifier)
      // The retry time runs once, from the first inconclusive answer or the missed deadline.
      if job.phase.name == .verifying {
        job.phase = .inconclusive(until: now + UInt64(deadlines.retrySeconds))
      }
    } else {
      return standing(answer, by: [answer.verifier], on: job, now: now)
    }
    return Step(job: job)
  }

  /// A verdict stands, and may be challenged.
  func standing(
    _ verdict: StandingVerdict, by deciders: [VerifyingKey], on job: Job, now: UInt64
  ) -> Step {
    var job = job
    job.examination.verdict = verdict
    job.examination.deciders = deciders
    let window = job.terms.contents.deadlines.challengeWindowSeconds
    job.phase = .challengeOpen(until: now + UInt64(window))
    return Step(job: job)
  }
}
