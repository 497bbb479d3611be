public import AssayWire

/// An Ed25519 public key (RFC 8032) that only its owner can sign for.
///
/// OpenSSL's check is the one without the cofactor: it compares encodings, so every verifier of
/// this project decides alike, and refuses an S that is not below the group order.
public struct VerifyingKey: Hashable, Sendable {
  /// How many bytes a key has.
  public static let byteCount = Ed25519Key.keyByteCount

  /// The encoded point.
  public let bytes: [UInt8]

  init(unchecked bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Takes the encoding of a point.
  ///
  /// - Throws: `CryptographyError.byteCount`, `.nonCanonicalKey`, `.smallOrderKey` or
  ///   `.keyNotOnCurve`.
  public init(bytes: [UInt8]) throws(CryptographyError) {
    guard bytes.count == Self.byteCount else {
      throw .byteCount(of: "Ed25519 key", expected: Self.byteCount, found: bytes.count)
    }
    try Ed25519Point.check(bytes)
    self.bytes = bytes
  }

  /// Reads the SubjectPublicKeyInfo form in PEM, as `openssl pkey -pubout` writes it.
  ///
  /// - Throws: `CryptographyError.pem`, or what `init(bytes:)` throws.
  public init(pem: String) throws(CryptographyError) {
    try self.init(bytes: PEM.decode(pem, as: .publicKey))
  }

  /// The SubjectPublicKeyInfo form in PEM.
  public var pem: String { PEM.encode(bytes, as: .publicKey) }

  /// The SHA-256 of the key's 32 bytes, in hex: how envelopes name it.
  public var keyID: String { SHA256.digest(of: bytes).hex }

  /// Whether `signature` is this key's over `message`; a malformed signature is not.
  public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard let key = Ed25519Key(publicKey: bytes) else { return false }
    return key.isValidSignature(signature, for: message)
  }
}

extension VerifyingKey: WireCodable {
  /// Writes the 32 bytes.
  public func encode(to writer: inout WireWriter) { writer.write(raw: bytes) }

  /// Reads 32 bytes.
  ///
  /// - Throws: `WireError.truncated` when fewer remain, `WireError.notCanonical` where they are no
  ///   key.
  public init(decoding reader: inout WireReader) throws(WireError) {
    let bytes = try reader.readBytes(count: Self.byteCount)
    do throws(CryptographyError) {
      try self.init(bytes: bytes)
    } catch { throw .notCanonical("\(error)") }
  }
}

extension VerifyingKey: CustomStringConvertible {
  public var description: String { Hex.encode(bytes) }
}
