internal import AssayWire

/// A party's word on which key to encrypt for when it is to read something.
///
/// Signed with its Ed25519 key as an in-toto statement in a DSSE envelope, whose subject is the
/// encryption key.
public struct EncryptionCard: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://assay.dev/encryption-key/v1"

  /// Who reads what is sealed for the key.
  public let party: VerifyingKey
  /// The key to encrypt for.
  public let key: EncryptionPublicKey

  /// Signs the card of a key.
  public static func signed(_ key: EncryptionPublicKey, by party: SigningKey) -> Envelope {
    let predicate: JSONValue = .object([
      "party": .string(party.verifyingKey.description), "x25519": .string(key.description),
    ])
    return Envelope.sign(
      payload: Statement(
        subjects: [(name: "encryptionKey", digest: SHA256.digest(of: key.bytes))],
        predicateType: predicateType, predicate: predicate
      ).encoded, with: party)
  }

  /// Reads a card and checks its signature with the key that it names.
  ///
  /// - Soundness: says whose word it is; whether that is whom one means to write to is for the
  ///   reader to compare.
  /// - Throws: what `Envelope` and `Statement` throw, or `wire` where it is no card.
  public init(decoding bytes: [UInt8]) throws(CryptographyError) {
    let envelope = try Envelope(decoding: bytes)
    let statement = try Statement(decoding: envelope.payload)
    let names: (party: [UInt8], key: [UInt8])
    do throws(WireError) {
      guard statement.predicateType == Self.predicateType else {
        throw .field(
          path: "predicateType",
          reason: "expected “\(Self.predicateType)”, found “\(statement.predicateType.prefix(100))”"
        )
      }
      var fields = try JSONFields(statement.predicate, path: "predicate")
      names = (
        try Hex.decode(try fields.string("party")), try Hex.decode(try fields.string("x25519"))
      )
      try fields.finish()
      guard statement.subjects.count == 1, let subject = statement.subjects.first,
        subject.name == "encryptionKey", subject.digest == SHA256.digest(of: names.key)
      else { throw .field(path: "subject", reason: "expected the one encryption key") }
    } catch { throw .wire(error) }
    party = try VerifyingKey(bytes: names.party)
    key = try EncryptionPublicKey(bytes: names.key)
    _ = try envelope.verify(with: party)
  }
}
