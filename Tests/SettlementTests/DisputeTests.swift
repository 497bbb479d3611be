import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// Challenges decided one by one, and guardians who stop a job.
struct DisputeTests {
  /// A job on whose claim a panel's verdict stands.
  private func decided(
    _ outcome: (Market) throws -> Verdict.Outcome, rounds: Int = 2
  ) throws -> (market: Market, terms: Terms.Contents, before: Market) {
    var market = try Market(seed: 7)
    let keys = market.keys
    let terms = try market.terms {
      $0.panel = Terms.Panel(quorum: 2, bond: Amount(701), rounds: rounds, revealSeconds: 53)
      $0.guardians = Terms.Guardians(keys: keys.guardians.map(\.verifyingKey), quorum: 2)
    }
    try market.advance(terms, to: .active)
    let before = market
    try market.examine("job-1")
    let found = try outcome(market)
    try market.answer("job-1", [found, found])
    return (market, terms.contents, before)
  }

  private func gain(_ key: SigningKey, _ market: Market, since before: Market) -> Int128 {
    let account = Books.party(key.verifyingKey, market.asset)
    return Int128(market.available(account)) - Int128(before.available(account))
  }

  private func settled(_ market: inout Market) throws -> Ending {
    if market.machine.jobs["job-1"]?.phase.deadline != nil {
      try market.passDeadline("job-1")
      try market.apply(.close(job: "job-1"))
    }
    try market.machine.checkInvariants()
    let job = try #require(market.machine.jobs["job-1"])
    let receipt = try #require(Receipt(of: job, in: market.machine))
    let envelope = receipt.signed(by: market.keys.operator).encoded
    #expect(try Receipt.open(envelope, terms: job.terms) == receipt)
    return receipt.ending
  }

  @Test func aLostChallengeCostsItsBondAndChangesNothingElse() throws {
    var (market, terms, before) = try decided { _ in .accepted }
    let keys = market.keys
    // A friend challenges to lose; beside it somebody else who is right.
    try market.apply(.challenge(job: "job-1", by: keys.successor.verifyingKey))
    market.now += 10
    try market.apply(.challenge(job: "job-1", by: keys.challenger.verifyingKey))
    let provider = keys.provider.verifyingKey
    try market.apply(
      try market.ruling(
        "job-1", challenger: keys.successor, defender: provider, challengerLost: true))
    try market.machine.checkInvariants()
    #expect(market.machine.jobs["job-1"]?.phase.name == .disputed)
    let (bond, fee) = (Int128(terms.challengeBond.units), Int128(terms.fee.units))
    #expect(gain(keys.successor, market, since: before) == -bond)
    #expect(gain(keys.referee, market, since: before) == fee)
    try market.apply(
      try market.ruling(
        "job-1", challenger: keys.challenger, defender: provider, challengerLost: false))
    #expect(try settled(&market) == .rejected(.wrongComputation))
    let stake = part(Int128(terms.stake.units), terms.slashing.finderMillionths)
    let found = 2 * part(701, terms.slashing.finderMillionths)
    #expect(gain(keys.challenger, market, since: before) == stake + found)
    let won = part(bond - fee, terms.slashing.finderMillionths)
    #expect(gain(keys.provider, market, since: before) == won)
  }

  @Test func aVerifierShownWrongLosesItsBondAndOthersVerify() throws {
    var (market, terms, before) = try decided { try $0.rejection("job-1") }
    let keys = market.keys
    let wrong = market.panel("job-1")
    try market.apply(.challenge(job: "job-1", by: keys.provider.verifyingKey))
    try market.apply(
      try market.ruling(
        "job-1", challenger: keys.provider, defender: wrong[0].verifyingKey,
        challengerLost: false))
    try market.machine.checkInvariants()
    #expect(market.machine.jobs["job-1"]?.phase.name == .verifying)
    #expect(gain(wrong[0], market, since: before) == -701)
    let fee = Int128(terms.fee.units)
    #expect(gain(keys.referee, market, since: before) == fee)
    let found = part(701 - fee, terms.slashing.finderMillionths)
    #expect(gain(keys.provider, market, since: before) == found)
    // A rejection of the next round would need a second verifier again: the disproved one is out.
    try market.answer("job-1", [.accepted, .accepted])
    #expect(try settled(&market) == .accepted)
  }

