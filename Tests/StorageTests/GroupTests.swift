import AssayAccounting
import AssaySettlement
import AssayStorageTestSupport
import Testing

@testable import AssayStorage

struct GroupTests {
  struct Crash: Error {}

  @Test func nobodySeesAGroupBeforeItIsWhole() throws {
    let folder = try TemporaryFolder()
    let store = try SettlementStore(path: folder.file())
    let commands = try sampleCommands()
    try store.group {
      for (command, time) in commands { _ = try store.apply(command, now: time) }
      let other = try SQLiteDatabase(path: folder.file(), mayCreate: false)
      #expect(try other.query("SELECT count(*) FROM journal").first?.first?.integer == 0)
    }
    #expect(try store.journalEntries().count > 10)
  }

  @Test func aGroupThatFailsIsUndoneWhole() throws {
    let folder = try TemporaryFolder()
    let store = try SettlementStore(path: folder.file())
    let commands = try sampleCommands()
    let half = commands.count / 2
    for (command, time) in commands[..<half] { _ = try store.apply(command, now: time) }
    let before = store.machine.encoded
    #expect(throws: Crash.self) {
      try store.group {
        for (command, time) in commands[half...] { _ = try store.apply(command, now: time) }
        throw Crash()
      }
    }
    try store.refresh()
    #expect(store.machine.encoded == before)
    #expect(
      try SettlementStore(path: folder.file(), mayCreate: false).machine.encoded == before)
    for (command, time) in commands[half...] { _ = try store.apply(command, now: time) }
    #expect(try SettlementStore(path: folder.file()).machine.encoded == store.machine.encoded)
  }

  @Test func aCommandThatFailsInAGroupIsUndoneByItself() throws {
    let folder = try TemporaryFolder()
    let store = try SettlementStore(path: folder.file())
    var plain = SettlementMachine()
    var failures = 0
    try store.group {
      for (index, (command, time)) in try sampleCommands().enumerated() {
        store.betweenWrites = { _ in if index.isMultiple(of: 3) { throw Crash() } }
        do {
          _ = try store.apply(command, now: time)
        } catch is Crash {
          failures += 1
          store.betweenWrites = { _ in }
          _ = try store.apply(command, now: time)
        }
        _ = plain.apply(command, now: time)
      }
    }
    #expect(failures > 3)
    #expect(store.machine.encoded == plain.encoded)
    #expect(
      try SettlementStore(path: folder.file(), mayCreate: false).machine.encoded == plain.encoded)
  }

  @Test func entriesAreFoundByPlaceAndByKey() throws {
    let folder = try TemporaryFolder()
    let store = try SettlementStore(path: folder.file())
    for (command, time) in try sampleCommands() { _ = try store.apply(command, now: time) }
    let all = try store.journalEntries()
    #expect(try store.journalEntries(from: 3, limit: 4) == Array(all[3..<7]))
    #expect(try store.journalEntries(from: UInt64(all.count), limit: 4).isEmpty)
    #expect(try store.journalEntry(underKey: all[5].key) == all[5])
    #expect(try store.journalEntry(underKey: "never used") == nil)
  }
}
