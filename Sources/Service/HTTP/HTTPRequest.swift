/// A header field.
public struct HTTPField: Hashable, Sendable {
  /// The name in lower case.
  public let name: String
  /// The value without spaces around it.
  public let value: String

  /// A field; its name is put into lower case.
  public init(_ name: String, _ value: String) {
    self.name = name.lowercased()
    self.value = value.trimmed
  }
}

/// A request as it came, its body whole.
public struct HTTPRequest: Hashable, Sendable {
  /// The method, such as `GET`.
  public let method: String
  /// Path and query as they came, still percent-encoded.
  public let target: String
  /// The header fields, in order.
  public let fields: [HTTPField]
  /// The body.
  public let body: [UInt8]
  /// The address of the connection's other end, in numbers.
  public let address: String

  /// A request.
  public init(
    method: String, target: String, fields: [HTTPField], body: [UInt8] = [],
    address: String = "127.0.0.1"
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.body = body
    self.address = address
  }

  /// The path as it came.
  public var path: String {
    String(target.prefix { $0 != "?" })
  }

  /// The query as it came, with its `?`; a lone `?` where there is none (RFC 9421 §2.2.7).
  public var query: String {
    target.firstIndex(of: "?").map { String(target[$0...]) } ?? "?"
  }

  /// The parts of the path between slashes, decoded; nil where that gives no text.
  var segments: [String]? {
    guard path.hasPrefix("/") else { return nil }
    var segments: [String] = []
    for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let text = String(part).percentDecoded else { return nil }
      segments.append(text)
    }
    return segments
  }

  /// The names and values of the query, decoded; nil where a name occurs twice or is no text.
  var parameters: [String: String]? {
    var found: [String: String] = [:]
    for pair in query.dropFirst().split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = String(parts[0]).percentDecoded,
        let value = parts.count == 2 ? String(parts[1]).percentDecoded : "",
        found.updateValue(value, forKey: name) == nil
      else { return nil }
    }
    return found
  }

  /// A field's value; several of one name are joined by commas (RFC 9110 §5.3).
  public func field(_ name: String) -> String? {
    let values = fields.filter { $0.name == name }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }
}

extension String {
  /// The text without spaces and tabs around it.
  var trimmed: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }

  /// The text with `%41` as `A`; nil for a broken escape, bytes that are no UTF-8, or a NUL.
  var percentDecoded: String? {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(Self.hexValue),
        let low = rest.popFirst().flatMap(Self.hexValue)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }

  private static func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
