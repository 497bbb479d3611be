import AssayAuditing
import AssayCryptography
import AssayEvidence
import AssayProving
import AssaySpecification
import AssayTestSupport
import AssayTraining
import AssayVerification
import Testing

/// Audits in which proofs stand in for execution.
struct ProofAuditTests {
  static let shared = Result { try ProvedRun() }
  /// What an honest provider hands in, and its three proofs.
  static let answered = Result {
    let handed = try shared.get().honest()
    return (handed: handed, proofs: try handed.proofs(0..<3))
  }

  private func admit(
    _ report: AuditReport, of handed: Handed, proofs: CheckedProofs?
  ) throws -> AdmittedVerdict {
    let verifier = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
    return try AdmittedVerdict.admit(
      report.verdict(device: "none").signed(by: verifier).encoded,
      expecting: VerdictExpectation(
        challenge: report.challenge, admittedKeys: [verifier.verifyingKey]), proofs: proofs)
  }

  @Test func whoHasClaimSpecAndProofsAloneGetsAVerdict() throws {
    let run = try Self.shared.get()
    let (handed, proofs) = try Self.answered.get()
    let challenge = try handed.challenge(.proof)
    var checked = try CheckedProofs(
      claim: handed.claim, checker: IntervalVerifier(spec: run.spec.bytes))
    for file in proofs.values { try checked.check(file) }
    let blind = try run.audit(handed, challenge, proofs: proofs)
    #expect(blind.outcome == .accepted, "\(blind.sentence)")
    #expect(blind.proved.map(\.interval) == [0, 1, 2])
    #expect(blind.proved.map(\.proof) == (0..<3).map { SHA256.digest(of: proofs[$0] ?? []) })
    #expect(blind.timings.isEmpty && blind.isArtefactUnchecked)
    #expect(blind.sentence.contains("nobody compared the artefact"))
    #expect(!blind.passedChecks.contains(.artefact) && !blind.passedChecks.contains(.dataset))
    // It says so, and money does not move on it.
    #expect(throws: EvidenceError.artefactUnchecked) {
      try admit(blind, of: handed, proofs: checked)
    }
    let full = try run.audit(
      handed, challenge, proofs: proofs, artefact: run.states[3], hasData: true)
    #expect(full.outcome == .accepted && !full.isArtefactUnchecked, "\(full.sentence)")
    #expect(throws: EvidenceError.proof(.notChecked(interval: 0))) {
      try admit(full, of: handed, proofs: nil)
    }
    let admitted = try admit(full, of: handed, proofs: checked)
    #expect(admitted.verdict.executed.isEmpty && admitted.verdict.proved == full.proved)
  }

  @Test func proofsAndExecutionShareTheWorkAsThePolicySays() throws {
    let run = try Self.shared.get()
    let (handed, proofs) = try Self.answered.get()
    for (method, given, executed) in [
      (EvidenceMethod.either, [1], [0, 2]), (.either, [], [0, 1, 2]),
      (.both, [0, 1, 2], [0, 1, 2]),
      (.recompute, [1], [0, 1, 2]),
    ] {
      let challenge = try handed.challenge(method)
      let report = try run.audit(
        handed, challenge, proofs: proofs.filter { given.contains($0.key) },
        bundle: handed.bundle(for: challenge), hasData: true)
      #expect(report.outcome == .accepted, "\(method): \(report.sentence)")
      #expect(report.timings.map(\.interval) == executed, "\(method)")
      #expect(report.proved.map(\.interval) == (method == .recompute ? [] : given), "\(method)")
      let verdict = report.verdict(device: "cpu")
      #expect(verdict.executed == executed)
    }
    // Everything proved needs no bundle; something unproved needs one, and the data.
    let either = try handed.challenge(.either)
    #expect(try run.audit(handed, either, proofs: proofs).outcome == .accepted)
    #expect(
      try run.audit(handed, either, proofs: [:]).outcome == .inconclusive(.missingData))
    let both = try handed.challenge(.both)
    #expect(
      try run.audit(handed, both, proofs: proofs, hasData: true).outcome
        == .inconclusive(.missingBundle))
  }

  @Test func aProofThatIsMissingIsNobodysFaultUntilTheTimeIsOver() throws {
    let run = try Self.shared.get()
    let (handed, proofs) = try Self.answered.get()
    for method in [EvidenceMethod.proof, .both] {
      let challenge = try handed.challenge(method)
      let some = proofs.filter { $0.key != 1 }
      let early = try run.audit(handed, challenge, proofs: some)
      #expect(early.outcome == .inconclusive(.missingBundle))
      #expect(early.failedCheck == .proofs)
      let late = try run.audit(handed, challenge, proofs: some, isFinal: true)
      #expect(
        late.outcome == .rejected(Rejection(fault: .withheldOpening, interval: 1)),
        "\(late.sentence)")
    }
  }

  @Test func whatIsNoProofOfTheIntervalIsRejected() throws {
    let run = try Self.shared.get()
    let (handed, proofs) = try Self.answered.get()
    let other = try run.honest(seed: 3)
    let challenge = try handed.challenge(.proof)
    let good = try #require(proofs[1])
    var mutated = good
    mutated[good.count / 2] ^= 4
    for (name, file) in [
      ("nothing", []), ("cut short", good.dropLast()), ("a bit flipped", mutated),
      ("another interval's", try #require(proofs[2])),
      ("another provider's of the same states", try other.proof(1).bytes),
    ] as [(String, [UInt8])] {
      let report = try run.audit(
        handed, challenge, proofs: proofs.merging([1: file]) { $1 }, isFinal: true)
      #expect(
        report.outcome == .rejected(Rejection(fault: .wrongProof, interval: 1)),
        "\(name): \(report.sentence)")
    }
  }

  @Test func whoCannotCheckProofsCannotSay() throws {
    let run = try Self.shared.get()
    let (handed, proofs) = try Self.answered.get()
    let report = try run.audit(
      handed, try handed.challenge(.proof), proofs: proofs, checks: .some(nil))
    #expect(report.outcome == .inconclusive(.unsupported))
  }

  @Test func aSpecWhoseProofsAreAboutOtherDataIsFoundOut() throws {
    let run = try ProvedRun(dataRoot: SHA256.digest(of: [1]))
    let handed = try run.honest()
    for method in [EvidenceMethod.recompute, .either] {
      let challenge = try handed.challenge(method)
      let report = try run.audit(
        handed, challenge, proofs: [:], bundle: handed.bundle(for: challenge), hasData: true)
      #expect(report.outcome == .inconclusive(.contradictorySpec), "\(report.sentence)")
      #expect(report.failedCheck == .dataset)
    }
    // And nobody can prove a step of it.
    #expect(throws: IntervalProver.Failure.self) { try handed.proof(0) }
  }
}
