internal import AssayCryptography
internal import AssayWire

extension Envelope {
  /// Opens a statement of a type that names its own signer, and checks the signature with that key.
  ///
  /// - Soundness: says who stated it. Whether that key is admitted is for the caller to check.
  /// - Throws: `signature`, `predicateType` or `malformed`.
  static func openStatement<Contents>(
    _ bytes: [UInt8], of type: String,
    decode: (Statement) throws(WireError) -> (Contents, VerifyingKey)
  ) throws(EvidenceError) -> (contents: Contents, signer: VerifyingKey, identity: Digest) {
    let envelope: Envelope
    let statement: Statement
    do throws(CryptographyError) {
      envelope = try Envelope(decoding: bytes)
      statement = try Statement(decoding: envelope.payload)
    } catch { throw .signature(error) }
    guard statement.predicateType == type else {
      throw .predicateType(expected: type, found: statement.predicateType)
    }
    let read: (contents: Contents, signer: VerifyingKey)
    do throws(WireError) {
      read = try decode(statement)
    } catch { throw .malformed(error) }
    do throws(CryptographyError) {
      _ = try envelope.verify(with: read.signer)
    } catch { throw .signature(error) }
    return (read.contents, read.signer, envelope.identity)
  }
}
