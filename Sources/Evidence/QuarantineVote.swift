public import AssayCryptography
internal import AssayWire

/// Why guardians stop a job: a closed set, because everybody's money goes back for it.
public enum QuarantineReason: String, Hashable, Sendable, CaseIterable {
  /// What verifiers compute with was found to be wrong.
  case defectiveKernel
  /// A proof system under which proofs count was found to be broken.
  case brokenProofSystem
  /// A key that the terms rely on is in other hands.
  case compromisedKey
  /// The log has two histories.
  case forkedLog
  /// An authority demands it.
  case order
}

/// A guardian's word that a job must not go on, signed as an in-toto statement about its terms.
public struct QuarantineVote: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://assay.dev/quarantine/v1"

  /// The job's name.
  public let job: String
  /// SHA-256 of the terms' exact bytes.
  public let terms: Digest
  /// Why.
  public let reason: QuarantineReason

  /// A vote to be signed.
  public init(job: String, terms: Digest, reason: QuarantineReason) {
    self.job = job
    self.terms = terms
    self.reason = reason
  }

  /// Signs the vote.
  public func signed(by key: SigningKey) -> Envelope {
    let predicate: JSONValue = .object([
      "guardian": .string(Hex.encode(key.verifyingKey.bytes)), "job": .string(job),
      "reason": .string(reason.rawValue),
    ])
    return Envelope.sign(
      payload: Statement(
        subjects: [(name: "terms", digest: terms)],
        predicateType: QuarantineVote.predicateType, predicate: predicate
      ).encoded, with: key)
  }

  /// Reads a vote about a job by one of these guardians.
  ///
  /// - Throws: `signature`, `predicateType`, `malformed`, `keyNotAdmitted` or `mismatch`.
  public static func admit(
    _ envelopeBytes: [UInt8], job: String, terms: Digest, guardians: [VerifyingKey]
  ) throws(EvidenceError) -> (vote: QuarantineVote, guardian: VerifyingKey, identity: Digest) {
    let (vote, guardian, identity) = try Envelope.openStatement(
      envelopeBytes, of: predicateType, decode: decode)
    guard guardians.contains(guardian) else {
      throw .keyNotAdmitted(found: guardian.description)
    }
    guard vote.job.utf8.elementsEqual(job.utf8) else {
      throw .mismatch(field: "job", expected: job, found: vote.job)
    }
    try match("terms", terms, vote.terms)
    return (vote, guardian, identity)
  }

  private static func decode(
    _ statement: Statement
  ) throws(WireError) -> (QuarantineVote, VerifyingKey) {
    guard statement.subjects.count == 1, let about = statement.subjects.first,
      about.name == "terms"
    else { throw .field(path: "subject", reason: "expected one subject named “terms”") }
    var fields = try JSONFields(statement.predicate, path: "predicate")
    let guardian = try fields.evidenceKey("guardian")
    let job = try fields.boundedString("job", limit: 128)
    let reason = try fields.choice("reason", as: QuarantineReason.self)
    try fields.finish()
    return (QuarantineVote(job: job, terms: about.digest, reason: reason), guardian)
  }
}
