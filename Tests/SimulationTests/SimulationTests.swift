import AssayAccounting
import AssayEvidence
import AssaySettlement
import AssayTestSupport
import Testing

@testable import AssaySimulation

struct SimulationTests {
  /// Terms in which a few words are changed.
  private func terms(_ change: (inout Terms.Contents) -> Void = { _ in }) throws -> Terms {
    var contents = Terms.sample.contents
    change(&contents)
    return try Terms(contents)
  }

  private func play(
    _ name: String, _ setting: Setting, as role: Strategy.Role = .provider, jobs: Int,
    seed: UInt64 = 3
  ) throws -> StrategyResult {
    let strategy = try #require(
      Strategy.all.first { $0.name == name && $0.role == role })
    return try MarketSimulation(setting: setting, seed: seed, jobCount: jobs).play(strategy)
  }

  @Test func noStrategyWinsUnderTheSampleTerms() throws {
    // Few jobs decide little; with `TEST_ROUNDS` there are as many as a user plays.
    let isLong = Rounds.of(1) > 1
    let simulation = try MarketSimulation(
      setting: Setting(terms: .sample), seed: 5, jobCount: isLong ? 500 : 4)
    let results = try simulation.strategies.map { try simulation.play($0) }
    #expect(simulation.strategies.count == Strategy.all.count - 1, "a sealed artefact aside")
    for result in results where !result.strategy.isFair {
      let honest = try #require(
        results.first { $0.strategy.role == result.strategy.role && $0.strategy.isBaseline })
      let standing = result.standing(beside: honest)
      let name: Comment = "\(result.strategy.role.rawValue) “\(result.strategy.name)”"
      #expect(standing != .wins, name)
      if isLong { #expect(result.profit.mean < honest.profit.mean, name) }
    }
  }

  /// What strategies bring exactly, computed by hand from the terms: price 100, market's share 2,
  /// work 80, gain from outside 1, stake 60, fee 16.
  @Test(arguments: [
    ("honest", 1_800), ("honest, in parts", 1_800), ("lazy half", -4_000 - 6_000 + 100),
    ("fabricator", -6_000 + 100), ("lazy tenth", -7_200 - 6_000 + 100), ("vanisher", -600),
    ("quitter", -120), ("latecomer", -600), ("withholder", -7_200 - 6_000 + 100),
    ("late cheat", 2_450 - 2_000 - 6_000 + 100), ("operator friend", 100),
    // Silence slashes nobody: the work is lost, the stake is not.
    ("silencer", -7_200 + 100), ("challenger friend", -7_200 - 6_000 - 2_000 + 100 + 0),
  ])
  func profitIsWhatTheTermsSay(name: String, profit: Int) throws {
    let result = try play(name, Setting(terms: .sample), jobs: 2)
    #expect(result.profit.mean == Int128(profit))
    #expect(result.profit.halfWidth == 0)
  }

  @Test(arguments: [
    ("honest", Strategy.Role.buyer, 24_600 - 10_000 - 1_600), ("never reveals", .buyer, -10_000),
    ("withholds the data", .buyer, 0), ("hinders heartbeats", .buyer, 0),
    ("bystander", .challenger, 0), ("spammer", .challenger, -2_000), ("honest", .operator, 200),
    ("logs nothing", .operator, 0), ("reveals nothing", .operator, 0),
  ])
  func othersHaveWhatTheTermsSay(name: String, role: Strategy.Role, profit: Int) throws {
    let result = try play(name, Setting(terms: .sample), as: role, jobs: 2)
    #expect(result.profit.mean == Int128(profit))
  }

  @Test func theSameSeedGivesTheSameFiguresAndAnotherSeedOthers() throws {
    let setting = try Setting(terms: .sample)
    let first = try play("crash-prone", setting, jobs: 6, seed: 1)
    #expect(try play("crash-prone", setting, jobs: 6, seed: 1) == first)
    #expect(try play("crash-prone", setting, jobs: 6, seed: 2).profit != first.profit)
  }

  @Test func nothingIsTakenThatMustBeRefused() throws {
    for strategy in Strategy.all where !strategy.conduct.attempts.isEmpty {
      var market = try SimulatedMarket(Setting(terms: .sample), strategy, seed: 1)
      for number in 0..<3 { _ = try market.play(number) }
      #expect(market.succeeded == [], "\(strategy.name)")
      #expect(market.refusedCount > 0, "\(strategy.name)")
    }
  }

  @Test func termsUnderWhichCheatingPaysAreRefusedAndUnenforcedTheyShowIt() throws {
    let poor = try terms {
      $0.stake = .zero
      $0.evidence = EvidencePolicy(
        selection: .drawn(1), adversary: .lazy(fractionMillionths: 100_000),
        confidenceMillionths: 0)
    }
    let enforced = try Setting(terms: poor)
    #expect(!enforced.deterrence.holds)
    #expect(throws: SimulationError.self) { try play("honest", enforced, jobs: 1) }
    let setting = try Setting(terms: poor, isEnforced: false)
    let honest = try play("honest", setting, jobs: 1)
    #expect(try play("poisoner", setting, jobs: 10).profit.mean > honest.profit.mean)
    #expect(setting.deterrence == enforced.deterrence)
  }

  @Test(arguments: [EvidenceMethod.recompute, .proof, .either, .both])
  func everyMethodOfEvidenceCanBeSimulated(method: EvidenceMethod) throws {
    let setting = try Setting(
      terms: terms {
        let policy = $0.evidence
        $0.evidence = EvidencePolicy(
          method: method, selection: policy.selection, adversary: policy.adversary,
          confidenceMillionths: policy.confidenceMillionths)
      })
    #expect(try play("honest", setting, jobs: 1).endings == ["accepted": 1])
    #expect(try play("lazy half", setting, jobs: 1).profit.mean == -9_900)
    // Nobody accepts unseen what must be proved.
    if method == .proof || method == .both {
      let cartel = try play("verifier cartel", setting, jobs: 12)
      #expect(cartel.endings["accepted"] == nil)
    }
  }

  @Test func termsWithoutPanelRefereeAndContinuityCanBeSimulated() throws {
    let setting = try Setting(
      terms: terms {
        $0.panel = nil
        $0.continuity = nil
        $0.parties.referee = nil
        $0.policy = .free
      })
    let simulation = try MarketSimulation(setting: setting, seed: 1, jobCount: 1)
    for strategy in simulation.strategies { _ = try simulation.play(strategy) }
    #expect(!simulation.strategies.contains { $0.name == "late cheat" })
    // Without drawn verifiers the first verdict stands, a friend's too.
    let friend = try play("verifier friend", setting, jobs: 2)
    #expect(friend.endings == ["accepted": 2])
  }

  @Test func whoKeepsTheKeyOfTheArtefactIsNotPaid() throws {
    let setting = try Setting(
      terms: terms {
        $0.continuity = nil
        $0.delivery = Terms.Delivery(seconds: 100)
      })
    #expect(try play("honest", setting, jobs: 1).profit.mean == 1_800)
    let result = try play("key withholder", setting, jobs: 1)
    #expect(result.endings == ["undelivered": 1])
    #expect(result.profit.mean == -8_000 - 600)
    #expect(try play("honest", setting, as: .buyer, jobs: 1).profit.mean == 17_400 - 11_600)
  }

  @Test func nonsenseIsRefusedByName() throws {
    let setting = try Setting(terms: .sample)
    #expect(throws: SimulationError.self) {
      try MarketSimulation(setting: setting, seed: 1, jobCount: 0)
    }
    #expect(throws: SimulationError.self) { try Setting(terms: .sample, watchedMillionths: -1) }
    #expect(throws: SimulationError.self) {
      try Setting(terms: .sample, canaryMillionths: 1_000_001)
    }
    do throws(SimulationError) {
      _ = try Setting(terms: .sample, workCost: Amount(1 << 60))
      Issue.record("an amount above the limit was taken")
    } catch {
      #expect(error.description.hasPrefix("workCost: expected at most 1000000000000000"))
    }
  }
}

