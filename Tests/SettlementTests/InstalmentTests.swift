import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssayTestSupport
import Testing

/// What of the price is paid before the end, and what stays as further stake.
struct InstalmentTests {
  private func terms(
    _ market: inout Market, stake: UInt128, gain: UInt128 = 0, intervals: Int = 6
  ) throws -> Terms {
    try market.terms {
      $0.continuity = Terms.Continuity(
        claims: 20, heartbeatSeconds: 100_000, graceSeconds: 67, vacancySeconds: 151,
        stopMillionths: 0)
      $0.price = Amount(5_003)
      $0.stake = Amount(stake)
      $0.economics = Terms.Economics(workCost: Amount(4_000), outsideGain: Amount(gain))
      $0.evidence = EvidencePolicy(
        selection: .drawn(intervals), adversary: .targeted, confidenceMillionths: 0)
    }
  }

  /// In plain arithmetic, for a claim of every length: whatever number of its intervals is false,
  /// what is expected to be forfeited exceeds what is gained.
  private func cheatingNeverPays(_ job: Job, retained: Int128) -> Bool {
    let terms = job.terms.contents
    let total = Int128(terms.work.lastStep)
    let first = Int128(job.progress.verifiedStep)
    let price = Int128(terms.price.units)
    let stake = Int128(terms.stake.units)
    let kept = stake - part(stake, terms.slashing.finderMillionths)
    let gain = Int128(terms.economics.outsideGain.units)
    return stride(from: first + 10, through: total + 9, by: 10).allSatisfy { end in
      let last = min(end, total)
      let due = (last == total ? price : price * last / total) - price * first / total
      let forfeit = Double(due + retained + kept)
      let count = Int((last - first + 9) / 10)
      let drawn = min(count, terms.evidence.drawnCount(of: 20))
      return (1...count).allSatisfy { wrong in
        let found = Detection.probability(intervals: count, drawn: drawn, falseIntervals: wrong)
        let cost = Double(terms.economics.workCost.units) * Double(last - first) / Double(total)
        return Double(found.millionths) / 1e6 * forfeit + 1e-3
          >= cost * Double(wrong) / Double(count) + Double(gain)
      }
    }
  }

  @Test func withEnoughStakeVerifiedWorkIsPaidAtOnce() throws {
    var market = try Market(seed: 1)
    let terms = try terms(&market, stake: 9_000)
    try market.advance(terms, to: .active)
    try market.accept("job-1", upTo: 50)
    let progress = try #require(market.machine.jobs["job-1"]?.progress)
    #expect(progress.released == Amount(5_003 * 50 / 199))
    #expect(progress.retained == .zero)
  }

  @Test func withoutStakeWhatIsEarnedStaysUntilCheatingCannotPay() throws {
    var market = try Market(seed: 2)
    // All that a cheat would lose is the price: found with probability 6/20, 6 · 14,000 > 4,000
    // + 20 · 100, but a part of the price deters less than the whole.
    let terms = try terms(&market, stake: 0, gain: 60)
    try market.advance(terms, to: .active)
    try market.accept("job-1", upTo: 100)
    var job = try #require(market.machine.jobs["job-1"])
    #expect(job.progress.retained > .zero)
    #expect(cheatingNeverPays(job, retained: Int128(job.progress.retained.units)))
    // What is retained is lost with a rejected claim.
    try market.examine("job-1", upTo: 150)
    try market.decide("job-1", try market.rejection("job-1"))
    try market.passDeadline("job-1")
    let buyer = Books.party(market.keys.buyer.verifyingKey, market.asset)
    let before = market.available(buyer)
    try market.apply(.close(job: "job-1"))
    job = try #require(market.machine.jobs["job-1"])
    let fees = terms.contents.fee.units * 18
    #expect(market.available(buyer) == before + 5_003 - job.progress.released.units + fees)
    try market.machine.checkInvariants()
  }

  @Test func aClaimTooSmallToDeterIsRefusedWithTheNumbers() throws {
    var market = try Market(seed: 3)
    let terms = try terms(&market, stake: 0, gain: 250, intervals: 20)
    try market.advance(terms, to: .active)
    try expectRefusal(
      &market, .commit(job: "job-1", claim: try market.claim("job-1", upTo: 10))
    ) {
      guard case .cheatingWouldPay(let numbers) = $0 else { return false }
      return numbers.intervals == 1 && numbers.forfeit == 251 && numbers.workCost == 202
    }
    try market.accept("job-1", upTo: 100)
  }

  @Test(arguments: 0..<60)
  func whatIsReleasedNeverLetsCheatingPay(round: Int) throws {
    var market = try Market(seed: UInt64(1_000 + round))
    let stake = UInt128.random(in: 0...3_000, using: &market.generator)
    let gain = UInt128.random(in: 0...300, using: &market.generator)
    let drawn = Int.random(in: 1...20, using: &market.generator)
    let terms = try terms(&market, stake: stake, gain: gain, intervals: drawn)
    guard terms.deterrence.holds else { return }
    try market.advance(terms, to: .active)
    // BOUND: every claim goes on by at least one interval of twenty.
    for _ in 0..<20 where market.machine.jobs["job-1"]?.phase.name == .active {
      let job = try #require(market.machine.jobs["job-1"])
      let left = (198 - job.progress.verifiedStep) / 10
      let count = UInt64.random(in: 0...min(left, 9), using: &market.generator)
      let step = count == 0 ? nil : job.progress.verifiedStep + 10 * count
      let claim = try market.claim("job-1", upTo: step)
      guard case .applied = try market.send(.commit(job: "job-1", claim: claim)) else { continue }
      try market.apply(.logged(job: "job-1", evidence: try market.log(.claim, claim)))
      for role in [RevealRole.operator, .buyer] {
        try market.apply(
          .reveal(job: "job-1", role: role, secret: try market.secret("job-1", of: role)))
      }
      try market.decide("job-1", .accepted)
      try market.passDeadline("job-1")
      try market.apply(.close(job: "job-1"))
      let after = try #require(market.machine.jobs["job-1"])
      guard after.phase.name == .active, after.progress.released > job.progress.released else {
        continue
      }
      #expect(
        cheatingNeverPays(after, retained: Int128(after.progress.retained.units)),
        "round \(round), stake \(stake), gain \(gain), drawn \(drawn), \(after.progress)")
    }
  }
}
