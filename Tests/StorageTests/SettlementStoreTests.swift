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
    for version in [Schema.oldestVersion - 1, Schema.version + 1] {
      let file = folder.file("version-\(version).db")
      try Schema.open(path: file, mayCreate: true).execute("PRAGMA user_version=\(version)")
      #expect(code(file) == .otherSchema)
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
      let state = try SettlementStore(path: copy).state
      let index = states.firstIndex(of: state)
      #expect(index != nil, "cut at \(cut)")
      if let index { seen.insert(index) }
    }
    #expect(seen.count > 10)
  }
}
