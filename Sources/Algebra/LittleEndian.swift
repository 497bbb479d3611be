/// Integers of several 64-bit words as bytes, the least significant first.
enum LittleEndian {
  /// Reads words from 8 bytes each.
  ///
  /// - Returns: nil unless there are exactly as many bytes as `Words` has room for.
  static func words<let count: Int>(
    _ bytes: some Collection<UInt8>
  ) -> InlineArray<count, UInt64>? {
    // An array, because a loop over bytes of any collection calls its witnesses for each of them.
    let bytes = Array(bytes)
    guard bytes.count == 8 * count else { return nil }
    var words = InlineArray<count, UInt64>(repeating: 0)
    for index in bytes.indices {
      words[index / 8] |= UInt64(bytes[index]) << UInt64(8 * (index % 8))
    }
    return words
  }

  /// Writes 8 bytes for each word.
  static func bytes<let count: Int>(_ words: InlineArray<count, UInt64>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * count)
    for index in 0..<count {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: words[index] >> shift))
      }
    }
    return bytes
  }
}
