internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle

/// What is known of the proofs that a verdict rests on.
enum ProofStanding {
  /// These were checked in this process.
  case checked(CheckedProofs?)
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
        policy: job.terms.contents.evidence, draw: draw, admittedKeys: keys)
      switch proofs {
      case .checked(let checked):
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
    case .revealing: return try showing(standing, nonce, of: job, now: now)
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
    if case .challengeOpen(let until) = job.phase {
      job.phase = .disputed(
        until: now + UInt64(contents.deadlines.disputeSeconds), windowUntil: until)
    }
    let number = job.challengeCount
    job.examination.challenges.append(OpenChallenge(challenger: party, number: number))
    job.challengeCount += 1
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

  /// The referee's verdict decides every open challenge and ends the window; one that cannot say
  /// ends the challenges as silence does.
  private func decided(_ job: Job, by decision: StandingVerdict, now: UInt64) -> Step {
    guard case .disputed(_, let windowUntil) = job.phase, let standing = job.verdict else {
      preconditionFailure("a dispute is about a verdict that stands")
    }
    guard decision.isConclusive else {
      return returningBonds(of: job, then: .challengeOpen(until: windowUntil), now: now)
    }
    if decision.agrees(with: standing) {
      return forfeitingBonds(of: job, to: decision.verifier, now: now)
    }
    var step = returningBonds(of: job, then: .challengeOpen(until: now), now: now)
    step.job?.examination.verdict = decision
    step.job?.examination.deciders = [decision.verifier]
    // The drawn verifiers that came to another conclusion lose their bonds.
    let winner = job.examination.challenges.first?.challenger
    for (index, seat) in job.examination.seats.enumerated() {
      guard let verdict = seat.verdict, verdict.isConclusive, !verdict.agrees(with: decision)
      else { continue }
      forfeit(seat: index, finder: winner, in: &step, now: now)
    }
    if case .rejected = decision.outcome {
      step.job?.examination.finder = job.examination.challenges.first?.challenger
    }
    return step
  }

  /// Gives every open challenger its bond back.
  func returningBonds(of job: Job, then phase: Phase, now: UInt64) -> Step {
    var job = job
    let transfers: [Transfer] =
      job.terms.contents.challengeBond == .zero
      ? []
      : job.examination.challenges.map { challenge in
        let hold = Books.bond(job.id, number: challenge.number)
        return Transfer(
          id: Books.transfer("\(hold.name)/return"), action: .void(hold: hold), time: now)
      }
    job.examination.challenges = []
    job.phase = phase
    return Step(job: job, transfers: transfers)
  }

  /// Takes every open challenger's bond: the first pays the referee's fee, the rest is the
  /// treasury's.
  private func forfeitingBonds(of job: Job, to referee: VerifyingKey, now: UInt64) -> Step {
    var job = job
    let contents = job.terms.contents
    let account = Books.job(job.id, "bond", contents.asset)
    let payee = Books.party(referee, contents.asset)
    let treasury = Books.treasury(contents.asset)
    var transfers: [Transfer] = []
    for (index, challenge) in job.examination.challenges.enumerated()
    where contents.challengeBond > .zero {
      let hold = Books.bond(job.id, number: challenge.number)
      func add(_ name: String, _ action: Transfer.Action) {
        transfers.append(
          Transfer(id: Books.transfer("\(hold.name)/\(name)"), action: action, time: now))
      }
      add("forfeit", .post(hold: hold, amount: contents.challengeBond))
      let fee = index == 0 ? contents.fee : .zero
      if fee > .zero {
        add("referee", .move(debit: account.id, credit: payee.id, amount: fee))
      }
      if let rest = contents.challengeBond.subtracting(fee), rest > .zero {
        add("treasury", .move(debit: account.id, credit: treasury.id, amount: rest))
      }
    }
    job.examination.challenges = []
    job.phase = .challengeOpen(until: now)
    return Step(job: job, accounts: [payee, treasury], transfers: transfers)
  }
}
