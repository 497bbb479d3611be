import AssayAuditing
import AssayCryptography
import AssayEvidence
import AssaySpecification
import AssayTensors
import AssayTraining
import Testing

/// Whether what the buyer gets is the artefact.
struct DeliveryTests {
  private let key = [UInt8](repeating: 4, count: 32)

  /// The run's claim with a delivery, audited with what the verifier was given.
  private func audit(
    _ run: AuditedRun, _ delivery: Delivery, key: [UInt8]?, isFinal: Bool = false
  ) throws -> AuditReport {
    let claim = run.claim
    let envelope = ProviderClaim(
      job: claim.job, terms: claim.terms, provider: claim.provider, spec: claim.spec,
      dataRoot: claim.dataRoot, firstStep: claim.firstStep, lastStep: claim.lastStep,
      firstRoot: claim.firstRoot, lastRoot: claim.lastRoot, traceSize: claim.traceSize,
      traceRoot: claim.traceRoot, artefact: claim.artefact, quality: claim.quality,
      delivery: delivery
    ).signed(by: run.key).encoded
    let opened = try ProviderClaim.open(envelope)
    #expect(opened.claim.delivery == delivery)
    let challenge = try AuditedRun.challenge(
      claim: opened.identity, terms: run.terms, drawn: 2, intervalCount: 10)
    let bundle = try AuditedRun.pack(
      run.directory, spec: run.spec, dataset: run.dataset, records: run.records, claim: envelope,
      challenge)
    return try Audit(
      spec: run.spec, expectation: AuditExpectation(), backend: CPUBackend(), referee: nil,
      hasher: run.hasher, clock: { 0 }
    ).examine(
      claim: envelope, challenge: challenge, bundle: BundleBytes(bundle),
      answer: ProofAnswer(isFinal: isFinal), deliveryKey: key, dataset: run.dataset,
      testSet: run.testSet)
  }

  @Test func theSealedFileIsSealedAgainAndCompared() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let checkpoint = try #require(
      try run.directory.nearestCheckpoint(atOrBefore: 10, records: run.records, hasher: run.hasher))
    let artefact = checkpoint.state.safetensors
    let right = try Delivery(sealing: artefact, key: key)
    let accepted = try audit(run, right, key: key)
    #expect(accepted.outcome == .accepted, "\(accepted.sentence)")
    #expect(accepted.delivery == right.sealed)
    #expect(accepted.passedChecks == AuditCheck.allCases.filter { $0 != .proofs })
    #expect(accepted.verdict(device: "test").delivery == right.sealed)

    // Another file, or one that is sealed with another key, is a wrong artefact.
    var other = artefact
    other[other.count - 1] ^= 1
    let wrong = Delivery(
      sealed: try Delivery(sealing: other, key: key).sealed, keyCommitment: right.keyCommitment)
    let rejected = try audit(run, wrong, key: key)
    #expect(
      rejected.outcome
        == .rejected(
          Rejection(
            fault: .wrongArtefact, claimedRoot: wrong.sealed, computedRoot: right.sealed)))
    #expect(rejected.delivery == nil && rejected.failedCheck == .delivery)

    for bad in [[UInt8](repeating: 5, count: 32), [1, 2]] {
      guard case .rejected(let rejection) = try audit(run, right, key: bad).outcome else {
        Issue.record("a key that is not the claim's passed")
        continue
      }
      #expect(rejection.fault == .wrongOpening && rejection.interval != nil)
    }
    #expect(try audit(run, right, key: nil).outcome == .inconclusive(.missingBundle))
    guard case .rejected(let withheld) = try audit(run, right, key: nil, isFinal: true).outcome
    else {
      Issue.record("a key that was withheld to the end is not held against the provider")
      return
    }
    #expect(withheld.fault == .withheldOpening)
  }
}
