import AssayCryptography
import AssayEvidence
import AssayFiles
import AssayTestSupport
import AssayWire
import Testing

@testable import AssayTolerance

/// What is accepted and what is not, with a training that needs no framework.
@Suite struct ToleranceVerificationTests {
  private static let secrets = ToleranceSecrets(
    buyer: [UInt8](repeating: 1, count: 32), operator: [UInt8](repeating: 2, count: 32))

  private static func policy(
    _ threshold: Double, _ selection: TolerancePolicy.Selection = .every,
    admitsUninformative: Bool = false
  ) -> TolerancePolicy {
    TolerancePolicy(
      selection: selection,
      bounds: [.init(group: "model", distance: .linf, reference: 1, threshold: threshold)],
      admitsUninformative: admitsUninformative)
  }

  private static func verdict(
    on states: [TracedState], every: Int = 2, data: String? = nil,
    _ policy: TolerancePolicy = policy(1e-4), by step: ToyTraining = ToyTraining(),
    before: (String) throws -> Void = { _ in }
  ) throws -> ToleranceVerdict {
    var verdict: ToleranceVerdict?
    try withTemporaryFolder { folder in
      try TraceTests.write(states, every: every, to: folder, data: data)
      let key = try TraceTests.key()
      let trace = try ToleranceTrace(opening: folder)
      let claim = try trace.claim(job: "j", terms: .zero, provider: key.verifyingKey)
      let opened = try ToleranceClaim.open(claim.signed(by: key).encoded)
      try before(folder)
      verdict = try ToleranceVerification(
        trace: trace, claim: opened, policy: policy, secrets: secrets
      ).verdict(by: step, device: "toy")
    }
    return try #require(verdict)
  }

  private static func fault(_ verdict: ToleranceVerdict) -> Fault? {
    if case .rejected(let rejection) = verdict.outcome { rejection.fault } else { nil }
  }

  @Test func anHonestTraceIsAccepted() throws {
    let states = ToyTraining.states(intervals: 5, every: 2)
    let verdict = try Self.verdict(on: states, by: ToyTraining(noise: 5e-5))
    #expect(verdict.outcome == .accepted)
    #expect(verdict.findings.map(\.interval) == [0, 1, 2, 3, 4])
    #expect(verdict.findings.allSatisfy { (4e-5...6e-5).contains($0.distances[0]) })
    #expect(!verdict.weaknesses.contains(.undrawnIntervals))
    #expect(verdict.weaknesses.contains(.statesWithinTheBall))
  }

  @Test func aPolicyMayNameTheStateThatTrainingStartsFrom() throws {
    let states = ToyTraining.states(intervals: 3, every: 2)
    let first = try #require(states.first)
    func policy(_ state: TracedState) throws -> TolerancePolicy {
      let policy = TolerancePolicy(
        selection: .every, bounds: Self.policy(1e-4).bounds, firstState: state.identity)
      #expect(try TolerancePolicy(decoding: policy.json.serialized()) == policy)
      #expect(policy.digest != Self.policy(1e-4).digest)
      return policy
    }
    let accepted = try Self.verdict(on: states, try policy(first))
    #expect(accepted.outcome == .accepted)
    #expect(!accepted.weaknesses.contains(.firstState))
    #expect(try Self.verdict(on: states).weaknesses.contains(.firstState))
    // A trace that goes on from somebody's trained state.
    let stolen = try Self.verdict(on: Array(states.dropFirst()), try policy(first))
    #expect(Self.fault(stolen) == .wrongInitialState)
  }

  @Test func aStateBeyondTheToleranceIsRejected() throws {
    var states = ToyTraining.states(intervals: 5, every: 2)
    var weights = ToyTraining.weights(states[3])
    weights[1] += 2e-4
    states[3] = ToyTraining.state(weights, count: 6)
    let verdict = try Self.verdict(on: states)
    #expect(Self.fault(verdict) == .wrongComputation)
    guard case .rejected(let rejection) = verdict.outcome else { return }
    #expect(rejection.interval == 2)
    #expect(rejection.reason.contains("linf of 'model'"))
  }

  @Test func aStateWithinTheToleranceIsAcceptedAndTheVerdictSaysSo() throws {
    var states = ToyTraining.states(intervals: 5, every: 2)
    var weights = ToyTraining.weights(states[5])
    weights[1] += 5e-5
    states[5] = ToyTraining.state(weights, count: 10)
    #expect(try Self.verdict(on: states).outcome == .accepted)
  }

