import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssayMerkle
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorageTestSupport
import Foundation
import Testing

@testable import AssayStorage

/// A store of which every table has rows.
func fullStore(_ path: String) throws -> SettlementStore {
  let store = try SettlementStore(path: path)
  try store.group {
    for (command, time) in try sampleCommands() { _ = try store.apply(command, now: time) }
  }
  let key = try Market(seed: 1).keys.operator
  for number in 0..<3 {
    let statement = Envelope.sign(payload: Array("{\"n\":\(number)}".utf8), with: key)
    _ = try store.appendToLog(.receipt, envelope: statement.encoded)
    if number > 0 { _ = try store.signLog(origin: Market.origin, key: key) }
  }
  for bytes in [[UInt8](arrayLiteral: 1, 2), [3]] { try store.keep(evidence: bytes) }
  return store
}

struct CheckTests {
  @Test func everyAlteredValueOfEveryTableIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try fullStore(folder.file())
    #expect(try store.check().disagreements == [])
    let database = store.database
    let tables = try database.query("SELECT name FROM sqlite_schema WHERE type = 'table'")
    var altered = 0
    for table in tables.compactMap({ $0[0].text }) {
      let columns = try database.query("SELECT name FROM pragma_table_info(?)", .text(table))
      for column in columns.compactMap({ $0[0].text }) {
        struct Undo: Error {}
        #expect(throws: Undo.self) {
          try database.transaction {
            // A row in the middle; another value of the same kind, of as many bytes.
            let rows = try database.query(
              "SELECT \(column) FROM \(table) WHERE \(column) IS NOT NULL ORDER BY 1")
            guard let old = rows.dropFirst(rows.count / 2).first?.first else { throw Undo() }
            let new: SQLValue =
              switch old {
              case .integer(let number): .integer(number + 1_000_003)
              case .text(let text): .text("~" + text.dropFirst())
              case .blob(let bytes): .blob(bytes.dropLast() + [(bytes.last ?? 0) ^ 0x10])
              case .null: .null
              }
            let count = try database.query(
              """
              UPDATE \(table) SET \(column) = ? WHERE \(column) = ? RETURNING 1
              """, new, old
            ).count
            #expect(count > 0)
            altered += 1
            let report = try SettlementStore.check(database)
            #expect(!report.disagreements.isEmpty, "\(table).\(column): \(old) → \(new)")
            throw Undo()
          }
        }
      }
    }
    #expect(altered > 35)
    #expect(try store.check().disagreements == [])
  }

  @Test func everyRowThatIsMissingOrTooMuchIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try fullStore(folder.file())
    for edit in [
      "DELETE FROM journal WHERE sequence = 7",
      "DELETE FROM journal WHERE sequence = (SELECT max(sequence) FROM journal)",
      "DELETE FROM log WHERE position = 2", "DELETE FROM heads WHERE size = 2",
      "DELETE FROM tiles", "DELETE FROM jobs WHERE name = 'job-2'",
      "DELETE FROM transfers WHERE position = 3", "DELETE FROM events WHERE job = 'job-2'",
      "DELETE FROM parties", "DELETE FROM records WHERE kind = 'hold'", "DELETE FROM derived",
      "INSERT INTO accounts SELECT 'party/extra', asset, balance, available, state FROM accounts "
        + "LIMIT 1",
      "INSERT INTO heads SELECT 9, note FROM heads LIMIT 1",
    ] {
      struct Undo: Error {}
      #expect(throws: Undo.self) {
        try store.database.transaction {
          try store.database.execute(edit)
          // The head over fewer entries says nothing that a later one does not say.
          let isHarmless = edit.contains("size = 2")
          #expect(try store.check().disagreements.isEmpty == isHarmless, "\(edit)")
          throw Undo()
        }
      }
    }
  }

  @Test func aDamagedRecordIsRefusedWhenItIsRead() throws {
    let folder = try TemporaryFolder()
    let commands = try sampleCommands()
    let half = commands.firstIndex { $0.command.name == "commit" } ?? 0
    do {
      let store = try SettlementStore(path: folder.file())
      for (command, time) in commands[..<half] { _ = try store.apply(command, now: time) }
      try store.database.execute(
        "UPDATE jobs SET state = CAST(substr(state, 1, 30) || x'ff' || substr(state, 32) AS BLOB)")
    }
    let store = try SettlementStore(path: folder.file())
    #expect {
      _ = try store.apply(commands[half].command, now: commands[half].time)
    } throws: { ($0 as? StorageError)?.code == .corrupt }
    #expect(try store.journalEntries().count == half)
  }

  @Test func aCopyIsTheSameAndIsMadeOnlyIntoAnEmptyDatabase() throws {
    let folder = try TemporaryFolder()
    let store = try fullStore(folder.file())
    let copy = try SettlementStore(path: folder.file("copy.db"))
    let report = try store.copy(to: copy)
    #expect(report.disagreements == [])
    #expect(report.commands == store.machine.sequence)
    #expect((report.logEntries, report.heads, report.evidence) == (3, 2, 2))
    let again = try SettlementStore(path: folder.file("copy.db"), mayCreate: false)
    #expect(try again.state == store.state)
    #expect(try again.check() == store.check())
    #expect(try again.lastLogHead() == store.lastLogHead())
    #expect { try store.copy(to: copy) } throws: {
      ($0 as? StorageError)?.code == .foreignFile
    }
  }

  @Test func othersWriteWhileACopyOfOneMomentIsMade() throws {
    let folder = try TemporaryFolder()
    let commands = try sampleCommands()
    let store = try SettlementStore(path: folder.file())
    for (command, time) in commands.dropLast() { _ = try store.apply(command, now: time) }
    let other = try SettlementStore(path: folder.file())
    let copy = try SettlementStore(path: folder.file("copy.db"))
    var left = 1
    copy.betweenWrites = { _ in
      guard left > 0, let (command, time) = commands.last else { return }
      left -= 1
      _ = try other.apply(command, now: time)
    }
    let report = try store.copy(to: copy)
    #expect(report.disagreements == [])
    #expect(report.commands == UInt64(commands.count - 1))
    try store.refresh()
    #expect(store.machine.sequence == UInt64(commands.count))
  }
}
