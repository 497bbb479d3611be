/// What settlement needs of an SQL database: statements, values, and transactions that one writer
/// at a time may be in.
///
/// SQLite's is here; the room `PostgreSQL` has the other. Statements are written for both: `?`
/// stands for a value, conflicts are resolved by `ON CONFLICT`.
public protocol Database: AnyObject {
  /// What is opened, for messages; it holds no password.
  var name: String { get }

  /// Runs statements that give no rows.
  ///
  /// - Throws: `StorageError`.
  func execute(_ sql: String) throws

  /// Runs one statement, its `?` standing for the values, and gives its rows.
  ///
  /// - Throws: `StorageError`.
  func query(_ sql: String, _ values: [SQLValue]) throws -> [[SQLValue]]

  /// Runs a body in one transaction that excludes other writers from its beginning, and is durable
  /// when this returns; undone where the body throws.
  ///
  /// Within another one it is a part of that: undone by itself, durable with the whole.
  ///
  /// - Throws: what the body throws, or `StorageError`.
  func transaction<Result>(_ body: () throws -> Result) throws -> Result

  /// Runs a body that only reads, and sees one state throughout while others go on writing.
  ///
  /// - Throws: what the body throws, or `StorageError`.
  func snapshot<Result>(_ body: () throws -> Result) throws -> Result

  /// What is damaged below the tables, as far as the database can say itself.
  ///
  /// - Throws: `StorageError`.
  func structuralDamage() throws -> [String]
}

/// A value of a column.
public enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  package var integer: Int64? {
    if case .integer(let number) = self { number } else { nil }
  }
  package var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
  var blob: [UInt8]? {
    if case .blob(let bytes) = self { bytes } else { nil }
  }
}

extension Database {
  @discardableResult
  func query(_ sql: String, _ values: SQLValue...) throws -> [[SQLValue]] {
    try query(sql, values)
  }
}
