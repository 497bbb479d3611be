import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssaySpecification
import Testing

/// Drawn verifiers, who answer without knowing each other's answers.
struct PanelTests {
  /// A job whose claim is drawn from, and who has what at that moment.
  private func drawn(
    seed: UInt64 = 1, quorum: Int = 2, rounds: Int = 3,
    _ change: (inout Terms.Contents) -> Void = { _ in }
  ) throws -> (market: Market, terms: Terms.Contents, before: Market) {
    var market = try Market(seed: seed)
    let terms = try market.terms {
      $0.panel = Terms.Panel(quorum: quorum, bond: Amount(701), rounds: rounds, revealSeconds: 53)
      change(&$0)
    }
    try market.advance(terms, to: .active)
    let before = market
    try market.examine("job-1")
    return (market, terms.contents, before)
  }

  private func gain(_ key: SigningKey, _ market: Market, since before: Market) -> Int128 {
    let account = Books.party(key.verifyingKey, market.asset)
    return Int128(market.available(account)) - Int128(before.available(account))
  }

  /// A verifier that was not drawn.
  private func outsider(of panel: [SigningKey], _ market: Market) -> SigningKey? {
    let drawn = panel.map(\.verifyingKey)
    return market.keys.pool.first { !drawn.contains($0.verifyingKey) }
  }

  private func close(_ market: inout Market) throws -> Receipt {
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    try market.machine.checkInvariants()
    let job = try #require(market.machine.jobs["job-1"])
    let receipt = try #require(Receipt(of: job, in: market.machine))
    let envelope = receipt.signed(by: market.keys.operator).encoded
    #expect(try Receipt.open(envelope, terms: job.terms) == receipt)
    return receipt
  }

  @Test func whoAgreesSharesTheFeeAndHasItsBondBack() throws {
    var (market, terms, before) = try drawn(quorum: 3)
    let panel = market.panel("job-1")
    #expect(panel.count == 3)
    try market.answer("job-1", [.accepted, .accepted, .accepted])
    let receipt = try close(&market)
    #expect(receipt.ending == .accepted)
    #expect(receipt.segments[0].verdicts.map(\.signer) == panel.map(\.verifyingKey))
    let fee = Int128(terms.fee.units)
    let gains = panel.map { gain($0, market, since: before) }
    #expect(gains == [fee / 3 + fee % 3, fee / 3, fee / 3])
    // Who was not drawn gets nothing, and a receipt that names it does not hold.
    let other = try #require(outsider(of: panel, market))
    #expect(gain(other, market, since: before) == 0)
    let text = String(decoding: receipt.signed(by: market.keys.operator).payload, as: UTF8.self)
    let edited = text.replacing("\(panel[1].verifyingKey)", with: "\(other.verifyingKey)")
    let signed = Envelope.sign(payload: Array(edited.utf8), with: market.keys.operator)
    let job = try #require(market.machine.jobs["job-1"])
    #expect(throws: SettlementError.self) { try Receipt.open(signed.encoded, terms: job.terms) }
  }

