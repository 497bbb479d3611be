import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssayMerkle
import AssaySettlement
import Testing

@testable import AssayStorage

/// The contract of `JournalStore`, for any store.
func checkJournalContract(_ empty: some JournalStore) throws {
  var journal = empty
  func entry(_ sequence: UInt64, _ key: String) -> JournalEntry {
    JournalEntry(
      sequence: sequence, key: key, command: [UInt8](repeating: 1, count: Int(sequence)),
      outcome: [2], time: sequence * 3)
  }
  #expect(try journal.count == 0)
  #expect(try journal.entries().isEmpty)
  try journal.append(entry(0, "a"))
  try journal.append(entry(1, "b"))
  #expect(throws: JournalError.notNext(expected: 2, found: 1)) {
    try journal.append(entry(1, "c"))
  }
  #expect(throws: JournalError.notNext(expected: 2, found: 3)) {
    try journal.append(entry(3, "c"))
  }
  #expect(throws: JournalError.keyExists("a")) { try journal.append(entry(2, "a")) }
  #expect(try journal.count == 2)
  try journal.append(entry(2, "c"))
  #expect(try journal.entries() == [entry(0, "a"), entry(1, "b"), entry(2, "c")])
}

struct JournalAndLogTests {
  private let key: SigningKey
  private let other: SigningKey
  private let folder: TemporaryFolder

  init() throws {
    key = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    other = try SigningKey(seed: [UInt8](repeating: 2, count: 32))
    folder = try TemporaryFolder()
  }

  private func envelope(_ number: Int) -> [UInt8] {
    Envelope.sign(payload: Array("{\"n\":\(number)}".utf8), with: key).encoded
  }

  @Test func bothJournalsKeepTheContract() throws {
    try checkJournalContract(MemoryJournal())
    try checkJournalContract(StoredJournal(Schema.open(path: folder.file(), mayCreate: true)))
  }

