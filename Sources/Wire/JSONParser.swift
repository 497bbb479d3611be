/// A recursive-descent reader of strict JSON; `JSONValue.parse` states what it refuses.
struct JSONParser {
  private static let maximumDepth = 64
  private static let maximumNumberByteCount = 256

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func parseDocument() throws(WireError) -> JSONValue {
    skipSpace()
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("expected the end of the text") }
    return value
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private func failure(_ reason: String) -> WireError {
    failure(reason, at: position)
  }

  private func failure(_ reason: String, at offset: Int) -> WireError {
    var line = 1
    var column = 1
    for byte in bytes.prefix(offset) {
      line += byte == 0x0a ? 1 : 0
      column = byte == 0x0a ? 1 : column + 1
    }
    return .json(line: line, column: column, reason: reason + found(at: offset))
  }

  private func found(at offset: Int) -> String {
    guard offset < bytes.count else { return ", found the end of the text" }
    let byte = bytes[offset]
    guard (0x21...0x7e).contains(byte) else { return ", found byte 0x\(Hex.encode([byte]))" }
    return ", found '\(Character(UnicodeScalar(byte)))'"
  }

  private mutating func parseValue(depth: Int) throws(WireError) -> JSONValue {
    guard depth <= Self.maximumDepth else {
      throw failure("expected nesting of at most \(Self.maximumDepth)")
    }
    guard let byte = next else { throw failure("expected a value") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try parseObject(depth: depth))
    case UInt8(ascii: "["): return .array(try parseArray(depth: depth))
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", as: .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", as: .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", as: .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return .number(try parseNumber())
    default: throw failure("expected a value")
    }
  }

  private mutating func parseWord(
    _ word: String, as value: JSONValue
  ) throws(WireError) -> JSONValue {
    for character in word.utf8 {
      guard next == character else { throw failure("expected '\(word)'") }
      position += 1
    }
    return value
  }

  private mutating func parseArray(depth: Int) throws(WireError) -> [JSONValue] {
    var elements: [JSONValue] = []
    position += 1
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {  // BOUND: every turn reads at least one byte.
      skipSpace()
      elements.append(try parseValue(depth: depth + 1))
      skipSpace()
      switch next {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        return elements
      default: throw failure("expected ',' or ']'")
      }
    }
  }

  private mutating func parseObject(depth: Int) throws(WireError) -> [JSONMember] {
    var members: [JSONMember] = []
    // Swift compares strings by canonical equivalence, so two spellings of one accented name are
    // a duplicate too.
    var names: Set<String> = []
    position += 1
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return members
    }
    while true {  // BOUND: every turn reads at least one byte.
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
      let name = try parseString()
      guard names.insert(name).inserted else {
        throw failure("expected each name once, found '\(excerpt(of: name))' again", at: start)
      }
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw failure("expected ':'") }
      position += 1
      skipSpace()
      members.append(JSONMember(name: name, value: try parseValue(depth: depth + 1)))
      skipSpace()
      switch next {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return members
      default: throw failure("expected ',' or '}'")
      }
    }
  }

  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  private mutating func parseNumber() throws(WireError) -> String {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    if next == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
    if next == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try skipDigits()
    }
    guard position - start <= Self.maximumNumberByteCount else {
      throw failure(
        "expected a number of at most \(Self.maximumNumberByteCount) characters", at: start)
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func skipDigits() throws(WireError) {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    guard position > start else { throw failure("expected a digit") }
  }

  private mutating func parseString() throws(WireError) -> String {
    let start = position
    var text: [UInt8] = []
    position += 1
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("expected a string of valid UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        try parseEscape(into: &text)
      case 0..<0x20:
        throw failure("expected control characters to be escaped")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw failure("expected '\"'")
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(WireError) {
    let escape = next
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape ?? 0)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      position += 1
      text.append(contentsOf: String(Character(try parseUnicodeEscape())).utf8)
      return
    default: throw failure("expected one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
    }
    position += 1
  }

  private mutating func parseUnicodeEscape() throws(WireError) -> UnicodeScalar {
    let start = position
    var code = UInt32(try parseFourHexDigits())
    if (0xd800...0xdbff).contains(code), next == UInt8(ascii: "\\") {
      position += 1
      guard next == UInt8(ascii: "u") else { throw failure("expected a low surrogate") }
      position += 1
      let low = UInt32(try parseFourHexDigits())
      guard (0xdc00...0xdfff).contains(low) else {
        throw failure("expected a low surrogate after a high one", at: start)
      }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = UnicodeScalar(code) else {
      throw failure("expected surrogates in pairs", at: start)
    }
    return scalar
  }

  private mutating func parseFourHexDigits() throws(WireError) -> UInt16 {
    var code: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw failure("expected four hex digits")
      }
      code = code << 4 | UInt16(digit)
      position += 1
    }
    return code
  }
}
