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

/// A folder of its own for one test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "assay-storage-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String = "settlement.db") -> String { "\(path)/\(name)" }
}

struct SettlementStoreTests {
  @Test func theStoreKeepsTheContract() throws {
    for check in [
      StoreContract.checkReplay, StoreContract.checkRefusal, StoreContract.checkSharing,
      StoreContract.checkGroups, StoreContract.checkLogAndEvidence,
    ] {
      let folder = try TemporaryFolder()
      try check(StoreContract { try SettlementStore(path: folder.file()) })()
    }
  }

  @Test func aCrashBetweenAnyTwoWritesLosesThatCommandAndNothingElse() throws {
    var crashes = 0
    // BOUND: no command makes more than forty writes.
    for write in 0..<40 {
      let folder = try TemporaryFolder()
      let contract = StoreContract { try SettlementStore(path: folder.file()) }
      let crashed = try contract.checkCrash(afterWrites: write)
      if crashed == 0 { break }
      crashes += crashed
    }
    #expect(crashes > 60)
  }

  @Test func foreignOldAndDamagedFilesAreToldApart() throws {
    let folder = try TemporaryFolder()
    func code(_ path: String, mayCreate: Bool = true) -> StorageError.Code? {
      do {
        _ = try SettlementStore(path: path, mayCreate: mayCreate)
        return nil
      } catch { return (error as? StorageError)?.code }
    }
    #expect(code(folder.file("missing.db"), mayCreate: false) == .cannotOpen)
    #expect(code(folder.path) == .cannotOpen)
    #expect(code(folder.file("no/such/folder.db")) == .cannotOpen)
    try Data("no database at all, but long enough to be looked at".utf8)
      .write(to: URL(fileURLWithPath: folder.file("text.db")))
    #expect(code(folder.file("text.db")) == .foreignFile)
    let other = try SQLiteDatabase(path: folder.file("other.db"), mayCreate: true)
    try other.execute("CREATE TABLE things (name TEXT)")
    #expect(code(folder.file("other.db")) == .foreignFile)
    for version in [Schema.version - 1, Schema.version + 1] {
      let file = folder.file("version-\(version).db")
      try Schema.open(path: file, mayCreate: true).execute("PRAGMA user_version=\(version)")
      #expect(code(file) == .otherSchema)
    }
  }

  @Test func everyAlteredRowIsFoundWhenTheFileIsOpened() throws {
    let folder = try TemporaryFolder()
    let original = folder.file()
    do {
      let store = try SettlementStore(path: original)
      for (command, time) in try sampleCommands() { _ = try store.apply(command, now: time) }
      try store.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
    let edits = [
      "UPDATE journal SET time = time + 1 WHERE sequence = 5",
      "UPDATE journal SET key = 'other' WHERE sequence = 2",
      "UPDATE journal SET command = zeroblob(9) WHERE sequence = 3",
      "UPDATE journal SET outcome = x'00' WHERE sequence = 4",
      "UPDATE journal SET chain = zeroblob(32) WHERE sequence = 6",
      "DELETE FROM journal WHERE sequence = 7",
      "DELETE FROM journal WHERE sequence = (SELECT max(sequence) FROM journal)",
      "UPDATE jobs SET state = zeroblob(9) WHERE name = 'job-1'",
      "DELETE FROM jobs WHERE name = 'job-2'",
      "UPDATE accounts SET state = zeroblob(80) WHERE name LIKE 'treasury%'",
      "INSERT INTO accounts SELECT 'party/extra', asset, balance, available, state FROM accounts "
        + "LIMIT 1",
      "UPDATE transfers SET state = x'00' WHERE position = 0",
      "DELETE FROM transfers WHERE position = 3",
    ]
    for (index, edit) in edits.enumerated() {
      let copy = folder.file("copy-\(index).db")
      try FileManager.default.copyItem(atPath: original, toPath: copy)
      try SQLiteDatabase(path: copy, mayCreate: false).execute(edit)
      do {
        _ = try SettlementStore(path: copy)
        Issue.record("not found: \(edit)")
      } catch let error as StorageError {
        #expect(error.code == .corrupt, "\(edit): \(error)")
      }
    }
  }

  @Test func aTornWriteAheadLogLeavesABeginningOfTheJournal() throws {
    let folder = try TemporaryFolder()
    let commands = try sampleCommands()
    var states: [[UInt8]] = [SettlementMachine().encoded]
    let store = try SettlementStore(path: folder.file())
    try store.database.execute("PRAGMA wal_autocheckpoint=0")
    var plain = SettlementMachine()
    for (command, time) in commands {
      _ = try store.apply(command, now: time)
      _ = plain.apply(command, now: time)
      states.append(plain.encoded)
    }
    let log = try Data(contentsOf: URL(fileURLWithPath: folder.file() + "-wal"))
    var seen: Set<Int> = []
    for cut in stride(from: 0, through: log.count, by: max(1, log.count / 60)) {
      let copy = folder.file("torn-\(cut).db")
      try FileManager.default.copyItem(atPath: folder.file(), toPath: copy)
      try log.prefix(cut).write(to: URL(fileURLWithPath: copy + "-wal"))
      let state = try SettlementStore(path: copy).machine.encoded
      let index = states.firstIndex(of: state)
      #expect(index != nil, "cut at \(cut)")
      if let index { seen.insert(index) }
    }
    #expect(seen.count > 10)
  }
}
