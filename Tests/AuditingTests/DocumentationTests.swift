import AssayAuditing
import AssayCryptography
import AssayEvidence
import AssayTensors
import AssayTraining
import Testing

/// The example on the room's page.
@Test func theExampleOfTheAuditingPageWorks() throws {
  let made = try AuditedRun()
  defer { made.remove() }
  let (spec, claim, challenge) = (made.spec, made.claimBytes, made.challenge)
  let (run, dataset, hasher) = (made.directory, made.dataset, made.hasher)
  let testSet = made.testSet
  let backend = try CPUBackend()
  let referee = try CPUBackend(path: .portable)
  let verifierKey = try SigningKey(seed: [UInt8](repeating: 2, count: 32))
  let states = RecordedStates(
    run, records: made.records,
    engine: try StepEngine(spec: spec, dataset: dataset, backend: backend, hasher: hasher),
    hasher: hasher)
  let path = run.path + "/bundle"

  let packer = try BundlePacker(
    spec: spec, claimEnvelope: claim, challenge: challenge, records: try run.records(),
    saltOpening: run.saltOpening(ofRecord:))
  try packer.pack(states: states, hasher: hasher, toFile: path)

  let audit = Audit(
    spec: spec, expectation: AuditExpectation(terms: made.terms), backend: backend,
    referee: referee, hasher: hasher, clock: { 0 })
  let report = try audit.examine(
    claim: claim, challenge: challenge, bundle: try BundleFile(path), dataset: dataset,
    testSet: testSet)
  let verdict = report.verdict(device: backend.name).signed(by: verifierKey)

  #expect(try Verdict.open(verdict.encoded).verdict.outcome == .accepted)
}
