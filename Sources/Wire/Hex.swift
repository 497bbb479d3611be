/// Hexadecimal text, lower case only: one way of writing each byte string.
public enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  /// Writes two lower-case digits for each byte.
  public static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads what `encode` writes.
  ///
  /// - Throws: `WireError.notCanonical` for an odd number of digits, an upper-case digit or
  ///   anything that is not a digit.
  public static func decode(_ text: String) throws(WireError) -> [UInt8] {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 2) else {
      throw .notCanonical("expected an even number of hex digits, found \(characters.count)")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 2)
    for index in stride(from: 0, to: characters.count, by: 2) {
      guard let high = digitValue(characters[index]), let low = digitValue(characters[index + 1])
      else {
        throw .notCanonical(
          "expected lower-case hex digits 0-9 and a-f, found another character at \(index)")
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func digitValue(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