  @Test(arguments: DisputeFault.allCases)
  func howTheProviderLostDecidesWhoElseIsBlamed(fault: DisputeFault) throws {
    var (market, _, before) = try decided { _ in .accepted }
    let keys = market.keys
    let panel = market.panel("job-1")
    try market.apply(.challenge(job: "job-1", by: keys.challenger.verifyingKey))
    try market.apply(
      try market.ruling(
        "job-1", challenger: keys.challenger, defender: keys.provider.verifyingKey,
        challengerLost: false, fault: fault))
    #expect(try settled(&market) == .rejected(fault.claimFault))
    let lost: Int128 = fault == .falseStatement ? -701 : 0
    for key in panel { #expect(gain(key, market, since: before) == lost) }
  }

  @Test(arguments: [false, true])
  func whatATranscriptShowsNeedsNobodysWord(challengerLost: Bool) throws {
    var (market, terms, before) = try decided { _ in .accepted }
    let keys = market.keys
    try market.apply(.challenge(job: "job-1", by: keys.challenger.verifyingKey))
    let hand = try market.ruling(
      "job-1", challenger: keys.challenger, defender: keys.provider.verifyingKey,
      challengerLost: challengerLost,
      signedBy: challengerLost ? keys.provider : keys.challenger)
    let transcripts = market.transcripts
    let transcript = try #require(transcripts.keys.first)
    // Without the transcript, or with that of another dispute, it is a word like any other.
    market.transcripts = [:]
    try expectRefusal(&market, hand) {
      $0 == .evidence(.dispute(.notChecked(transcript: transcript)))
    }
    market.transcripts = transcripts
    try market.apply(hand)
    try market.machine.checkInvariants()
    let (bond, fee) = (Int128(terms.challengeBond.units), Int128(terms.fee.units))
    #expect(gain(keys.referee, market, since: before) == 0)
    if challengerLost {
      let won = part(bond, terms.slashing.finderMillionths)
      #expect(gain(keys.provider, market, since: before) == won)
      #expect(try settled(&market) == .accepted)
    } else {
      // Money waits for a process that has held the dispute again.
      market.transcripts = [:]
      try market.passDeadline("job-1")
      try expectRefusal(&market, .close(job: "job-1")) {
        $0 == .evidence(.dispute(.notChecked(transcript: transcript)))
      }
      market.transcripts = transcripts
      let treasury = Int128(market.available(Books.treasury(market.asset)))
      #expect(try settled(&market) == .rejected(.wrongComputation))
      // Nobody has decided: the fee is the treasury's, beside its part of the stake.
      let stake = Int128(terms.stake.units)
      let shares = [terms.slashing.damageMillionths, terms.slashing.finderMillionths]
      let rest = shares.reduce(stake) { $0 - part(stake, $1) }
      #expect(
        Int128(market.available(Books.treasury(market.asset))) == treasury + fee + rest)
    }
    let job = try #require(market.machine.jobs["job-1"])
    let receipt = try #require(Receipt(of: job, in: market.machine))
    #expect(receipt.segments[0].rulings.map(\.transcript) == [transcript])
    #expect(receipt.segments[0].rulings[0].challengerLost == challengerLost)
  }

  @Test func anOutcomeThatItsTranscriptDoesNotShowIsRefused() throws {
    var (market, _, _) = try decided { _ in .accepted }
    let keys = market.keys
    let provider = keys.provider.verifyingKey
    try market.apply(.challenge(job: "job-1", by: keys.challenger.verifyingKey))
    let job = try #require(market.machine.jobs["job-1"])
    let shown = try market.ruling(
      "job-1", challenger: keys.challenger, defender: provider, challengerLost: true)
    guard case .ruling(_, let good, _) = shown else { return }
    let transcript = try #require(try DisputeOutcome.open(good).outcome.transcript)
    func hand(
      lost: Bool = true, fault: DisputeFault = .falseStatement, about: String? = nil,
      _ transcript: Digest?, by signer: SigningKey
    ) throws -> Command.Action {
      let envelope = DisputeOutcome(
        job: "job-1", terms: job.terms.digest, claim: try #require(job.claim).identity,
        challenger: keys.challenger.verifyingKey, defender: provider, challengerLost: lost,
        fault: fault, subject: about ?? "interval 1, step 2, operator 3", transcript: transcript
      ).signed(by: signer).encoded
      return .ruling(job: "job-1", envelope: envelope, evidence: try market.log(.dispute, envelope))
    }
    for other in [
      try hand(lost: false, transcript, by: keys.referee),
      try hand(fault: .brokenOpening, transcript, by: keys.referee),
      try hand(about: "interval 2", transcript, by: keys.challenger),
    ] {
      try expectRefusal(&market, other) {
        if case .evidence(.mismatch("the outcome", _, _)) = $0 { true } else { false }
      }
    }
    // Even the referee cannot say of a trace what nobody can check; a party cannot say at all.
    try expectRefusal(&market, try hand(nil, by: keys.referee)) {
      $0 == .evidence(.dispute(.transcriptMissing(fault: .falseStatement)))
    }
    for signer in [keys.challenger, keys.provider] {
      try expectRefusal(&market, try hand(fault: .stalled, nil, by: signer)) {
        if case .evidence(.keyNotAdmitted) = $0 { true } else { false }
      }
    }
    try expectRefusal(&market, try hand(transcript, by: keys.outsider)) {
      if case .evidence(.keyNotAdmitted) = $0 { true } else { false }
    }
    try market.apply(try hand(transcript, by: keys.challenger))
  }

