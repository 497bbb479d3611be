import AssayAdversaries
import AssayAuditing
import AssayEvidence
import AssayTestSupport
import Testing

/// Draw and verdict, a thousand times with fresh secrets; what each interval's execution gives is
/// computed once.
@Suite struct CatchRateTests {
  @Test(arguments: [
    (Cheat.alteredWeight, 3), (.skippedIntervals, 5), (.flippedLabel, 4), (.fewerSteps, 2),
    (.replacedCheckpoint, 8),
  ])
  func catchRatesAgreeWithThePrintedProbabilities(cheat: Cheat, drawn: Int) throws {
    let job = try SmallJob(steps: 60, interval: 3)
    let submission = try job.cheatingProvider().submission(cheat)
    let isFalse = try falseIntervals(submission, job)
    #expect(isFalse == Set(submission.falseIntervals))

    var generator = SeededGenerator()
    let trials = 1000
    var caught = 0
    for _ in 0..<trials {
      let challenge = try job.challenge(
        submission, .drawn(drawn), secret: generator.bytes(32))
      if !isFalse.isDisjoint(with: challenge.indices) { caught += 1 }
    }
    let probability =
      Double(submission.catchProbability(drawn: drawn).numerator)
      / Double(Probability.denominator)
    let expected = probability * Double(trials)
    // Four standard deviations of a binomial count: exceeded once in 16,000.
    let margin = 4 * (Double(trials) * probability * (1 - probability)).squareRoot() + 1e-9
    #expect(
      abs(Double(caught) - expected) <= margin,
      "seed \(generator.seed): caught \(caught), expected \(expected) ± \(margin)")
  }

  /// The intervals that an audit of them alone rejects.
  private func falseIntervals(_ submission: Submission, _ job: SmallJob) throws -> Set<Int> {
    var isRejected: [Int: Bool] = [:]
    var generator = SeededGenerator(seed: 99)
    while isRejected.count < submission.intervalCount {
      let challenge = try job.challenge(submission, .drawn(1), secret: generator.bytes(32))
      let interval = challenge.indices[0]
      if isRejected[interval] != nil { continue }
      let report = try job.audit(submission, challenge)
      isRejected[interval] = if case .rejected = report.outcome { true } else { false }
    }
    return Set(isRejected.filter(\.value).keys)
  }
}
