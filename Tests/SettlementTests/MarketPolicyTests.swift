import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// What the market charges, and what buyers let others spend.
struct MarketPolicyTests {
  @Test func aJobKeepsThePolicyItWasOfferedUnder() throws {
    var market = try Market(seed: 1)
    try market.apply(.policy(feeMillionths: 30_001))
    let free = try market.terms("job-0")
    let policy = MarketPolicy(version: 1, feeMillionths: 30_001)
    try expectRefusal(&market, .offer(terms: free.bytes)) {
      $0 == .otherPolicy(expected: policy, found: .free)
    }
    let terms = try market.terms { $0.policy = policy }
    let provider = Books.party(market.keys.provider.verifyingKey, market.asset)
    let before = market.available(provider)
    try market.advance(terms, to: .active)
    try market.apply(.policy(feeMillionths: 0))
    try market.accept("job-1")
    let price = terms.contents.price.units
    let share = price * 30_001 / 1_000_000
    #expect(market.available(provider) == before + price - share)
    #expect(market.available(Books.treasury(market.asset)) == share)
    let job = try #require(market.machine.jobs["job-1"])
    let receipt = try #require(Receipt(of: job, in: market.machine))
    let envelope = receipt.signed(by: market.keys.operator).encoded
    #expect(try Receipt.open(envelope, terms: job.terms) == receipt)
    try expectRefusal(&market, .policy(feeMillionths: 500_001)) {
      $0 == .feeTooHigh(limit: 500_000)
    }
  }

  /// What the market takes is not forfeited: it counts for nothing in the inequality.
  @Test func theMarketsShareDetersNobody() throws {
    var market = try Market(seed: 2)
    let free = try market.terms { $0.price = Amount(5_000) }
    let charged = try market.terms {
      $0.contents(price: 5_000, policy: MarketPolicy(version: 1, feeMillionths: 100_000))
    }
    let difference = Int128(free.leastForfeit.units) - Int128(free.contents.stake.units)
    let other = Int128(charged.leastForfeit.units) - Int128(charged.contents.stake.units)
    #expect(difference + finder(free) == 5_000)
    #expect(other + finder(charged) == 4_500)
  }

  private func finder(_ terms: Terms) -> Int128 {
    part(Int128(terms.contents.stake.units), terms.contents.slashing.finderMillionths)
  }

  @Test func anAgentSpendsWithinItsBoundsOnly() throws {
    var market = try Market(seed: 3)
    let keys = market.keys
    let agent = keys.outsider.verifyingKey
    let buyer = keys.buyer.verifyingKey
    let asset = market.asset
    func authorise(_ amount: UInt128, jobs: UInt32, seconds: UInt32) throws {
      try market.apply(
        .authorise(
          buyer: buyer, agent: agent, asset: asset, amount: Amount(amount), jobs: jobs,
          seconds: seconds))
    }
    for job in ["job-1", "job-2", "job-3"] {
      let terms = try market.terms(job) {
        $0.price = Amount(5_000)
        $0.fee = Amount(200)
        $0.deadlines.fundingSeconds = 10_000
      }
      try market.apply(.offer(terms: terms.bytes))
    }
    let fund = { Command.Action.fund(job: $0, by: agent) }
    try expectRefusal(&market, fund("job-1")) { if case .wrongParty = $0 { true } else { false } }
    func refused(_ job: String) throws {
      try expectRefusal(&market, fund(job)) {
        if case .beyondAuthorisation(_, needed: Amount(5_200)) = $0 { true } else { false }
      }
    }
    try authorise(5_199, jobs: 9, seconds: 100)
    try refused("job-1")
    try authorise(10_399, jobs: 9, seconds: 100)
    try market.apply(fund("job-1"))
    // One unit less than a second job needs is left.
    let left = market.machine.authorisation(of: buyer, for: agent, asset: asset)
    #expect(left?.amount == Amount(5_199) && left?.jobs == 8)
    try refused("job-2")
    try authorise(50_000, jobs: 1, seconds: 100)
    market.now += 99
    try market.apply(fund("job-2"))
    try refused("job-3")
    try authorise(50_000, jobs: 5, seconds: 100)
    market.now += 100
    try refused("job-3")
    // What comes back goes to the buyer, whose money it is.
    #expect(market.machine.ledger[Books.party(agent, asset).id] == nil)
  }
}

extension Terms.Contents {
  fileprivate mutating func contents(price: UInt128, policy: MarketPolicy) {
    self.price = Amount(price)
    self.policy = policy
  }
}
