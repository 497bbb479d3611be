/// Writes JSON values as UTF-8; escapes only what RFC 8259 §7 requires.
struct JSONSerializer {
  let isPretty: Bool
  var bytes: [UInt8] = []

  init(isPretty: Bool) {
    self.isPretty = isPretty
  }

  mutating func append(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .number(let text): append(text)
    case .string(let text): append(quoted: text)
    case .array(let elements):
      append(list: elements, in: ("[", "]"), depth: depth) { serializer, element in
        serializer.append(element, depth: depth + 1)
      }
    case .object(let members):
      append(list: members, in: ("{", "}"), depth: depth) { serializer, member in
        serializer.append(quoted: member.name)
        serializer.append(serializer.isPretty ? ": " : ":")
        serializer.append(member.value, depth: depth + 1)
      }
    }
  }

  private mutating func append<Element>(
    list: [Element], in brackets: (String, String), depth: Int,
    _ appendElement: (inout JSONSerializer, Element) -> Void
  ) {
    append(brackets.0)
    for (index, element) in list.enumerated() {
      if index > 0 { append(",") }
      breakLine(depth: depth + 1)
      appendElement(&self, element)
    }
    if !list.isEmpty { breakLine(depth: depth) }
    append(brackets.1)
  }

  private mutating func breakLine(depth: Int) {
    guard isPretty else { return }
    append("\n")
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func append(quoted text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0a: append("\\n")
      case 0x0c: append("\\f")
      case 0x0d: append("\\r")
      case 0..<0x20: append("\\u00\(Hex.encode([byte]))")
      default: bytes.append(byte)
      }
    }
    append("\"")
  }
}
