internal import CAssayOpenSSL

/// SHA-256 (FIPS 180-4) by OpenSSL, for input that arrives in pieces or many inputs in a row.
///
/// `finalize()` leaves the value ready for the next message, without a new allocation.
@safe public struct SHA256: ~Copyable {
  private static let algorithm = Algorithm()
  private let context: OpaquePointer

  /// Starts an empty message.
  public init() {
    // SAFETY: the context is owned by this value alone and freed in `deinit`.
    guard let context = unsafe EVP_MD_CTX_new() else {
      preconditionFailure("OpenSSL could not allocate a digest context")
    }
    unsafe self.context = context
    start()
  }

  deinit {
    // SAFETY: nothing else holds the context, and it is not used afterwards.
    unsafe EVP_MD_CTX_free(context)
  }

  /// Appends bytes to the message.
  public mutating func update(_ contents: [UInt8]) {
    // SAFETY: bytes have no padding that could be read.
    unsafe update(contents.span.bytes)
  }

  /// Appends the bytes of a borrowed view to the message.
  public mutating func update(_ contents: RawSpan) {
    // SAFETY: the buffer is valid during the call and OpenSSL keeps no pointer to it.
    let status = unsafe contents.withUnsafeBytes { buffer in
      unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
    }
    precondition(status == 1, "OpenSSL refused SHA-256 input")
  }

  /// Appends the 32 bytes of a digest to the message.
  public mutating func update(_ digest: Digest) {
    let words = digest.storedWords
    // SAFETY: words have no padding that could be read.
    unsafe update(words.span.bytes)
  }

  /// Returns the digest of the message and starts an empty one.
  public mutating func finalize() -> Digest {
    var words = InlineArray<4, UInt64>(repeating: 0)
    var span = words.mutableSpan
    // SAFETY: the four words have room for the 32 bytes that SHA-256 writes.
    let status = unsafe span.withUnsafeMutableBytes { buffer in
      unsafe EVP_DigestFinal_ex(
        context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
    }
    precondition(status == 1, "OpenSSL could not finish SHA-256")
    for index in 0..<4 { words[index] = UInt64(bigEndian: words[index]) }
    start()
    return Digest(words: words)
  }

  /// Returns the digest of one message.
  public static func digest(of contents: [UInt8]) -> Digest {
    // SAFETY: bytes have no padding that could be read.
    unsafe digest(of: contents.span.bytes)
  }

  /// Returns the digest of one message in a borrowed view.
  public static func digest(of contents: RawSpan) -> Digest {
    var hash = SHA256()
    hash.update(contents)
    return hash.finalize()
  }

  /// Returns the digest of a list of byte strings, separated from every other use by `domain`.
  ///
  /// The message is the domain and each part, each after its byte count as 32 bits, the least
  /// significant byte first: no two lists have the same message.
  ///
  /// - Precondition: each part is shorter than 2³² bytes.
  public static func digest(domain: String, _ parts: [[UInt8]]) -> Digest {
    var hash = SHA256()
    for part in [Array(domain.utf8)] + parts {
      precondition(part.count <= Int(UInt32.max), "a length prefix has 32 bits")
      let count = UInt32(part.count)
      hash.update((0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(8 * $0)) })
      hash.update(part)
    }
    return hash.finalize()
  }

  private func start() {
    // SAFETY: both pointers are valid: the context is ours, the algorithm lives for ever.
    let status = unsafe EVP_DigestInit_ex(context, Self.algorithm.pointer, nil)
    precondition(status == 1, "OpenSSL could not start SHA-256")
  }

  /// The fetched algorithm; fetching once makes each start about ten times cheaper.
  // SENDABLE: OpenSSL's algorithm objects are immutable and counted atomically.
  @safe private final class Algorithm: @unchecked Sendable {
    let pointer: OpaquePointer

    init() {
      // SAFETY: the returned object is kept for the life of the process.
      guard let pointer = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
        preconditionFailure("this OpenSSL has no SHA-256; install its default provider")
      }
      unsafe self.pointer = pointer
    }
  }
}
