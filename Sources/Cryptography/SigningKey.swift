internal import AssayWire

/// An Ed25519 private key (RFC 8032).
///
/// Its description shows the public key only. The memory that holds the private key is cleared
/// when the last copy goes; copies made by `pem` are the caller's.
public struct SigningKey: Sendable {
  /// How many bytes a seed has.
  public static let seedByteCount = Ed25519Key.keyByteCount

  /// The public half.
  public let verifyingKey: VerifyingKey

  private let key: Ed25519Key

  /// Derives the key from 32 secret, uniformly random bytes.
  ///
  /// - Throws: `CryptographyError.byteCount` for any other count.
  public init(seed: [UInt8]) throws(CryptographyError) {
    guard let key = Ed25519Key(seed: seed) else {
      throw .byteCount(of: "Ed25519 seed", expected: Self.seedByteCount, found: seed.count)
    }
    self.key = key
    verifyingKey = VerifyingKey(unchecked: key.publicKey)
  }

  /// Reads the PKCS#8 form in PEM, as `openssl genpkey -algorithm ed25519` writes it.
  ///
  /// - Throws: `CryptographyError.pem` for anything else, encrypted keys among it.
  public init(pem: String) throws(CryptographyError) {
    try self.init(seed: PEM.decode(pem, as: .privateKey))
  }

  /// The PKCS#8 form in PEM: secret.
  public var pem: String { PEM.encode(key.seed, as: .privateKey) }

  /// Returns the 64-byte signature of a message; equal messages have equal signatures.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    key.sign(message)
  }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "SigningKey(private half of \(Hex.encode(verifyingKey.bytes)))" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["verifyingKey": verifyingKey]) }
}
