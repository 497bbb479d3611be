internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle

// Challenges of the verdict that stands, side by side, each with a bond and a time of its own.
extension SettlementMachine {
  func challenge(_ job: Job, by party: VerifyingKey, now: UInt64) throws(Refusal) -> Step {
    var job = job
    // The window runs on beside a dispute, so that disputes run side by side.
    let windowEnd: UInt64 =
      switch job.phase {
      case .disputed(_, let windowUntil): windowUntil
      default: job.phase.deadline ?? now
      }
    guard now < windowEnd else { throw .deadlinePassed(at: windowEnd, now: now) }
    let contents = job.terms.contents
    guard let referee = contents.parties.referee else { throw .noReferee }
    guard party != referee, !job.examination.deciders.contains(party),
      party != contents.parties.log.key
    else {
      throw .wrongParty(role: "a challenger that does not decide", found: party)
    }
    guard !job.examination.challenges.contains(where: { $0.challenger == party }) else {
      throw .alreadyAnswered(party)
    }
    let number = job.challengeCount
    job.examination.challenges.append(
      OpenChallenge(
        challenger: party, number: number, until: now + UInt64(contents.deadlines.disputeSeconds)))
    job.challengeCount += 1
    job.goOnDisputing(within: windowEnd)
    let payer = Books.party(party, contents.asset)
    let account = Books.job(job.id, "bond", contents.asset)
    var step = Step(job: job, accounts: [payer, account])
    if contents.challengeBond > .zero {
      step.transfers = [
        Transfer(
          id: Books.bond(job.id, number: number),
          action: .hold(
            debit: payer.id, credit: account.id, amount: contents.challengeBond,
            expiresAt: nil),
          time: now)
      ]
    }
    return step
  }

  /// The referee's verdict on the whole draw decides every open challenge and ends the window; one
  /// that cannot say ends the challenges as silence does.
  func decided(_ job: Job, by decision: StandingVerdict, now: UInt64) -> Step {
    guard case .disputed(_, let windowUntil) = job.phase, let standing = job.verdict else {
      preconditionFailure("a dispute is about a verdict that stands")
    }
    var step = Step(job: job)
    guard decision.isConclusive else {
      returnBonds(in: &step, now: now) { _ in true }
      step.job?.phase = .challengeOpen(until: windowUntil)
      return step
    }
    if decision.agrees(with: standing) {
      for (index, challenge) in job.examination.challenges.enumerated() {
        forfeit(
          challenge, fee: index == 0 ? decision.verifier : nil, winner: nil, in: &step, now: now)
      }
    } else {
      overturn(
        with: decision, deciders: [decision.verifier],
        finder: job.examination.challenges.first, in: &step, now: now)
    }
    step.job?.phase = .challengeOpen(until: now)
    return step
  }

