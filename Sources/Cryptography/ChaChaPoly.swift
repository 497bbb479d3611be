internal import CAssayOpenSSL

/// Authenticated encryption with ChaCha20-Poly1305 (RFC 8439), by OpenSSL.
enum ChaChaPoly {
  static let keyByteCount = 32
  static let nonceByteCount = 12
  static let tagByteCount = 16

  /// The ciphertext, as long as the plaintext, and the tag after it.
  ///
  /// - Precondition: a pair of key and nonce encrypts one message only.
  static func seal(
    _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating extra: [UInt8] = []
  ) -> [UInt8] {
    precondition(key.count == keyByteCount && nonce.count == nonceByteCount, "of its sizes")
    var sealed = [UInt8](repeating: 0, count: plaintext.count + tagByteCount)
    // SAFETY: the context is valid during the call.
    let status = unsafe withContext { context in
      var written: Int32 = 0
      var tag = [UInt8](repeating: 0, count: tagByteCount)
      // SAFETY: all arrays have the counts that are stated, and OpenSSL keeps no pointer.
      guard
        unsafe EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), nil, key, nonce) == 1,
        unsafe EVP_EncryptUpdate(context, nil, &written, extra, Int32(extra.count)) == 1,
        unsafe EVP_EncryptUpdate(context, &sealed, &written, plaintext, Int32(plaintext.count))
          == 1, Int(written) == plaintext.count,
        unsafe EVP_EncryptFinal_ex(context, &tag, &written) == 1, written == 0,
        unsafe EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_GET_TAG, Int32(tagByteCount), &tag) == 1
      else { return false }
      sealed.replaceSubrange(plaintext.count..., with: tag)
      return true
    }
    precondition(status, "this OpenSSL has no ChaCha20-Poly1305; install its default provider")
    return sealed
  }

  /// The plaintext; nil where ciphertext, tag, nonce, key or `extra` are not those of the sealing.
  static func open(
    _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], authenticating extra: [UInt8] = []
  ) -> [UInt8]? {
    precondition(key.count == keyByteCount && nonce.count == nonceByteCount, "of its sizes")
    guard sealed.count >= tagByteCount else { return nil }
    let count = sealed.count - tagByteCount
    var plaintext = [UInt8](repeating: 0, count: sealed.count)
    // SAFETY: the context is valid during the call.
    let isGenuine = unsafe withContext { context in
      var written: Int32 = 0
      var tag = Array(sealed.suffix(tagByteCount))
      // SAFETY: all arrays have the counts that are stated, and OpenSSL keeps no pointer.
      return unsafe EVP_DecryptInit_ex(context, EVP_chacha20_poly1305(), nil, key, nonce) == 1
        && EVP_DecryptUpdate(context, nil, &written, extra, Int32(extra.count)) == 1
        && EVP_DecryptUpdate(context, &plaintext, &written, sealed, Int32(count)) == 1
        && Int(written) == count
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagByteCount), &tag) == 1
        && EVP_DecryptFinal_ex(context, &tag, &written) == 1
    }
    guard isGenuine else {
      ERR_clear_error()
      return nil
    }
    return Array(plaintext.prefix(count))
  }

  private static func withContext(_ body: (OpaquePointer) -> Bool) -> Bool {
    // SAFETY: the context is made here and freed here.
    guard let context = unsafe EVP_CIPHER_CTX_new() else {
      preconditionFailure("OpenSSL could not allocate a cipher context")
    }
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    return unsafe body(context)
  }
}
