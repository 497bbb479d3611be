/// Splits CSV text into records and fields (RFC 4180), without copying the text.
///
/// Records end with CR LF or LF; the last one may lack it. A field in double quotes may hold
/// commas, line ends and doubled quotes. Lines count from 1.
struct TableRecords {
  /// One field: its bytes in the text, without the enclosing quotes.
  struct Field: Hashable {
    var bytes: Range<Int>
    /// Whether it holds doubled quotes, of which each stands for one.
    var hasDoubledQuotes = false
  }

  private let file: String
  private let text: [UInt8]
  private var position: Int
  /// The line on which the next record begins.
  private(set) var line = 1

  /// Begins to read `text`; a byte-order mark is passed over.
  init(_ text: [UInt8], file: String) {
    self.file = file
    self.text = text
    position = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Replaces `fields` with the next record's; false at the end of the text.
  mutating func next(_ fields: inout [Field]) throws(DatasetError) -> Bool {
    fields.removeAll(keepingCapacity: true)
    guard position < text.count else { return false }
    let firstLine = line
    // BOUND: every round consumes at least one separator, or reaches the end of the text.
    while true {
      if position < text.count, text[position] == Self.quote {
        fields.append(try quotedField(column: fields.count + 1))
      } else {
        fields.append(try plainField(column: fields.count + 1))
      }
      guard position < text.count else {
        line += 1
        return true
      }
      switch text[position] {
      case Self.comma:
        position += 1
      case Self.lineFeed:
        position += 1
        line += 1
        return true
      case Self.carriageReturn
      where position + 1 < text.count && text[position + 1] == Self.lineFeed:
        position += 2
        line += 1
        return true
      default:
        throw .record(
          file: file, line: firstLine, column: fields.count,
          reason: "expected a comma or the end of the line after the field")
      }
    }
  }

  private mutating func plainField(column: Int) throws(DatasetError) -> Field {
    let start = position
    while position < text.count {
      switch text[position] {
      case Self.comma, Self.lineFeed, Self.carriageReturn:
        return Field(bytes: start..<position)
      case Self.quote:
        throw .record(
          file: file, line: line, column: column,
          reason: "a quote within a field; enclose the field in quotes and double this one")
      default:
        position += 1
      }
    }
    return Field(bytes: start..<position)
  }

  private mutating func quotedField(column: Int) throws(DatasetError) -> Field {
    let firstLine = line
    position += 1
    var field = Field(bytes: position..<position)
    while position < text.count {
      if text[position] == Self.lineFeed { line += 1 }
      if text[position] == Self.quote {
        guard position + 1 < text.count, text[position + 1] == Self.quote else {
          field.bytes = field.bytes.lowerBound..<position
          position += 1
          return field
        }
        field.hasDoubledQuotes = true
        position += 1
      }
      position += 1
    }
    throw .record(
      file: file, line: firstLine, column: column, reason: "the quoted field never ends")
  }

  /// A field's text.
  func string(_ field: Field) -> String {
    let plain = String(decoding: text[field.bytes], as: UTF8.self)
    guard field.hasDoubledQuotes else { return plain }
    return plain.split(separator: "\"\"", omittingEmptySubsequences: false).joined(separator: "\"")
  }

  /// A field as a number, rounded once to float32; nil when it is none or beyond the range.
  func number(_ field: Field) -> Float? {
    DecimalNumber.float(text[field.bytes])
  }

  /// A field as a whole number; nil when it is none.
  func integer(_ field: Field) -> Int? {
    DecimalNumber.integer(text[field.bytes])
  }
}
