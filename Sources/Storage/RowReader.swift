/// The rows of a table in the order of its key, a page in memory at a time.
struct RowReader {
  private static let pageCount = 512

  private let database: any Database
  private let table: Schema.Derived
  private var page: ArraySlice<[SQLValue]> = []
  private var last: [SQLValue] = []
  private var isAtEnd = false

  init(_ database: any Database, _ table: Schema.Derived) {
    self.database = database
    self.table = table
  }

  /// The next row; nil after the last one.
  mutating func peek() throws -> [SQLValue]? {
    if let row = page.first { return row }
    if isAtEnd { return nil }
    let key = table.key.joined(separator: ", ")
    let places = table.key.map { _ in "?" }.joined(separator: ", ")
    page = try database.query(
      "SELECT \(table.columns) FROM \(table.name) "
        + (last.isEmpty ? "" : "WHERE (\(key)) > (\(places)) ")
        + "ORDER BY \(key) LIMIT \(Self.pageCount)", last)[...]
    isAtEnd = page.count < Self.pageCount
    if let row = page.last { last = table.key(of: row) }
    return page.first
  }

  /// Goes on behind the next row.
  mutating func drop() { page = page.dropFirst() }
}

extension Schema.Derived {
  /// What a row is found by.
  func key(of row: [SQLValue]) -> [SQLValue] { Array(row.prefix(key.count)) }

  /// Whether a row stands before another.
  func precedes(_ left: [SQLValue], _ right: [SQLValue]) -> Bool {
    for (left, right) in zip(key(of: left), key(of: right)) where left != right {
      switch (left, right) {
      case (.integer(let left), .integer(let right)): return left < right
      case (.text(let left), .text(let right)):
        return left.utf8.lexicographicallyPrecedes(right.utf8)
      case (.blob(let left), .blob(let right)): return left.lexicographicallyPrecedes(right)
      // The order of types in SQLite.
      case (.null, _), (.integer, _), (.text, .blob): return true
      default: return false
      }
    }
    return false
  }

  /// A row's key for people.
  func text(of row: [SQLValue]) -> String {
    key(of: row).map { value in
      switch value {
      case .null: "nothing"
      case .integer(let number): "\(number)"
      case .text(let text): text
      case .blob(let bytes): "\(bytes.count) bytes"
      }
    }.joined(separator: " ")
  }
}