  @Test func onlyTheRefereesWordOnAnOpenChallengeCounts() throws {
    var (market, _, _) = try decided { _ in .accepted }
    let keys = market.keys
    let provider = keys.provider.verifyingKey
    let early = try market.ruling(
      "job-1", challenger: keys.challenger, defender: provider, challengerLost: true)
    try expectRefusal(&market, early) {
      $0 == .wrongPhase(expected: [.disputed], found: .challengeOpen)
    }
    try market.apply(.challenge(job: "job-1", by: keys.challenger.verifyingKey))
    let forged = try market.ruling(
      "job-1", challenger: keys.challenger, defender: provider, challengerLost: true,
      signedBy: keys.outsider)
    try expectRefusal(&market, forged) {
      if case .evidence(.keyNotAdmitted) = $0 { true } else { false }
    }
    let other = try market.ruling(
      "job-1", challenger: keys.successor, defender: provider, challengerLost: true)
    try expectRefusal(&market, other) { $0 == .noSuchChallenge(keys.successor.verifyingKey) }
    let bystander = try market.ruling(
      "job-1", challenger: keys.challenger, defender: keys.outsider.verifyingKey,
      challengerLost: false)
    try expectRefusal(&market, bystander) { if case .wrongParty = $0 { true } else { false } }
    guard case .ruling(_, let envelope, _) = early else { return }
    let elsewhere = try market.log(.verdict, envelope)
    try expectRefusal(
      &market, .ruling(job: "job-1", envelope: envelope, evidence: elsewhere)
    ) { if case .evidence(.notInLog) = $0 { true } else { false } }
  }

  @Test func everyChallengeHasATimeOfItsOwn() throws {
    var (market, terms, before) = try decided { _ in .accepted }
    let keys = market.keys
    let start = market.now
    try market.apply(.challenge(job: "job-1", by: keys.challenger.verifyingKey))
    market.now += 7
    try market.apply(.challenge(job: "job-1", by: keys.successor.verifyingKey))
    let seconds = UInt64(terms.deadlines.disputeSeconds)
    #expect(market.machine.jobs["job-1"]?.phase.deadline == start + seconds)
    market.now = start + seconds
    try market.apply(.expire(job: "job-1"))
    // The first has its bond back, the second goes on.
    #expect(gain(keys.challenger, market, since: before) == 0)
    #expect(market.machine.jobs["job-1"]?.phase.deadline == start + seconds + 7)
    market.now += 7
    try market.apply(.expire(job: "job-1"))
    #expect(gain(keys.successor, market, since: before) == 0)
    #expect(try settled(&market) == .accepted)
  }

  @Test func aQuorumOfGuardiansGivesEverybodyHisOwnBack() throws {
    var (market, terms, before) = try decided { _ in .accepted }
    let keys = market.keys
    try market.apply(.challenge(job: "job-1", by: keys.challenger.verifyingKey))
    try market.apply(try market.quarantine("job-1", .defectiveKernel, by: keys.guardians[0]))
    try expectRefusal(
      &market, try market.quarantine("job-1", .forkedLog, by: keys.guardians[0])
    ) { $0 == .alreadyAnswered(keys.guardians[0].verifyingKey) }
    try expectRefusal(
      &market, try market.quarantine("job-1", .defectiveKernel, by: keys.outsider)
    ) { if case .evidence(.keyNotAdmitted) = $0 { true } else { false } }
    // Another reason is not the same word.
    try market.apply(try market.quarantine("job-1", .forkedLog, by: keys.guardians[1]))
    #expect(market.machine.jobs["job-1"]?.phase.name == .disputed)
    try market.apply(try market.quarantine("job-1", .defectiveKernel, by: keys.guardians[2]))
    #expect(try settled(&market) == .quarantined(.defectiveKernel))
    for key in [keys.buyer, keys.challenger] + keys.pool {
      let own =
        key.verifyingKey == keys.buyer.verifyingKey ? terms.price.units + terms.fee.units : 0
      #expect(gain(key, market, since: before) == Int128(own))
    }
    #expect(gain(keys.provider, market, since: before) == Int128(terms.stake.units))
  }

  @Test(arguments: Market.Stage.allCases)
  func guardiansStopAJobInEveryState(stage: Market.Stage) throws {
    var market = try Market(seed: 8)
    let keys = market.keys
    let terms = try market.terms {
      $0.guardians = Terms.Guardians(keys: [keys.guardians[0].verifyingKey], quorum: 1)
    }
    try market.advance(terms, to: stage)
    try market.passDeadline("job-1")
    try market.apply(try market.quarantine("job-1", .order, by: keys.guardians[0]))
    #expect(try settled(&market) == .quarantined(.order))
    var without = try Market(seed: 9)
    try without.advance(try without.terms(), to: stage)
    try expectRefusal(
      &without, try without.quarantine("job-1", .order, by: without.keys.guardians[0])
    ) { $0 == .noGuardians }
  }
}
