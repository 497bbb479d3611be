public import AssayWire

/// An in-toto Statement v1: what a predicate says about which artefacts.
///
///     {"_type":"https://in-toto.io/Statement/v1",
///      "subject":[{"name":"…","digest":{"sha256":"…"}}],
///      "predicateType":"https://…","predicate":{…}}
public struct Statement: Hashable, Sendable {
  /// The value of `_type`.
  public static let type = "https://in-toto.io/Statement/v1"
  private static let maximumSubjectCount = 1024

  /// An artefact that the statement is about.
  public struct Subject: Hashable, Sendable {
    /// What the artefact is called; unique within a statement.
    public let name: String
    /// The SHA-256 that identifies it.
    public let digest: Digest
  }

  /// The artefacts, at least one.
  public let subjects: [Subject]
  /// A URI that names the predicate's format.
  public let predicateType: String
  /// What is stated: an object.
  public let predicate: JSONValue

  /// Makes a statement.
  ///
  /// - Precondition: there are 1 to 1024 subjects and the predicate is an object.
  public init(
    subjects: [(name: String, digest: Digest)], predicateType: String, predicate: JSONValue
  ) {
    precondition((1...Self.maximumSubjectCount).contains(subjects.count), "1 to 1024 subjects")
    guard case .object = predicate else { preconditionFailure("a predicate is an object") }
    self.subjects = subjects.map { Subject(name: $0.name, digest: $0.digest) }
    self.predicateType = predicateType
    self.predicate = predicate
  }

  /// Reads a statement: strict JSON, no unknown keys, SHA-256 digests only.
  ///
  /// - Throws: `CryptographyError.wire`, with the path of what is wrong.
  public init(decoding payload: [UInt8]) throws(CryptographyError) {
    do throws(WireError) {
      let json = try JSONValue.parse(payload, maximumByteCount: Envelope.maximumPayloadByteCount)
      try self.init(JSONFields(json))
    } catch { throw .wire(error) }
  }

  private init(_ statement: consuming JSONFields) throws(WireError) {
    var fields = statement
    let type = try fields.string("_type")
    guard type.utf8.elementsEqual(Self.type.utf8) else {
      throw fields.failure("_type", "expected '\(Self.type)', found another type")
    }
    var subjects: [Subject] = []
    for entry in try fields.objects("subject") {
      subjects.append(try Self.subject(entry))
    }
    predicateType = try fields.string("predicateType")
    predicate = try fields.value("predicate")
    try fields.finish()
    guard (1...Self.maximumSubjectCount).contains(subjects.count) else {
      throw fields.failure("subject", "expected 1 to 1024 subjects, found \(subjects.count)")
    }
    guard Set(subjects.map(\.name)).count == subjects.count else {
      throw fields.failure("subject", "expected each name once, found one again")
    }
    guard case .object = predicate else {
      throw fields.failure("predicate", "expected an object, found another value")
    }
    self.subjects = subjects
  }

  private static func subject(_ entry: consuming JSONFields) throws(WireError) -> Subject {
    var fields = entry
    let name = try fields.string("name")
    var digests = try fields.fields("digest")
    let hex = try digests.string("sha256")
    try digests.finish()
    try fields.finish()
    do throws(CryptographyError) {
      return Subject(name: name, digest: try Digest(hex: hex))
    } catch {
      throw digests.failure("sha256", "expected 64 lower-case hex digits, found other text")
    }
  }

  /// The statement as compact JSON.
  public var encoded: [UInt8] {
    let subjects = subjects.map { subject in
      JSONValue.object([
        "name": .string(subject.name),
        "digest": .object(["sha256": .string(subject.digest.hex)]),
      ])
    }
    return JSONValue.object([
      "_type": .string(Self.type), "subject": .array(subjects),
      "predicateType": .string(predicateType), "predicate": predicate,
    ]).serialized()
  }
}
