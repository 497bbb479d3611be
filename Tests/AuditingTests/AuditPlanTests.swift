import AssayAuditing
import AssayEvidence
import Testing

@Suite struct AuditPlanTests {
  @Test func theWellKnownSampleSizesComeOut() throws {
    // With replacement 44 and 459 draws; without, in a run of a million, the same.
    for (fraction, expected) in [(100_000, 44), (10_000, 459)] {
      let plan = try AuditPlan(
        against: .lazy(fractionMillionths: fraction, confidenceMillionths: 990_000),
        intervalCount: 1_000_000)
      #expect(plan.drawnCount == expected)
      #expect(throws: Never.self) { try plan.policy.check(intervals: 1_000_000) }
    }
  }

  @Test func theLazyPlanIsTheSmallestThatSuffices() throws {
    for intervals in [1, 2, 5, 17, 40] {
      for fraction in [50_000, 300_000, 1_000_000] {
        let plan = try AuditPlan(
          against: .lazy(fractionMillionths: fraction, confidenceMillionths: 900_000),
          intervalCount: intervals)
        let falseIntervals = Detection.falseIntervals(of: intervals, millionths: fraction)
        func probability(_ drawn: Int) -> Probability {
          Detection.probability(
            intervals: intervals, drawn: drawn, falseIntervals: falseIntervals)
        }
        #expect(probability(plan.drawnCount) >= Probability(millionths: 900_000))
        #expect(probability(plan.drawnCount - 1) < Probability(millionths: 900_000))
      }
    }
  }

  @Test func theRationalPlanIsTheSmallestUnderWhichNoCheatPays() throws {
    let (forfeit, cost, gain) = (1500, 800, 30)
    let intervals = 60
    let plan = try AuditPlan(
      against: .rational(
        forfeit: UInt128(forfeit), workCost: UInt128(cost), outsideGain: UInt128(gain)),
      intervalCount: intervals)
    func pays(_ drawn: Int) -> Bool {
      (1...intervals).contains { falseIntervals in
        let detection = Detection.probability(
          intervals: intervals, drawn: drawn, falseIntervals: falseIntervals)
        let loss = Double(detection.numerator) / Double(Probability.denominator) * Double(forfeit)
        return loss <= Double(falseIntervals) / Double(intervals) * Double(cost) + Double(gain)
      }
    }
    #expect(!pays(plan.drawnCount))
    #expect(pays(plan.drawnCount - 1))
  }

  @Test func aGainThatNoAuditTakesAwayIsRefused() {
    #expect(throws: PlanningError.cheatingPays(forfeit: 15, needed: 16)) {
      try AuditPlan(
        against: .rational(forfeit: 15, workCost: 8, outsideGain: 7), intervalCount: 100)
    }
  }

  @Test func aTargetedAdversaryMeansEveryInterval() throws {
    let plan = try AuditPlan(against: .targeted, intervalCount: 77)
    #expect(plan.drawnCount == 77)
    #expect(plan.policy.selection == .every)
    #expect(plan.probability(falseIntervals: 1) == .one)
  }

  @Test func parametersOutOfRangeAreNamed() {
    let bad: [(AuditPlan.Adversary, Int)] = [
      (.lazy(fractionMillionths: 0, confidenceMillionths: 1), 10),
      (.lazy(fractionMillionths: 1_000_001, confidenceMillionths: 1), 10),
      (.lazy(fractionMillionths: 1, confidenceMillionths: 1_000_000), 10),
      (.targeted, 0), (.targeted, Detection.intervalLimit + 1),
    ]
    for (adversary, intervals) in bad {
      #expect(throws: PlanningError.self, "\(adversary), \(intervals)") {
        try AuditPlan(against: adversary, intervalCount: intervals)
      }
    }
  }
}
