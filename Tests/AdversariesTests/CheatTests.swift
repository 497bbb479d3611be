import AssayAdversaries
import AssayAuditing
import AssayEvidence
import AssayTestSupport
import Testing

@Suite struct CheatTests {
  let job: SmallJob
  let secret = [UInt8](repeating: 3, count: 32)

  init() throws { job = try SmallJob() }

  @Test func honestWorkIsAcceptedUnderEveryInterval() throws {
    let challenge = try job.challenge(job.honest, .every, secret: secret)
    let report = try job.audit(job.honest, challenge)
    #expect(report.outcome == .accepted, "\(report.sentence)")
    #expect(
      report.passedChecks == AuditCheck.allCases.filter { ![.proofs, .delivery].contains($0) })
    #expect(report.timings.map(\.interval) == Array(0..<10))
  }

  @Test(arguments: Cheat.allCases)
  func everyCheatIsRejectedWhenEveryIntervalIsExecuted(cheat: Cheat) throws {
    let submission = try job.cheatingProvider().submission(cheat)
    let challenge = try job.challenge(submission, .every, secret: secret)
    let report = try job.audit(submission, challenge)
    guard case .rejected(let rejection) = report.outcome else {
      Issue.record("\(cheat): \(report.outcome), \(report.sentence)")
      return
    }
    #expect(rejection.fault == cheat.expectedFault, "\(report.sentence)")
    #expect(submission.isCaught(by: challenge))
    #expect(submission.catchProbability(drawn: 10) == .one)
    if cheat.scope != .notComputational {
      #expect(rejection.interval == submission.falseIntervals.first, "\(report.sentence)")
    }
  }

  /// One interval is drawn at a time: the verdict is a rejection for the false ones alone.
  @Test(arguments: Cheat.allCases)
  func anIntervalIsRejectedExactlyWhenItIsFalse(cheat: Cheat) throws {
    let submission = try job.cheatingProvider().submission(cheat)
    var seen: Set<Int> = []
    var number: UInt8 = 0
    while seen.count < 10 {
      number += 1
      let challenge = try job.challenge(
        submission, .drawn(1), secret: [UInt8](repeating: number, count: 32))
      guard seen.insert(challenge.indices[0]).inserted else { continue }
      let report = try job.audit(submission, challenge)
      let isRejected = if case .rejected = report.outcome { true } else { false }
      #expect(
        isRejected == submission.isCaught(by: challenge),
        "\(cheat), interval \(challenge.indices): \(report.sentence)")
    }
  }

  @Test func everyScopeIsWhatTheFalseIntervalsSay() throws {
    for cheat in Cheat.allCases {
      let count = try job.cheatingProvider().submission(cheat).falseIntervals.count
      switch cheat.scope {
      case .wholeRun: #expect(count == 10, "\(cheat)")
      case .fractionOfIntervals: #expect((1..<10).contains(count), "\(cheat)")
      case .oneInterval: #expect(count == 1, "\(cheat)")
      case .notComputational: #expect(count == 0, "\(cheat)")
      }
    }
  }

  @Test func theLikelyCauseIsNamedWhereAnExperimentShowsIt() throws {
    let provider = try job.cheatingProvider()
    let causes: [(Cheat, String)] = [
      (.skippedIntervals, "no work"), (.fewerSteps, "no work"),
      (.wrongLearningRate, "twice the spec's learning rate"),
      (.sequentialOrder, "examples taken in their order"),
      (.alteredWeight, "an alteration after the work"),
    ]
    for (cheat, cause) in causes {
      let submission = try provider.submission(cheat)
      let report = try job.audit(
        submission, try job.challenge(submission, .every, secret: secret))
      #expect(report.conjecture?.contains(cause) == true, "\(cheat): \(report.conjecture ?? "–")")
    }
    for cheat in [Cheat.otherData, .flippedLabel, .interpolation] {
      let submission = try provider.submission(cheat)
      let report = try job.audit(
        submission, try job.challenge(submission, .every, secret: secret))
      #expect(report.conjecture == nil, "\(cheat): \(report.conjecture ?? "–")")
    }
  }

  @Test func cheatsWorkOnValuesAndOnTwoIntervalsToo() throws {
    let small = try SmallJob(steps: 4, interval: 2, hasLabels: false)
    for cheat in Cheat.allCases {
      let submission = try small.cheatingProvider().submission(cheat)
      let report = try small.audit(
        submission, try small.challenge(submission, .every, secret: secret))
      guard case .rejected(let rejection) = report.outcome else {
        Issue.record("\(cheat): \(report.outcome), \(report.sentence)")
        continue
      }
      #expect(rejection.fault == cheat.expectedFault, "\(cheat): \(report.sentence)")
    }
  }
}
