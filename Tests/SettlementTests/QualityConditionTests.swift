import AssayAccounting
import AssaySettlement
import AssaySpecification
import Testing

struct QualityConditionTests {
  @Test func anAccuracyIsComparedInWholeNumbers() {
    func isMet(_ millionths: Int, _ correct: UInt64, of rows: UInt64) -> Bool {
      QualityCondition(
        threshold: .accuracy(atLeastMillionths: millionths), lowerPrice: .zero
      ).isMet(by: .accuracy(correct: correct, rows: rows))
    }
    #expect(isMet(950_000, 19, of: 20))
    #expect(!isMet(950_001, 19, of: 20))
    #expect(isMet(333_333, 1, of: 3))
    #expect(!isMet(333_334, 1, of: 3))
    #expect(isMet(0, 0, of: 1))
    #expect(isMet(1_000_000, Quality.rowLimit, of: Quality.rowLimit))
    #expect(!isMet(1_000_000, Quality.rowLimit - 1, of: Quality.rowLimit))
  }

  @Test func aLossIsComparedWithTheThresholdRoundedOnce() {
    func isMet(_ millionths: Int, _ loss: Double) -> Bool {
      QualityCondition(threshold: .loss(atMostMillionths: millionths), lowerPrice: .zero)
        .isMet(by: Quality(loss: loss))
    }
    #expect(isMet(1_500_000, 1.5))
    #expect(!isMet(1_500_000, 1.5.nextUp))
    #expect(isMet(100_000, 0.1))
    #expect(isMet(0, -0.0))
    for loss in [Double.nan, .infinity] {
      #expect(!isMet(QualityCondition.lossLimitMillionths, loss))
    }
  }

  @Test func anotherMetricOrNoneMissesEveryThreshold() {
    let easy: [QualityCondition.Threshold] = [
      .accuracy(atLeastMillionths: 0), .loss(atMostMillionths: 1_000_000),
    ]
    let qualities = [Quality(loss: 0.5), .accuracy(correct: 1, rows: 2)]
    for (threshold, other) in zip(easy, qualities) {
      let condition = QualityCondition(threshold: threshold, lowerPrice: .zero)
      #expect(!condition.isMet(by: other))
      #expect(!condition.isMet(by: nil))
    }
  }

  @Test func aThresholdReadsAsADecimalNumber() {
    func text(_ threshold: QualityCondition.Threshold) -> String {
      QualityCondition(threshold: threshold, lowerPrice: .zero).description
    }
    #expect(text(.accuracy(atLeastMillionths: 950_000)) == "an accuracy of at least 0.95")
    #expect(text(.accuracy(atLeastMillionths: 1_000_000)) == "an accuracy of at least 1")
    #expect(text(.loss(atMostMillionths: 2_000_001)) == "a loss of at most 2.000001")
  }
}
