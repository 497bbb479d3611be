internal import AssayCryptography
internal import AssayWire

/// What both kinds of attestation share.
enum Attestation {
  /// A URI for who speaks: the role, and the key in hex.
  static func id(_ role: String, _ key: VerifyingKey) -> String {
    "https://assay.dev/\(role)/\(Hex.encode(key.bytes))"
  }

  /// Reads an envelope that holds a statement of a type; the signature is not checked.
  static func statement(
    _ bytes: [UInt8], type: String
  ) throws(AttestationError) -> (Envelope, Statement) {
    let envelope: Envelope
    let statement: Statement
    do throws(CryptographyError) {
      envelope = try Envelope(decoding: bytes)
      statement = try Statement(decoding: envelope.payload)
    } catch { throw .signature(error) }
    guard statement.predicateType.utf8.elementsEqual(type.utf8) else {
      throw .predicateType(expected: type, found: statement.predicateType)
    }
    return (envelope, statement)
  }

  /// Signs a statement.
  ///
  /// - Throws: `notAttestable` where what it encloses makes it too long to be read.
  static func sign(
    _ statement: Statement, with key: SigningKey
  ) throws(AttestationError) -> Envelope {
    let payload = statement.encoded
    guard payload.count <= Envelope.maximumPayloadByteCount else {
      throw .notAttestable(
        reason: "expected a statement of at most \(Envelope.maximumPayloadByteCount) bytes, found "
          + "\(payload.count); draw fewer intervals")
    }
    return Envelope.sign(payload: payload, with: key)
  }

  /// Accepts an envelope that a key signed and that says this, byte for byte.
  ///
  /// A statement follows from what it encloses, so there is one writing of it; whatever else stands
  /// in a payload says something that is not so.
  static func check(
    _ envelope: Envelope, by key: VerifyingKey, says statement: Statement
  ) throws(AttestationError) {
    do throws(CryptographyError) {
      _ = try envelope.verify(with: key)
    } catch { throw .signature(error) }
    guard envelope.payload == statement.encoded else {
      throw .mismatch(reason: "its fields do not say what the statements inside it say")
    }
  }
}
