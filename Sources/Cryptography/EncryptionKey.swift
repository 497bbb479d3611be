internal import AssayWire
internal import CAssayOpenSSL

/// An X25519 private key (RFC 7748): what was sealed for its public half can be opened with it.
///
/// Signing keys are Ed25519 and kept apart; an `EncryptionCard` says which belong together.
public struct EncryptionKey: Sendable {
  /// How many bytes a private key has.
  public static let byteCount = 32

  /// The public half.
  public let publicKey: EncryptionPublicKey

  private let key: X25519Key

  /// Takes 32 secret, uniformly random bytes.
  ///
  /// - Throws: `CryptographyError.byteCount` for any other count.
  public init(bytes: [UInt8]) throws(CryptographyError) {
    guard let key = X25519Key(privateKey: bytes) else {
      throw .byteCount(of: "X25519 private key", expected: Self.byteCount, found: bytes.count)
    }
    self.key = key
    publicKey = try EncryptionPublicKey(bytes: key.publicKey)
  }

  /// Reads the PKCS#8 form in PEM, as `openssl genpkey -algorithm x25519` writes it.
  ///
  /// - Throws: `CryptographyError.pem` for anything else, encrypted keys among it.
  public init(pem: String) throws(CryptographyError) {
    try self.init(bytes: PEM.decode(pem, as: .encryptionKey))
  }

  /// The PKCS#8 form in PEM: secret.
  public var pem: String { PEM.encode(key.privateKey, as: .encryptionKey) }

  /// What this key and another's public half share.
  ///
  /// - Throws: `CryptographyError.lowOrderPoint` where anybody would know it.
  func sharedSecret(with other: EncryptionPublicKey) throws(CryptographyError) -> [UInt8] {
    guard let peer = X25519Key(publicKey: other.bytes), let secret = key.derive(with: peer) else {
      throw .lowOrderPoint
    }
    return secret
  }
}

extension EncryptionKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "EncryptionKey(private half of \(publicKey))" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}

/// An X25519 public key (RFC 7748): what is sealed for it, only the private half opens.
public struct EncryptionPublicKey: Hashable, Sendable {
  /// How many bytes a key has.
  public static let byteCount = 32

  /// The encoded coordinate; every 32 bytes are one.
  public let bytes: [UInt8]

  /// Takes the encoding of a key.
  ///
  /// - Throws: `CryptographyError.byteCount` for any other count.
  public init(bytes: [UInt8]) throws(CryptographyError) {
    guard bytes.count == Self.byteCount else {
      throw .byteCount(of: "X25519 key", expected: Self.byteCount, found: bytes.count)
    }
    self.bytes = bytes
  }
}

extension EncryptionPublicKey: CustomStringConvertible {
  public var description: String { Hex.encode(bytes) }
}

/// Owns an OpenSSL X25519 key; OpenSSL clears a private key's memory when it is freed.
// SENDABLE: the key is never changed after `init`, and OpenSSL allows concurrent reads.
@safe private final class X25519Key: @unchecked Sendable {
  private let pointer: OpaquePointer

  init?(privateKey: [UInt8]) {
    // SAFETY: OpenSSL copies as many bytes as it is told, and checks that count.
    guard
      let pointer = unsafe EVP_PKEY_new_raw_private_key(
        EVP_PKEY_X25519, nil, privateKey, privateKey.count)
    else {
      ERR_clear_error()
      return nil
    }
    unsafe self.pointer = pointer
  }

  init?(publicKey: [UInt8]) {
    // SAFETY: OpenSSL copies as many bytes as it is told, and checks that count.
    guard
      let pointer = unsafe EVP_PKEY_new_raw_public_key(
        EVP_PKEY_X25519, nil, publicKey, publicKey.count)
    else {
      ERR_clear_error()
      return nil
    }
    unsafe self.pointer = pointer
  }

  deinit {
    // SAFETY: this object is the only owner.
    unsafe EVP_PKEY_free(pointer)
  }

  var publicKey: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: EncryptionPublicKey.byteCount)
    var count = bytes.count
    // SAFETY: `count` says how much room `bytes` has.
    let status = unsafe EVP_PKEY_get_raw_public_key(pointer, &bytes, &count)
    precondition(status == 1 && count == bytes.count, "OpenSSL lost an X25519 public key")
    return bytes
  }

  /// Only a key made from one has it.
  var privateKey: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: EncryptionKey.byteCount)
    var count = bytes.count
    // SAFETY: `count` says how much room `bytes` has.
    let status = unsafe EVP_PKEY_get_raw_private_key(pointer, &bytes, &count)
    precondition(status == 1 && count == bytes.count, "OpenSSL lost an X25519 private key")
    return bytes
  }

  /// Nil where the shared secret is zero: the other key is a point of low order (RFC 7748 §6.1).
  func derive(with peer: X25519Key) -> [UInt8]? {
    // SAFETY: the context is made here and freed here.
    guard let context = unsafe EVP_PKEY_CTX_new(pointer, nil) else {
      preconditionFailure("OpenSSL could not allocate a key context")
    }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var secret = [UInt8](repeating: 0, count: 32)
    var count = secret.count
    // SAFETY: both keys live during the calls; `count` says how much room `secret` has.
    let isDerived =
      unsafe EVP_PKEY_derive_init(context) == 1
      && EVP_PKEY_derive_set_peer(context, peer.pointer) == 1
      && EVP_PKEY_derive(context, &secret, &count) == 1
    guard isDerived, count == secret.count, secret.contains(where: { $0 != 0 }) else {
      ERR_clear_error()
      return nil
    }
    return secret
  }
}
