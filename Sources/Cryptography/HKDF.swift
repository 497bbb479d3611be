internal import CAssayOpenSSL

/// Keys from secrets: HMAC-based extract-and-expand (RFC 5869) with SHA-256, by OpenSSL.
enum HKDF {
  /// A uniform key out of a secret that need not be uniform.
  static func extract(salt: [UInt8], secret: [UInt8]) -> [UInt8] {
    // An absent salt is zeros, to which HMAC fills up any short key.
    authenticate(secret, key: salt.isEmpty ? [0] : salt)
  }

  /// `count` bytes that follow from a uniform key and a purpose.
  ///
  /// - Precondition: at most 255 × 32 bytes.
  static func expand(_ key: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
    precondition((1...255 * 32).contains(count), "HKDF has at most 255 blocks")
    var bytes: [UInt8] = []
    var block: [UInt8] = []
    for number in 1...UInt8((count + 31) / 32) {
      block = authenticate(block + info + [number], key: key)
      bytes += block
    }
    return Array(bytes.prefix(count))
  }

  /// HMAC-SHA256 (RFC 2104).
  private static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    var count = code.count
    // SAFETY: the arrays are valid during the call, with their counts; OpenSSL keeps no pointer.
    let result = unsafe EVP_Q_mac(
      nil, "HMAC", nil, "SHA256", nil, key, key.count, message, message.count, &code, code.count,
      &count)
    precondition(unsafe result != nil && count == code.count, "OpenSSL could not compute HMAC")
    return code
  }
}
