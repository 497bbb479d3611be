public import AssayWire

/// A SHA-256 digest.
///
/// Ordered as its bytes are, the first being the most significant.
public struct Digest: WireCodable, Hashable, Sendable {
  /// How many bytes a digest has.
  public static let byteCount = 32

  /// 32 zero bytes: the digest of nothing known, for fields that have no value yet.
  public static let zero = Digest(words: InlineArray(repeating: 0))

  /// Four big-endian words.
  private let word0, word1, word2, word3: UInt64

  init(words: InlineArray<4, UInt64>) {
    word0 = words[0]
    word1 = words[1]
    word2 = words[2]
    word3 = words[3]
  }

  /// Takes 32 bytes as they are.
  ///
  /// - Throws: `CryptographyError.byteCount` for any other count.
  public init(bytes: [UInt8]) throws(CryptographyError) {
    guard bytes.count == Self.byteCount else {
      throw .byteCount(of: "SHA-256 digest", expected: Self.byteCount, found: bytes.count)
    }
    var words = InlineArray<4, UInt64>(repeating: 0)
    for (index, byte) in bytes.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.init(words: words)
  }

  /// Reads 64 lower-case hex digits.
  ///
  /// - Throws: `CryptographyError.wire` for other characters, `CryptographyError.byteCount` for
  ///   another length.
  public init(hex: String) throws(CryptographyError) {
    let bytes: [UInt8]
    do { bytes = try Hex.decode(hex) } catch { throw .wire(error) }
    try self.init(bytes: bytes)
  }

  /// Reads 32 bytes.
  ///
  /// - Throws: `WireError.truncated` when fewer remain.
  public init(decoding reader: inout WireReader) throws(WireError) {
    var words = InlineArray<4, UInt64>(repeating: 0)
    for index in 0..<4 {
      words[index] = try reader.readUInt64().byteSwapped
    }
    self.init(words: words)
  }

  /// Writes the 32 bytes.
  public func encode(to writer: inout WireWriter) {
    for word in [word0, word1, word2, word3] {
      writer.write(word.byteSwapped)
    }
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    var writer = WireWriter(reservingCapacity: Self.byteCount)
    encode(to: &writer)
    return writer.bytes
  }

  /// 64 lower-case hex digits.
  public var hex: String { Hex.encode(bytes) }

  /// The four big-endian words in the machine's byte order, so that their memory is the bytes.
  var storedWords: InlineArray<4, UInt64> {
    [word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian]
  }
}

extension Digest: Comparable {
  public static func < (left: Digest, right: Digest) -> Bool {
    (left.word0, left.word1, left.word2, left.word3)
      < (right.word0, right.word1, right.word2, right.word3)
  }
}

extension Digest: CustomStringConvertible {
  public var description: String { hex }
}
