/// Base64 with the standard alphabet and padding (RFC 4648 §4): one way of writing each string.
public enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  /// Writes four characters for every three bytes, the last four padded with `=`.
  public static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for (index, byte) in group.enumerated() {
        bits |= UInt32(byte) << UInt32(16 - 8 * index)
      }
      for index in 0..<4 {
        text.append(
          index <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * index)) & 63] : padding)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads what `encode` writes and nothing else.
  ///
  /// - Throws: `WireError.notCanonical` for missing padding, characters outside the alphabet
  ///   (line breaks and the URL alphabet among them) and bits set beyond the last byte.
  public static func decode(_ text: String) throws(WireError) -> [UInt8] {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 4) else {
      throw .notCanonical(
        "expected base64 in groups of 4 characters, found \(characters.count) characters")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3)
    for start in stride(from: 0, to: characters.count, by: 4) {
      let isLast = start + 4 == characters.count
      var symbolCount = 4
      if isLast && characters[start + 3] == padding {
        symbolCount = characters[start + 2] == padding ? 2 : 3
      }
      var bits: UInt32 = 0
      for index in 0..<symbolCount {
        guard let value = symbolValue(characters[start + index]) else {
          throw .notCanonical(
            "expected base64 characters, found another one at \(start + index)")
        }
        bits |= value << UInt32(18 - 6 * index)
      }
      let byteCount = symbolCount - 1
      guard bits & (UInt32(0xff_ffff) >> UInt32(8 * byteCount)) == 0 else {
        throw .notCanonical("expected zero bits after the last base64 byte, found others")
      }
      for index in 0..<byteCount {
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * index)))
      }
    }
    return bytes
  }

  private static func symbolValue(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
