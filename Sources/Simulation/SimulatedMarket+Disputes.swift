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
      job.challenged = []
    }
    if let challenger = nextChallenger(open, verdict),
      job.challenged.insert(challenger.verifyingKey).inserted
    {
      return .send(.challenge(job: job.id, by: challenger.verifyingKey))
    }
    guard let challenge = open.examination.challenges.first else { return .wait }
    return .send(ruling(on: challenge.challenger, open, verdict))
  }

  /// Who challenges the verdict that stands and has not yet.
  private mutating func nextChallenger(_ open: Job, _ verdict: StandingVerdict) -> SigningKey? {
    func isNew(_ key: SigningKey) -> Bool {
      !job.challenged.contains(key.verifyingKey)
        && !open.examination.deciders.contains(key.verifyingKey)
    }
    // The referee's own conclusion is final.
    guard verdict.verifier != cast.referee.verifyingKey else { return nil }
    let isAccepted = verdict.outcome == .accepted
    let isWrong = isAccepted ? !falseDrawn(open: open).isEmpty : isFalselyRejected(open)
    switch conduct.challenging {
    case .inVain where isAccepted || job.isFalse:
      if isNew(cast.friend) { return cast.friend }
    case .first where isAccepted && isWrong:
      if isNew(cast.friend) { return cast.friend }
    default: break
    }
    if isAccepted, job.isWatched, isNew(cast.watcher) {
      if !job.hasWatched { spend(examinationCost(open), by: cast.watcher) }
      job.hasWatched = true
      if isWrong { return cast.watcher }
    }
    if !isAccepted, isWrong, isNew(job.provider) { return job.provider }
    return nil
  }

  /// Whether a rejection stands although everything that was drawn is right, and was opened.
  private func isFalselyRejected(_ open: Job) -> Bool {
    falseDrawn(open: open).isEmpty && (conduct.openings != .none || job.isCanary)
  }

  /// The referee computes what is disputed; who challenges in vain does not answer.
  private mutating func ruling(
    on challenger: VerifyingKey, _ open: Job, _ verdict: StandingVerdict
  ) -> Command.Action {
    let isAccepted = verdict.outcome == .accepted
    let isInVain =
      challenger == cast.friend.verifyingKey && conduct.challenging == .inVain
    let provider = open.claim?.provider ?? job.provider.verifyingKey
    let envelope = DisputeOutcome(
      job: job.id, terms: open.terms.digest, claim: open.claim?.identity ?? open.terms.digest,
      challenger: challenger,
      defender: isAccepted ? provider : open.examination.deciders.first ?? provider,
      challengerLost: isInVain, fault: isInVain ? .stalled : .falseStatement, subject: "simulated"
    ).signed(by: cast.referee).encoded
    return .ruling(job: job.id, envelope: envelope, evidence: logged(.dispute, envelope))
  }
}
