import AssayAuditing
import AssayCryptography
import AssayEvidence
import AssayFiles
import AssaySpecification
import AssayTensors
import AssayTraining
import Foundation
import Testing

@Suite struct BundlePackerTests {
  private func states(_ run: AuditedRun) throws -> RecordedStates {
    RecordedStates(
      run.directory, records: run.records,
      engine: try StepEngine(
        spec: run.spec, dataset: run.dataset, backend: try CPUBackend(), hasher: run.hasher),
      hasher: run.hasher)
  }

  @Test func statesInAnyOrderAreThoseOfTheTrace() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let states = try states(run)
    for index in [4, 5, 2, 10, 0, 1, 9, 3, 3, 8] {
      #expect(try states.commitment(ofRecord: index).root == run.records[index].stateRoot)
      let state = try states.state(ofRecord: index)
      #expect(state.commitment(run.hasher).root == run.records[index].stateRoot)
      #expect(state.step == run.spec.step(ofRecord: index))
    }
  }

  @Test func ascendingIntervalsRecomputeOnlyWhatIsNotStored() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let states = try states(run)
    for interval in 0..<10 {
      _ = try states.state(ofRecord: interval)
      _ = try states.commitment(ofRecord: interval + 1)
    }
    // Stored are 0, 3, 6, 9 and 10: the six others are recomputed, once each.
    #expect(states.recomputedIntervalCount == 6)
  }

  @Test func aRecomputedStateThatTheTraceDoesNotHaveIsNotHandedOut() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    var records = run.records
    let right = records[5]
    records[5] = TraceRecord(
      index: 5, step: right.step, stateRoot: .zero, meanLoss: right.meanLoss, salt: right.salt)
    let states = RecordedStates(
      run.directory, records: records,
      engine: try StepEngine(
        spec: run.spec, dataset: run.dataset, backend: try CPUBackend(), hasher: run.hasher),
      hasher: run.hasher)
    #expect(throws: TrainingError.self) { try states.state(ofRecord: 5) }
    #expect(throws: TrainingError.self) { try states.state(ofRecord: 11) }
    #expect(try states.commitment(ofRecord: 4).root == records[4].stateRoot)
  }

  @Test func aDamagedCheckpointIsRecomputedFromTheOneBefore() throws {
    let run = try AuditedRun(drawn: nil)
    defer { run.remove() }
    let path = run.directory.checkpointPath(step: 18)
    var bytes = try FileAccess.read(path, limit: 1 << 20)
    bytes[bytes.count - 1] ^= 1
    try FileAccess.write(bytes, to: path)
    let bundle = try AuditedRun.pack(
      run.directory, spec: run.spec, dataset: run.dataset, records: run.records,
      claim: run.claimBytes, run.challenge)
    #expect(bundle == run.bundle)
  }

  @Test func aRunThatIsNotTheClaimedOneIsNotPacked() throws {
    let run = try AuditedRun()
    let other = try AuditedRun(specSeed: 8)
    defer {
      run.remove()
      other.remove()
    }
    func pack(
      _ run: AuditedRun, claim: [UInt8], challenge: Challenge, records: [TraceRecord]
    ) throws -> [UInt8] {
      try AuditedRun.pack(
        run.directory, spec: run.spec, dataset: run.dataset, records: records, claim: claim,
        challenge)
    }
    #expect(throws: AuditingError.self) {
      try pack(other, claim: run.claimBytes, challenge: run.challenge, records: other.records)
    }
    #expect(throws: AuditingError.self) {
      try pack(run, claim: other.claimBytes, challenge: run.challenge, records: run.records)
    }
    #expect(throws: AuditingError.self) {
      try pack(run, claim: run.claimBytes, challenge: run.challenge, records: other.records)
    }
    #expect(throws: AuditingError.self) {
      try pack(
        run, claim: run.claimBytes, challenge: run.challenge,
        records: Array(run.records.dropLast()))
    }
    let short = try AuditedRun.challenge(
      claim: run.challenge.claim, terms: run.terms, drawn: 3, intervalCount: 9)
    #expect(throws: AuditingError.self) {
      try pack(run, claim: run.claimBytes, challenge: short, records: run.records)
    }
  }

  @Test func aClaimThatDiffersInOneFieldIsNotAnswered() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    func pack(_ claim: ProviderClaim, challenge: Challenge? = nil) throws {
      let envelope = claim.signed(by: run.key)
      let own = try AuditedRun.challenge(
        claim: envelope.identity, terms: run.terms, drawn: 3, intervalCount: 10)
      _ = try AuditedRun.pack(
        run.directory, spec: run.spec, dataset: run.dataset, records: run.records,
        claim: envelope.encoded, challenge ?? own)
    }
    #expect(throws: Never.self) { try pack(run.claim.with(job: "another")) }
    #expect(throws: AuditingError.self) {
      try pack(run.claim.with(job: "another"), challenge: run.challenge)
    }
    for claim in [
      run.claim.with(spec: .zero), run.claim.with(traceSize: 1), run.claim.with(traceSize: 12),
      run.claim.with(traceSize: .max), run.claim.with(traceRoot: .zero),
      run.claim.with(artefact: .zero),
    ] {
      #expect(throws: AuditingError.self) { try pack(claim) }
    }
  }

  @Test func aFileHasItsNameOnlyWhenItIsWhole() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let packer = try BundlePacker(
      spec: run.spec, claimEnvelope: run.claimBytes, challenge: run.challenge,
      records: run.records, saltOpening: { run.directory.saltOpening(ofRecord: $0) })
    let path = run.directory.path + "/bundle"
    try packer.pack(states: try states(run), hasher: run.hasher, toFile: path)
    #expect(try FileAccess.read(path, limit: 1 << 20) == run.bundle)
    #expect(!FileAccess.exists(path + ".part"))
    let file = try BundleFile(path)
    #expect(file.byteCount == run.bundle.count)
    #expect(throws: FileError.self) { try file.read(at: file.byteCount, count: 1) }
  }
}