  @Test func nobodyShowsAnAnswerBeforeAllAreBound() throws {
    var (market, _, _) = try drawn()
    let panel = market.panel("job-1")
    let other = try #require(outsider(of: panel, market))
    let envelope = try market.verdict("job-1", .accepted, signedBy: panel[0])
    let evidence = try market.log(.verdict, envelope)
    try expectRefusal(
      &market, .verdict(job: "job-1", envelope: envelope, evidence: evidence)
    ) { $0 == .answerFirst }
    try expectRefusal(&market, try market.sealing("job-1", .accepted, by: other)) {
      if case .wrongParty = $0 { true } else { false }
    }
    let bound = try market.sealing("job-1", .accepted, by: panel[0])
    try market.apply(bound)
    try expectRefusal(&market, bound) {
      $0 == .alreadyAnswered(panel[0].verifyingKey)
    }
    // The second copies the first's commitment: it has nothing that opens it.
    let copied = try #require(market.machine.jobs["job-1"]?.examination.seats[0].commitment)
    try market.apply(
      .answer(job: "job-1", by: panel[1].verifyingKey, commitment: copied))
    #expect(market.machine.jobs["job-1"]?.phase.name == .revealing)
    let shown = try #require(try market.showing("job-1", by: panel[0]))
    guard case .verdict(_, let first, let logged, let nonce) = shown else { return }
    for wrong in [[UInt8](repeating: 0, count: 32), []] {
      try expectRefusal(
        &market, .verdict(job: "job-1", envelope: first, evidence: logged, nonce: wrong)
      ) { _ in true }
    }
    try market.apply(shown)
    try expectRefusal(&market, shown) { $0 == .alreadyAnswered(panel[0].verifyingKey) }
    let mine = try market.verdict("job-1", .accepted, signedBy: panel[1])
    let place = try market.log(.verdict, mine)
    try expectRefusal(
      &market, .verdict(job: "job-1", envelope: mine, evidence: place, nonce: nonce)
    ) { $0 == .otherAnswer(panel[1].verifyingKey) }
  }

  @Test func whoIsBoundAndDoesNotShowLosesItsBondAndOthersAreDrawn() throws {
    var (market, _, before) = try drawn()
    let panel = market.panel("job-1")
    let first = try #require(market.machine.jobs["job-1"]?.draw)
    for key in panel { try market.apply(try market.sealing("job-1", .accepted, by: key)) }
    try market.apply(try #require(try market.showing("job-1", by: panel[0])))
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    try market.machine.checkInvariants()
    #expect(gain(panel[1], market, since: before) == -701)
    let treasury = Books.treasury(market.asset)
    #expect(market.available(treasury) == before.available(treasury) + 701)
    // The next round has other verifiers and more intervals; what was drawn stays drawn.
    let next = market.panel("job-1")
    #expect(
      next.count == 2 && Set(next.map(\.verifyingKey)).isDisjoint(with: panel.map(\.verifyingKey)))
    let second = try #require(market.machine.jobs["job-1"]?.draw)
    #expect(Set(second.indices).isSuperset(of: first.indices))
    #expect(second.indices.count == 2 * first.indices.count)
    try market.answer("job-1", [.accepted, .accepted])
    #expect(try close(&market).ending == .accepted)
    #expect(gain(panel[0], market, since: before) == 0)
  }

