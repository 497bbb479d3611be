internal import AssayWire

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

extension VerifyingKey: CustomStringConvertible {
  public var description: String { Hex.encode(bytes) }
}
