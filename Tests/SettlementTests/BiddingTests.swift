import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssaySpecification
import AssayTestSupport
import Testing

/// Jobs that bids are invited for.
struct BiddingTests {
  @Test func theLowestPriceWinsAndOfTwoTheEarlierOne() throws {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]] {
      var market = try Market(seed: 5)
      let pool = market.keys.pool
      try market.invite(try market.terms { $0.price = Amount(6_000) })
      // Two of one price and a dearer one.
      let prices: [UInt128] = [4_900, 4_900, 5_300]
      for place in order {
        market.now += 1
        try market.apply(try market.bid("job-1", by: pool[place], prices[place]))
      }
      try market.match("job-1")
      let job = try #require(market.machine.jobs["job-1"])
      let first = order.first { $0 < 2 } ?? 0
      #expect(job.provider == pool[first].verifyingKey)
      #expect(job.terms.contents.price == Amount(4_900))
    }
  }

  @Test func aMatchIsAnOrdinaryJobWhoseTermsAnyoneMakesAgain() throws {
    var market = try Market(seed: 6)
    let keys = market.keys
    let terms = try market.terms()
    let (before, staked) = (market.money(of: keys.buyer), market.money(of: keys.provider))
    try market.invite(terms)
    try market.apply(try market.bid("job-1", by: keys.provider, 4_700))
    // An invitation and a bid hold nothing.
    #expect(market.money(of: keys.buyer) == before)
    #expect(market.money(of: keys.provider) == staked)
    try market.match("job-1")
    #expect(market.machine.invitations.isEmpty)
    let job = try #require(market.machine.jobs["job-1"])
    #expect(job.phase.name == .active)
    var contents = terms.contents
    contents.price = Amount(4_700)
    contents.parties.provider = keys.provider.verifyingKey
    #expect(job.terms == (try Terms(contents)))
    #expect(market.money(of: keys.buyer) == before - 4_700 - contents.fee.units)
    #expect(market.money(of: keys.provider) == staked - contents.stake.units)
    try market.machine.checkInvariants()
    try market.accept("job-1")
    #expect(market.money(of: keys.provider) == staked + 4_700)
    let settled = try #require(market.machine.jobs["job-1"])
    let receipt = try #require(Receipt(of: settled, in: market.machine))
    let envelope = receipt.signed(by: keys.operator).encoded
    #expect(try Receipt.open(envelope, terms: settled.terms) == receipt)
    var replayed = SettlementMachine()
    for entry in market.journal { try replayed.replay(entry) }
    #expect(replayed.encoded == market.machine.encoded)
  }

  @Test func invitationsThatCannotBeMatchedAreRefused() throws {
    var market = try Market(seed: 7)
    let keys = market.keys
    let terms = try market.terms()
    let named = try market.terms("job-2") { [provider = keys.provider.verifyingKey] in
      $0.parties.provider = provider
    }
    func invite(
      _ terms: Terms, _ conditions: BidConditions = BidConditions(), by key: SigningKey? = nil,
      seconds: UInt32 = 100
    ) -> Command.Action {
      .invite(
        terms: terms.bytes, by: (key ?? keys.buyer).verifyingKey, conditions: conditions,
        seconds: seconds)
    }
    try expectRefusal(&market, invite(named)) { $0 == .providerIsNamed }
    for bad in [
      invite(terms, BidConditions(hardware: [.amdGPU, .amdGPU])),
      invite(terms, BidConditions(regions: ["eu", "eu"])),
      invite(terms, BidConditions(regions: ["Oslo"])), invite(terms, BidConditions(regions: [""])),
      invite(terms, BidConditions(regions: (0...32).map { "r\($0)" })),
      invite(terms, BidConditions(halvingReputation: .zero)), invite(terms, seconds: 0),
      invite(terms, seconds: .max),
    ] {
      try expectRefusal(&market, bad) { if case .terms = $0 { true } else { false } }
    }
    let waiting = try market.terms("job-3") { $0.dataReceipts = 1 }
    try expectRefusal(&market, invite(waiting)) {
      if case .terms(.terms(field: "dataReceipts", _)) = $0 { true } else { false }
    }
    try expectRefusal(&market, invite(terms, by: keys.outsider)) {
      if case .wrongParty = $0 { true } else { false }
    }
    try market.apply(invite(terms))
    try expectRefusal(&market, .offer(terms: terms.bytes)) { $0 == .jobExists("job-1") }
    try expectRefusal(&market, invite(terms)) { $0 == .jobExists("job-1") }
  }

  @Test func whatDoesNotSatisfyTheInvitationIsRefused() throws {
    var market = try Market(seed: 7)
    let keys = market.keys
    let terms = try market.terms { $0.price = Amount(5_500) }
    try market.invite(
      terms, BidConditions(hardware: [.nvidiaGPU, .amdGPU], regions: ["eu", "eu-north"]))
    func refused(
      _ action: Command.Action, _ field: String, location: SourceLocation = #_sourceLocation
    ) throws {
      try expectRefusal(&market, action, location: location) {
        if case .unsuitableBid(field, _, _) = $0 { true } else { false }
      }
    }
    let provider = keys.provider
    try refused(try market.bid("job-1", by: provider, 5_501, hardware: .amdGPU), "price")
    try refused(try market.bid("job-1", by: provider, 5_500), "hardware")
    try refused(
      try market.bid("job-1", by: provider, 5_500, hardware: .amdGPU, region: "us"), "region")
    let other = Command.Action.bid(
      job: "job-1", terms: SHA256.digest(of: [7]), by: provider.verifyingKey, price: Amount(5_000),
      hardware: .amdGPU, region: "eu", seconds: 50)
    try refused(other, "terms")
    try expectRefusal(&market, try market.bid("job-1", by: provider, 0, hardware: .amdGPU)) {
      if case .terms = $0 { true } else { false }
    }
    // So cheap that the rest of the escrow deters nobody.
    try expectRefusal(&market, try market.bid("job-1", by: provider, 1, hardware: .amdGPU)) {
      if case .cheatingWouldPay = $0 { true } else { false }
    }
    try expectRefusal(&market, try market.bid("job-1", by: keys.buyer, 5_000, hardware: .amdGPU)) {
      if case .wrongParty = $0 { true } else { false }
    }
    try expectRefusal(
      &market, try market.bid("job-1", by: keys.outsider, 5_000, hardware: .amdGPU)
    ) { if case .books(.exceedsCredits) = $0 { true } else { false } }
    let good = try market.bid("job-1", by: provider, 5_000, hardware: .amdGPU)
    try market.apply(good)
    try expectRefusal(&market, good) { $0 == .alreadyAnswered(provider.verifyingKey) }
    try expectRefusal(&market, .match(job: "job-1")) {
      if case .deadlineNotPassed = $0 { true } else { false }
    }
    try expectRefusal(&market, .match(job: "job-9")) { $0 == .noInvitation("job-9") }
    market.now += 100
    try expectRefusal(
      &market, try market.bid("job-1", by: keys.successor, 5_000, hardware: .amdGPU)
    ) { if case .deadlinePassed = $0 { true } else { false } }
  }

  @Test func whoCannotKeepItsBidIsPassedOver() throws {
    var market = try Market(seed: 8)
    let keys = market.keys
    let terms = try market.terms { $0.stake = Amount(3_500) }
    try market.invite(terms)
    try market.apply(try market.bid("job-1", by: keys.provider, 4_000))
    try market.apply(try market.bid("job-1", by: keys.pool[0], 4_100, seconds: 99))
    try market.apply(try market.bid("job-1", by: keys.pool[1], 4_200))
    try market.apply(try market.bid("job-1", by: keys.successor, 4_300))
    // The first has spent its stake, the second's bid is over, the third took it back.
    try market.apply(
      .withdraw(
        party: keys.provider.verifyingKey, asset: market.asset, amount: Amount(996_501)))
    try market.apply(.retract(job: "job-1", by: keys.pool[1].verifyingKey))
    try expectRefusal(
      &market, .retract(job: "job-1", by: keys.pool[1].verifyingKey)
    ) { if case .wrongParty = $0 { true } else { false } }
    try market.match("job-1")
    #expect(market.machine.jobs["job-1"]?.provider == keys.successor.verifyingKey)
  }

  @Test func anInvitationEndsWithoutAJobWhereThereIsNone() throws {
    var market = try Market(seed: 9)
    let keys = market.keys
    // Nobody bids.
    try market.invite(try market.terms("job-1"))
    try market.match("job-1")
    // The buyer cannot pay any more.
    try market.invite(try market.terms("job-2"))
    try market.apply(try market.bid("job-2", by: keys.provider, 5_000))
    let all = Amount(market.money(of: keys.buyer))
    try market.apply(
      .withdraw(party: keys.buyer.verifyingKey, asset: market.asset, amount: all))
    try market.match("job-2")
    try expectRefusal(
      &market,
      .invite(
        terms: try market.terms("job-3").bytes, by: keys.buyer.verifyingKey,
        conditions: BidConditions(), seconds: 10)
    ) { if case .books(.exceedsCredits) = $0 { true } else { false } }
    try market.apply(
      .deposit(party: keys.buyer.verifyingKey, asset: market.asset, amount: all))
    // The buyer takes it back.
    try market.invite(try market.terms("job-3"))
    try market.apply(.retract(job: "job-3", by: keys.buyer.verifyingKey))
    #expect(market.machine.jobs.isEmpty && market.machine.invitations.isEmpty)
    // The name is free again, a known secret is not.
    try market.invite(try market.terms("job-3"))
    #expect(market.machine.ledger.holds.isEmpty)
  }

  @Test func anAgentInvitesWithinItsBoundsAndSpendsWhatTheMatchCosts() throws {
    var market = try Market(seed: 10)
    let keys = market.keys
    let (buyer, agent) = (keys.buyer.verifyingKey, keys.outsider.verifyingKey)
    let terms = try market.terms {
      $0.price = Amount(5_000)
      $0.fee = Amount(200)
    }
    func authorise(_ amount: UInt128) throws {
      try market.apply(
        .authorise(
          buyer: buyer, agent: agent, asset: market.asset, amount: Amount(amount), jobs: 2,
          seconds: 1_000))
    }
    let invite = Command.Action.invite(
      terms: terms.bytes, by: agent, conditions: BidConditions(), seconds: 100)
    try authorise(5_199)
    try expectRefusal(&market, invite) {
      if case .beyondAuthorisation(_, needed: Amount(5_200)) = $0 { true } else { false }
    }
    try authorise(5_200)
    try market.apply(invite)
    try market.apply(try market.bid("job-1", by: keys.provider, 4_600))
    try market.match("job-1")
    let left = market.machine.authorisation(of: buyer, for: agent, asset: market.asset)
    #expect(left?.amount == Amount(400) && left?.jobs == 1)
  }

  @Test func aBetterBidTakesThePlaceOfTheLastWhereThereAreMany() throws {
    var market = try Market(seed: 11, funds: 0)
    let asset = market.asset
    let providers = try (0..<66).map { _ in try SigningKey(seed: market.generator.bytes(32)) }
    for key in providers + [market.keys.buyer] {
      try market.apply(
        .deposit(party: key.verifyingKey, asset: asset, amount: Amount(10_000)))
    }
    let terms = try market.terms { $0.price = Amount(5_500) }
    try market.invite(terms)
    for (place, key) in providers.prefix(64).enumerated() {
      try market.apply(try market.bid("job-1", by: key, 5_000 + UInt128(place)))
    }
    try expectRefusal(&market, try market.bid("job-1", by: providers[64], 5_063)) {
      if case .unsuitableBid("price", _, _) = $0 { true } else { false }
    }
    try market.apply(try market.bid("job-1", by: providers[64], 5_062))
    let bids = try #require(market.machine.invitations["job-1"]).bids
    #expect(bids.count == 64 && bids.last?.provider == providers[64].verifyingKey)
    // Who cannot put up the stake makes room even for a dear one.
    try market.apply(
      .withdraw(party: providers[0].verifyingKey, asset: asset, amount: Amount(10_000)))
    try market.apply(try market.bid("job-1", by: providers[65], 5_500))
    try market.machine.checkInvariants()
    try market.match("job-1")
    #expect(market.machine.jobs["job-1"]?.provider == providers[1].verifyingKey)
  }

  @Test func commandsOfTheMarketReadBackAndEveryCutIsRefused() throws {
    var market = try Market(seed: 12)
    let terms = try market.terms()
    let key = market.keys.buyer.verifyingKey
    let actions: [Command.Action] = [
      .invite(
        terms: terms.bytes, by: key,
        conditions: BidConditions(
          hardware: [.amdGPU, .processor], regions: ["eu", "us-west"],
          leastReputation: Amount(17), halvingReputation: Amount(19)), seconds: 23),
      .invite(terms: [1], by: key, conditions: BidConditions(), seconds: 1),
      .bid(
        job: "a", terms: terms.digest, by: key, price: Amount(29), hardware: .intelGPU,
        region: "eu", seconds: 31),
      .retract(job: "a", by: key), .match(job: "a"),
    ]
    for action in actions {
      let command = try Command(key: "k", action: action)
      #expect(try Command(decoding: command.encoded) == command)
      for count in stride(from: 0, to: command.encoded.count, by: 7) {
        #expect(throws: SettlementError.self) {
          try Command(decoding: Array(command.encoded.prefix(count)))
        }
      }
    }
  }
}
