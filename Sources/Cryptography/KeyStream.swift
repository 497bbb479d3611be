internal import CAssayOpenSSL

/// Bytes that follow from a key and look random to whoever does not have it: the key stream of
/// AES-256 in counter mode (NIST SP 800-38A), by OpenSSL.
///
/// The same key gives the same bytes: what is hidden by them can be made again, and a key must be
/// used for one purpose only.
@safe public struct KeyStream: ~Copyable {
  private let context: OpaquePointer

  /// Starts the stream of a key.
  public init(key: Digest) {
    // SAFETY: the context is owned by this value alone and freed in `deinit`.
    guard let context = unsafe EVP_CIPHER_CTX_new() else {
      preconditionFailure("OpenSSL could not allocate a cipher context")
    }
    unsafe self.context = context
    let zeros = [UInt8](repeating: 0, count: 16)
    // SAFETY: the key has 32 bytes and the counter 16, as AES-256-CTR takes them.
    let status = unsafe EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nil, key.bytes, zeros)
    precondition(status == 1, "this OpenSSL has no AES-256-CTR; install its default provider")
  }

  deinit {
    // SAFETY: nothing else holds the context, and it is not used afterwards.
    unsafe EVP_CIPHER_CTX_free(context)
  }

  /// The next bytes of the stream.
  ///
  /// - Precondition: `count` is below 2³¹.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: count)
    // SAFETY: the stream is as long as what it is added to, which are zeros.
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      var written: Int32 = 0
      if let address = buffer.baseAddress {
        let status = unsafe EVP_EncryptUpdate(context, address, &written, zeros, Int32(count))
        precondition(status == 1 && Int(written) == count, "OpenSSL refused AES-256-CTR input")
      }
      initialized = count
    }
  }
}
