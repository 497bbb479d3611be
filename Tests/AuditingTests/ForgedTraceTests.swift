import AssayAuditing
import AssayCryptography
import AssayEvidence
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTraining
import Testing

/// Traces that were committed to wrongly from the start, each in one field.
@Suite struct ForgedTraceTests {
  let run: AuditedRun
  let states: RecordedStates

  init() throws {
    run = try AuditedRun()
    states = RecordedStates(
      run.directory, records: run.records,
      engine: try StepEngine(
        spec: run.spec, dataset: run.dataset, backend: try CPUBackend(path: .portable),
        hasher: run.hasher),
      hasher: run.hasher)
  }

  /// Claims and answers with `records` and, at the end, `artefact`; every interval is drawn.
  private func audit(_ records: [TraceRecord], artefact: [UInt8]? = nil) throws -> AuditReport {
    defer { run.remove() }
    let last = try artefact ?? states.state(ofRecord: 10).safetensors
    let envelope = run.claim.with(
      firstRoot: records[0].stateRoot, lastRoot: records[10].stateRoot,
      traceRoot: MerkleTree.root(ofLeafHashes: records.map(\.leafHash)),
      artefact: SHA256.digest(of: last)
    ).signed(by: run.key)
    let challenge = try AuditedRun.challenge(
      claim: envelope.identity, terms: run.terms, drawn: nil, intervalCount: 10)
    let writer = BundleWriter(
      BundleLayout(spec: run.spec, segment: run.spec.wholeRun, intervals: challenge.indices))
    var bundle: [UInt8] = []
    let sink = { (part: [UInt8]) throws(AuditingError) in bundle += part }
    try writer.writeHeader(
      challenge: challenge, records: records,
      saltOpening: { run.directory.saltOpening(ofRecord: $0) }, to: sink)
    for interval in 0..<10 {
      try writer.writeInterval(
        interval, start: states.state(ofRecord: interval),
        end: states.commitment(ofRecord: interval + 1), to: sink)
    }
    bundle += last
    return try run.audit(claim: envelope.encoded, challenge: challenge, bundle: bundle)
  }

  /// The honest records with one of them changed.
  private func records(
    _ place: Int, index: UInt64? = nil, step: UInt64? = nil, stateRoot: Digest? = nil,
    meanLoss: Float? = nil, salt: Digest? = nil
  ) -> [TraceRecord] {
    var records = run.records
    let right = records[place]
    records[place] = TraceRecord(
      index: index ?? right.index, step: step ?? right.step,
      stateRoot: stateRoot ?? right.stateRoot, meanLoss: meanLoss ?? right.meanLoss,
      salt: salt ?? right.salt)
    return records
  }

  private func expect(
    _ fault: Fault, interval: Int? = nil, in report: AuditReport,
    at location: SourceLocation = #_sourceLocation
  ) {
    guard case .rejected(let rejection) = report.outcome else {
      Issue.record("\(report.outcome): \(report.sentence)", sourceLocation: location)
      return
    }
    #expect(rejection.fault == fault, "\(report.sentence)", sourceLocation: location)
    #expect(rejection.interval == interval, "\(report.sentence)", sourceLocation: location)
  }

  @Test func theUnchangedTraceIsAccepted() throws {
    let report = try audit(run.records)
    #expect(report.outcome == .accepted, "\(report.sentence)")
  }

  @Test func aRecordOutOfItsPlaceIsRejected() throws {
    expect(.wrongOpening, interval: 2, in: try audit(records(3, index: 4)))
  }

  @Test func aRecordOfAnotherStepIsRejected() throws {
    let report = try audit(records(3, step: 10))
    expect(.wrongOpening, interval: 2, in: report)
    #expect(report.sentence.contains("is shown as record 3, after step 10"))
  }

  @Test func anotherInitialStateIsRejected() throws {
    expect(
      .wrongInitialState, in: try audit(records(0, stateRoot: run.records[1].stateRoot)))
  }

  @Test func aLossBeforeAnyStepIsRejected() throws {
    expect(.brokenTrace, in: try audit(records(0, meanLoss: 0.5)))
  }

  @Test func aLossThatWasNotMeasuredIsRejected() throws {
    let changed = records(4, meanLoss: run.records[4].meanLoss.nextUp)
    let report = try audit(changed)
    expect(.wrongComputation, interval: 3, in: report)
    #expect(report.sentence.contains("loss"))
    if case .rejected(let rejection) = report.outcome {
      #expect(rejection.tensor == nil)
      #expect(rejection.claimedRoot == changed[4].leafHash)
      #expect(rejection.computedRoot == run.records[4].leafHash)
    }
  }

  @Test func aSaltOfSomebodyElseIsRejected() throws {
    expect(.foreignTrace, in: try audit(records(5, salt: .zero)))
  }

  @Test func anArtefactThatIsNotTheLastStateIsRejected() throws {
    let report = try audit(
      run.records,
      artefact: ModelState(
        step: 29, layout: run.spec.stateLayout, contents: try states.state(ofRecord: 9).contents
      ).safetensors)
    expect(.wrongArtefact, in: report)
    #expect(report.sentence.contains("with which the trace ends"))
  }

  @Test func anArtefactWrittenInAnotherWayIsRejected() throws {
    var file = try states.state(ofRecord: 10).safetensors
    // The header ends in spaces, which readers pass over.
    let place = try #require(file.firstIndex(of: UInt8(ascii: " ")))
    file[place] = UInt8(ascii: "\n")
    let report = try audit(run.records, artefact: file)
    expect(.wrongArtefact, in: report)
    if case .rejected(let rejection) = report.outcome {
      #expect(rejection.claimedRoot == SHA256.digest(of: file))
      #expect(rejection.computedRoot == run.claim.artefact)
    }
  }
}
