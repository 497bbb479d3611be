public import AssayCryptography
internal import AssaySpecification
internal import AssayWire

/// How one party of a dispute was shown to be wrong: a closed set, because money follows it.
public enum DisputeFault: String, Hashable, Sendable, CaseIterable {
  /// What it stated of an operator, an input or a state is not what the referee found.
  case falseStatement
  /// It did not answer in its time.
  case stalled
  /// It gave two different signed answers to one question.
  case equivocated
  /// What it opened does not belong to what it had committed to.
  case brokenOpening

  /// The fault of a provider that lost a dispute in this way.
  public var claimFault: Fault {
    switch self {
    case .falseStatement: .wrongComputation
    case .stalled: .withheldOpening
    case .equivocated, .brokenOpening: .wrongOpening
    }
  }
}

/// How a dispute between two parties about one claim ended.
///
/// Signed as an in-toto statement in a DSSE envelope, whose subject is the claim. The settlement
/// machine reads who lost and how; what it was about stands there for people. Where it names a
/// transcript, anybody can hold the dispute again, and nobody's word is needed; else it is the
/// referee's word.
public struct DisputeOutcome: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://assay.dev/dispute/v1"

  /// The job's name.
  public let job: String
  /// SHA-256 of the terms' exact bytes.
  public let terms: Digest
  /// The identity of the claim's envelope.
  public let claim: Digest
  /// Who disputed what the other states.
  public let challenger: VerifyingKey
  /// Whose statement was disputed: the provider's, or a verifier's.
  public let defender: VerifyingKey
  /// Whether the challenger was shown to be wrong; else the defender was.
  public let challengerLost: Bool
  /// How.
  public let fault: DisputeFault
  /// What was decided, such as “interval 3, step 41, operator 7”; nothing depends on it.
  public let subject: String
  /// SHA-256 of the dispute's transcript, from which all the others follow.
  public let transcript: Digest?

  /// An outcome to be signed.
  public init(
    job: String, terms: Digest, claim: Digest, challenger: VerifyingKey, defender: VerifyingKey,
    challengerLost: Bool, fault: DisputeFault, subject: String, transcript: Digest? = nil
  ) {
    self.job = job
    self.terms = terms
    self.claim = claim
    self.challenger = challenger
    self.defender = defender
    self.challengerLost = challengerLost
    self.fault = fault
    self.subject = subject.cut(toByteCount: Verdict.textLimit)
    self.transcript = transcript
  }

  /// The same outcome, which follows from this transcript.
  func following(from transcript: Digest) -> DisputeOutcome {
    DisputeOutcome(
      job: job, terms: terms, claim: claim, challenger: challenger, defender: defender,
      challengerLost: challengerLost, fault: fault, subject: subject, transcript: transcript)
  }

  /// Who was shown to be wrong.
  public var loser: VerifyingKey { challengerLost ? challenger : defender }

  /// Refuses an outcome that is about something else.
  ///
  /// - Throws: `mismatch` naming the field.
  public func check(job: String, terms: Digest, claim: Digest) throws(EvidenceError) {
    guard self.job.utf8.elementsEqual(job.utf8) else {
      throw .mismatch(field: "job", expected: job, found: self.job)
    }
    try match("terms", terms, self.terms)
    try match("claim", claim, self.claim)
  }

  /// Signs the outcome.
  public func signed(by key: SigningKey) -> Envelope {
    var members = [
      JSONMember(name: "signer", value: .string(Hex.encode(key.verifyingKey.bytes))),
      JSONMember(name: "job", value: .string(job)),
      JSONMember(name: "terms", value: .string(terms.hex)),
      JSONMember(name: "challenger", value: .string(Hex.encode(challenger.bytes))),
      JSONMember(name: "defender", value: .string(Hex.encode(defender.bytes))),
      JSONMember(name: "loser", value: .string(challengerLost ? "challenger" : "defender")),
      JSONMember(name: "fault", value: .string(fault.rawValue)),
      JSONMember(name: "about", value: .string(subject)),
    ]
    if let transcript {
      members.append(JSONMember(name: "transcript", value: .string(transcript.hex)))
    }
    return Envelope.sign(
      payload: Statement(
        subjects: [(name: "claim", digest: claim)], predicateType: DisputeOutcome.predicateType,
        predicate: .object(members)
      ).encoded, with: key)
  }

  /// Reads a signed outcome.
  ///
  /// - Soundness: says who states it. Whether that key's word counts is for the caller to check.
  /// - Throws: `signature`, `predicateType` or `malformed`.
  public static func open(
    _ envelopeBytes: [UInt8]
  ) throws(EvidenceError) -> OpenedDisputeOutcome {
    let (outcome, signer, identity) = try Envelope.openStatement(
      envelopeBytes, of: predicateType, decode: decode)
    return OpenedDisputeOutcome(outcome: outcome, signer: signer, identity: identity)
  }

  private static func decode(
    _ statement: Statement
  ) throws(WireError) -> (DisputeOutcome, VerifyingKey) {
    guard statement.subjects.count == 1, let about = statement.subjects.first,
      about.name == "claim"
    else { throw .field(path: "subject", reason: "expected one subject named “claim”") }
    var fields = try JSONFields(statement.predicate, path: "predicate")
    let signer = try fields.evidenceKey("signer")
    let job = try fields.boundedString("job", limit: 128)
    let terms = try fields.evidenceDigest("terms")
    let challenger = try fields.evidenceKey("challenger")
    let defender = try fields.evidenceKey("defender")
    let challengerLost: Bool
    switch try fields.string("loser") {
    case "challenger": challengerLost = true
    case "defender": challengerLost = false
    default: throw fields.failure("loser", "expected “challenger” or “defender”")
    }
    let fault = try fields.choice("fault", as: DisputeFault.self)
    let subject = try fields.boundedString("about", limit: Verdict.textLimit)
    let transcript = try fields.optionalEvidenceDigest("transcript")
    try fields.finish()
    let outcome = DisputeOutcome(
      job: job, terms: terms, claim: about.digest, challenger: challenger, defender: defender,
      challengerLost: challengerLost, fault: fault, subject: subject, transcript: transcript)
    return (outcome, signer)
  }
}

/// A signed outcome whose signature has been checked.
public struct OpenedDisputeOutcome: Hashable, Sendable {
  /// What is stated.
  public let outcome: DisputeOutcome
  /// Who states it.
  public let signer: VerifyingKey
  /// SHA-256 of the envelope's pre-authentication encoding.
  public let identity: Digest
}