  @Test func wholeNumbersAndSettingsHaveNoTolerance() throws {
    let honest = ToyTraining.states(intervals: 2, every: 2)
    for (name, end) in [
      ("a counter", ToyTraining.state(ToyTraining.weights(honest[2]), count: 5)),
      ("a setting", ToyTraining.state(ToyTraining.weights(honest[2]), count: 4, lr: 0.2)),
    ] {
      let verdict = try Self.verdict(on: [honest[0], honest[1], end])
      #expect(Self.fault(verdict) == .wrongComputation, "\(name)")
    }
  }

  @Test func anIntervalThatShowsNothingIsNotCounted() throws {
    // Infinitesimal updates: the step function leaves less than the tolerance between states.
    let states = ToyTraining.states(intervals: 2, every: 1)
    let wide = try Self.verdict(on: states, every: 1, Self.policy(0.1))
    #expect(wide.outcome == .inconclusive)
    #expect(wide.weaknesses.contains(.uninformativeIntervals))
    let admitted = try Self.verdict(
      on: states, every: 1, Self.policy(0.1, admitsUninformative: true))
    #expect(admitted.outcome == .accepted)
    #expect(admitted.weaknesses.contains(.uninformativeIntervals))
  }

  @Test func theDrawIsThatOfTheEvidenceAndChangesWithThePolicy() throws {
    let states = ToyTraining.states(intervals: 12, every: 2)
    let verdict = try Self.verdict(on: states, Self.policy(1e-4, .drawn(4)))
    let randomness = try Randomness.combined(
      buyerSecret: Self.secrets.buyer, operatorSecret: Self.secrets.other)
    let seed = Draw.seed(
      job: "j", terms: .zero, claim: verdict.claim, policy: verdict.policy.digest,
      randomness: randomness)
    let expected = try Draw(seed: seed, intervalCount: 12, drawn: 4).indices
    #expect(verdict.findings.map(\.interval) == expected)
    #expect(verdict.weaknesses.contains(.undrawnIntervals))
    let other = try Self.verdict(on: states, Self.policy(2e-4, .drawn(4)))
    #expect(other.findings.map(\.interval) != expected)
  }

  @Test func theLargestUpdatesAreTaken() throws {
    // Updates grow with the step: the last two are the largest.
    let states = ToyTraining.states(intervals: 6, every: 2)
    let verdict = try Self.verdict(on: states, Self.policy(1e-4, .largest(2)))
    #expect(verdict.findings.map(\.interval) == [4, 5])
    #expect(verdict.weaknesses.contains(.foreseeableSelection))
  }

  @Test func otherDataIsTheProvidersFault() throws {
    let states = ToyTraining.states(intervals: 2, every: 2)
    let claimed = String(repeating: "a", count: 64)
    let same = try Self.verdict(on: states, data: claimed, by: ToyTraining(data: claimed))
    #expect(same.outcome == .accepted)
    #expect(!same.weaknesses.contains(.unboundData))
    let other = try Self.verdict(
      on: states, data: claimed, by: ToyTraining(data: String(repeating: "b", count: 64)))
    #expect(Self.fault(other) == .invalidClaim)
    let unknown = try Self.verdict(on: states, data: claimed)
    #expect(unknown.weaknesses.contains(.unboundData))
  }

  @Test func whatWasClaimedMustBeHandedIn() throws {
    let states = ToyTraining.states(intervals: 2, every: 2)
    let withheld = try Self.verdict(on: states) { FileAccess.remove($0 + "/step-2.safetensors") }
    #expect(Self.fault(withheld) == .withheldOpening)
    let other = try Self.verdict(on: states) {
      try FileAccess.write(states[0].safetensors, to: $0 + "/step-2.safetensors")
    }
    #expect(Self.fault(other) == .wrongOpening)
  }

  @Test func aPolicyMustSpeakOfEveryGroup() throws {
    let states = ToyTraining.states(intervals: 2, every: 2)
    for group in ["optimizer", "Model"] {
      let policy = TolerancePolicy(
        selection: .every,
        bounds: [.init(group: group, distance: .l2, reference: 1, threshold: 1)])
      #expect(throws: ToleranceError.self) { try Self.verdict(on: states, policy) }
    }
    let ignoring = TolerancePolicy(
      selection: .every,
      bounds: [.init(group: "other", distance: .l2, reference: 1, threshold: 1)],
      ignored: ["model"])
    #expect(throws: ToleranceError.self) { try Self.verdict(on: states, ignoring) }
  }

