internal import AssayAccounting
internal import AssayCryptography
internal import AssayWire

/// A journal in a settlement database; every entry's hash covers the one before it.
struct StoredJournal: JournalStore {
  private let database: any Database

  init(_ database: any Database) { self.database = database }

  var count: UInt64 { get throws { try end.count } }

  /// Where a journal ends.
  struct End {
    /// How many entries there are.
    var count: UInt64 = 0
    /// The time of the last one.
    var time: UInt64 = 0
    /// The hash of the last one.
    var chain: [UInt8] = []
  }

  var end: End {
    get throws {
      let row = try database.query(
        "SELECT sequence, time, chain FROM journal ORDER BY sequence DESC LIMIT 1"
      ).first
      guard let row else { return End() }
      guard row.count == 3, let last = row[0].integer, last >= 0, let time = row[1].integer,
        time >= 0, let chain = row[2].blob
      else { throw broken("its last entry is misshapen") }
      return End(count: UInt64(last) + 1, time: UInt64(time), chain: chain)
    }
  }

  mutating func append(_ entry: JournalEntry) throws {
    try database.transaction {
      var end = try end
      guard entry.sequence == end.count else {
        throw JournalError.notNext(expected: end.count, found: entry.sequence)
      }
      guard try database.query("SELECT 1 FROM journal WHERE key = ?", .text(entry.key)).isEmpty
      else { throw JournalError.keyExists(entry.key) }
      try append([entry], after: &end)
    }
  }

  /// Appends entries within a transaction of the caller's, who knows the end, and that they are
  /// next and their keys new.
  func append(_ entries: [JournalEntry], after end: inout End) throws {
    var rows: [[SQLValue]] = []
    for entry in entries {
      end = End(
        count: entry.sequence + 1, time: entry.time,
        chain: StoredJournal.chain(after: end.chain, entry).bytes)
      rows.append([
        .integer(Int64(entry.sequence)), .text(entry.key), .integer(Int64(entry.time)),
        .blob(entry.command), .blob(entry.outcome), .blob(end.chain),
      ])
    }
    try database.insert(into: "journal", columns: 6, rows)
  }

  func entries() throws -> [JournalEntry] { try entries(from: 0) }

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
      let chain = StoredJournal.chain(after: previous, entry).bytes
      guard row[5].blob == chain else {
        throw broken("entry \(sequence) is not what was written: its hash differs")
      }
      previous = chain
      entries.append(entry)
    }
    return entries
  }

  /// The entry under a key; nil where there is none.
  func entry(underKey key: String) throws -> JournalEntry? {
    let rows = try database.query("SELECT sequence FROM journal WHERE key = ?", .text(key))
    guard let sequence = rows.first?.first?.integer else { return nil }
    return try entries(from: UInt64(sequence), limit: 1).first
  }

  private func broken(_ what: String) -> StorageError {
    StorageError(
      .corrupt, "read the journal of \(database.name)",
      "\(what); “assay restore” makes a database from a backup")
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