struct ProfitTests {
  @Test func meansAndMarginsAreExact() {
    var sample = Sample()
    #expect(sample.mean == 0 && sample.halfWidth == 0)
    sample.add(10)
    #expect(sample.mean == 10 && sample.halfWidth == .max)
    for value in [12, 23, 23, 16, 23, 21, 16] as [Int128] { sample.add(value) }
    // s² = 192 / 7 by hand: 1.96 · √(192 / 7 / 8) = 3.63.
    #expect(sample.sum == 144 && sample.mean == 18)
    #expect(sample.halfWidth == 4)
    var negative = Sample()
    for _ in 0..<3 { negative.add(-7) }
    #expect(negative.mean == -7 && negative.halfWidth == 0)
  }

  /// The inequality promises it for every number of false intervals; here it is computed.
  @Test func whereTheInequalityHoldsNoFalsificationIsExpectedToPay() throws {
    var generator = SeededGenerator()
    var counts = (holds: 0, fails: 0)
    for _ in 0..<200 {
      var contents = Terms.sample.contents
      let drawn = Int.random(in: 1...60, using: &generator)
      contents.stake = Amount(UInt128.random(in: 0...20_000, using: &generator))
      contents.economics.outsideGain = Amount(UInt128.random(in: 0...900, using: &generator))
      contents.economics.workCost = Amount(UInt128.random(in: 0...9_000, using: &generator))
      contents.slashing.finderMillionths = 0
      contents.evidence = EvidencePolicy(
        selection: .drawn(drawn), adversary: .targeted, confidenceMillionths: 0)
      let setting = try Setting(terms: Terms(contents))
      let simulation = try MarketSimulation(setting: setting, seed: 1, jobCount: 1)
      let honest = simulation.expectedProfit(falsifying: 0)
      let best = simulation.sweep.map { simulation.expectedProfit(falsifying: $0) }.max() ?? honest
      if setting.deterrence.holds {
        counts.holds += 1
        #expect(best < honest, "seed \(generator.seed)")
      } else {
        counts.fails += 1
        // A cost is rounded to whole units, in the cheat's favour or not.
        #expect(best >= honest - 2, "seed \(generator.seed)")
      }
    }
    #expect(counts.holds > 20 && counts.fails > 20)
  }

  @Test func someJobsBringWhatIsExpected() throws {
    let setting = try Setting(terms: .sample)
    let simulation = try MarketSimulation(
      setting: setting, seed: 11, jobCount: Rounds.of(1) > 1 ? 2_000 : 40)
    for count in [1, 20] {
      let result = try simulation.play(.falsifying(count))
      let expected = simulation.expectedProfit(falsifying: count)
      let distance = abs(result.profit.mean - expected)
      #expect(distance <= result.profit.halfWidth + result.rareShift, "\(count) false")
    }
  }
}
