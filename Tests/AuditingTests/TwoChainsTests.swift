import AssayAuditing
import AssayCryptography
import AssayEvidence
import AssayProving
import AssaySpecification
import AssayTraining
import AssayVerification
import Testing

/// A provider that keeps two chains of states, one to be executed again and one to be proved, and
/// answers each interval from whichever is true there.
///
/// Both are under one root, which whoever executes an interval recomputes at both ends, so that
/// no interval can be answered from either. Here the attempts are made, with proofs that hold.
struct TwoChainsTests {
  /// Honest for the first interval; then a weight is changed, and training goes on from there.
  private func chains() throws -> (run: ProvedRun, honest: [ModelState], other: [ModelState]) {
    let run = try ProofAuditTests.shared.get()
    let other = try run.states(from: run.altered(run.states[1]), at: 1)
    return (run, run.states, run.states[...0] + other)
  }

  @Test func anIntervalCannotBeExecutedOnOneChainAndTheNextOneProvedOnAnother() throws {
    let (run, honest, other) = try chains()
    // Interval 0 is true of the tensors, intervals 1 and 2 of the polynomials: each chain breaks
    // where the other holds.
    let handed = try Handed(run, tensors: honest, polynomials: other)
    let proofs = try handed.proofs(1..<3)
    let verifier = try IntervalVerifier(spec: run.spec)
    let claim = try ProviderClaim.open(handed.claim).claim
    for (interval, file) in proofs {
      // The proofs hold: nothing is wrong with the chain of polynomials from here on.
      #expect(try verifier.check(file, of: claim) == interval)
    }
    let challenge = try handed.challenge(.either)
    let report = try run.audit(
      handed, challenge, proofs: proofs, bundle: handed.bundle(for: challenge), hasData: true)
    // The artefact is a state of one chain, and the last root is over both.
    guard case .rejected(let rejection) = report.outcome else {
      Issue.record("two chains were accepted: \(report.sentence)")
      return
    }
    #expect(rejection.fault == .wrongArtefact)
  }

  @Test func chainsThatMeetAgainAtTheEndAreFoundWhereTheyPart() throws {
    let (run, honest, other) = try chains()
    // The chains part at record 1 alone. Interval 0 is executed again and ends in the right
    // tensors beside other polynomials; interval 1 cannot be proved from those.
    let handed = try Handed(
      run, tensors: honest, polynomials: [honest[0], other[1], honest[2], honest[3]])
    let challenge = try handed.challenge(.either)
    let report = try run.audit(
      handed, challenge, proofs: handed.proofs([2]), bundle: handed.bundle(for: challenge),
      hasData: true)
    #expect(
      report.outcome
        == .rejected(
          Rejection(
            fault: .wrongComputation, interval: 0, claimedRoot: handed.commitments[1].root,
            computedRoot: honest[1].commitment(run.hasher).root)), "\(report.sentence)")
    #expect(report.sentence.contains("for proofs"))
    // A proof over the states that it has does not lead to the state that it committed to.
    let claim = try ProviderClaim.open(handed.claim).claim
    for interval in 0..<2 {
      #expect(throws: EvidenceError.self) {
        try IntervalVerifier(spec: run.spec).check(handed.proof(interval).bytes, of: claim)
      }
    }
  }

  @Test func anExecutedIntervalCannotStartInAStateOfTwoChains() throws {
    let (run, honest, other) = try chains()
    let handed = try Handed(
      run, tensors: honest, polynomials: [honest[0], other[1], honest[2], honest[3]])
    // Only the interval that starts in the mixed state is drawn, by one of these secrets.
    let claim = try Envelope(decoding: handed.claim).identity
    let challenges = try (0..<64 as Range<UInt8>).map { number in
      try Challenge(
        job: ProvedRun.job, terms: ProvedRun.terms, claim: claim,
        policy: EvidencePolicy(
          method: .recompute, selection: .drawn(1), adversary: .targeted, confidenceMillionths: 0),
        source: .secrets(
          buyer: [UInt8](repeating: number, count: 32), operator: ProvedRun.secret),
        intervalCount: 3)
    }
    let challenge = try #require(challenges.first { $0.indices == [1] })
    let report = try run.audit(
      handed, challenge, proofs: [:], bundle: handed.bundle(for: challenge), hasData: true)
    guard case .rejected(let rejection) = report.outcome else {
      Issue.record("accepted: \(report.sentence)")
      return
    }
    #expect(rejection.fault == .wrongOpening && rejection.interval == 1)
  }

  @Test func aProvedRunCannotDeliverAnotherModel() throws {
    let (run, honest, other) = try chains()
    // Every interval is proved, honestly; what is delivered is a state of the other chain, under
    // the tensors of the last record or beside them.
    for tensors in [[honest[0], honest[1], honest[2], other[3]], honest] {
      let handed = try Handed(run, tensors: tensors, polynomials: honest, artefact: other[3])
      let report = try run.audit(
        handed, try handed.challenge(.proof), proofs: handed.proofs(0..<3), artefact: other[3])
      guard case .rejected(let rejection) = report.outcome else {
        Issue.record("another model was accepted: \(report.sentence)")
        return
      }
      #expect(rejection.fault == .wrongArtefact)
      #expect(report.proved.count == 3)
    }
  }

  @Test func aProvedRunCannotStartElsewhere() throws {
    let (run, honest, _) = try chains()
    let start = run.altered(honest[0])
    let chain = try run.states(from: start, at: 0)
    for tensors in [chain, [honest[0]] + chain.dropFirst()] {
      let handed = try Handed(run, tensors: tensors, polynomials: chain)
      let report = try run.audit(
        handed, try handed.challenge(.proof), proofs: handed.proofs(0..<3))
      guard case .rejected(let rejection) = report.outcome else {
        Issue.record("another start was accepted: \(report.sentence)")
        return
      }
      #expect(rejection.fault == .wrongInitialState)
    }
  }
}
