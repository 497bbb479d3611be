internal import AssayWire

/// Reads what signatures need of structured fields (RFC 8941): a dictionary of byte sequences, and
/// one inner list of strings with parameters.
struct FieldScanner {
  /// A bare item.
  enum Item: Hashable {
    case integer(Int64)
    case string(String)
    case bytes([UInt8])
  }

  private var rest: Substring.UTF8View

  init(_ text: Substring) { rest = text.utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  /// Takes a character where it is the next one.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func skipSpaces() {
    while take(" ") {}  // BOUND: every turn takes a byte.
  }

  /// A key: a lower-case letter, then letters, digits, `_`, `-`, `.` and `*`.
  mutating func key() -> String? {
    guard let first = rest.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
      return nil
    }
    let isKey: (UInt8) -> Bool = { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "*"):
        true
      default: false
      }
    }
    return text(take(while: isKey))
  }

  /// An integer, a string or a byte sequence.
  mutating func item() -> Item? {
    if take("\"") { return string().map(Item.string) }
    if take(":") {
      let encoded = text(take { $0 != UInt8(ascii: ":") })
      guard take(":"), let bytes = try? Base64.decode(encoded) else { return nil }
      return .bytes(bytes)
    }
    let isDigit: (UInt8) -> Bool = { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let isNegative = take("-")
    let digits = text(take(while: isDigit))
    guard (1...15).contains(digits.utf8.count), let number = Int64(digits) else { return nil }
    return .integer(isNegative ? -number : number)
  }

  /// Parameters: `;name=item`, in any order, each name once.
  mutating func parameters() -> [String: Item]? {
    var found: [String: Item] = [:]
    while take(";") {  // BOUND: every turn takes a byte.
      skipSpaces()
      guard let name = key(), take("="), let value = item(),
        found.updateValue(value, forKey: name) == nil
      else { return nil }
    }
    return found
  }

  /// A list of strings in parentheses.
  mutating func strings() -> [String]? {
    guard take("(") else { return nil }
    var found: [String] = []
    skipSpaces()
    while !take(")") {  // BOUND: every turn takes a string.
      guard take("\""), let text = string() else { return nil }
      found.append(text)
      guard rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: ")") else { return nil }
      skipSpaces()
    }
    return found
  }

  private mutating func string() -> String? {
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return text(bytes)
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst(),
          escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\")
        else { return nil }
        bytes.append(escaped)
      case 0x20..<0x7f: bytes.append(byte)
      default: return nil
      }
    }
    return nil
  }

  private mutating func take(while isTaken: (UInt8) -> Bool) -> [UInt8] {
    let taken = Array(rest.prefix(while: isTaken))
    rest.removeFirst(taken.count)
    return taken
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension FieldScanner {
  /// The members of a dictionary of byte sequences; nil where it is anything else.
  static func byteSequences(_ text: String) -> [String: [UInt8]]? {
    var scanner = FieldScanner(text[...])
    var found: [String: [UInt8]] = [:]
    repeat {  // BOUND: every turn takes a key.
      scanner.skipSpaces()
      guard let name = scanner.key(), scanner.take("="),
        case .bytes(let bytes)? = scanner.item(),
        found.updateValue(bytes, forKey: name) == nil
      else { return nil }
      scanner.skipSpaces()
    } while scanner.take(",")
    return scanner.isAtEnd ? found : nil
  }
}
