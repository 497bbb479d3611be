public import AssayCryptography
public import AssayEvidence
public import AssaySpecification
internal import AssayWire

/// What a verifier found of a model, in the words of a SLSA Verification Summary v1.
///
/// It encloses the claim, the verdict and the challenge that it rests on, so that how strong it is
/// can be computed from it: which intervals were drawn of how many, from what, and what was done
/// with each.
///
/// - Soundness: says what the verifier states, and that this is about exactly this claim and draw.
///   That it did the work is its word, except where proofs are checked again.
public struct VerificationSummary: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://slsa.dev/verification_summary/v1"

  /// The claim's, verdict's and challenge's bytes.
  public struct Inputs: Hashable, Sendable {
    /// The claim's envelope.
    public let claim: [UInt8]
    /// The verdict's envelope.
    public let verdict: [UInt8]
    /// The challenge file.
    public let challenge: [UInt8]

    /// What a summary rests on.
    public init(claim: [UInt8], verdict: [UInt8], challenge: [UInt8]) {
      self.claim = claim
      self.verdict = verdict
      self.challenge = challenge
    }
  }

  /// What it rests on.
  public let inputs: Inputs
  /// The claim; its signature has been checked.
  public let claim: OpenedClaim
  /// The verdict, on exactly the claim and the challenge.
  public let verdict: AdmittedVerdict
  /// The challenge, drawn again.
  public let challenge: Challenge
  /// The files.
  public let subjects: ModelSubjects
  /// When it was verified, in seconds since 1970, by the verifier's clock.
  public let time: UInt64

  /// A summary of a verdict.
  ///
  /// - Parameters:
  ///   - model: SHA-256 of the exported weights, computed by the verifier from the last state.
  ///   - time: seconds since 1970; before the year 10000.
  /// - Throws: `claim` or `evidence` where a part does not hold by itself, `mismatch` where parts
  ///   are about different things, `notAttestable` for an inconclusive verdict.
  public init(inputs: Inputs, model: Digest?, time: UInt64) throws(AttestationError) {
    do throws(SpecificationError) {
      claim = try ProviderClaim.open(inputs.claim)
    } catch { throw .claim(error) }
    do throws(EvidenceError) {
      challenge = try Challenge(decoding: inputs.challenge)
      // Whoever signed it speaks; whom to believe is for the reader to say.
      verdict = try AdmittedVerdict.readmit(
        inputs.verdict,
        expecting: VerdictExpectation(
          challenge: challenge, quality: claim.claim.quality,
          admittedKeys: [try Verdict.open(inputs.verdict).verifier]))
    } catch { throw .evidence(error) }
    guard challenge.claim == claim.identity, challenge.job == claim.claim.job,
      challenge.terms == claim.claim.terms
    else { throw .mismatch(reason: "the challenge is about another claim") }
    guard UInt64(challenge.draw.intervalCount) + 1 == claim.claim.traceSize else {
      throw .mismatch(
        reason:
          "the challenge draws from \(challenge.draw.intervalCount) intervals, and the claim's "
          + "trace has \(claim.claim.traceSize) records")
    }
    if case .inconclusive = verdict.verdict.outcome {
      throw .notAttestable(
        reason: "a verification summary says PASSED or FAILED, and the verdict is inconclusive")
    }
    guard time <= Timestamp.limit else {
      throw .notAttestable(reason: "expected a time before the year 10000, found \(time) s")
    }
    self.inputs = inputs
    subjects = ModelSubjects(state: claim.claim.artefact, model: model)
    self.time = time
  }

  /// Whether the verdict accepted the claim.
  public var hasPassed: Bool { verdict.verdict.outcome == .accepted }

  /// The probability that a provider who falsified this part of the intervals is found by the draw.
  public func detection(falseMillionths: Int) -> Probability {
    let count = challenge.draw.intervalCount
    return Detection.probability(
      intervals: count, drawn: challenge.indices.count,
      falseIntervals: Detection.falseIntervals(of: count, millionths: falseMillionths))
  }

  /// Signs the summary with the verifier's key.
  ///
  /// - Throws: `notAttestable` for another key than the verdict's.
  public func signed(by key: SigningKey) throws(AttestationError) -> Envelope {
    guard key.verifyingKey == verdict.verifier else {
      throw .notAttestable(
        reason: "a summary is the verifier's to sign: expected the key "
          + "\(verdict.verifier.keyID.prefix(16))…, found \(key.verifyingKey.keyID.prefix(16))…")
    }
    return try Attestation.sign(statement, with: key)
  }

  /// Reads a signed summary, and checks its signature, everything inside, and that every field says
  /// what these say.
  public static func open(
    _ envelopeBytes: [UInt8]
  ) throws(AttestationError) -> VerificationSummary {
    let (envelope, statement) = try Attestation.statement(envelopeBytes, type: predicateType)
    let inputs: Inputs
    let time: UInt64
    do throws(WireError) {
      var predicate = try JSONFields(statement.predicate, path: "predicate")
      inputs = Inputs(
        claim: try predicate.content(of: "claim", in: "inputAttestations"),
        verdict: try predicate.content(of: "verdict", in: "inputAttestations"),
        challenge: Array(try predicate.string("assay_challenge").utf8))
      let text = try predicate.string("timeVerified")
      guard let seconds = Timestamp.seconds(text) else {
        throw predicate.failure("timeVerified", "expected such as 2026-01-31T12:00:00Z")
      }
      time = seconds
    } catch { throw .malformed(error) }
    let summary = try VerificationSummary(
      inputs: inputs, model: try ModelSubjects(statement).model, time: time)
    try Attestation.check(envelope, by: summary.verdict.verifier, says: summary.statement)
    return summary
  }

  /// What was done, as SLSA's levels: those of SLSA itself say nothing of training.
  private var levels: [String] {
    guard hasPassed else { return [] }
    let verdict = verdict.verdict
    var levels: [String] = []
    if !verdict.executed.isEmpty { levels.append("ASSAY_EXECUTED_AGAIN") }
    if !verdict.proved.isEmpty { levels.append("ASSAY_PROVED") }
    switch challenge.source {
    case .secrets: levels.append("ASSAY_DRAWN_FROM_SECRETS")
    case .delay: levels.append("ASSAY_DRAWN_FROM_DELAY")
    }
    return levels
  }

  private var statement: Statement {
    let attested = [("claim", inputs.claim), ("verdict", inputs.verdict)].map { name, bytes in
      Resource(name: name, sha256: SHA256.digest(of: bytes), content: bytes).json
    }
    let policy = Resource(
      name: "policy", sha256: SHA256.digest(of: challenge.policy.json.serialized()))
    return Statement(
      subjects: subjects.named, predicateType: Self.predicateType,
      predicate: .object([
        "verifier": .object(["id": .string(Attestation.id("verifier", verdict.verifier))]),
        "timeVerified": .string(Timestamp.text(time)),
        "resourceUri": .string("https://assay.dev/claim/\(claim.identity.hex)"),
        "policy": policy.json, "inputAttestations": .array(attested),
        "verificationResult": .string(hasPassed ? "PASSED" : "FAILED"),
        "verifiedLevels": .array(levels.map { .string($0) }),
        "assay_challenge": .string(String(decoding: inputs.challenge, as: UTF8.self)),
      ]))
  }
}
