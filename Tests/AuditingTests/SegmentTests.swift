import AssayCryptography
import AssayEvidence
import AssayFiles
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTraining
import Testing

@testable import AssayAuditing

/// Audits of runs that continue where another provider's verified claim ends.
@Suite struct SegmentTests {
  /// The first provider's run, and its claim over the first 18 of 29 steps.
  private let first: AuditedRun
  private let previous: ProviderClaim

  init() throws {
    first = try AuditedRun()
    previous = try first.directory.claim(
      job: "job", terms: first.terms, upTo: 18, hasher: first.hasher,
      evaluator: Evaluator.measuring(
        first.spec, testSet: first.testSet, backend: CPUBackend(threads: 1)))
  }

  private func start(_ spec: Spec) throws -> VerifiedStart {
    try VerifiedStart(
      checkpoint: try first.directory.checkpoint(step: 18).safetensors, endOf: previous,
      spec: spec, hasher: first.hasher)
  }

  private var expectation: AuditExpectation {
    AuditExpectation(firstStep: 18, firstRoot: previous.lastRoot)
  }

  /// The state after step 18 with one weight changed, as a start that nobody verified.
  private func alteredStart(_ spec: Spec) throws -> VerifiedStart {
    let state = try first.directory.checkpoint(step: 18)
    var bytes = state.contents[0]
    bytes[2] ^= 1
    let altered = state.replacing(tensor: 0, with: bytes)
    return try VerifiedStart(
      checkpoint: altered.safetensors,
      endOf: previous.with(lastRoot: altered.commitment(first.hasher).root), spec: spec,
      hasher: first.hasher)
  }

  @Test func theRestOfARunIsAcceptedAndEndsInTheSameState() throws {
    let rest = try AuditedRun(drawn: nil, start: start)
    defer { first.remove(); rest.remove() }
    #expect(rest.claim.firstStep == 18 && rest.claim.lastStep == 29)
    #expect(rest.claim.traceSize == 5 && rest.records.map(\.step) == [18, 21, 24, 27, 29])
    #expect(rest.claim.firstRoot == previous.lastRoot)
    #expect(rest.claim.artefact == first.claim.artefact)
    let report = try rest.audit(expectation: expectation)
    #expect(report.outcome == .accepted, "\(report.sentence)")
    #expect(report.timings.map(\.interval) == [0, 1, 2, 3])
  }

