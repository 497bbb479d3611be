/// Reads decimal numbers, rounded once to the nearest float32.
enum DecimalNumber {
  /// Powers of ten that float32 holds exactly.
  private static let exactPowers: [Float] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
  ]

  /// `[+-] digits [. digits] [e [+-] digits]`, blanks around it allowed; nil for anything else,
  /// and for a number that only infinity is near to.
  static func float(_ text: ArraySlice<UInt8>) -> Float? {
    var digits = trimmed(text)
    let body = digits
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }

    var significand: UInt64 = 0
    var isExact = true
    var digitCount = 0
    var fractionCount = 0
    var sawPoint = false
    while let byte = digits.first {
      if byte == UInt8(ascii: "."), !sawPoint {
        sawPoint = true
      } else if (0x30...0x39).contains(byte) {
        digitCount += 1
        if sawPoint { fractionCount += 1 }
        if significand < 1 << 24 {
          significand = significand * 10 + UInt64(byte - 0x30)
        } else {
          isExact = false
        }
      } else {
        break
      }
      digits = digits.dropFirst()
    }
    guard digitCount > 0 else { return nil }
    if digits.isEmpty, isExact, significand <= 1 << 24, fractionCount <= 10 {
      // Clinger 1990: both operands are exact, so the one division rounds correctly.
      let magnitude = Float(significand) / exactPowers[fractionCount]
      return isNegative ? -magnitude : magnitude
    }
    guard digits.isEmpty || isExponent(digits) else { return nil }
    // The grammar is checked, so the library's reader sees no hexadecimal, no "inf", no "nan".
    guard let number = Float(String(decoding: body, as: UTF8.self)), number.isFinite else {
      return nil
    }
    return number
  }

  /// `[+-] digits`, blanks around it allowed; nil for anything else.
  static func integer(_ text: ArraySlice<UInt8>) -> Int? {
    Int(String(decoding: trimmed(text), as: UTF8.self))
  }

  private static func isExponent(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.first == UInt8(ascii: "e") || text.first == UInt8(ascii: "E") else { return false }
    var digits = text.dropFirst()
    if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") {
      digits = digits.dropFirst()
    }
    return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var slice = text
    while slice.first == 0x20 || slice.first == 0x09 { slice = slice.dropFirst() }
    while slice.last == 0x20 || slice.last == 0x09 { slice = slice.dropLast() }
    return slice
  }
}
