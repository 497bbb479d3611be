import AssayAuditing
import Testing

@Suite struct AuditPlanTests {
  /// The inequality for every m, computed as it is written, agrees with the two ends.
  @Test func theEndsOfTheInequalityStandForEveryNumberOfFalseIntervals() throws {
    for intervalCount in [1, 2, 7, 20] {
      for drawn in 0...intervalCount {
        for (price, stake, cost, gain) in [(100, 50, 60, 0), (100, 0, 99, 0), (40, 20, 30, 7)] {
          let deterrence = try Deterrence(
            price: UInt128(price), stake: UInt128(stake), cost: UInt128(cost),
            outsideGain: UInt128(gain))
          let detection = Detection(intervalCount: intervalCount, drawnCount: drawn)
          let holdsForAll = (1...intervalCount).allSatisfy { falseCount in
            let saved = Double(falseCount) / Double(intervalCount) * Double(cost)
            let loss = detection.probability(falseCount: falseCount) * Double(price + stake)
            return loss > saved + Double(gain) + 1e-9
          }
          #expect(
            try deterrence.holds(drawnCount: drawn, of: intervalCount) == holdsForAll,
            "N \(intervalCount), k \(drawn), \((price, stake, cost, gain))")
        }
      }
    }
  }

  @Test func thePlanIsTheFewestIntervalsThatDeter() throws {
    let deterrence = try Deterrence(price: 1000, stake: 500, cost: 800, outsideGain: 30)
    let plan = try AuditPlan(against: .rational(deterrence), intervalCount: 200)
    #expect(try deterrence.holds(drawnCount: plan.drawnCount, of: 200))
    #expect(try !deterrence.holds(drawnCount: plan.drawnCount - 1, of: 200))
  }

  @Test func aGainAboveTheForfeitIsNotDeterredByAnySample() throws {
    let deterrence = try Deterrence(price: 10, stake: 5, cost: 8, outsideGain: 7)
    #expect(throws: PlanningError.cheatingPays(forfeit: 15, gain: 15)) {
      try AuditPlan(against: .rational(deterrence), intervalCount: 100)
    }
  }

  @Test func aFriendlyFinderLessensTheForfeit() throws {
    let deterrence = try Deterrence(price: 100, stake: 55, cost: 1, finderBasisPoints: 5000)
    #expect(deterrence.forfeit == 127)
  }

  @Test func aTargetedAdversaryMeansEveryInterval() throws {
    #expect(try AuditPlan(against: .targeted, intervalCount: 77).drawnCount == 77)
  }

  @Test func amountsThatOverflowAreRefused() throws {
    #expect(throws: PlanningError.amountTooLarge) {
      try Deterrence(price: .max, stake: 1, cost: 0)
    }
    let deterrence = try Deterrence(price: .max, stake: 0, cost: 1, outsideGain: .max / 2)
    #expect(throws: PlanningError.amountTooLarge) {
      try AuditPlan(against: .rational(deterrence), intervalCount: 100)
    }
  }

  @Test func parametersOutOfRangeAreNamed() {
    #expect(throws: PlanningError.self) {
      try AuditPlan(against: .lazy(fraction: 0, confidence: 0.9), intervalCount: 10)
    }
    #expect(throws: PlanningError.self) {
      try AuditPlan(against: .lazy(fraction: .nan, confidence: 0.9), intervalCount: 10)
    }
    #expect(throws: PlanningError.self) {
      try AuditPlan(against: .lazy(fraction: 0.1, confidence: 1), intervalCount: 10)
    }
    #expect(throws: PlanningError.self) { try AuditPlan(against: .targeted, intervalCount: 0) }
  }
}
