internal import CAssayOpenSSL

/// Owns an OpenSSL Ed25519 key; OpenSSL clears a private key's memory when it is freed.
// SENDABLE: the key is never changed after `init`, and OpenSSL allows concurrent reads.
@safe final class Ed25519Key: @unchecked Sendable {
  static let keyByteCount = 32
  static let signatureByteCount = 64
  private let pointer: OpaquePointer

  /// Takes a 32-byte private seed.
  init?(seed: [UInt8]) {
    // SAFETY: OpenSSL copies `seed.count` bytes and checks that count.
    guard
      let pointer = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    else {
      ERR_clear_error()
      return nil
    }
    unsafe self.pointer = pointer
  }

  /// Takes a 32-byte public key, which OpenSSL does not check.
  init?(publicKey: [UInt8]) {
    // SAFETY: OpenSSL copies `publicKey.count` bytes and checks that count.
    guard
      let pointer = unsafe EVP_PKEY_new_raw_public_key(
        EVP_PKEY_ED25519, nil, publicKey, publicKey.count)
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
    var bytes = [UInt8](repeating: 0, count: Self.keyByteCount)
    var count = bytes.count
    // SAFETY: `count` says how much room `bytes` has.
    let status = unsafe EVP_PKEY_get_raw_public_key(pointer, &bytes, &count)
    precondition(status == 1 && count == bytes.count, "OpenSSL lost an Ed25519 public key")
    return bytes
  }

  /// The private seed; only a key made from one has it.
  var seed: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.keyByteCount)
    var count = bytes.count
    // SAFETY: `count` says how much room `bytes` has.
    let status = unsafe EVP_PKEY_get_raw_private_key(pointer, &bytes, &count)
    precondition(status == 1 && count == bytes.count, "OpenSSL lost an Ed25519 seed")
    return bytes
  }

  func sign(_ message: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: Self.signatureByteCount)
    var count = signature.count
    // SAFETY: `count` says how much room `signature` has; OpenSSL keeps no pointer.
    let status = unsafe withContext { context in
      guard unsafe EVP_DigestSignInit(context, nil, nil, nil, pointer) == 1 else { return 0 }
      return unsafe EVP_DigestSign(context, &signature, &count, message, message.count)
    }
    precondition(status == 1 && count == signature.count, "OpenSSL could not sign")
    return signature
  }

  func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    // SAFETY: the arrays are valid during the call, with their counts; OpenSSL keeps no pointer.
    let status = unsafe withContext { context in
      guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, pointer) == 1 else { return 0 }
      return unsafe EVP_DigestVerify(
        context, signature, signature.count, message, message.count)
    }
    if status != 1 { ERR_clear_error() }
    return status == 1
  }

  private func withContext(_ body: (OpaquePointer) -> Int32) -> Int32 {
    // SAFETY: the context is made here and freed here.
    guard let context = unsafe EVP_MD_CTX_new() else {
      preconditionFailure("OpenSSL could not allocate a signature context")
    }
    defer { unsafe EVP_MD_CTX_free(context) }
    return unsafe body(context)
  }
}
