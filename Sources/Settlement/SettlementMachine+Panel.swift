internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence

// Drawn verifiers, who bind themselves to their answers before anybody shows one.
extension SettlementMachine {
  /// A drawn verifier binds itself; when all of the round have, they show what they answered.
  func answer(
    _ job: Job, by party: VerifyingKey, _ commitment: Digest, now: UInt64
  ) throws(Refusal) -> Step {
    var job = job
    guard let panel = job.terms.contents.panel else { throw .noPanel }
    guard job.panelists.contains(party) else {
      throw .wrongParty(role: "a verifier drawn for this round", found: party)
    }
    let round = job.examination.round
    guard !job.examination.seats.contains(where: { $0.round == round && $0.verifier == party })
    else { throw .alreadyAnswered(party) }
    var seat = Seat(verifier: party, round: round, commitment: commitment)
    let payer = Books.party(party, job.terms.contents.asset)
    let account = Books.job(job.id, "answer", job.terms.contents.asset)
    var step = Step(accounts: [payer, account])
    if panel.bond > .zero {
      let bond = Books.answer(job.id, number: job.answerCount)
      job.answerCount += 1
      seat.bond = bond
      step.transfers.append(
        Transfer(
          id: bond,
          action: .hold(
            debit: payer.id, credit: account.id, amount: panel.bond, expiresAt: nil), time: now))
    }
    job.examination.seats.append(seat)
    if job.examination.presentSeats.count == panel.quorum {
      job.phase = .revealing(until: now + UInt64(panel.revealSeconds))
    }
    step.job = job
    return step
  }

  /// A drawn verifier shows the verdict that it is bound to; the last one ends the round.
  func showing(
    _ verdict: StandingVerdict, _ nonce: [UInt8], of job: Job, now: UInt64
  ) throws(Refusal) -> Step {
    var job = job
    let seats = job.examination.presentSeats
    guard let index = seats.first(where: { job.examination.seats[$0].verifier == verdict.verifier })
    else { throw .wrongParty(role: "a verifier that is bound", found: verdict.verifier) }
    let seat = job.examination.seats[index]
    guard seat.verdict == nil else { throw .alreadyAnswered(verdict.verifier) }
    let commitment: Digest
    do throws(EvidenceError) {
      commitment = try SealedAnswer.commitment(
        to: verdict.identity, by: verdict.verifier, nonce: nonce)
    } catch { throw .evidence(error) }
    guard commitment == seat.commitment else { throw .otherAnswer(verdict.verifier) }
    job.examination.seats[index].verdict = verdict
    let shown = seats.compactMap { job.examination.seats[$0].verdict }
    return shown.count == seats.count ? counting(shown, on: job, now: now) : Step(job: job)
  }

  /// What a round comes to: a verdict that all share, or another round.
  ///
  /// Work is accepted by all of a round who show the same work, on hardware as the terms ask for;
  /// it is rejected by all of a round and at least two, counting earlier rounds, for one fault.
  private func counting(_ shown: [StandingVerdict], on job: Job, now: UInt64) -> Step {
    guard let first = shown.first else { preconditionFailure("a round has verifiers") }
    let deciders = shown.map(\.verifier)
    guard shown.allSatisfy({ $0.confirms(first) }) else { return redrawing(job, now: now) }
    if first.outcome == .accepted {
      let required = job.terms.contents.evidence.hardware
      if required?.isMet(by: shown.map(\.hardware)) ?? true {
        return standing(first, by: deciders, on: job, now: now)
      }
    }
    if first.fault != nil,
      job.examination.seats.filter({ $0.verdict?.confirms(first) ?? false }).count >= 2
    {
      return standing(first, by: deciders, on: job, now: now)
    }
    return redrawing(job, now: now)
  }

