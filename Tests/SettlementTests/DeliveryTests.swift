import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssaySpecification
import Testing

/// The artefact, sealed, and its key for the payment.
struct DeliveryTests {
  private func verified(
    _ outcome: Verdict.Outcome = .accepted, _ change: (inout Terms.Contents) -> Void = { _ in }
  ) throws -> (market: Market, terms: Terms, before: Market) {
    var market = try Market(seed: 8)
    let before = market
    let terms = try market.terms {
      $0.delivery = Terms.Delivery(seconds: 97)
      change(&$0)
    }
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", outcome)
    return (market, terms, before)
  }

  private func closed(_ market: inout Market) throws {
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    try market.machine.checkInvariants()
  }

  private func gain(_ key: SigningKey, _ market: Market, since before: Market) -> Int128 {
    let account = Books.party(key.verifyingKey, market.asset)
    return Int128(market.available(account)) - Int128(before.available(account))
  }

  private func checkReceipt(_ market: Market) throws {
    let job = try #require(market.machine.jobs["job-1"])
    let receipt = try #require(Receipt(of: job, in: market.machine))
    let envelope = receipt.signed(by: market.keys.operator).encoded
    #expect(try Receipt.open(envelope, terms: job.terms) == receipt)
  }

  @Test func keyAndPaymentChangeHandsInOneStep() throws {
    var (market, terms, before) = try verified()
    try expectRefusal(&market, .deliver(job: "job-1", key: Market.deliveryKey)) {
      if case .wrongPhase = $0 { true } else { false }
    }
    try closed(&market)
    let waiting = try #require(market.machine.jobs["job-1"])
    #expect(waiting.phase == .delivering(until: market.now + 97) && waiting.deliveryKey == nil)
    let stake = Int128(terms.contents.stake.units)
    #expect(gain(market.keys.provider, market, since: before) == -stake)
    for wrong in [[], [1], [UInt8](repeating: 8, count: 32)] {
      try expectRefusal(&market, .deliver(job: "job-1", key: wrong)) {
        if case .otherDeliveryKey = $0 { true } else { false }
      }
    }
    try market.apply(.deliver(job: "job-1", key: Market.deliveryKey))
    try market.machine.checkInvariants()
    let job = try #require(market.machine.jobs["job-1"])
    #expect(job.phase == .settled(.accepted, at: market.now))
    #expect(job.deliveryKey == Market.deliveryKey)
    #expect(
      gain(market.keys.provider, market, since: before) == Int128(terms.contents.price.units))
    try checkReceipt(market)
  }

  @Test func whoKeepsTheKeyIsNotPaidAndLosesTheLivenessPart() throws {
    var (market, terms, before) = try verified()
    try closed(&market)
    try expectRefusal(&market, .expire(job: "job-1")) {
      if case .deadlineNotPassed = $0 { true } else { false }
    }
    try market.passDeadline("job-1")
    try expectRefusal(&market, .deliver(job: "job-1", key: Market.deliveryKey)) {
      if case .deadlinePassed = $0 { true } else { false }
    }
    try market.apply(.expire(job: "job-1"))
    try market.machine.checkInvariants()
    let contents = terms.contents
    #expect(market.machine.jobs["job-1"]?.phase == .settled(.undelivered, at: market.now))
    let lost =
      Int128(contents.stake.units) * Int128(contents.slashing.livenessMillionths) / 1_000_000
    #expect(gain(market.keys.provider, market, since: before) == -lost)
    let fee = Int128(contents.fee.units)
    #expect(gain(market.keys.buyer, market, since: before) == -fee)
    #expect(gain(market.keys.verifiers[0], market, since: before) == fee)
    #expect(market.available(Books.treasury(market.asset)) == UInt128(lost))
    try checkReceipt(market)
  }

  @Test func rejectedWorkNeedsNoKey() throws {
    var market = try Market(seed: 8)
    let terms = try market.terms { $0.delivery = Terms.Delivery(seconds: 97) }
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", try market.rejection("job-1", .wrongArtefact))
    try closed(&market)
    #expect(
      market.machine.jobs["job-1"]?.phase == .settled(.rejected(.wrongArtefact), at: market.now))
  }

  @Test func aClaimSaysHowItsArtefactIsDeliveredWhereTheTermsAskForIt() throws {
    for asks in [true, false] {
      var market = try Market(seed: 8)
      let terms = try market.terms { $0.delivery = asks ? Terms.Delivery(seconds: 97) : nil }
      try market.advance(terms, to: .active)
      let base = ClaimExpectation(
        job: "", terms: .zero, provider: market.keys.provider.verifyingKey, spec: .zero,
        dataRoot: .zero, firstStep: 0, lastStep: 1, traceSize: 1, isDelivered: !asks)
      let claim = try market.claim("job-1") { about in
        about = ClaimExpectation(
          job: about.job, terms: about.terms, provider: about.provider, spec: about.spec,
          dataRoot: about.dataRoot, firstStep: about.firstStep, firstRoot: about.firstRoot,
          lastStep: about.lastStep, traceSize: about.traceSize, isDelivered: base.isDelivered)
      }
      try expectRefusal(&market, .commit(job: "job-1", claim: claim)) {
        if case .evidence(.mismatch(field: "delivery", _, _)) = $0 { true } else { false }
      }
    }
  }

  @Test func anAcceptanceThatDidNotSealTheArtefactIsRefused() throws {
    var market = try Market(seed: 8)
    let terms = try market.terms { $0.delivery = Terms.Delivery(seconds: 97) }
    try market.advance(terms, to: .verifying)
    let challenge = try #require(market.machine.jobs["job-1"]?.challenge)
    for delivery in [nil, SHA256.digest(of: [1])] {
      let envelope = Verdict(
        on: challenge, outcome: .accepted, quality: .accuracy(correct: 700, rows: 1_000),
        delivery: delivery, device: "test"
      ).signed(by: market.keys.verifiers[0]).encoded
      let evidence = try market.log(.verdict, envelope)
      try expectRefusal(
        &market, .verdict(job: "job-1", envelope: envelope, evidence: evidence)
      ) { if case .evidence(.mismatch(field: "delivery", _, _)) = $0 { true } else { false } }
    }
  }

  @Test func termsWithADeliveryThatCannotBeAreRefused() throws {
    var market = try Market(seed: 8)
    let terms = try market.terms { $0.delivery = Terms.Delivery(seconds: 97) }
    #expect(try Terms(decoding: terms.bytes) == terms)
    for seconds in [0, -1, Int.max] {
      #expect(throws: SettlementError.self) {
        try market.terms { $0.delivery = Terms.Delivery(seconds: seconds) }
      }
    }
    #expect(throws: SettlementError.self) {
      try market.terms {
        $0.delivery = Terms.Delivery(seconds: 97)
        $0.continuity = Terms.Continuity(
          claims: 2, heartbeatSeconds: 1, graceSeconds: 1, vacancySeconds: 1, stopMillionths: 0)
      }
    }
  }
}
