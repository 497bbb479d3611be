import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssayTestSupport
import Testing

/// What settled verdicts say about a provider, and what that changes.
struct ReputationTests {
  @Test func itIsWhatTheVerifierWasPaidForAcceptingAndHalvesInNinetyDays() throws {
    var market = try Market(seed: 1)
    let keys = market.keys
    let terms = try market.terms { $0.fee = Amount(256) }
    try market.advance(terms, to: .active)
    let provider = keys.provider.verifyingKey
    func reputation(_ terms: Terms, at now: UInt64) -> UInt128 {
      market.machine.reputation(of: provider, under: terms, now: now).units
    }
    #expect(reputation(terms, at: market.now) == 0)
    try market.accept("job-1")
    let half = Reputation.halfLifeSeconds
    let expected: [(UInt64, UInt128)] = [
      (0, 256), (half / 4, 224), (half / 2, 192), (half, 128), (half + half / 2, 96),
      (2 * half, 64), (8 * half, 1), (9 * half, 0), (1 << 52, 0),
    ]
    for (age, amount) in expected { #expect(reputation(terms, at: market.now + age) == amount) }
    // With other verifiers the provider has none, and neither has another key.
    let others = try market.terms("job-2") {
      $0.parties.verifiers = keys.pool.map(\.verifyingKey)
    }
    #expect(reputation(others, at: market.now) == 0)
    #expect(
      market.machine.reputation(
        of: keys.successor.verifyingKey, under: terms, now: market.now) == .zero)
  }

  @Test func aRejectionTakesAllOfItAndUndeliveredWorkHalf() throws {
    for isRejected in [true, false] {
      var market = try Market(seed: 2)
      let first = try market.terms("job-1") { $0.fee = Amount(200) }
      try market.advance(first, to: .active)
      try market.accept("job-1")
      let second = try market.terms("job-2")
      let provider = market.keys.provider.verifyingKey
      if isRejected {
        try market.advance(second, to: .verifying)
        try market.decide("job-2", try market.rejection("job-2", .wrongComputation))
      } else {
        try market.advance(second, to: .active)
      }
      let before = market.machine.reputation(of: provider, under: first, now: market.now)
      #expect(before > Amount(190))
      try market.passDeadline("job-2")
      try market.apply(.expire(job: "job-2"))
      let after = market.machine.reputation(of: provider, under: first, now: market.now)
      #expect(isRejected ? after == .zero : (Amount(95)...Amount(100)).contains(after))
    }
  }

  @Test func itSparesDrawsDownToWhatDeterrenceNeedsAndNeverAll() throws {
    var generator = SeededGenerator(seed: 3)
    var market = try Market(seed: 3, funds: 0)
    for round in 0..<200 {
      let gain = UInt128.random(in: 0...900, using: &generator)
      let draws = Int.random(in: 2...20, using: &generator)
      let terms = try market.terms {
        $0.economics.outsideGain = Amount(gain)
        $0.evidence = EvidencePolicy(
          selection: .drawn(draws), adversary: .lazy(fractionMillionths: 250_000),
          confidenceMillionths: 100_000)
      }
      let price = Amount(UInt128.random(in: 4_000...5_000, using: &generator))
      let provider = market.keys.provider.verifyingKey
      let bits = UInt128.random(in: 0...100, using: &generator)
      let halving = Amount(UInt128.random(in: 1...(UInt128(1) << bits), using: &generator))
      func drawn(_ reputation: Amount) throws -> Terms {
        try terms.matched(
          price: price, provider: provider, reputation: reputation, halving: halving)
      }
      let seed: Comment = "seed \(generator.seed), round \(round)"
      let full = try drawn(.zero)
      #expect(full.deterrence.drawn == draws, seed)
      let least = Deterrence.leastDraws(
        intervals: 20, forfeit: full.deterrence.forfeit, workCost: full.deterrence.workCost,
        outsideGain: gain)
      var last = draws
      for reputation in [Amount(halving.units / 3), halving, Amount(.max)] {
        let terms = try drawn(reputation)
        let count = terms.deterrence.drawn
        #expect(count <= last && count >= min(least ?? draws, draws), seed)
        #expect(terms.deterrence.holds == full.deterrence.holds, seed)
        // A reputation of h spares half, and the fee falls as the draws do.
        if reputation == halving, let least, least < draws {
          #expect(count == draws - (draws - least) / 2, seed)
        }
        let fee = Int(terms.contents.fee.units)
        #expect(fee == (Int(full.contents.fee.units) * count + draws - 1) / draws, seed)
        last = count
      }
      if let least, least < draws { #expect((least...least + 1).contains(last), seed) }
    }
  }

  @Test func anInvitationAsksForItAndAMatchUsesIt() throws {
    var market = try Market(seed: 4)
    let keys = market.keys
    for job in ["job-1", "job-2"] {
      let terms = try market.terms(job) { $0.fee = Amount(250) }
      try market.advance(terms, to: .active)
      try market.accept(job)
    }
    let terms = try market.terms("job-3") { $0.fee = Amount(240) }
    try market.invite(
      terms, BidConditions(leastReputation: Amount(499), halvingReputation: Amount(100)))
    try expectRefusal(&market, try market.bid("job-3", by: keys.successor, 5_000)) {
      $0 == .unsuitableBid("reputation", expected: "499 at least", found: "0")
    }
    try market.apply(try market.bid("job-3", by: keys.provider, 5_000))
    try market.match("job-3")
    let job = try #require(market.machine.jobs["job-3"])
    // Of five that are spared, four: ⌊5 · 499 / 599⌋; a third of the fee for two of six.
    #expect(job.terms.contents.evidence.selection == .drawn(2))
    #expect(job.terms.contents.fee == Amount(80))
    #expect(job.terms.contents.evidence.confidenceMillionths < 800_000)
    try market.accept("job-3")
    #expect(market.machine.jobs["job-3"]?.phase.name == .settled)
    try market.machine.checkInvariants()
  }
}
