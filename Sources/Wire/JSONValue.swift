/// A JSON value (RFC 8259) that keeps the order of members and the text of numbers.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// The number as it is written, so that nothing is rounded before somebody asks for a type.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// Members in the order of the text; no name occurs twice in a parsed value.
  case object([JSONMember])

  /// Reads one strict JSON text.
  ///
  /// Refused beyond RFC 8259's grammar: names that occur twice in an object, invalid UTF-8, lone
  /// surrogates, nesting deeper than 64, numbers longer than 256 characters.
  ///
  /// - Throws: `WireError.tooLong` above `maximumByteCount`, otherwise `WireError.json` with line
  ///   and column.
  /// - Complexity: O(n) for n bytes.
  public static func parse(
    _ bytes: [UInt8], maximumByteCount: Int = 16 << 20
  ) throws(WireError) -> JSONValue {
    guard bytes.count <= maximumByteCount else {
      throw .tooLong(limit: maximumByteCount, found: bytes.count)
    }
    var parser = JSONParser(bytes)
    return try parser.parseDocument()
  }

  /// Writes the value as UTF-8, members in their order; `pretty` adds line breaks, two spaces of
  /// indentation and a final line break.
  public func serialized(pretty: Bool = false) -> [UInt8] {
    var serializer = JSONSerializer(isPretty: pretty)
    serializer.append(self, depth: 0)
    if pretty { serializer.bytes.append(UInt8(ascii: "\n")) }
    return serializer.bytes
  }

  /// Makes an object from a literal, in its order.
  public static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { JSONMember(name: $0.key, value: $0.value) })
  }

  /// Makes a number from an integer.
  public static func integer(_ value: some BinaryInteger) -> JSONValue {
    .number(String(value))
  }

  /// Makes a number from the shortest text that reads back as the same 32-bit float.
  ///
  /// - Precondition: `value` is finite: JSON has no other numbers.
  public static func float(_ value: Float) -> JSONValue {
    precondition(value.isFinite, "JSON has no number for \(value)")
    return .number(value.description)
  }

  /// Makes a number from the shortest text that reads back as the same 64-bit float.
  ///
  /// - Precondition: `value` is finite: JSON has no other numbers.
  public static func double(_ value: Double) -> JSONValue {
    precondition(value.isFinite, "JSON has no number for \(value)")
    return .number(value.description)
  }

  /// What kind of value this is and, for a scalar, its text cut short: for messages.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let text): "the number \(excerpt(of: text))"
    case .string(let text): "the string '\(excerpt(of: text))'"
    case .array(let elements): "an array of \(elements.count)"
    case .object(let members): "an object of \(members.count) members"
    }
  }
}

/// A name and its value in a JSON object.
public struct JSONMember: Hashable, Sendable {
  /// The name, unescaped.
  public var name: String
  /// What the name stands for.
  public var value: JSONValue

  /// Pairs a name with a value.
  public init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// The first 40 characters in printable ASCII, the others escaped: safe to show in a terminal.
func excerpt(of text: String) -> String {
  text.unicodeScalars.prefix(40).map { $0.escaped(asASCII: true) }.joined()
    + (text.unicodeScalars.count > 40 ? "…" : "")
}
