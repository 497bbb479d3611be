/// Hybrid public-key encryption of one message (RFC 9180): base mode, DHKEM(X25519, HKDF-SHA256),
/// HKDF-SHA256, ChaCha20-Poly1305.
///
/// - Soundness: hides the message from all but the recipient, and shows that it is whole; it says
///   nothing of who sent it.
enum HPKE {
  /// Bytes of the encapsulated key.
  static let encapsulatedByteCount = EncryptionPublicKey.byteCount

  /// Encrypts a message.
  ///
  /// - Parameter ephemeral: a key that is used for this message only.
  /// - Throws: `CryptographyError.lowOrderPoint` for a recipient's key that hides nothing.
  static func seal(
    _ plaintext: [UInt8], to recipient: EncryptionPublicKey, info: [UInt8],
    authenticating extra: [UInt8] = [], ephemeral: EncryptionKey
  ) throws(CryptographyError) -> (encapsulated: [UInt8], ciphertext: [UInt8]) {
    let encapsulated = ephemeral.publicKey.bytes
    let secret = try ephemeral.sharedSecret(with: recipient)
    let (key, nonce) = schedule(
      sharedSecret(secret, context: encapsulated + recipient.bytes), info: info)
    let sealed = ChaChaPoly.seal(plaintext, key: key, nonce: nonce, authenticating: extra)
    return (encapsulated, sealed)
  }

  /// Decrypts a message; nil where it is not whole, or was not for this key.
  static func open(
    _ ciphertext: [UInt8], encapsulated: [UInt8], with key: EncryptionKey, info: [UInt8],
    authenticating extra: [UInt8] = []
  ) -> [UInt8]? {
    guard let sender = try? EncryptionPublicKey(bytes: encapsulated),
      let secret = try? key.sharedSecret(with: sender)
    else { return nil }
    let (key, nonce) = schedule(
      sharedSecret(secret, context: encapsulated + key.publicKey.bytes), info: info)
    return ChaChaPoly.open(ciphertext, key: key, nonce: nonce, authenticating: extra)
  }

  /// `ExtractAndExpand` of §4.1.
  private static func sharedSecret(_ secret: [UInt8], context: [UInt8]) -> [UInt8] {
    let suite = Array("KEM".utf8) + kem
    let key = extract(salt: [], "eae_prk", secret, suite)
    return expand(key, "shared_secret", context, count: 32, suite)
  }

  /// `KeySchedule` of §5.1 in base mode, for the message with sequence number 0.
  private static func schedule(
    _ secret: [UInt8], info: [UInt8]
  ) -> (key: [UInt8], nonce: [UInt8]) {
    let suite = Array("HPKE".utf8) + kem + [0x00, 0x01] + [0x00, 0x03]
    let context =
      [0x00] + extract(salt: [], "psk_id_hash", [], suite)
      + extract(salt: [], "info_hash", info, suite)
    let key = extract(salt: secret, "secret", [], suite)
    return (
      expand(key, "key", context, count: ChaChaPoly.keyByteCount, suite),
      expand(key, "base_nonce", context, count: ChaChaPoly.nonceByteCount, suite)
    )
  }

  private static let kem: [UInt8] = [0x00, 0x20]
  private static let version = Array("HPKE-v1".utf8)

  private static func extract(
    salt: [UInt8], _ label: String, _ secret: [UInt8], _ suite: [UInt8]
  ) -> [UInt8] {
    HKDF.extract(salt: salt, secret: version + suite + Array(label.utf8) + secret)
  }

  private static func expand(
    _ key: [UInt8], _ label: String, _ info: [UInt8], count: Int, _ suite: [UInt8]
  ) -> [UInt8] {
    let length = [UInt8(count >> 8), UInt8(count & 0xff)]
    return HKDF.expand(
      key, info: length + version + suite + Array(label.utf8) + info, count: count)
  }
}
