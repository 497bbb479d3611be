internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement

// Challengers and the referee, who finds what is true.
extension SimulatedMarket {
  mutating func nextDispute(_ open: Job) -> Next {
    guard contents.parties.referee != nil, let verdict = open.verdict else { return .wait }
    if job.challengedVerdict != verdict.identity {
      job.challengedVerdict = verdict.identity
      job.defenders = [:]
    }
    if let (challenger, defender) = nextChallenger(open, verdict) {
      job.defenders[challenger.verifyingKey] = defender
      return .send(.challenge(job: job.id, by: challenger.verifyingKey))
    }
    guard let challenge = open.examination.challenges.first else { return .wait }
    return .send(ruling(on: challenge.challenger, open, verdict))
  }

  /// Who challenges next, and whose statement: each party once a verdict.
  private mutating func nextChallenger(
    _ open: Job, _ verdict: StandingVerdict
  ) -> (challenger: SigningKey, defender: VerifyingKey)? {
    func isNew(_ key: SigningKey) -> Bool {
      job.defenders[key.verifyingKey] == nil
        && !open.examination.deciders.contains(key.verifyingKey)
    }
    // A rejection that follows from a dispute is final.
    guard verdict.transcript == nil, verdict.verifier != cast.referee.verifyingKey,
      let provider = open.claim?.provider
    else { return nil }
    let isAccepted = verdict.outcome == .accepted
    let isWrong = isAccepted ? !falseDrawn(open: open).isEmpty : isFalselyRejected(open)
    let defender = isAccepted ? provider : open.examination.deciders.first ?? provider
    if isNew(cast.friend) {
      switch conduct.challenging {
      case .inVain where isAccepted || job.isFalse: return (cast.friend, defender)
      case .first where isAccepted && isWrong: return (cast.friend, defender)
      default: break
      }
    }
    if !isAccepted, isWrong, isNew(job.provider) { return (job.provider, defender) }
    let liar = madeUp(open)
    if job.isWatched, isNew(cast.watcher) {
      if !job.hasWatched { spend(examinationCost(open), by: cast.watcher) }
      job.hasWatched = true
      if isAccepted, isWrong { return (cast.watcher, provider) }
      if let liar { return (cast.watcher, liar) }
    }
    // Who executed the draw and was not believed shows who had not.
    guard let liar, let witness = honestWitness(open), isNew(witness) else { return nil }
    return (witness, liar)
  }

  /// Whether a rejection stands although everything that was drawn is right, and was opened.
  private func isFalselyRejected(_ open: Job) -> Bool {
    falseDrawn(open: open).isEmpty && (conduct.openings != .none || job.isCanary)
  }

  /// A verifier whose bond is held and whose acceptance shows work that nobody did.
  private func madeUp(_ open: Job) -> VerifyingKey? {
    open.examination.seats.first {
      $0.bond != nil && $0.verdict?.work != nil && verifying($0.verifier) != .honest
        && !job.defenders.values.contains($0.verifier)
    }?.verifier
  }

  /// An honest verifier of an earlier round.
  private func honestWitness(_ open: Job) -> SigningKey? {
    let seat = open.examination.seats.first {
      $0.round < open.examination.round && $0.verdict != nil && verifying($0.verifier) == .honest
    }
    return seat.flatMap { seat in cast.verifiers.first { $0.verifyingKey == seat.verifier } }
  }

  /// The referee computes what is disputed; who challenges in vain does not answer.
  private mutating func ruling(
    on challenger: VerifyingKey, _ open: Job, _ verdict: StandingVerdict
  ) -> Command.Action {
    let provider = open.claim?.provider ?? job.provider.verifyingKey
    let defender = job.defenders[challenger] ?? provider
    let isInVain = challenger == cast.friend.verifyingKey && conduct.challenging == .inVain
    var outcome = DisputeOutcome(
      job: job.id, terms: open.terms.digest, claim: open.claim?.identity ?? open.terms.digest,
      challenger: challenger, defender: defender, challengerLost: isInVain,
      fault: isInVain ? .stalled : .falseStatement, subject: "simulated")
    if defender == provider, !isInVain {
      // What is about the trace is shown by a transcript.
      let transcript = outcome.signed(by: cast.referee).encoded
      job.dispute = try? CheckedDispute(transcript: transcript, referee: SoundReferee())
      outcome = job.dispute?.outcome ?? outcome
    }
    let envelope = outcome.signed(by: cast.referee).encoded
    return .ruling(job: job.id, envelope: envelope, evidence: logged(.dispute, envelope))
  }
}

/// Disputes of which nothing is known but that they lead to what is true: a transcript is how one
/// ended.
private struct SoundReferee: DisputeReferee {
  func decide(_ transcript: [UInt8]) throws(EvidenceError) -> DisputeOutcome {
    try DisputeOutcome.open(transcript).outcome
  }
}
