/// A piece of a document: text, or an element with attributes and children.
///
/// All text and all attribute values are escaped on the way out, so nothing that a caller passes in
/// can become markup; and every element is closed, so the document is well-formed XML as well.
enum Markup: Hashable, Sendable {
  case text(String)
  indirect case element(String, [(String, String)], [Markup])
  /// A style sheet: the one kind of content that is not escaped. It is a constant of this module.
  case style(StaticString)

  /// An element.
  static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup] = []
  ) -> Markup {
    .element(name, attributes.map { ($0.key, $0.value) }, children)
  }

  /// An element that holds text only.
  static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ text: String
  ) -> Markup {
    tag(name, attributes, [.text(text)])
  }

  /// The document fragment in bytes.
  var bytes: [UInt8] {
    var output: [UInt8] = []
    append(to: &output)
    return output
  }

  /// Elements of HTML that have no content and no end tag.
  private static let voidElements: Set<String> = ["meta", "br", "hr", "col"]

  private func append(to output: inout [UInt8]) {
    switch self {
    case .text(let text):
      Self.append(escaping: text, to: &output)
    case .style(let sheet):
      output += Array("<style>".utf8)
      output += Array(sheet.description.utf8)
      output += Array("</style>".utf8)
    case .element(let name, let attributes, let children):
      output += Array("<\(name)".utf8)
      for (key, value) in attributes {
        output += Array(" \(key)=\"".utf8)
        Self.append(escaping: value, to: &output)
        output.append(UInt8(ascii: "\""))
      }
      if Self.voidElements.contains(name) {
        output += Array("/>".utf8)
        return
      }
      output.append(UInt8(ascii: ">"))
      for child in children { child.append(to: &output) }
      output += Array("</\(name)>".utf8)
    }
  }

  private static func append(escaping text: String, to output: inout [UInt8]) {
    let isPlain = text.utf8.allSatisfy { byte in
      (0x20..<0x7f).contains(byte) && byte != 0x26 && byte != 0x3c && byte != 0x3e
        && byte != 0x22 && byte != 0x27
    }
    if isPlain {
      output += Array(text.utf8)
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += Array("&amp;".utf8)
      case "<": output += Array("&lt;".utf8)
      case ">": output += Array("&gt;".utf8)
      case "\"": output += Array("&quot;".utf8)
      case "'": output += Array("&#39;".utf8)
      case "\n", "\r", "\t": output.append(UInt8(ascii: " "))
      case _
      where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
        || scalar.value & 0xfffe == 0xfffe:
        // Control characters and non-characters stand in no document.
        output += Array("\u{fffd}".utf8)
      default: output += Array(String(scalar).utf8)
      }
    }
  }

  static func == (left: Markup, right: Markup) -> Bool { left.bytes == right.bytes }

  func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
