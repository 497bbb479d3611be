import AssayCryptography
import AssayDatasets
import AssayEvidence
import AssaySpecification
import AssayTensors
import AssayTraining
import AssayWire
import Testing

@testable import AssayAuditing

@Suite struct QualityTests {
  /// The smallest lies in either direction.
  private func lies(_ quality: Quality) -> [Quality] {
    switch quality {
    case .accuracy(let correct, let rows):
      [correct + 1, correct - 1].map { .accuracy(correct: $0, rows: rows) }
        + [rows + 1, rows - 1].map { .accuracy(correct: correct, rows: $0) }
    case .loss:
      [
        Quality(loss: quality.value.nextUp), Quality(loss: quality.value.nextDown),
        Quality(loss: .nan),
      ]
    }
  }

  /// One interval of ten is drawn: what is claimed of the last state is seen whatever is drawn.
  @Test(arguments: QualityMeasure.Metric.allCases)
  func aQualityThatTheLastStateDoesNotHaveIsAlwaysRejected(
    metric: QualityMeasure.Metric
  ) throws {
    let run = try AuditedRun(metric: metric)
    defer { run.remove() }
    let claimed = try #require(run.claim.quality)
    #expect(claimed.metric == metric)
    let honest = try run.audit()
    #expect(honest.outcome == .accepted, "\(honest.sentence)")
    #expect(honest.quality == claimed)
    #expect(honest.verdict(device: "").quality == claimed)
    for lie in lies(claimed) {
      let report = try run.auditRepacked(run.claim.with(quality: lie), drawn: 1)
      #expect(
        report.outcome
          == .rejected(
            Rejection(
              fault: .wrongQuality, claimedRoot: lie.digest, computedRoot: claimed.digest)),
        "\(report.sentence)")
      #expect(report.failedCheck == .quality)
      #expect(report.passedChecks.last == .artefact)
      #expect(report.sentence.contains("\(claimed), not \(lie)"), "\(report.sentence)")
      let envelope = report.verdict(device: "test").signed(by: run.key)
      _ = try AdmittedVerdict.admit(
        envelope.encoded,
        expecting: VerdictExpectation(
          challenge: report.challenge, quality: lie, admittedKeys: [run.key.verifyingKey]))
    }
  }

  @Test func aClaimThatMeasuresSomethingElseIsRejected() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let wrong: [Quality?] = [
      nil, Quality(loss: 0.5),
    ]
    for quality in wrong {
      let report = try run.auditRepacked(run.claim.with(quality: .some(quality)), drawn: 1)
      #expect(report.outcome == .rejected(Rejection(fault: .invalidClaim)))
      #expect(report.sentence.contains("quality"), "\(report.sentence)")
    }
  }

  @Test func withoutTheTestSetNothingIsSaid() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let missing = try run.audit(hasTestSet: false)
    #expect(missing.outcome == .inconclusive(.missingData))
    #expect(missing.failedCheck == .quality)
    guard case .labels(var labels, let classes) = run.testSet.targets else { return }
    labels[3] = 1 - labels[3]
    let other = try Dataset(
      elementType: .uint8, exampleShape: run.testSet.exampleShape,
      contents: run.testSet.contents, targets: .labels(labels, classes: classes))
    #expect(try run.audit(testSet: other).outcome == .inconclusive(.missingData))
    #expect(try run.audit(testSet: run.dataset).outcome == .inconclusive(.missingData))
  }

  @Test func aFaultyDeviceRejectsNoQuality() throws {
    let run = try AuditedRun(metric: .loss)
    defer { run.remove() }
    let report = try run.audit(
      backend: FaultyBackend(try CPUBackend(path: .portable), isBlind: true))
    #expect(report.outcome == .inconclusive(.deviceDisagreement), "\(report.sentence)")
    #expect(report.failedCheck == .quality)
  }

  /// The metric is computed once more with plain numbers from the artefact.
  @Test func theAccuracyIsThatOfTheArtefact() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let state = try run.directory.checkpoint(step: 29)
    func tensor(_ name: String) throws -> [Double] {
      let index = try #require(state.layout.tensors.firstIndex { $0.name == name })
      return state.floats(ofTensor: index).map(Double.init)
    }
    let (weight1, bias1) = (try tensor("hidden1.weight"), try tensor("hidden1.bias"))
    let (weight2, bias2) = (try tensor("output.weight"), try tensor("output.bias"))
    guard case .labels(let labels, _) = run.testSet.targets else { return }
    var correct: UInt64 = 0
    for (example, label) in labels.enumerated() {
      let x = run.testSet.contents[4 * example..<4 * example + 4].map { Double($0) / 255 }
      let hidden = (0..<3).map { row in
        max(0, bias1[row] + (0..<4).reduce(0) { $0 + weight1[4 * row + $1] * x[$1] })
      }
      let outputs = (0..<2).map { row in
        bias2[row] + (0..<3).reduce(0) { $0 + weight2[3 * row + $1] * hidden[$1] }
      }
      if (outputs[1] > outputs[0] ? 1 : 0) == label { correct += 1 }
    }
    #expect(run.claim.quality == .accuracy(correct: correct, rows: 17))
  }
}
