public import AssayAccounting
internal import AssayCryptography
internal import AssayWire

/// A journal in a settlement database; every entry's hash covers the one before it.
public struct SQLiteJournal: JournalStore {
  private let database: Database

  init(_ database: Database) { self.database = database }

  /// Opens the journal of a settlement database, creating the file where it is not there.
  public init(path: String) throws {
    database = try Schema.open(path: path, mayCreate: true)
  }

  public var count: UInt64 {
    get throws {
      // Sequences leave no gap; counting rows would read them all.
      let last = try database.query("SELECT max(sequence) FROM journal").first?.first?.integer
      return last.map { UInt64($0) + 1 } ?? 0
    }
  }

  public mutating func append(_ entry: JournalEntry) throws {
    try database.transaction { try appendWithinTransaction(entry) }
  }

  /// Appends within a transaction of the caller's.
  func appendWithinTransaction(_ entry: JournalEntry) throws {
    let count = try count
    guard entry.sequence == count else {
      throw JournalError.notNext(expected: count, found: entry.sequence)
    }
    guard try database.query("SELECT 1 FROM journal WHERE key = ?", .text(entry.key)).isEmpty
    else { throw JournalError.keyExists(entry.key) }
    let last = try database.query("SELECT chain FROM journal ORDER BY sequence DESC LIMIT 1")
    let chain = SQLiteJournal.chain(after: last.first?.first?.blob ?? [], entry)
    try database.query(
      "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", .integer(Int64(entry.sequence)),
      .text(entry.key), .integer(Int64(entry.time)), .blob(entry.command), .blob(entry.outcome),
      .blob(chain.bytes))
  }

  public func entries() throws -> [JournalEntry] { try entries(from: 0) }

  /// The entries from a sequence on, each checked to be the next one and to continue the chain.
  func entries(from start: UInt64, limit: Int = .max) throws -> [JournalEntry] {
    let rows = try database.query(
      """
      SELECT sequence, key, time, command, outcome, chain FROM journal WHERE sequence >= ?
      ORDER BY sequence LIMIT ?
      """, .integer(Int64(start)), .integer(Int64(limit)))
    var previous: [UInt8] = []
    if start > 0 {
      let row = try database.query(
        "SELECT chain FROM journal WHERE sequence = ?", .integer(Int64(start) - 1))
      previous = row.first?.first?.blob ?? []
    }
    var entries: [JournalEntry] = []
    for row in rows {
      guard row.count == 6, let sequence = row[0].integer, let key = row[1].text,
        let time = row[2].integer, let command = row[3].blob, let outcome = row[4].blob,
        sequence == Int64(start) + Int64(entries.count), time >= 0
      else { throw broken("entry \(Int64(start) + Int64(entries.count)) is missing or misshapen") }
      let entry = JournalEntry(
        sequence: UInt64(sequence), key: key, command: command, outcome: outcome,
        time: UInt64(time))
      let chain = SQLiteJournal.chain(after: previous, entry).bytes
      guard row[5].blob == chain else {
        throw broken("entry \(sequence) is not what was written: its hash differs")
      }
      previous = chain
      entries.append(entry)
    }
    return entries
  }

  /// The sequence of the entry under a key; nil where there is none.
  func sequence(ofKey key: String) throws -> UInt64? {
    let rows = try database.query("SELECT sequence FROM journal WHERE key = ?", .text(key))
    return rows.first?.first?.integer.map { UInt64($0) }
  }

  private func broken(_ what: String) -> StorageError {
    StorageError(
      .corrupt, "read the journal of \(database.path)",
      "\(what); restore the file from a backup")
  }

  private static func chain(after previous: [UInt8], _ entry: JournalEntry) -> Digest {
    var numbers = WireWriter()
    numbers.write(entry.sequence)
    numbers.write(entry.time)
    return SHA256.digest(
      domain: "assay/journal/v1",
      [previous, numbers.bytes, Array(entry.key.utf8), entry.command, entry.outcome])
  }
}