  /// How one challenge ended. Who challenged in vain loses its bond, and nothing else changes; a
  /// provider shown wrong is rejected; a verifier shown wrong loses its bond, and where the verdict
  /// rests on it the claim is verified again by others.
  func ruling(
    _ job: Job, _ envelope: [UInt8], _ evidence: LogEvidence, now: UInt64, _ proofs: ProofStanding
  ) throws(Refusal) -> Step {
    guard case .disputed(_, let windowUntil) = job.phase, let standing = job.verdict,
      let referee = job.terms.contents.parties.referee, let claim = job.claim
    else { preconditionFailure("a dispute is about a verdict that stands") }
    let ruling: Ruling
    let isAccepted = standing.fault == nil
    do throws(EvidenceError) {
      let opened = try DisputeOutcome.open(envelope)
      try opened.outcome.check(job: job.id, terms: job.terms.digest, claim: claim.identity)
      try check(
        opened, isAboutTrace: isAccepted && opened.outcome.defender == claim.provider,
        referee: referee, proofs)
      try evidence.check(
        .dispute, identity: opened.identity, in: job.terms.contents.parties.log)
      ruling = Ruling(opened, logIndex: evidence.proof.leafIndex)
    } catch { throw .evidence(error) }
    let outcome = ruling.outcome
    guard
      let challenge = job.examination.challenges.first(where: {
        $0.challenger == outcome.challenger
      })
    else { throw .noSuchChallenge(outcome.challenger) }
    // An acceptance shows work, which may be disputed as well.
    let accepting = job.examination.seats.filter { $0.verdict?.work != nil }.map(\.verifier)
    let defenders = (isAccepted ? [claim.provider] : job.examination.deciders) + accepting
    guard defenders.contains(outcome.defender) else {
      throw .wrongParty(role: "whose statement the verdict rests on", found: outcome.defender)
    }
    // Who is not asked is not paid.
    let payee = ruling.signer == referee ? referee : nil
    var step = Step(job: job)
    step.job?.examination.rulings.append(ruling)
    if outcome.challengerLost {
      forfeit(challenge, fee: payee, winner: outcome.defender, in: &step, now: now)
      step.job?.goOnDisputing(within: windowUntil)
      return step
    }
    guard isAccepted, outcome.defender == claim.provider else {
      guard !accepting.contains(outcome.defender) || outcome.fault == .falseStatement else {
        throw .evidence(
          .mismatch(
            field: "fault", expected: DisputeFault.falseStatement.rawValue,
            found: outcome.fault.rawValue))
      }
      return disproving(
        outcome, challenge, by: referee, of: job, within: windowUntil, in: step, now: now)
    }
    // A provider that only stalled may have worked rightly, and its verifiers, too.
    overturn(
      with: StandingVerdict(ruling), deciders: [payee].compactMap(\.self), finder: challenge,
      blames: outcome.fault == .falseStatement, in: &step, now: now)
    step.job?.phase = .challengeOpen(until: now)
    return step
  }

  /// A transcript shows who lost a dispute about a trace, whoever hands it in. That a party was
  /// silent, and what a verifier did, which claims no trace, is the referee's word.
  private func check(
    _ opened: OpenedDisputeOutcome, isAboutTrace: Bool, referee: VerifyingKey,
    _ proofs: ProofStanding
  ) throws(EvidenceError) {
    let outcome = opened.outcome
    let isShown = isAboutTrace && outcome.transcript != nil
    let admitted = [referee] + (isShown ? [outcome.challenger, outcome.defender] : [])
    guard admitted.contains(opened.signer) else {
      throw .keyNotAdmitted(found: opened.signer.description)
    }
    guard let transcript = outcome.transcript else {
      guard !isAboutTrace || outcome.fault == .stalled else {
        throw .dispute(.transcriptMissing(fault: outcome.fault))
      }
      return
    }
    guard case .checked(_, let checked) = proofs else { return }
    let shown = try CheckedDispute.require(transcript, in: checked)
    guard shown == outcome else {
      throw .mismatch(
        field: "the outcome", expected: "\(shown.loser) lost by \(shown.fault.rawValue)",
        found: "\(outcome.loser) lost by \(outcome.fault.rawValue), or another claim or subject")
    }
  }

  /// What a verifier stated is wrong, its rejection or the work that its acceptance shows: it loses
  /// its bond, and so does whoever showed the same work. Where the verdict rests on it, others
  /// verify the claim.
  private func disproving(
    _ outcome: DisputeOutcome, _ challenge: OpenChallenge, by referee: VerifyingKey, of job: Job,
    within windowUntil: UInt64, in step: Step, now: UInt64
  ) -> Step {
    let isDecider = job.examination.deciders.contains(outcome.defender)
    let seats = job.examination.seats
    let work = seats.first { $0.verifier == outcome.defender }?.verdict?.work
    var step = step
    returnBonds(in: &step, now: now) { isDecider || $0 == challenge }
    var fee: VerifyingKey? = referee
    for (index, seat) in seats.enumerated()
    where seat.verifier == outcome.defender || (work != nil && seat.verdict?.work == work) {
      forfeit(seat: index, finder: outcome.challenger, fee: fee, in: &step, now: now)
      // It counts for no later verdict.
      step.job?.examination.seats[index].verdict = nil
      fee = nil
    }
    guard isDecider else {
      step.job?.goOnDisputing(within: windowUntil)
      return step
    }
    step.job?.examination.verdict = nil
    step.job?.examination.deciders = []
    let contents = job.terms.contents
    guard contents.panel == nil else {
      return merged(step, redrawing(step.job ?? job, now: now))
    }
    step.job?.examination.inconclusiveVerifiers.append(outcome.defender)
    step.job?.phase = .inconclusive(until: now + UInt64(contents.deadlines.retrySeconds))
    return step
  }

