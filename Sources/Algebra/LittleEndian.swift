/// Integers of several 64-bit words as bytes, the least significant first.
enum LittleEndian {
  /// Reads words from 8 bytes each; nil when their number is no multiple of 8.
  static func words(_ bytes: ArraySlice<UInt8>) -> [UInt64]? {
    guard bytes.count.isMultiple(of: 8) else { return nil }
    var words: [UInt64] = []
    words.reserveCapacity(bytes.count / 8)
    var word: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes {
      word |= UInt64(byte) << shift
      shift += 8
      if shift == 64 {
        words.append(word)
        (word, shift) = (0, 0)
      }
    }
    return words
  }

  /// Takes words as limbs; nil for another number of them.
  static func limbs<let count: Int>(_ words: ArraySlice<UInt64>) -> InlineArray<count, UInt64>? {
    guard words.count == count else { return nil }
    var limbs = InlineArray<count, UInt64>(repeating: 0)
    for (index, word) in words.enumerated() { limbs[index] = word }
    return limbs
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
