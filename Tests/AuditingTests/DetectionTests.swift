@testable import AssayAuditing
import Testing

@Suite struct DetectionTests {
  /// Draws enumerated one by one for a small case.
  @Test func theFormulaCountsTheDrawsThatMeetAFalseInterval() {
    for intervalCount in 1...7 {
      for drawn in 0...intervalCount {
        for falseCount in 0...intervalCount {
          var draws = 0
          var hits = 0
          for subset in 0..<(1 << intervalCount) where subset.nonzeroBitCount == drawn {
            draws += 1
            if subset & ((1 << falseCount) - 1) != 0 { hits += 1 }
          }
          let detection = Detection(intervalCount: intervalCount, drawnCount: drawn)
          let difference =
            detection.probability(falseCount: falseCount) - Double(hits) / Double(draws)
          #expect(abs(difference) < 1e-12, "N \(intervalCount), k \(drawn), m \(falseCount)")
        }
      }
    }
  }

  @Test(arguments: [(0.10, 44), (0.01, 459)])
  func theWellKnownSampleSizesComeOutForLongRuns(fraction: Double, expected: Int) throws {
    let plan = try AuditPlan(
      against: .lazy(fraction: fraction, confidence: 0.99), intervalCount: 1 << 24)
    #expect(plan.drawnCount == expected)
  }

  @Test func thePlannedSampleIsTheSmallestThatSuffices() {
    for intervalCount in 1...40 {
      for falseCount in 1...intervalCount {
        let count = Detection.drawnCount(
          of: intervalCount, falseCount: falseCount, confidence: 0.9)
        func probability(_ drawn: Int) -> Double {
          Detection(intervalCount: intervalCount, drawnCount: drawn)
            .probability(falseCount: falseCount)
        }
        #expect(probability(count) >= 0.9)
        #expect(count == 1 || probability(count - 1) < 0.9)
      }
    }
  }

  @Test func theTableStartsAtOneIntervalAndEndsAtAll() {
    let table = Detection(intervalCount: 1000, drawnCount: 44).table()
    #expect(table.first?.falseCount == 1)
    #expect(table.first.map { abs($0.probability - 0.044) < 1e-12 } == true)
    #expect(table.last?.falseCount == 1000)
    #expect(table.last?.probability == 1)
    #expect(table.map(\.probability) == table.map(\.probability).sorted())
  }

  @Test func aTableOfFewIntervalsHasNoLineTwice() {
    let table = Detection(intervalCount: 3, drawnCount: 1).table()
    #expect(table.map(\.falseCount) == [1, 2, 3])
  }
}
