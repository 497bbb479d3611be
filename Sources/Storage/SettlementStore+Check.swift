internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
public import AssaySettlement

/// What a database holds, and what in it contradicts what it should be.
public struct DatabaseReport: Hashable, Sendable {
  /// Something that is not what follows from the journal and the log.
  public struct Disagreement: Hashable, Sendable, CustomStringConvertible {
    /// The table that it stands in; `file` for the database's own structure.
    public let table: String
    /// What is wrong.
    public let what: String

    public var description: String { "\(table): \(what)" }
  }

  /// The most disagreements that are looked for.
  public static let disagreementLimit = 100

  /// How many commands were replayed.
  public fileprivate(set) var commands: UInt64 = 0
  /// How many entries the evidence log has.
  public fileprivate(set) var logEntries: UInt64 = 0
  /// How many signed heads were compared.
  public fileprivate(set) var heads: UInt64 = 0
  /// How many proofs and specs are kept.
  public fileprivate(set) var evidence: UInt64 = 0
  /// How many rows of each derived table were compared.
  public fileprivate(set) var rows: [String: UInt64] = [:]
  /// What is wrong; empty where everything agrees.
  public fileprivate(set) var disagreements: [Disagreement] = []

  /// Whether what everything else follows from is whole, and so is a copy of it.
  public var isCopyWhole: Bool {
    disagreements.allSatisfy { !Schema.primary.contains($0.table) }
  }

  /// Runs a part of the check; what is corrupt is noted, and the other parts go on.
  fileprivate mutating func examine(
    _ table: String, _ body: (inout DatabaseReport) throws -> Void
  ) throws {
    do {
      try body(&self)
    } catch let error as StorageError where error.code != .corrupt {
      throw error
    } catch { note(table, (error as? StorageError)?.message ?? "\(error)") }
  }

  fileprivate mutating func note(_ table: String, _ what: String) {
    guard disagreements.count < Self.disagreementLimit else { return }
    disagreements.append(Disagreement(table: table, what: what))
  }
}

extension SettlementStore {
  /// Derives everything again from the journal and the log alone, and compares.
  ///
  /// Others may go on using the database. Needs room for temporary files, about as much as the
  /// database has without its log and evidence, and a bounded amount of memory.
  ///
  /// - Throws: `StorageError` where the database cannot be read at all.
  /// - Complexity: linear in the database, signatures included.
  public func check() throws -> DatabaseReport {
    try compare(with: SettlementStore(Schema.openTemporary()), isCopy: false)
  }

  /// The same of a file that may be too much damaged to go on with.
  ///
  /// - Throws: `StorageError` where the file cannot be read at all.
  public static func check(path: String) throws -> DatabaseReport {
    try check(Schema.open(path: path, mayCreate: false))
  }

  /// The same of the database that another room has connected to.
  ///
  /// - Throws: as above.
  public static func check(_ database: any Database) throws -> DatabaseReport {
    try SettlementStore(unread: database).check()
  }

  /// Copies the journal, the log with its heads, and the evidence to an empty database, derives
  /// everything else there, and compares that with what stands here.
  ///
  /// Others may go on using this database; the copy is of one moment.
  ///
  /// - Throws: `StorageError`; with `foreignFile` where the other database is not empty.
  /// - Complexity: linear in the database, signatures included.
  public func copy(to other: SettlementStore) throws -> DatabaseReport {
    for table in Schema.primary {
      guard try other.database.query("SELECT 1 FROM \(table) LIMIT 1").isEmpty else {
        throw StorageError(
          .foreignFile, "copy to \(other.database.name)",
          "expected an empty database, found one with a \(table); name another")
      }
    }
    return try compare(with: other, isCopy: true)
  }

  /// The machine that the journal alone gives, in memory whole.
  public func replayed() throws -> SettlementMachine {
    var machine = SettlementMachine()
    for entry in try journalEntries() {
      do throws(SettlementError) {
        try machine.replay(entry)
      } catch { throw broken("\(error)") }
    }
    return machine
  }

