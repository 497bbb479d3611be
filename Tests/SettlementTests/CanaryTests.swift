import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// Known-bad jobs among those that verifiers are drawn for. A canary is a job like any other, whose
/// buyer, provider and challenger the operator plays.
struct CanaryTests {
  private func terms(
    _ market: inout Market, bond: UInt128, rate: Int, cost: UInt128
  ) throws -> Terms {
    try market.terms {
      $0.panel = Terms.Panel(
        quorum: 2, bond: Amount(bond), rounds: 3, revealSeconds: 53,
        canaries: Terms.Panel.Canaries(rateMillionths: rate, executionCost: Amount(cost)))
    }
  }

  @Test func theBondAtRiskIsMoreThanExecutingCosts() throws {
    var market = try Market(seed: 6)
    // 50,000 millionths of 800 are 40.
    let holding = try terms(&market, bond: 800, rate: 50_000, cost: 39)
    #expect(try Terms(decoding: holding.bytes) == holding)
    for (bond, rate, cost) in [
      (800, 50_000, 40), (799, 50_000, 39), (800, 49_999, 39), (UInt128.max / 2, 1, UInt128.max),
    ] as [(UInt128, Int, UInt128)] {
      #expect {
        try terms(&market, bond: bond, rate: rate, cost: cost)
      } throws: {
        if case SettlementError.terms(field: "panel.canaries", let reason) = $0 {
          reason.contains("accepting unseen would pay")
        } else {
          false
        }
      }
    }
    for rate in [0, -1, 1_000_001] {
      #expect(throws: SettlementError.self) {
        try terms(&market, bond: 800, rate: rate, cost: 1)
      }
    }
  }

  private func gain(_ key: SigningKey, _ market: Market, since before: Market) -> Int128 {
    let account = Books.party(key.verifyingKey, market.asset)
    return Int128(market.available(account)) - Int128(before.available(account))
  }

  /// A canary job up to its draw.
  private func drawn() throws -> (market: Market, before: Market) {
    var market = try Market(seed: 6)
    let terms = try terms(&market, bond: 800, rate: 50_000, cost: 39)
    try market.advance(terms, to: .active)
    let before = market
    try market.examine("job-1")
    return (market, before)
  }

  @Test func whoAcceptsACanaryLosesItsBond() throws {
    var (market, before) = try drawn()
    let panel = market.panel("job-1")
    try market.answer("job-1", [.accepted, .accepted])
    try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
    try market.referee("job-1", try market.rejection("job-1"))
    try market.machine.checkInvariants()
    for key in panel { #expect(gain(key, market, since: before) == -800) }
  }

  /// One of two accepted unseen, and the next two found the fault.
  @Test func aLazyVerifierOfAnEarlierRoundLosesItsBondToo() throws {
    var (market, before) = try drawn()
    let first = market.panel("job-1")
    let rejection = try market.rejection("job-1")
    try market.answer("job-1", [.accepted, rejection])
    let second = market.panel("job-1")
    try market.answer("job-1", [rejection, rejection])
    try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
    // Who rejected cannot be found to have shown wrong work.
    let wrong = try market.ruling(
      "job-1", challenger: market.keys.challenger, defender: first[1].verifyingKey,
      challengerLost: false)
    try expectRefusal(&market, wrong) { if case .wrongParty = $0 { true } else { false } }
    let ruling = try market.ruling(
      "job-1", challenger: market.keys.challenger, defender: first[0].verifyingKey,
      challengerLost: false)
    try market.apply(ruling)
    try market.machine.checkInvariants()
    #expect(gain(first[0], market, since: before) == -800)
    let job = try #require(market.machine.jobs["job-1"])
    #expect(job.phase.name == .challengeOpen && job.verdict?.outcome == rejection)
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    try market.machine.checkInvariants()
    #expect(gain(first[0], market, since: before) == -800)
    #expect(gain(first[1], market, since: before) == 0)
    for key in second { #expect(gain(key, market, since: before) > 0) }
  }
}
