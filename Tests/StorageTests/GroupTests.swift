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
    let before = try store.state
    #expect(throws: Crash.self) {
      try store.group {
        for (command, time) in commands[half...] { _ = try store.apply(command, now: time) }
        throw Crash()
      }
    }
    try store.refresh()
    #expect(try store.state == before)
    #expect(
      try SettlementStore(path: folder.file(), mayCreate: false).state == before)
    for (command, time) in commands[half...] { _ = try store.apply(command, now: time) }
    #expect(try SettlementStore(path: folder.file()).state == store.state)
  }

  @Test func aPartOfAGroupThatFailsUndoesTheWhole() throws {
    let folder = try TemporaryFolder()
    let store = try SettlementStore(path: folder.file())
    let commands = try sampleCommands()
    #expect(throws: Crash.self) {
      try store.group {
        _ = try store.apply(commands[0].command, now: commands[0].time)
        try? store.group {
          _ = try store.apply(commands[1].command, now: commands[1].time)
          throw Crash()
        }
      }
    }
    #expect(try store.state == SettlementMachine().encoded)
    _ = try store.apply(commands[0].command, now: commands[0].time)
    #expect(store.machine.sequence == 1)
  }

  @Test func withinAGroupEverythingIsSeenThatItHasApplied() throws {
    let folder = try TemporaryFolder()
    let store = try SettlementStore(path: folder.file())
    let commands = try sampleCommands()
    try store.group {
      for (index, (command, time)) in commands.enumerated() {
        _ = try store.apply(command, now: time)
        #expect(try store.journalEntry(underKey: command.key)?.sequence == UInt64(index))
      }
      #expect(try store.jobNames(limit: 9) == ["job-1", "job-2"])
      #expect(try store.transfers(from: 0, limit: .max).count == Int(store.transferCount()))
    }
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