  @Test func theFileOfAnotherStateIsNotStartedFrom() throws {
    defer { first.remove() }
    for step in [9, 27] as [UInt64] {
      let file = try first.directory.checkpoint(step: step).safetensors
      #expect(throws: TrainingError.self) {
        try VerifiedStart(
          checkpoint: file, endOf: previous, spec: first.spec, hasher: first.hasher)
      }
    }
    let altered = try alteredStart(first.spec)
    #expect(throws: TrainingError.self) {
      try VerifiedStart(
        checkpoint: altered.state.safetensors, endOf: previous, spec: first.spec,
        hasher: first.hasher)
    }
    // A claim over the whole run leaves nothing to continue.
    let end = try VerifiedStart(
      checkpoint: try first.directory.checkpoint(step: 29).safetensors, endOf: first.claim,
      spec: first.spec, hasher: first.hasher)
    #expect(throws: TrainingError.self) {
      try RunDirectory.create(
        first.directory.path + "/rest", spec: first.spec, provider: first.key.verifyingKey,
        traceSecret: .zero, start: end)
    }
  }

  @Test func aProviderWhoStartsFromAnotherCheckpointIsCaught() throws {
    let rest = try AuditedRun(drawn: 1, start: alteredStart)
    defer { first.remove(); rest.remove() }
    let report = try rest.audit(expectation: expectation)
    #expect(
      report.outcome
        == .rejected(
          Rejection(
            fault: .wrongInitialState, claimedRoot: rest.records[0].stateRoot,
            computedRoot: previous.lastRoot)), "\(report.sentence)")
    // By itself, without the verified root, the segment is sound.
    let alone = try rest.audit(
      expectation: AuditExpectation(firstStep: 18, firstRoot: rest.records[0].stateRoot))
    #expect(alone.outcome == .accepted, "\(alone.sentence)")
  }

  /// The trace starts with the verified state and goes on from another one.
  @Test func aTraceThatOnlyNamesTheVerifiedStateIsCaughtByItsFirstInterval() throws {
    let rest = try AuditedRun(drawn: nil, start: alteredStart)
    defer { first.remove(); rest.remove() }
    var records = rest.records
    records[0] = rest.directory.record(
      0, step: 18, stateRoot: previous.lastRoot, meanLoss: 0)
    let envelope = rest.claim.with(
      firstRoot: previous.lastRoot,
      traceRoot: MerkleTree.root(ofLeafHashes: records.map(\.leafHash))
    ).signed(by: rest.key)
    let challenge = try AuditedRun.challenge(
      claim: envelope.identity, terms: rest.terms, drawn: nil, intervalCount: 4)
    let engine = try StepEngine(
      spec: rest.spec, dataset: rest.dataset, backend: try CPUBackend(threads: 1),
      hasher: rest.hasher)
    let states = RecordedStates(
      rest.directory, records: rest.records, engine: engine, hasher: rest.hasher)
    func bundle(startingWith verified: ModelState) throws -> [UInt8] {
      let writer = BundleWriter(
        BundleLayout(
          spec: rest.spec, segment: rest.directory.segment, intervals: challenge.indices))
      var bytes: [UInt8] = []
      let sink = { (part: [UInt8]) throws(AuditingError) in bytes += part }
      try writer.writeHeader(
        challenge: challenge, records: records,
        saltOpening: { rest.directory.saltOpening(ofRecord: $0) }, to: sink)
      for interval in 0..<4 {
        try writer.writeInterval(
          interval, start: interval == 0 ? verified : states.state(ofRecord: interval),
          end: states.commitment(ofRecord: interval + 1), to: sink)
      }
      try writer.writeArtefact(try states.state(ofRecord: 4), to: sink)
      return bytes
    }
    let faults: [(ModelState, Fault)] = [
      (try first.directory.checkpoint(step: 18), .wrongComputation),
      (try alteredStart(rest.spec).state, .wrongOpening),
    ]
    for (state, fault) in faults {
      let report = try rest.audit(
        claim: envelope.encoded, challenge: challenge,
        bundle: try bundle(startingWith: state), expectation: expectation)
      guard case .rejected(let rejection) = report.outcome else {
        Issue.record("\(report.sentence)")
        continue
      }
      #expect(rejection.fault == fault && rejection.interval == 0, "\(report.sentence)")
    }
  }

  @Test func aSegmentThatWasNotAskedForIsRefused() throws {
    let rest = try AuditedRun(drawn: 2, start: start)
    defer { first.remove(); rest.remove() }
    for expected in [AuditExpectation(), AuditExpectation(firstStep: 9, firstRoot: .zero)] {
      let challenge = try AuditedRun.challenge(
        claim: rest.challenge.claim, terms: rest.terms, drawn: 2, intervalCount: 4)
      let report = try rest.audit(challenge: challenge, expectation: expected)
      #expect(report.outcome == .rejected(Rejection(fault: .invalidClaim)))
    }
    // What was verified there must be said, and a step between two records is no start.
    for expected in [
      AuditExpectation(firstStep: 18), AuditExpectation(firstStep: 17, firstRoot: .zero),
    ] {
      #expect(throws: AuditingError.self) { try rest.audit(expectation: expected) }
    }
  }

  @Test func aContinuedRunIsResumedFromItsStart() throws {
    let rest = try AuditedRun(drawn: 1, start: start)
    defer { first.remove(); rest.remove() }
    let run = try RunDirectory.open(rest.directory.path)
    #expect(run.segment == rest.directory.segment)
    for step in run.checkpointSteps() where step != 18 {
      FileAccess.remove(run.checkpointPath(step: step))
    }
    let engine = try StepEngine(
      spec: run.spec, dataset: rest.dataset, backend: try CPUBackend(threads: 1),
      hasher: rest.hasher)
    let retention = RetentionPlan(spec: run.spec, segment: run.segment, stride: 2)
    var again = TrainingRun(
      run, engine: engine, hasher: rest.hasher, retention: retention, clock: { 0 })
    #expect(try again.train() == rest.records)
    #expect(run.checkpointSteps() == [18, 24, 29])
    // Another state in the place of the start is noticed.
    try FileAccess.write(
      alteredStart(run.spec).state.safetensors, to: run.checkpointPath(step: 18))
    #expect(throws: TrainingError.self) { try run.initialState(rest.hasher) }
  }

  @Test func adaptersOnGivenWeightsAreAuditedWithTheFile() throws {
    let run = try AuditedRun(drawn: nil, isAdapted: true)
    defer { first.remove(); run.remove() }
    let report = try run.audit()
    #expect(report.outcome == .accepted, "\(report.sentence)")
    let other = try WeightsFile((run.weights?.bytes ?? []) + [0])
    #expect(try run.audit(weights: other).outcome == .inconclusive(.missingData))
    let audit = Audit(
      spec: run.spec, expectation: AuditExpectation(), backend: try CPUBackend(threads: 1),
      referee: nil, hasher: run.hasher, clock: { 0 })
    let without = try audit.examine(
      claim: run.claimBytes, challenge: run.challenge, bundle: BundleBytes(run.bundle),
      dataset: run.dataset, testSet: run.testSet)
    #expect(without.outcome == .inconclusive(.missingData))
  }
}
