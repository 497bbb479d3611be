import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssaySpecification
import Testing

/// Answers that only work yields: what a drawn verifier's acceptance must show.
struct WorkTests {
  private let lie = SHA256.digest(of: Array("lie".utf8))
  private let other = SHA256.digest(of: Array("another lie".utf8))

  private func drawn(
    rounds: Int = 3
  ) throws -> (market: Market, terms: Terms.Contents, before: Market) {
    var market = try Market(seed: 5)
    let terms = try market.terms {
      $0.panel = Terms.Panel(quorum: 2, bond: Amount(701), rounds: rounds, revealSeconds: 53)
    }
    try market.advance(terms, to: .active)
    let before = market
    try market.examine("job-1")
    return (market, terms.contents, before)
  }

  /// The drawn verifiers accept and show this work; nil for the right one.
  private func accept(_ market: inout Market, _ works: [Digest?]) throws {
    let panel = market.panel("job-1")
    for (key, work) in zip(panel, works) {
      try market.apply(
        try work.map { try market.sealing("job-1", .accepted, by: key, work: $0) }
          ?? market.sealing("job-1", .accepted, by: key))
    }
    for key in panel { try market.apply(try #require(try market.showing("job-1", by: key))) }
    try market.machine.checkInvariants()
  }

  private func gain(_ key: SigningKey, _ market: Market, since before: Market) -> Int128 {
    let account = Books.party(key.verifyingKey, market.asset)
    return Int128(market.available(account)) - Int128(before.available(account))
  }

  private func dispute(
    _ market: inout Market, _ defender: SigningKey, challengerLost: Bool = false,
    fault: DisputeFault = .falseStatement
  ) throws -> Command.Action {
    let challenger = market.keys.challenger
    if market.machine.jobs["job-1"]?.phase.name == .challengeOpen {
      try market.apply(.challenge(job: "job-1", by: challenger.verifyingKey))
    }
    return try market.ruling(
      "job-1", challenger: challenger, defender: defender.verifyingKey,
      challengerLost: challengerLost, fault: fault)
  }

  @Test func anAcceptanceWithoutWorkIsNoAnswer() throws {
    var (market, _, before) = try drawn()
    let panel = market.panel("job-1")
    for key in panel {
      try market.apply(try market.sealing("job-1", .accepted, by: key, work: nil))
    }
    let shown = try #require(try market.showing("job-1", by: panel[0]))
    try expectRefusal(&market, shown) { $0 == .noWork(panel[0].verifyingKey) }
    // Who is bound to it can show nothing else, and loses its bond.
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    for key in panel { #expect(gain(key, market, since: before) == -701) }
  }

  @Test func acceptancesThatShowOtherWorkDecideNothing() throws {
    var (market, _, _) = try drawn()
    try accept(&market, [nil, lie])
    let job = try #require(market.machine.jobs["job-1"])
    #expect(job.phase.name == .verifying && job.examination.round == 1 && job.verdict == nil)
    try accept(&market, [nil, nil])
    #expect(market.machine.jobs["job-1"]?.phase.name == .challengeOpen)
  }

  @Test func rejectionsOfOneIntervalWithOtherRootsDoNotConfirmEachOther() throws {
    var (market, _, _) = try drawn()
    let first = try market.rejection("job-1")
    guard case .rejected(let shown) = first else { return }
    func rejected(interval: Int?, computed: UInt8) -> Verdict.Outcome {
      .rejected(
        Rejection(
          fault: shown.fault, interval: interval, claimedRoot: shown.claimedRoot,
          computedRoot: SHA256.digest(of: [computed])))
    }
    try market.answer("job-1", [first, rejected(interval: shown.interval, computed: 77)])
    #expect(market.machine.jobs["job-1"]?.examination.round == 1)
    // Of two intervals both may be wrong, each with roots of its own.
    let drawn = try #require(market.machine.jobs["job-1"]?.draw).indices
    try market.answer(
      "job-1",
      [rejected(interval: drawn[0], computed: 1), rejected(interval: drawn[1], computed: 2)])
    #expect(market.machine.jobs["job-1"]?.phase.name == .challengeOpen)
  }

  @Test func whoAgreedOnALieLosesItsBondAndOthersVerify() throws {
    var (market, terms, before) = try drawn()
    let liars = market.panel("job-1")
    try accept(&market, [lie, lie])
    let ruling = try dispute(&market, liars[0])
    try market.apply(ruling)
    try market.machine.checkInvariants()
    #expect(market.machine.jobs["job-1"]?.phase.name == .verifying)
    #expect(market.machine.jobs["job-1"]?.verdict == nil)
    for key in liars { #expect(gain(key, market, since: before) == -701) }
    // The referee's fee comes out of the first bond, of the rest the finder has its share.
    let fee = Int128(terms.fee.units)
    let share = Int128(terms.slashing.finderMillionths)
    #expect(gain(market.keys.referee, market, since: before) == fee)
    #expect(
      gain(market.keys.challenger, market, since: before)
        == (701 - fee) * share / 1_000_000 + 701 * share / 1_000_000)
    let next = market.panel("job-1").map(\.verifyingKey)
    #expect(Set(next).isDisjoint(with: liars.map(\.verifyingKey)))
    try accept(&market, [nil, nil])
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    try market.machine.checkInvariants()
    #expect(market.machine.jobs["job-1"]?.phase == .settled(.accepted, at: market.now))
    for key in liars { #expect(gain(key, market, since: before) == -701) }
  }

  @Test func whoLiedInAnEarlierRoundLosesItsBondAndTheVerdictStands() throws {
    var (market, _, before) = try drawn()
    let panel = market.panel("job-1")
    try accept(&market, [nil, lie])
    try accept(&market, [nil, nil])
    let verdict = try #require(market.machine.jobs["job-1"]?.verdict)
    let ruling = try dispute(&market, panel[1])
    try market.apply(ruling)
    try market.machine.checkInvariants()
    let job = try #require(market.machine.jobs["job-1"])
    #expect(job.phase.name == .challengeOpen && job.verdict == verdict)
    #expect(gain(panel[1], market, since: before) == -701)
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    #expect(gain(panel[0], market, since: before) == 0)
    #expect(gain(panel[1], market, since: before) == -701)
  }

  @Test func whoIsAccusedInVainHasTheChallengersBond() throws {
    var (market, terms, before) = try drawn()
    let panel = market.panel("job-1")
    try accept(&market, [nil, nil])
    try market.apply(try dispute(&market, panel[0], challengerLost: true))
    #expect(market.machine.jobs["job-1"]?.phase.name == .challengeOpen)
    #expect(
      gain(market.keys.challenger, market, since: before) == -Int128(terms.challengeBond.units))
    #expect(gain(panel[0], market, since: before) > -701)
  }

  @Test func aVerifierIsAccusedOfAFalseStatementOnlyAndOnlyWhereItMadeOne() throws {
    var (market, _, _) = try drawn()
    let panel = market.panel("job-1")
    try accept(&market, [nil, nil])
    for fault in DisputeFault.allCases where fault != .falseStatement {
      let ruling = try dispute(&market, panel[0], fault: fault)
      try expectRefusal(&market, ruling) {
        if case .evidence(.mismatch(field: "fault", _, _)) = $0 { true } else { false }
      }
    }
    let drawn = panel.map(\.verifyingKey)
    let outsider = try #require(
      market.keys.pool.first { !drawn.contains($0.verifyingKey) })
    let ruling = try dispute(&market, outsider)
    try expectRefusal(&market, ruling) {
      if case .wrongParty = $0 { true } else { false }
    }
  }
}
