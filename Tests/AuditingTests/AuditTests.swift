import AssayAuditing
import AssayCryptography
import AssayDatasets
import AssayEvidence
import AssaySpecification
import AssayTensors
import AssayTraining
import Testing

@Suite struct AuditTests {
  @Test func anHonestRunIsAccepted() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    var events: [AuditEvent] = []
    let report = try run.audit(
      expectation: AuditExpectation(
        job: "job", terms: run.terms, provider: run.key.verifyingKey, lastStep: 29,
        buyerSecretHash: try Randomness.commitment(to: AuditedRun.secret, by: .buyer),
        operatorSecretHash: try Randomness.commitment(to: AuditedRun.secret, by: .operator)),
      onEvent: { events.append($0) })
    #expect(report.outcome == .accepted, "\(report.sentence)")
    #expect(
      report.passedChecks == AuditCheck.allCases.filter { ![.proofs, .delivery].contains($0) })
    #expect(report.timings.map(\.interval) == run.challenge.indices)
    #expect(events.count == report.passedChecks.count + 3)
  }

  @Test func anHonestRunIsAcceptedOnEveryPathAndAdmitted() throws {
    let run = try AuditedRun(drawn: nil)
    defer { run.remove() }
    for path in CPUBackend.availablePaths {
      let backend = try CPUBackend(path: path, threads: 3)
      let report = try run.audit(backend: backend)
      #expect(report.outcome == .accepted, "\(backend.name): \(report.sentence)")
      let verifier = try SigningKey(seed: [UInt8](repeating: 8, count: 32))
      let envelope = report.verdict(device: backend.name).signed(by: verifier)
      let admitted = try AdmittedVerdict.admit(
        envelope.encoded,
        expecting: VerdictExpectation(
          challenge: run.challenge, quality: run.claim.quality,
          admittedKeys: [verifier.verifyingKey]))
      #expect(admitted.verdict.outcome == .accepted)
    }
  }

  @Test func aPartOfARunIsAcceptedAsThatPart() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let claim = try run.directory.claim(
      job: "job", terms: run.terms, upTo: 18, hasher: run.hasher,
      evaluator: Evaluator.measuring(run.spec, testSet: run.testSet, backend: CPUBackend())
    ).signed(by: run.key)
    let challenge = try AuditedRun.challenge(
      claim: claim.identity, terms: run.terms, drawn: 2, intervalCount: 6)
    let bundle = try AuditedRun.pack(
      run.directory, spec: run.spec, dataset: run.dataset, records: run.records,
      claim: claim.encoded, challenge)
    let part = try run.audit(
      claim: claim.encoded, challenge: challenge, bundle: bundle,
      expectation: AuditExpectation(lastStep: 18))
    #expect(part.outcome == .accepted, "\(part.sentence)")
    let whole = try run.audit(claim: claim.encoded, challenge: challenge, bundle: bundle)
    #expect(whole.outcome == .rejected(Rejection(fault: .invalidClaim)), "\(whole.sentence)")
    #expect(whole.sentence.contains("last step"))
  }

  @Test func missingDataAndBundlesAreInconclusive() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let audit = Audit(
      spec: run.spec, expectation: AuditExpectation(), backend: try CPUBackend(),
      referee: nil, hasher: run.hasher, clock: { 0 })
    let withoutData = try audit.examine(
      claim: run.claimBytes, challenge: run.challenge, bundle: BundleBytes(run.bundle),
      dataset: nil)
    #expect(withoutData.outcome == .inconclusive(.missingData))
    let withoutBundle = try audit.examine(
      claim: run.claimBytes, challenge: run.challenge, bundle: nil, dataset: run.dataset)
    #expect(withoutBundle.outcome == .inconclusive(.missingBundle))
    var contents = run.dataset.contents
    contents[7] ^= 1
    let otherData = try audit.examine(
      claim: run.claimBytes, challenge: run.challenge, bundle: BundleBytes(run.bundle),
      dataset: try Dataset(
        elementType: .uint8, exampleShape: run.dataset.exampleShape, contents: contents,
        targets: run.dataset.targets))
    #expect(otherData.outcome == .inconclusive(.missingData))
  }

  @Test func aClaimAboutSomethingElseIsRejected() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let claim = run.claim
    let other = SHA256.digest(of: [1])
    let changes: [(String, ProviderClaim)] = [
      ("job", claim.with(job: "another")), ("terms", claim.with(terms: other)),
      ("spec", claim.with(spec: other)), ("data root", claim.with(dataRoot: other)),
      ("last step", claim.with(lastStep: 28)), ("trace size", claim.with(traceSize: 10)),
      ("trace size", claim.with(traceSize: .max)),
    ]
    for (field, changed) in changes {
      let envelope = changed.signed(by: run.key)
      let challenge = try AuditedRun.challenge(
        claim: envelope.identity, terms: run.terms, drawn: 3, intervalCount: 10)
      let report = try run.audit(
        claim: envelope.encoded, challenge: challenge,
        expectation: AuditExpectation(job: "job", terms: run.terms))
      #expect(
        report.outcome == .rejected(Rejection(fault: .invalidClaim)),
        "\(field): \(report.sentence)")
      #expect(report.sentence.contains(field), "\(report.sentence)")
    }
  }

  @Test func aProviderThatWasNotHiredIsRejected() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let hired = try SigningKey(seed: [UInt8](repeating: 1, count: 32)).verifyingKey
    let report = try run.audit(expectation: AuditExpectation(provider: hired))
    #expect(report.outcome == .rejected(Rejection(fault: .invalidClaim)))
    #expect(report.sentence.contains("provider"))
  }

  @Test func rootsAndArtefactsThatTheTraceDoesNotHaveAreRejected() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let other = SHA256.digest(of: [1])
    let changes: [(Fault, ProviderClaim)] = [
      (.brokenTrace, run.claim.with(firstRoot: other)),
      (.brokenTrace, run.claim.with(lastRoot: other)),
      (.wrongArtefact, run.claim.with(artefact: other)),
      (.wrongOpening, run.claim.with(traceRoot: other)),
    ]
    for (fault, changed) in changes {
      let report = try run.auditRepacked(changed)
      guard case .rejected(let rejection) = report.outcome else {
        Issue.record("\(fault): \(report.outcome)")
        continue
      }
      #expect(rejection.fault == fault, "\(report.sentence)")
    }
  }

  @Test func anAuditThatMixesThingsUpCannotBeHeld() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let otherClaim = run.claim.with(job: "another").signed(by: run.key)
    #expect(throws: AuditingError.self) { try run.audit(claim: otherClaim.encoded) }
    #expect(throws: AuditingError.self) { try run.audit(claim: Array("no claim".utf8)) }
    #expect(throws: AuditingError.self) {
      try run.audit(expectation: AuditExpectation(terms: .zero))
    }
    #expect(throws: AuditingError.self) {
      try run.audit(expectation: AuditExpectation(job: "another"))
    }
    #expect(throws: AuditingError.self) {
      try run.audit(expectation: AuditExpectation(buyerSecretHash: .zero))
    }
    #expect(throws: AuditingError.self) {
      try run.audit(expectation: AuditExpectation(operatorSecretHash: .zero))
    }
    let otherJob = try Challenge(
      job: "another", terms: run.terms, claim: run.challenge.claim, policy: run.challenge.policy,
      source: .secrets(
        buyer: AuditedRun.secret, operator: AuditedRun.secret), intervalCount: 10)
    #expect(throws: AuditingError.self) { try run.audit(challenge: otherJob) }
    let otherTerms = try AuditedRun.challenge(
      claim: run.challenge.claim, terms: .zero, drawn: 3, intervalCount: 10)
    #expect(throws: AuditingError.self) { try run.audit(challenge: otherTerms) }
    let tooFew = try AuditedRun.challenge(
      claim: run.challenge.claim, terms: run.terms, drawn: 3, intervalCount: 9)
    #expect(throws: AuditingError.self) { try run.audit(challenge: tooFew) }
    for lastStep in [0, 28, 30] as [UInt64] {
      #expect(throws: AuditingError.self) {
        try run.audit(expectation: AuditExpectation(lastStep: lastStep))
      }
    }
  }

  @Test func aFaultyDeviceRejectsNobody() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let report = try run.audit(backend: FaultyBackend(try CPUBackend(path: .portable)))
    #expect(report.outcome == .inconclusive(.deviceDisagreement), "\(report.sentence)")
    // A larger rate is seen where it is used, and the one that used it is named.
    let divergence = try #require(report.divergence)
    #expect(divergence.instruction == "sgd" && divergence.wrong == ["faulty"])
    #expect(report.sentence.contains("'faulty' computes sgd otherwise"))
  }
}

extension ProviderClaim {
  /// The claim with some fields changed.
  func with(
    job: String? = nil, terms: Digest? = nil, spec: Digest? = nil, dataRoot: Digest? = nil,
    firstStep: UInt64? = nil, lastStep: UInt64? = nil, firstRoot: Digest? = nil,
    lastRoot: Digest? = nil, traceSize: UInt64? = nil, traceRoot: Digest? = nil,
    artefact: Digest? = nil, quality: Quality?? = nil
  ) -> ProviderClaim {
    ProviderClaim(
      job: job ?? self.job, terms: terms ?? self.terms, provider: provider,
      spec: spec ?? self.spec, dataRoot: dataRoot ?? self.dataRoot,
      firstStep: firstStep ?? self.firstStep, lastStep: lastStep ?? self.lastStep,
      firstRoot: firstRoot ?? self.firstRoot, lastRoot: lastRoot ?? self.lastRoot,
      traceSize: traceSize ?? self.traceSize, traceRoot: traceRoot ?? self.traceRoot,
      artefact: artefact ?? self.artefact, quality: quality ?? self.quality)
  }
}
