import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// Sends a command that must be refused and must leave the state as it was, to the byte.
func expectRefusal(
  _ market: inout Market, _ action: Command.Action, proofs: CheckedProofs? = nil,
  _ comment: Comment? = nil, location: SourceLocation = #_sourceLocation,
  where isExpected: (Refusal) -> Bool
) throws {
  let before = market.machine.encoded
  let outcome = try market.send(action, proofs: proofs)
  guard case .refused(let refusal) = outcome else {
    Issue.record("expected a refusal, found \(outcome)", sourceLocation: location)
    return
  }
  #expect(isExpected(refusal), "found \(refusal)", sourceLocation: location)
  #expect(market.machine.encoded == before, comment, sourceLocation: location)
}

struct RefusalTests {
  @Test func aRepeatedCommandGivesTheSameOutcomeAndChangesNothing() throws {
    var market = try Market()
    let terms = try market.terms()
    try market.advance(terms, to: .offered)
    let fund = Command.Action.fund(job: "job-1", by: market.keys.buyer.verifyingKey)
    let first = try market.send(fund, key: "fund")
    let state = market.machine.encoded
    market.now += 10_000
    #expect(try market.send(fund, key: "fund") == first)
    #expect(market.machine.encoded == state)
    #expect(
      try market.send(.cancel(job: "job-1", by: market.keys.buyer.verifyingKey), key: "fund")
        == .refused(.keyHasOtherRequest(key: "fund")))
    #expect(market.machine.encoded == state)
  }

  @Test func theClockNeverGoesBack() throws {
    var market = try Market()
    market.now -= 1
    let terms = try market.terms()
    try expectRefusal(&market, .offer(terms: terms.bytes)) { $0 == .clock(last: 1_000, now: 999) }
    market.now = SettlementMachine.timeLimit + 1
    try expectRefusal(&market, .offer(terms: terms.bytes)) {
      $0 == .clock(last: 1_000, now: SettlementMachine.timeLimit + 1)
    }
  }

  @Test func onlyTheNamedPartiesMayAct() throws {
    var market = try Market()
    let terms = try market.terms()
    try market.advance(terms, to: .offered)
    let outsider = market.keys.outsider.verifyingKey
    try expectRefusal(&market, .fund(job: "job-1", by: outsider)) {
      $0 == .wrongParty(role: "the buyer, or whom it has authorised", found: outsider)
    }
    try expectRefusal(&market, .cancel(job: "job-1", by: outsider)) {
      $0 == .wrongParty(role: "the buyer", found: outsider)
    }
    try market.apply(.fund(job: "job-1", by: market.keys.buyer.verifyingKey))
    for key in [market.keys.buyer, market.keys.verifiers[1], market.keys.referee] {
      try expectRefusal(&market, .accept(job: "job-1", by: key.verifyingKey)) {
        if case .wrongParty = $0 { true } else { false }
      }
    }
  }

  @Test func aNamedProviderIsTheOnlyOne() throws {
    var market = try Market()
    let named = market.keys.outsider.verifyingKey
    let terms = try market.terms { $0.parties.provider = named }
    try market.advance(terms, to: .funded)
    let other = market.keys.provider.verifyingKey
    try expectRefusal(&market, .accept(job: "job-1", by: other)) {
      $0 == .wrongParty(role: "the provider that the terms name", found: other)
    }
  }

  @Test func moneyThatIsNotThereCannotBeHeld() throws {
    var market = try Market(funds: 0)
    let terms = try market.terms()
    try market.advance(terms, to: .offered)
    try expectRefusal(
      &market, .fund(job: "job-1", by: market.keys.buyer.verifyingKey)
    ) { if case .books(.exceedsCredits) = $0 { true } else { false } }
    // The price alone is there, the fee is not: neither may be held.
    try market.apply(
      .deposit(
        party: market.keys.buyer.verifyingKey, asset: market.asset, amount: terms.contents.price))
    try expectRefusal(
      &market, .fund(job: "job-1", by: market.keys.buyer.verifyingKey)
    ) { if case .books(.exceedsCredits) = $0 { true } else { false } }
    try expectRefusal(
      &market,
      .withdraw(
        party: market.keys.buyer.verifyingKey, asset: market.asset, amount: Amount(.max))
    ) { if case .books = $0 { true } else { false } }
  }

  @Test func heldMoneyCannotBeWithdrawn() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .funded)
    let buyer = market.keys.buyer.verifyingKey
    try expectRefusal(
      &market, .withdraw(party: buyer, asset: market.asset, amount: Amount(1_000_000))
    ) { if case .books(.exceedsCredits) = $0 { true } else { false } }
  }

  @Test func anAmountOfZeroAndOtherDecimalsAreRefused() throws {
    var market = try Market()
    let buyer = market.keys.buyer.verifyingKey
    try expectRefusal(&market, .deposit(party: buyer, asset: market.asset, amount: .zero)) {
      $0 == .amountIsZero
    }
    let other = try Asset(id: "EUR", decimals: 3)
    try expectRefusal(&market, .deposit(party: buyer, asset: other, amount: Amount(1))) {
      $0 == .assetHasOtherDecimals(expected: 2, found: 3)
    }
    let terms = try market.terms { $0.asset = other }
    try expectRefusal(&market, .offer(terms: terms.bytes)) {
      $0 == .assetHasOtherDecimals(expected: 2, found: 3)
    }
  }

  @Test func aDepositAfterTheOfferMayFixOtherDecimals() throws {
    var market = try Market()
    let dollar = try Asset(id: "USD", decimals: 2)
    let terms = try market.terms { $0.asset = dollar }
    try market.apply(.offer(terms: terms.bytes))
    let buyer = market.keys.buyer.verifyingKey
    let other = try Asset(id: "USD", decimals: 3)
    try market.apply(.deposit(party: buyer, asset: other, amount: Amount(1_000_000)))
    try expectRefusal(&market, .fund(job: "job-1", by: buyer)) {
      $0 == .assetHasOtherDecimals(expected: 3, found: 2)
    }
  }

  @Test func aDepositBeyond128BitsIsRefused() throws {
    var market = try Market()
    let buyer = market.keys.buyer.verifyingKey
    try expectRefusal(
      &market, .deposit(party: buyer, asset: market.asset, amount: Amount(.max))
    ) { if case .books(.counterOverflow) = $0 { true } else { false } }
  }

  @Test func aJobsNameAndASecretAreUsedOnce() throws {
    var market = try Market()
    let terms = try market.terms()
    try market.apply(.offer(terms: terms.bytes))
    try expectRefusal(&market, .offer(terms: terms.bytes)) { $0 == .jobExists("job-1") }
    let again = try market.terms("job-2") { $0.buyerSecretHash = terms.contents.buyerSecretHash }
    try expectRefusal(&market, .offer(terms: again.bytes)) {
      $0 == .secretUsedBefore(role: .buyer)
    }
  }

  @Test func termsUnderWhichCheatingPaysAreRefusedWithTheNumbers() throws {
    var market = try Market()
    // k·F > C + N·G fails: 1 × (price + stake − finder's share) against 20 intervals of gain.
    let terms = try market.terms {
      $0.evidence = EvidencePolicy(
        selection: .drawn(1), adversary: .targeted, confidenceMillionths: 0)
      $0.economics.outsideGain = Amount(900)
    }
    try market.advance(terms, to: .funded)
    let provider = market.keys.provider.verifyingKey
    try expectRefusal(&market, .accept(job: "job-1", by: provider)) {
      guard case .cheatingWouldPay(let numbers) = $0 else { return false }
      let contents = terms.contents
      let finder = contents.stake.units * 197_003 / 1_000_000
      return numbers.intervals == 20 && numbers.drawn == 1
        && numbers.forfeit == contents.price.units + contents.stake.units - finder
        && numbers.outsideGain == 900 && !numbers.holds
    }
    // Where the verifiers may be silenced, the stake deters nothing.
    let silenced = try market.terms("job-2") {
      $0.economics.verifiersMayBeSilenced = true
      $0.economics.workCost = $0.price
    }
    #expect(silenced.leastForfeit == silenced.contents.price)
    try market.advance(silenced, to: .funded)
    try expectRefusal(&market, .accept(job: "job-2", by: provider)) {
      if case .cheatingWouldPay = $0 { true } else { false }
    }
  }

  @Test func lateCommandsAreRefusedAfterTheSettlement() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .verifying)
    let claim = try market.claim("job-1")
    let verdict = try market.verdict("job-1", .accepted)
    let evidence = try market.log(.verdict, verdict)
    try market.decide("job-1", .accepted)
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    let secrets = try #require(market.secrets["job-1"])
    let parties = market.keys
    let late: [Command.Action] = [
      .commit(job: "job-1", claim: claim), .logged(job: "job-1", evidence: evidence),
      .verdict(job: "job-1", envelope: verdict, evidence: evidence),
      .reveal(job: "job-1", role: .buyer, secret: secrets.buyer), .close(job: "job-1"),
      .expire(job: "job-1"), .fund(job: "job-1", by: parties.buyer.verifyingKey),
      .accept(job: "job-1", by: parties.provider.verifyingKey),
      .cancel(job: "job-1", by: parties.buyer.verifyingKey),
      .challenge(job: "job-1", by: parties.challenger.verifyingKey),
    ]
    for action in late {
      try expectRefusal(&market, action) {
        if case .wrongPhase(_, .settled) = $0 { true } else { false }
      }
    }
    try expectRefusal(&market, .close(job: "job-9")) { $0 == .jobNotFound("job-9") }
  }

  @Test func challengesNeedARefereeAWindowAndADistinctParty() throws {
    var market = try Market()
    let challenger = market.keys.challenger.verifyingKey
    try market.advance(try market.terms { $0.parties.referee = nil }, to: .verifying)
    try market.decide("job-1", .accepted)
    try expectRefusal(&market, .challenge(job: "job-1", by: challenger)) { $0 == .noReferee }
    try market.advance(try market.terms("job-2"), to: .verifying)
    try market.decide("job-2", .accepted)
    for key in [market.keys.referee, market.keys.verifiers[0], market.keys.operator] {
      try expectRefusal(&market, .challenge(job: "job-2", by: key.verifyingKey)) {
        if case .wrongParty = $0 { true } else { false }
      }
    }
    try market.apply(.challenge(job: "job-2", by: challenger))
    try expectRefusal(&market, .challenge(job: "job-2", by: challenger)) {
      $0 == .alreadyAnswered(challenger)
    }
    // A second challenger may join the dispute.
    try market.apply(.challenge(job: "job-2", by: market.keys.buyer.verifyingKey))
    try market.machine.checkInvariants()
    // Neither a verifier nor a close can end a dispute.
    let envelope = try market.verdict("job-2", .accepted, signedBy: market.keys.verifiers[1])
    let evidence = try market.log(.verdict, envelope)
    try expectRefusal(
      &market, .verdict(job: "job-2", envelope: envelope, evidence: evidence)
    ) { if case .evidence(.keyNotAdmitted) = $0 { true } else { false } }
    try market.referee("job-2", .accepted)
    try expectRefusal(&market, .challenge(job: "job-2", by: challenger)) {
      if case .deadlinePassed = $0 { true } else { false }
    }
    try market.machine.checkInvariants()
  }
}
