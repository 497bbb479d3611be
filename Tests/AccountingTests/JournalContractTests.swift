import AssayAccounting
import Testing

struct JournalContractTests {
  @Test func theMemoryJournalKeepsTheContract() throws {
    var journal = MemoryJournal()
    let first = JournalEntry(sequence: 0, key: "k0", command: [1], outcome: [2], time: 3)
    try journal.append(first)
    #expect(throws: JournalError.notNext(expected: 1, found: 0)) { try journal.append(first) }
    #expect(throws: JournalError.keyExists("k0")) {
      try journal.append(JournalEntry(sequence: 1, key: "k0", command: [], outcome: [], time: 3))
    }
    #expect(throws: JournalError.notNext(expected: 1, found: 2)) {
      try journal.append(JournalEntry(sequence: 2, key: "k2", command: [], outcome: [], time: 3))
    }
    #expect(journal.count == 1)
    #expect(try journal.entries() == [first])
  }
}