  @Test func withoutAgreementNobodyIsSlashed() throws {
    var (market, _, before) = try drawn(quorum: 2, rounds: 3)
    let rejection = try market.rejection("job-1")
    let other = try market.rejection("job-1", .brokenTrace)
    for outcomes in [
      [.accepted, rejection], [.inconclusive(.missingData), .accepted], [rejection, other],
    ] {
      #expect(market.machine.jobs["job-1"]?.phase.name == .verifying)
      try market.answer("job-1", outcomes)
      try market.machine.checkInvariants()
    }
    let job = try #require(market.machine.jobs["job-1"])
    #expect(job.phase == .settled(.inconclusive, at: market.now))
    for key in market.keys.pool { #expect(gain(key, market, since: before) == 0) }
    let stake = Int128(job.terms.contents.stake.units)
    #expect(gain(market.keys.provider, market, since: before) == stake)
  }

  @Test func aRejectionByOneIsConfirmedByASecond() throws {
    var (market, _, _) = try drawn(quorum: 1)
    try market.answer("job-1", [try market.rejection("job-1")])
    #expect(market.machine.jobs["job-1"]?.phase.name == .verifying)
    try market.answer("job-1", [try market.rejection("job-1")])
    #expect(market.machine.jobs["job-1"]?.phase.name == .challengeOpen)
    #expect(try close(&market).ending == .rejected(.wrongComputation))
  }

  @Test func whoIsLinkedToTheProviderOrToOneBeforeItIsNotDrawn() throws {
    for seed in 1...12 as ClosedRange<UInt64> {
      let keys = try Market(seed: seed).keys
      let pool = keys.pool.map(\.verifyingKey)
      let (market, _, _) = try drawn(seed: seed, quorum: 2) {
        $0.panel?.linked = [
          [keys.provider.verifyingKey, pool[0], pool[1]], [pool[2], pool[3]],
        ]
      }
      let panel = market.panel("job-1").map(\.verifyingKey)
      #expect(!panel.contains(pool[0]) && !panel.contains(pool[1]))
      #expect(!(panel.contains(pool[2]) && panel.contains(pool[3])))
    }
  }

  @Test func whoeverTheRefereeFindsWrongLosesItsBond() throws {
    var (market, terms, before) = try drawn()
    let panel = market.panel("job-1")
    try market.answer("job-1", [.accepted, .accepted])
    try expectRefusal(&market, .challenge(job: "job-1", by: panel[1].verifyingKey)) {
      if case .wrongParty = $0 { true } else { false }
    }
    try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
    try market.referee("job-1", try market.rejection("job-1"))
    let receipt = try close(&market)
    #expect(receipt.ending == .rejected(.wrongComputation))
    for key in panel { #expect(gain(key, market, since: before) == -701) }
    let found = part(701, terms.slashing.finderMillionths)
    let stake = part(Int128(terms.stake.units), terms.slashing.finderMillionths)
    #expect(gain(market.keys.challenger, market, since: before) == 2 * found + stake)
    #expect(gain(market.keys.referee, market, since: before) == Int128(terms.fee.units))
  }

  @Test func hardwareThatDoesNotDifferIsNotEnough() throws {
    var (market, _, _) = try drawn(rounds: 2) {
      let policy = $0.evidence
      $0.evidence = EvidencePolicy(
        selection: policy.selection, adversary: policy.adversary,
        confidenceMillionths: policy.confidenceMillionths, hardware: .differing)
    }
    try market.answer("job-1", [.accepted, .accepted])
    #expect(market.machine.jobs["job-1"]?.examination.round == 1)
  }

  @Test func everyStateOfAPanelEndsByTimeoutsAlone() throws {
    for bound in 0...2 {
      var (market, _, before) = try drawn(rounds: 3)
      for key in market.panel("job-1").prefix(bound) {
        try market.apply(try market.sealing("job-1", .accepted, by: key))
      }
      // BOUND: three rounds, each of at most two states.
      for _ in 0..<6 where market.machine.jobs["job-1"]?.phase.deadline != nil {
        try market.passDeadline("job-1")
        try market.apply(.expire(job: "job-1"))
        try market.machine.checkInvariants()
      }
      #expect(market.machine.jobs["job-1"]?.phase == .settled(.inconclusive, at: market.now))
      let lost = market.keys.pool.reduce(0) { $0 + gain($1, market, since: before) }
      #expect(lost == (bound == 2 ? -1_402 : 0))
    }
  }

  @Test func termsWithAPanelThatCannotBeAreRefused() throws {
    var market = try Market()
    let changes: [(inout Terms.Contents) -> Void] = [
      { $0.panel?.quorum = 7 }, { $0.panel?.quorum = 0 }, { $0.panel?.rounds = 17 },
      { $0.panel?.revealSeconds = 0 }, { $0.panel?.bond = Amount(1) },
    ]
    for change in changes {
      #expect(throws: SettlementError.self) {
        try market.terms {
          $0.panel = Terms.Panel(quorum: 2, bond: Amount(701), rounds: 2, revealSeconds: 1)
          change(&$0)
        }
      }
    }
    let outsider = market.keys.outsider.verifyingKey
    let terms = try market.terms {
      $0.panel = Terms.Panel(
        quorum: 2, bond: Amount(701), rounds: 2, revealSeconds: 1, linked: [[outsider], []])
    }
    #expect(try Terms(decoding: terms.bytes) == terms)
  }
}
