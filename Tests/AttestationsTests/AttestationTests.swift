import AssayAttestations
import AssayCryptography
import AssayEvidence
import AssaySpecification
import AssayTestSupport
import AssayWire
import Testing

/// A claim, its audit and the statements about both, from fixed keys.
struct Attested {
  let provider: SigningKey
  let verifier: SigningKey
  let inputs: VerificationSummary.Inputs
  let model = SHA256.digest(of: [6])

  init(
    _ outcome: Verdict.Outcome = .accepted, traceSize: UInt64 = 31,
    isArtefactUnchecked: Bool = false, changingClaimTo job: String? = nil
  ) throws {
    let provider = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    self.provider = provider
    verifier = try SigningKey(seed: [UInt8](repeating: 2, count: 32))
    let claim = Self.claim("job-1", by: provider, traceSize: traceSize)
    let challenge = try Challenge(
      job: "job-1", terms: SHA256.digest(of: [1]), claim: claim.identity,
      policy: EvidencePolicy(
        selection: .drawn(5), adversary: .targeted, confidenceMillionths: 0),
      source: .secrets(
        buyer: [UInt8](repeating: 3, count: 32), operator: [UInt8](repeating: 4, count: 32)),
      intervalCount: 30)
    let verdict = Verdict(
      on: challenge, outcome: outcome, isArtefactUnchecked: isArtefactUnchecked, device: "test")
    let enclosed = job.map { Self.claim($0, by: provider, traceSize: traceSize) } ?? claim
    inputs = VerificationSummary.Inputs(
      claim: enclosed.encoded, verdict: verdict.signed(by: verifier).encoded,
      challenge: challenge.encoded)
  }

  private static func claim(
    _ job: String, by provider: SigningKey, traceSize: UInt64
  ) -> Envelope {
    ProviderClaim(
      job: job, terms: SHA256.digest(of: [1]), provider: provider.verifyingKey, spec: spec.digest,
      dataRoot: SHA256.digest(of: [2]), firstStep: 0, lastStep: 300,
      firstRoot: SHA256.digest(of: [3]), lastRoot: SHA256.digest(of: [4]), traceSize: traceSize,
      traceRoot: SHA256.digest(of: [5]), artefact: SHA256.digest(of: [7])
    ).signed(by: provider)
  }

  /// Any spec: nothing of it is executed here.
  static let spec: Spec = {
    do {
      let data = DataDescription(
        root: SHA256.digest(of: [2]), exampleCount: 40, elementType: .uint8,
        exampleShape: try Shape([2, 3]), target: .label(classes: 3), scale: DataDescription.Scale())
      return try Spec(
        decoding: Spec.json(
          seed: 1, steps: 300, interval: 10, batchSize: 5,
          model: MultilayerPerceptron(hidden: [3], activation: .relu).model(for: data), data: data,
          optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0),
          schedule: Schedule(kind: .constant, learningRate: 0.1)))
    } catch { preconditionFailure("\(error)") }
  }()

  func provenance() throws -> TrainingProvenance {
    try TrainingProvenance(claim: inputs.claim, spec: Self.spec, model: model)
  }

  func summary(time: UInt64 = 1_769_860_800) throws -> VerificationSummary {
    try VerificationSummary(inputs: inputs, model: model, time: time)
  }
}

@Suite struct AttestationTests {
  private let attested: Attested

  init() throws { attested = try Attested() }

  @Test func aProvenanceReadsBackAndSaysWhatTheClaimSays() throws {
    let provenance = try attested.provenance()
    let envelope = try provenance.signed(by: attested.provider)
    #expect(try TrainingProvenance.open(envelope.encoded) == provenance)
    #expect(provenance.subjects.contains(attested.model))
    #expect(provenance.subjects.contains(SHA256.digest(of: [7])))
    #expect(!provenance.subjects.contains(SHA256.digest(of: [8])))
    // The fields that other tools read, by the names that SLSA gives them.
    let statement = try Statement(decoding: envelope.payload)
    #expect(statement.predicateType == "https://slsa.dev/provenance/v1")
    var predicate = try JSONFields(statement.predicate)
    var definition = try predicate.fields("buildDefinition")
    let dependencies = try definition.objects("resolvedDependencies")
    #expect(dependencies.count == 2)
    var spec = dependencies[0]
    var digest = try spec.fields("digest")
    #expect(try digest.string("sha256") == Attested.spec.digest.hex)
    var details = try predicate.fields("runDetails")
    #expect(try details.objects("byproducts").count == 2)
  }

