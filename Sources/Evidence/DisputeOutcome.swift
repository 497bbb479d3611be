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

/// How a dispute between two parties about one claim ended, as the referee signs it.
///
/// Signed as an in-toto statement in a DSSE envelope, whose subject is the claim. The settlement
/// machine reads who lost and how; what it was about stands there for people.
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

  /// An outcome to be signed.
  public init(
    job: String, terms: Digest, claim: Digest, challenger: VerifyingKey, defender: VerifyingKey,
    challengerLost: Bool, fault: DisputeFault, subject: String
  ) {
    self.job = job
    self.terms = terms
    self.claim = claim
    self.challenger = challenger
    self.defender = defender
    self.challengerLost = challengerLost
    self.fault = fault
    self.subject = subject.cut(toByteCount: Verdict.textLimit)
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
    let predicate: JSONValue = .object([
      "job": .string(job), "terms": .string(terms.hex),
      "challenger": .string(Hex.encode(challenger.bytes)),
      "defender": .string(Hex.encode(defender.bytes)),
      "loser": .string(challengerLost ? "challenger" : "defender"),
      "fault": .string(fault.rawValue), "about": .string(subject),
    ])
    return Envelope.sign(
      payload: Statement(
        subjects: [(name: "claim", digest: claim)], predicateType: DisputeOutcome.predicateType,
        predicate: predicate
      ).encoded, with: key)
  }

  /// Reads an outcome that this referee signed.
  ///
  /// - Throws: `signature`, `predicateType` or `malformed`.
  public static func open(
    _ envelopeBytes: [UInt8], referee: VerifyingKey
  ) throws(EvidenceError) -> (outcome: DisputeOutcome, identity: Digest) {
    let envelope: Envelope
    let statement: Statement
    do throws(CryptographyError) {
      envelope = try Envelope(decoding: envelopeBytes)
      statement = try Statement(decoding: envelope.verify(with: referee))
    } catch { throw .signature(error) }
    guard statement.predicateType == predicateType else {
      throw .predicateType(expected: predicateType, found: statement.predicateType)
    }
    do throws(WireError) {
      return (try DisputeOutcome(statement), envelope.identity)
    } catch { throw .malformed(error) }
  }

  private init(_ statement: Statement) throws(WireError) {
    guard statement.subjects.count == 1, let about = statement.subjects.first,
      about.name == "claim"
    else { throw .field(path: "subject", reason: "expected one subject named “claim”") }
    var fields = try JSONFields(statement.predicate, path: "predicate")
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
    try fields.finish()
    self.init(
      job: job, terms: terms, claim: about.digest, challenger: challenger, defender: defender,
      challengerLost: challengerLost, fault: fault, subject: subject)
  }
}