  @Test func everyEntryIsProvedUnderASignedHead() throws {
    let store = try SettlementStore(path: folder.file())
    let log = LogIdentity(origin: "log.example/1", key: key.verifyingKey)
    for number in 0..<12 {
      let bytes = envelope(number)
      let identity = try Envelope(decoding: bytes).identity
      #expect(try store.appendToLog(.claim, envelope: bytes) == UInt64(number))
      // Appending again keeps the place.
      #expect(try store.appendToLog(.claim, envelope: bytes) == UInt64(number))
      for earlier in 0...number {
        let past = try Envelope(decoding: envelope(earlier)).identity
        let evidence = try store.proveInLog(past, origin: log.origin, signingWith: key)
        #expect(evidence.proof.leafIndex == UInt64(earlier))
        try evidence.check(.claim, identity: past, in: log)
        #expect(throws: EvidenceError.self) {
          try evidence.check(.verdict, identity: past, in: log)
        }
        if earlier != number {
          #expect(throws: EvidenceError.self) {
            try evidence.check(.claim, identity: identity, in: log)
          }
        }
        #expect(throws: EvidenceError.self) {
          try evidence.check(
            .claim, identity: past,
            in: LogIdentity(origin: log.origin, key: other.verifyingKey))
        }
        #expect(throws: EvidenceError.self) {
          try evidence.check(
            .claim, identity: past,
            in: LogIdentity(origin: "log.example/2", key: key.verifyingKey))
        }
      }
    }
    #expect(try store.logEntries(0..<12).map(\.index) == Array(0..<12))
  }

  @Test func aStatementThatIsNotThereIsNotProved() throws {
    let store = try SettlementStore(path: folder.file())
    do {
      _ = try store.proveInLog(.zero, origin: "log.example/1", signingWith: key)
      Issue.record("proved what is not there")
    } catch let error as StorageError { #expect(error.code == .notFound) }
    #expect(throws: CryptographyError.self) { try store.appendToLog(.claim, envelope: [1, 2]) }
  }

  @Test func oneFlippedBitInAStoredLeafIsNeverSignedOver() throws {
    let store = try SettlementStore(path: folder.file())
    for number in 0..<4 { _ = try store.appendToLog(.claim, envelope: envelope(number)) }
    // The payload of entry 2 is replaced by another, its envelope whole.
    try store.database.query(
      "UPDATE log SET envelope = ? WHERE position = 2", .blob(envelope(99)))
    expectCorrupt { try store.signLog(origin: origin, key: key) }
    #expect(try store.lastLogHead() == nil)
  }

  @Test func anEntryThatWasAlteredAfterItWasSignedForIsNeitherProvedNorVerified() throws {
    let store = try SettlementStore(path: folder.file())
    for number in 0..<4 { _ = try store.appendToLog(.claim, envelope: envelope(number)) }
    _ = try store.signLog(origin: origin, key: key)
    #expect(try store.verifyLog() == (4, 1))
    // With its identity made to fit: only the tree that was signed for gives it away.
    let forged = envelope(99)
    let identity = try Envelope(decoding: forged).identity
    try store.database.query(
      "UPDATE log SET envelope = ?, identity = ? WHERE position = 2", .blob(forged),
      .blob(identity.bytes))
    expectCorrupt { try store.proveInLog(identity, origin: origin, signingWith: key) }
    expectCorrupt { try store.verifyLog() }
    // The others are still what was signed for.
    let first = try Envelope(decoding: envelope(0)).identity
    try store.proveInLog(first, origin: origin, signingWith: key).check(
      .claim, identity: first, in: LogIdentity(origin: origin, key: key.verifyingKey))
  }

  @Test func aLogThatLostItsEndOrItsTreeIsNotSigned() throws {
    let store = try SettlementStore(path: folder.file())
    for number in 0..<4 { _ = try store.appendToLog(.claim, envelope: envelope(number)) }
    _ = try store.signLog(origin: origin, key: key)
    try store.database.execute("UPDATE tiles SET hashes = zeroblob(128)")
    expectCorrupt { try store.signLog(origin: origin, key: key) }
    try store.database.execute("DELETE FROM tiles")
    #expect(try store.signLog(origin: origin, key: key).unverifiedHead().size == 4)
    try store.database.execute("DELETE FROM log WHERE position >= 2")
    expectCorrupt { try store.signLog(origin: origin, key: key) }
    expectCorrupt { try store.verifyLog() }
  }

  @Test func aBatchIsOneTransactionAndItsTreeIsThatOfItsEntries() throws {
    let store = try SettlementStore(path: folder.file())
    var leaves: [Digest] = []
    for start in [0, 200, 300] {
      let batch = (start..<start + 200).map(envelope)
      // The last hundred of a batch are the first of the next, and keep their places.
      let places = try store.appendToLog(batch.map { (.verdict, $0) })
      #expect(places == (start..<start + 200).map { UInt64($0) })
      leaves += try batch.map {
        LogEntry.leafHash(.verdict, identity: try Envelope(decoding: $0).identity)
      }
      .suffix(start == 300 ? 100 : 200)
      let head = try store.signLog(origin: origin, key: key).verify(
        name: origin, with: key.verifyingKey)
      #expect(head.size == UInt64(leaves.count))
      #expect(head.root == MerkleTree.root(ofLeafHashes: leaves))
    }
    #expect(throws: CryptographyError.self) {
      try store.appendToLog([(.claim, envelope(1000)), (.claim, [1, 2])])
    }
    #expect(try store.logCount() == 500)
    #expect(try store.verifyLog() == (500, 3))
    var tree = store.logTree(ofSize: 500)
    #expect(
      try tree.consistencyProof(fromSize: 200)
        == MerkleTree.consistencyProof(fromSize: 200, inLeafHashes: leaves))
  }

  private let origin = "log.example/1"

  private func expectCorrupt(
    _ body: () throws -> some Any, location: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try body()
      Issue.record("an altered log was signed or proved", sourceLocation: location)
    } catch {
      #expect((error as? StorageError)?.code == .corrupt, sourceLocation: location)
    }
  }
}