  private func compare(with other: SettlementStore, isCopy: Bool) throws -> DatabaseReport {
    var report = DatabaseReport()
    try report.examine("file") { report in
      for damage in try database.structuralDamage() { report.note("file", damage) }
    }
    try database.snapshot {
      var logs: Set<LogIdentity> = []
      try report.examine("journal") { try replayJournal(into: other, &logs, &$0) }
      try report.examine("log") { try copyLog(to: other, isCopy: isCopy, logs, &$0) }
      try report.examine("evidence") { try copyEvidence(to: isCopy ? other : nil, &$0) }
      for table in Schema.derived {
        try report.examine(table.name) { try compareRows(of: table, with: other, &$0) }
      }
    }
    return report
  }

  /// - Parameter logs: the logs that the jobs' terms name.
  private func replayJournal(
    into other: SettlementStore, _ logs: inout Set<LogIdentity>, _ report: inout DatabaseReport
  ) throws {
    while true {  // BOUND: every turn takes up an entry or returns.
      let entries = try journal.entries(from: report.commands, limit: 4096)
      if entries.isEmpty { return }
      try other.group {
        for entry in entries {
          try other.replay(entry)
          if case .offer(let terms)? = try? Command(decoding: entry.command).action,
            let log = try? Terms(decoding: terms).contents.parties.log
          {
            logs.insert(log)
          }
        }
      }
      report.commands += UInt64(entries.count)
    }
  }

  private func copyLog(
    to other: SettlementStore, isCopy: Bool, _ logs: Set<LogIdentity>,
    _ report: inout DatabaseReport
  ) throws {
    let hashed = try lastLogHead()?.unverifiedHead().size ?? 0
    var wrong: [String] = []
    let counts = try verifyLog { entries, leaves, heads in
      for signed in heads {
        guard let head = try? signed.unverifiedHead() else { continue }
        let named = logs.filter { $0.origin == head.origin }
        let isSigned = named.contains { (try? signed.verify(name: $0.origin, with: $0.key)) != nil }
        if !named.isEmpty, !isSigned {
          wrong.append("the head over \(head.size) entries is not signed by the log's key")
        }
        guard isCopy else { continue }
        try other.database.insert(
          into: "heads", columns: 2, [[.integer(Int64(head.size)), .blob(signed.encoded)]])
      }
      if isCopy {
        try other.database.insert(
          into: "log", columns: 4,
          entries.map {
            [
              .integer(Int64($0.index)), .text($0.kind.rawValue), .blob($0.identity.bytes),
              .blob($0.envelope),
            ]
          })
      }
      if let start = entries.first?.index, start < hashed {
        try other.append(
          Array(leaves.prefix(Int(clamping: hashed - start))), toTreeOfSize: start)
      }
    }
    for what in wrong { report.note("heads", what) }
    (report.logEntries, report.heads) = counts
  }

  private func copyEvidence(
    to other: SettlementStore?, _ report: inout DatabaseReport
  ) throws {
    var last: [UInt8] = []
    while true {  // BOUND: every turn has a larger digest.
      let rows = try database.query(
        "SELECT digest, bytes FROM evidence WHERE digest > ? ORDER BY digest LIMIT 1",
        .blob(last))
      guard let row = rows.first else { return }
      guard let digest = row[0].blob, let bytes = row[1].blob,
        SHA256.digest(of: bytes).bytes == digest
      else { throw broken("the bytes after \(last) are not those of their digest") }
      try other?.keep(evidence: bytes)
      last = digest
      report.evidence += 1
    }
  }

  private func compareRows(
    of table: Schema.Derived, with other: SettlementStore, _ report: inout DatabaseReport
  ) throws {
    var expected = RowReader(other.database, table)
    var found = RowReader(database, table)
    while true {  // BOUND: every turn takes up a row or returns.
      let (right, row) = (try expected.peek(), try found.peek())
      if let row, right.map({ table.precedes(row, $0) }) ?? true {
        report.note(table.name, "\(table.text(of: row)) does not follow from the journal")
        found.drop()
      } else if let right, row.map({ table.precedes(right, $0) }) ?? true {
        report.note(table.name, "\(table.text(of: right)) is missing")
        expected.drop()
      } else if let row {
        if right != row {
          report.note(table.name, "\(table.text(of: row)) is not what the journal gives")
        }
        expected.drop()
        found.drop()
      } else {
        return
      }
      report.rows[table.name, default: 0] += 1
    }
  }
}