  @Test func aSummaryReadsBackAndSaysHowStrongItIs() throws {
    for time: UInt64 in [0, 1_769_860_800, 951_782_400, 253_402_300_799] {
      let summary = try attested.summary(time: time)
      let envelope = try summary.signed(by: attested.verifier)
      #expect(try VerificationSummary.open(envelope.encoded) == summary)
    }
    let summary = try attested.summary()
    #expect(summary.hasPassed && summary.challenge.indices.count == 5)
    // One of 30 is among 5 drawn with 1 in 6; rounded down at 2⁻⁶⁴.
    let detection = summary.detection(falseMillionths: 1)
    #expect(
      detection == Detection.probability(intervals: 30, drawn: 5, falseIntervals: 1))
    let text = String(
      decoding: try summary.signed(by: attested.verifier).payload, as: UTF8.self)
    #expect(text.contains(#""timeVerified":"2026-01-31T12:00:00Z""#))
    #expect(text.contains(#""verificationResult":"PASSED""#))
    #expect(text.contains(#"["ASSAY_EXECUTED_AGAIN","ASSAY_DRAWN_FROM_SECRETS"]"#))
    let failed = try Attested(
      .rejected(
        Rejection(
          fault: .wrongComputation, interval: summary.challenge.indices[0], tensor: "w",
          claimedRoot: .zero, computedRoot: SHA256.digest(of: [9])))
    ).summary()
    #expect(!failed.hasPassed)
    let failure = String(
      decoding: try failed.signed(by: attested.verifier).payload, as: UTF8.self)
    #expect(failure.contains(#""verificationResult":"FAILED","verifiedLevels":[]"#))
  }

  @Test func nothingIsAttestedThatWasNotVerified() throws {
    #expect(throws: AttestationError.self) {
      try Attested(.inconclusive(try #require(InconclusiveReason.allCases.first))).summary()
    }
    #expect(throws: AttestationError.self) { try Attested(isArtefactUnchecked: true).summary() }
    #expect(throws: AttestationError.self) { try Attested(traceSize: 32).summary() }
    #expect(throws: AttestationError.self) { try Attested(changingClaimTo: "job-2").summary() }
    #expect(throws: AttestationError.self) { try attested.summary(time: 253_402_300_800) }
    #expect(throws: AttestationError.self) {
      try attested.provenance().signed(by: attested.verifier)
    }
    #expect(throws: AttestationError.self) {
      try attested.summary().signed(by: attested.provider)
    }
    var bytes = Attested.spec.bytes
    bytes.append(0x0a)
    let other = try Spec(decoding: bytes)
    #expect(throws: AttestationError.self) {
      try TrainingProvenance(claim: attested.inputs.claim, spec: other, model: nil)
    }
  }

  /// Signs a changed payload rightly, so that only what it says can be at fault.
  @Test func everyFieldMustSayWhatTheStatementsInsideSay() throws {
    let cases: [(Envelope, SigningKey, [(String, String)])] = [
      (
        try attested.provenance().signed(by: attested.provider), attested.provider,
        [
          ("state.safetensors", "other.safetensors"), ("training/v1", "training/v2"),
          (#""firstStep":0"#, #""firstStep":1"#), (#""lastStep":300"#, #""lastStep":301"#),
          (#""job":"job-1""#, #""job":"job-2""#), ("assayDataRoot", "assayDataTree"),
          ("assay.dev/provider/", "assay.dev/verifier/"), ("invocationId", "invocationID"),
          ("assayTraceRoot", "traceRoot"),
          (#""internalParameters":{}"#, #""internalParameters":[]"#),
          (SHA256.digest(of: [5]).hex, SHA256.digest(of: [6]).hex),
          (Attested.spec.digest.hex, SHA256.digest(of: [6]).hex),
        ]
      ),
      (
        try attested.summary().signed(by: attested.verifier), attested.verifier,
        [
          ("PASSED", "FAILED"), ("2026-01-31T", "2026-02-31T"), ("EXECUTED_AGAIN", "PROVED"),
          ("FROM_SECRETS", "FROM_DELAY"), ("assay.dev/verifier/", "assay.dev/provider/"),
          ("assay.dev/claim/", "assay.dev/model/"), ("assay_challenge", "challenge"),
        ]
      ),
    ]
    for (envelope, key, changes) in cases {
      let text = String(decoding: envelope.payload, as: UTF8.self)
      for (old, new) in changes {
        let changed = text.replacing(old, with: new)
        #expect(changed != text, "\(old)")
        let signed = Envelope.sign(payload: Array(changed.utf8), with: key).encoded
        #expect(throws: AttestationError.self, "\(old)") { try AttestationBundle(decoding: signed) }
      }
      // The same payload by another key.
      let forged = Envelope.sign(
        payload: envelope.payload, with: try SigningKey(seed: [UInt8](repeating: 9, count: 32)))
      #expect(throws: AttestationError.self) { try AttestationBundle(decoding: forged.encoded) }
    }
  }

  @Test func everyFlippedByteOfABundleIsRefused() throws {
    let lines = [
      try attested.provenance().signed(by: attested.provider).encoded,
      try attested.summary().signed(by: attested.verifier).encoded,
    ]
    let bundle = try AttestationBundle(
      decoding: lines[0] + [0x0a] + lines[1] + [0x0a])
    #expect(bundle.provenances.count == 1 && bundle.summaries.count == 1)
    var generator = SeededGenerator()
    for line in lines {
      for place in line.indices where place % 97 == 0 || place < 40 || place > line.count - 160 {
        var flipped = line
        flipped[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        // A name that nobody knows is not of the two types, and says nothing.
        if let read = try? AttestationBundle(decoding: flipped) {
          #expect(read.otherCount == 1, "byte \(place), seed \(generator.seed)")
        }
      }
    }
  }
}
