public import AssayCryptography
internal import AssayWire

/// A verifier's word that it has the data and the weights of a job, and that they are the ones that
/// the terms name: signed as an in-toto statement about the terms.
///
/// - Soundness: says that the verifier had them, by its own statement; they may be lost later.
public struct DataReceipt: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://assay.dev/data-receipt/v1"

  /// The job's name.
  public let job: String
  /// SHA-256 of the terms' exact bytes.
  public let terms: Digest
  /// SHA-256 of the spec, which names the weights.
  public let spec: Digest
  /// The root over the examples, as the verifier recomputed it.
  public let dataRoot: Digest

  /// A receipt to be signed.
  public init(job: String, terms: Digest, spec: Digest, dataRoot: Digest) {
    self.job = job
    self.terms = terms
    self.spec = spec
    self.dataRoot = dataRoot
  }

  /// Signs the receipt.
  public func signed(by key: SigningKey) -> Envelope {
    let predicate: JSONValue = .object([
      "verifier": .string(Hex.encode(key.verifyingKey.bytes)), "job": .string(job),
      "spec": .string(spec.hex), "dataRoot": .string(dataRoot.hex),
    ])
    return Envelope.sign(
      payload: Statement(
        subjects: [(name: "terms", digest: terms)],
        predicateType: DataReceipt.predicateType, predicate: predicate
      ).encoded, with: key)
  }

  /// Reads a receipt about exactly these by one of the admitted verifiers, and says whose it is.
  ///
  /// - Throws: `signature`, `predicateType`, `malformed`, `keyNotAdmitted` or `mismatch`.
  public static func admit(
    _ envelopeBytes: [UInt8], expecting expected: DataReceipt, by verifiers: [VerifyingKey]
  ) throws(EvidenceError) -> VerifyingKey {
    let (receipt, verifier, _) = try Envelope.openStatement(
      envelopeBytes, of: predicateType, decode: decode)
    guard verifiers.contains(verifier) else {
      throw .keyNotAdmitted(found: verifier.description)
    }
    guard receipt.job.utf8.elementsEqual(expected.job.utf8) else {
      throw .mismatch(field: "job", expected: expected.job, found: receipt.job)
    }
    try match("terms", expected.terms, receipt.terms)
    try match("spec", expected.spec, receipt.spec)
    try match("data root", expected.dataRoot, receipt.dataRoot)
    return verifier
  }

  private static func decode(
    _ statement: Statement
  ) throws(WireError) -> (DataReceipt, VerifyingKey) {
    guard statement.subjects.count == 1, let about = statement.subjects.first,
      about.name == "terms"
    else { throw .field(path: "subject", reason: "expected one subject named “terms”") }
    var fields = try JSONFields(statement.predicate, path: "predicate")
    let verifier = try fields.evidenceKey("verifier")
    let job = try fields.boundedString("job", limit: 128)
    let spec = try fields.evidenceDigest("spec")
    let dataRoot = try fields.evidenceDigest("dataRoot")
    try fields.finish()
    let receipt = DataReceipt(job: job, terms: about.digest, spec: spec, dataRoot: dataRoot)
    return (receipt, verifier)
  }
}