  @Test func aVerdictThatWouldNotFitItsEnvelopeIsNotBegun() throws {
    let bound = Self.policy(1e-4).bounds[0]
    let policy = TolerancePolicy(
      selection: .every, bounds: [TolerancePolicy.Bound](repeating: bound, count: 256))
    let states = ToyTraining.states(intervals: 33, every: 1)
    #expect(throws: ToleranceError.self) { try Self.verdict(on: states, every: 1, policy) }
    let fits = try Self.verdict(on: Array(states.prefix(33)), every: 1, policy)
    let envelope = fits.signed(by: try TraceTests.key()).encoded
    #expect(try ToleranceVerdict.open(envelope).verdict == fits)
  }

  @Test func aVerdictIsReadAgainAndBindsItsResult() throws {
    let states = ToyTraining.states(intervals: 12, every: 2)
    let key = try TraceTests.key(9)
    for policy in [
      Self.policy(1e-4, .drawn(3)), Self.policy(1e-4), Self.policy(1, .largest(2)),
    ] {
      let verdict = try Self.verdict(on: states, policy)
      let envelope = verdict.signed(by: key).encoded
      let opened = try ToleranceVerdict.open(envelope)
      #expect(opened.verdict == verdict)
      #expect(opened.verifier == key.verifyingKey)
      // It is a statement of its own kind.
      #expect(throws: EvidenceError.self) { try Verdict.open(envelope) }
    }
  }

  @Test func aVerdictWhoseResultDoesNotFollowIsRefused() throws {
    let states = ToyTraining.states(intervals: 12, every: 2)
    let honest = try Self.verdict(on: states, Self.policy(1e-4, .drawn(3)))
    let key = try TraceTests.key(9)
    func reopened(
      _ findings: [IntervalFinding], _ outcome: ToleranceVerdict.Outcome = .accepted
    ) throws {
      let verdict = ToleranceVerdict(
        job: honest.job, terms: honest.terms, claim: honest.claim, policy: honest.policy,
        intervalCount: 12, secrets: honest.secrets, outcome: outcome, findings: findings,
        weaknesses: honest.weaknesses, device: "toy")
      _ = try ToleranceVerdict.open(verdict.signed(by: key).encoded)
    }
    try reopened(honest.findings)
    let first = honest.findings[0]
    let far = IntervalFinding(interval: first.interval, distances: [1], updates: first.updates)
    let still = IntervalFinding(interval: first.interval, distances: [0], updates: [0])
    let moved = IntervalFinding(
      interval: (first.interval + 1) % 12, distances: first.distances, updates: first.updates)
    for findings in [
      [], Array(honest.findings.dropFirst()), [far] + honest.findings.dropFirst(),
      [still] + honest.findings.dropFirst(), [moved] + honest.findings.dropFirst(),
    ] {
      #expect(throws: ToleranceError.self) { try reopened(findings) }
    }
    #expect(throws: ToleranceError.self) { try reopened(honest.findings, .inconclusive) }
  }

  @Test func aPolicyFileIsReadStrictly() throws {
    let policy = Self.policy(0.01, .largest(3))
    let text = String(decoding: policy.json.serialized(pretty: true), as: UTF8.self)
    #expect(try TolerancePolicy(decoding: Array(text.utf8)) == policy)
    for (old, new) in [
      ("TOLERANCE", "recompute"), ("\"largest\": 3", "\"largest\": 0"), ("linf", "l3"),
      ("\"reference\": 1.0", "\"reference\": 0.0"), ("0.01", "-0.01"), ("0.01", "1e999"),
      ("\"ignored\": []", "\"ignored\": [\"model\"]"), ("\"version\": 1", "\"version\": 2"),
      ("admitsUninformative", "admits"),
    ] {
      #expect(text.contains(old), "\(old)")
      #expect(throws: ToleranceError.self, "\(old) → \(new)") {
        try TolerancePolicy(decoding: Array(text.replacing(old, with: new).utf8))
      }
    }
  }
}
