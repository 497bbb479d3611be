import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssayMerkle
import AssaySettlement
import AssaySettlementTestSupport
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

/// A job's whole life as commands with their times.
func sampleCommands(seed: UInt64 = 1) throws -> [(command: Command, time: UInt64)] {
  var market = try Market(seed: seed)
  try market.advance(try market.terms(), to: .verifying)
  try market.decide("job-1", .inconclusive(.missingData))
  try market.decide("job-1", try market.rejection("job-1"), verifier: 1)
  try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
  try market.referee("job-1", .accepted)
  try market.apply(.close(job: "job-1"))
  try market.advance(try market.terms("job-2"), to: .active)
  try market.passDeadline("job-2")
  try market.apply(.expire(job: "job-2"))
  try market.apply(
    .withdraw(party: market.keys.provider.verifyingKey, asset: market.asset, amount: Amount(7)))
  return market.sent
}

struct SettlementStoreTests {
  @Test func aReopenedStoreIsTheReplayOfItsJournalToTheByte() throws {
    let folder = try TemporaryFolder()
    let commands = try sampleCommands()
    var plain = SettlementMachine()
    for (index, (command, time)) in commands.enumerated() {
      // Opened anew for every command, as the command line does.
      let store = try SettlementStore(path: folder.file())
      #expect(store.machine.encoded == plain.encoded)
      #expect(try store.apply(command, now: time) == plain.apply(command, now: time))
      #expect(store.machine.encoded == plain.encoded, "command \(index)")
    }
    let store = try SettlementStore(path: folder.file(), mayCreate: false)
    #expect(store.machine.encoded == plain.encoded)
    try store.machine.checkInvariants()
    // Every command again: nothing changes, nothing is written.
    let count = try store.journalEntries().count
    for (command, time) in commands {
      guard case .applied = try store.apply(command, now: time + 1_000_000) else {
        Issue.record("a repeated command was refused")
        return
      }
    }
    #expect(try store.journalEntries().count == count)
    #expect(store.machine.encoded == plain.encoded)
  }

  @Test func aRefusedCommandWritesNothing() throws {
    let folder = try TemporaryFolder()
    let store = try SettlementStore(path: folder.file())
    let command = try Command(key: "k", action: .close(job: "none"))
    #expect(try store.apply(command, now: 1) == .refused(.jobNotFound("none")))
    #expect(try store.journalEntries().isEmpty)
  }

  @Test func aCrashBetweenAnyTwoWritesLosesThatCommandAndNothingElse() throws {
    struct Crash: Error {}
    let commands = try sampleCommands()
    var crashes = 0
    // BOUND: no command makes more than forty writes.
    for write in 0..<40 {
      let folder = try TemporaryFolder()
      let store = try SettlementStore(path: folder.file())
      var plain = SettlementMachine()
      var crashedHere = 0
      for (command, time) in commands {
        var left = write
        store.betweenWrites = { _ in
          if left == 0 { throw Crash() }
          left -= 1
        }
        let before = plain.encoded
        do {
          _ = try store.apply(command, now: time)
          store.betweenWrites = { _ in }
        } catch is Crash {
          crashedHere += 1
          store.betweenWrites = { _ in }
          // Another process sees the state before the command.
          #expect(
            try SettlementStore(path: folder.file(), mayCreate: false).machine.encoded == before)
          // The same store takes the command again.
          _ = try store.apply(command, now: time)
        }
        _ = plain.apply(command, now: time)
        #expect(store.machine.encoded == plain.encoded)
      }
      #expect(try SettlementStore(path: folder.file()).machine.encoded == plain.encoded)
      crashes += crashedHere
      if crashedHere == 0 { break }
    }
    #expect(crashes > 60)
  }

  @Test func twoStoresOnOneFileSeeEachOther() throws {
    let folder = try TemporaryFolder()
    let first = try SettlementStore(path: folder.file())
    let second = try SettlementStore(path: folder.file())
    var plain = SettlementMachine()
    for (index, (command, time)) in try sampleCommands().enumerated() {
      let outcome = plain.apply(command, now: time)
      // Both try it, in turn first: one applies it, the other finds it applied.
      let stores = index.isMultiple(of: 2) ? [first, second] : [second, first]
      for store in stores { #expect(try store.apply(command, now: time) == outcome) }
    }
    #expect(first.machine.encoded == plain.encoded)
    try second.refresh()
    #expect(second.machine.encoded == plain.encoded)
    #expect(UInt64(try first.journalEntries().count) == plain.sequence)
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
    let other = try Database(path: folder.file("other.db"), mayCreate: true)
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
      try Database(path: copy, mayCreate: false).execute(edit)
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