  /// Another verdict stands: bonds of challengers go back, and drawn verifiers that came to another
  /// conclusion lose theirs.
  private func overturn(
    with decision: StandingVerdict, deciders: [VerifyingKey], finder: OpenChallenge?,
    blames: Bool = true, in step: inout Step, now: UInt64
  ) {
    guard let examination = step.job?.examination else { return }
    returnBonds(in: &step, now: now) { _ in true }
    step.job?.examination.verdict = decision
    step.job?.examination.deciders = deciders
    for (index, seat) in examination.seats.enumerated() where blames {
      guard let verdict = seat.verdict, verdict.isConclusive, !verdict.agrees(with: decision)
      else { continue }
      forfeit(seat: index, finder: finder?.challenger, in: &step, now: now)
    }
    if decision.fault != nil { step.job?.examination.finder = finder?.challenger }
  }

  /// Gives challengers their bonds back and forgets their challenges.
  func returnBonds(
    in step: inout Step, now: UInt64, of isOver: (OpenChallenge) -> Bool
  ) {
    guard let job = step.job else { return }
    for challenge in job.examination.challenges where isOver(challenge) {
      let hold = Books.bond(job.id, number: challenge.number)
      guard job.terms.contents.challengeBond > .zero else { continue }
      step.transfers.append(
        Transfer(id: Books.transfer("\(hold.name)/return"), action: .void(hold: hold), time: now))
    }
    step.job?.examination.challenges.removeAll(where: isOver)
  }

  /// Takes a challenger's bond: the referee's fee, the winner's share of the rest, and what is left
  /// for the treasury.
  private func forfeit(
    _ challenge: OpenChallenge, fee referee: VerifyingKey?, winner: VerifyingKey?,
    in step: inout Step, now: UInt64
  ) {
    guard let job = step.job else { return }
    step.job?.examination.challenges.removeAll { $0 == challenge }
    let contents = job.terms.contents
    guard contents.challengeBond > .zero else { return }
    let hold = Books.bond(job.id, number: challenge.number)
    step.transfers.append(
      Transfer(
        id: Books.transfer("\(hold.name)/forfeit"),
        action: .post(hold: hold, amount: contents.challengeBond), time: now))
    distribute(
      contents.challengeBond, of: hold, from: "bond", fee: referee,
      finder: winner, in: &step, now: now)
  }

  /// Ends the challenges whose time is over without an answer: their bonds go back.
  func endingChallenges(_ job: Job, now: UInt64) -> Step {
    guard case .disputed(_, let windowUntil) = job.phase else {
      preconditionFailure("challenges are open in a dispute")
    }
    var step = Step(job: job)
    returnBonds(in: &step, now: now) { $0.until <= now }
    step.job?.goOnDisputing(within: windowUntil)
    return step
  }
}

extension Job {
  /// Disputed until the first open challenge's time is over; without one the window is open.
  fileprivate mutating func goOnDisputing(within windowUntil: UInt64) {
    let until = examination.challenges.map(\.until).min()
    phase =
      until.map { .disputed(until: $0, windowUntil: windowUntil) }
      ?? .challengeOpen(until: windowUntil)
  }
}