  /// The next verifiers are drawn, and more intervals; where there are no more, nobody could say.
  ///
  /// Who has not shown an answer by now gives none in this round: its bond is returned, unless all
  /// were bound, when it has failed to show what it was paid to find.
  func redrawing(_ job: Job, now: UInt64) -> Step {
    guard let panel = job.terms.contents.panel else {
      preconditionFailure("verifiers are drawn again where they were drawn")
    }
    let wereBound = job.phase.name == .revealing
    var step = Step(job: job)
    for index in job.examination.presentSeats
    where job.examination.seats[index].verdict == nil {
      if wereBound {
        forfeit(seat: index, finder: nil, in: &step, now: now)
      } else {
        giveBack(seat: index, in: &step, now: now)
      }
    }
    let next = job.examination.round + 1
    guard next < panel.rounds,
      job.examination.panelists(under: job.terms, round: next).count == panel.quorum,
      var redrawn = step.job
    else { return merged(step, settle(step.job ?? job, as: .inconclusive, now: now)) }
    redrawn.examination.round = next
    redrawn.examination.draw = redrawn.challenge?.draw
    redrawn.phase = .verifying(
      until: now + UInt64(job.terms.contents.deadlines.verificationSeconds))
    step.job = redrawn
    return step
  }

  /// Gives every drawn verifier of a claim that is decided its bond back.
  func givingBondsBack(in step: inout Step, now: UInt64) {
    for index in step.job?.examination.seats.indices ?? 0..<0 {
      giveBack(seat: index, in: &step, now: now)
    }
  }

  private func giveBack(seat index: Int, in step: inout Step, now: UInt64) {
    guard let bond = step.job?.examination.seats[index].bond else { return }
    step.job?.examination.seats[index].bond = nil
    step.transfers.append(
      Transfer(id: Books.transfer("\(bond.name)/return"), action: .void(hold: bond), time: now))
  }

  /// Takes a drawn verifier's bond: the finder's share for who showed it wrong, the rest for the
  /// treasury.
  func forfeit(
    seat index: Int, finder: VerifyingKey?, fee referee: VerifyingKey? = nil, in step: inout Step,
    now: UInt64
  ) {
    guard let job = step.job, let bond = job.examination.seats[index].bond,
      let amount = job.terms.contents.panel?.bond
    else { return }
    step.job?.examination.seats[index].bond = nil
    step.transfers.append(
      Transfer(
        id: Books.transfer("\(bond.name)/forfeit"), action: .post(hold: bond, amount: amount),
        time: now))
    distribute(
      amount, of: bond, from: "answer", fee: referee, finder: finder, in: &step, now: now)
  }

  /// Pays out a forfeited bond: the referee's fee first, of the rest the finder's share to who was
  /// right, and what is left to the treasury.
  func distribute(
    _ amount: Amount, of bond: TransferID, from account: String, fee referee: VerifyingKey?,
    finder: VerifyingKey?, in step: inout Step, now: UInt64
  ) {
    guard let job = step.job else { return }
    let contents = job.terms.contents
    let source = Books.job(job.id, account, contents.asset).id
    var rest = amount
    func pay(_ name: String, _ part: Amount, _ payee: Account, in step: inout Step) {
      guard part > .zero, let less = rest.subtracting(part) else { return }
      rest = less
      step.accounts.append(payee)
      step.transfers.append(
        Transfer(
          id: Books.transfer("\(bond.name)/\(name)"),
          action: .move(debit: source, credit: payee.id, amount: part), time: now))
    }
    if let referee {
      pay("referee", contents.fee, Books.party(referee, contents.asset), in: &step)
    }
    if let finder {
      let share = rest.share(UInt64(contents.slashing.finderMillionths), of: 1_000_000)
      pay("finder", share, Books.party(finder, contents.asset), in: &step)
    }
    pay("treasury", rest, Books.treasury(contents.asset), in: &step)
  }

  /// Two steps as one, the later one's job standing.
  func merged(_ first: Step, _ second: Step) -> Step {
    var step = second
    step.accounts = first.accounts + second.accounts
    step.transfers = first.transfers + second.transfers
    step.secrets = first.secrets + second.secrets
    return step
  }
}
