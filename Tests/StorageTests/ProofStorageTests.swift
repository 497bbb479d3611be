import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorageTestSupport
import Foundation
import Testing

@testable import AssayStorage

/// Proofs that are kept with the journal, and checked by the process that moves money on them.
struct ProofStorageTests {
  /// The spec of the market's terms; `NamedProofs` proves anything about it.
  private static let spec: [UInt8] = [1]

  private static let checker: SettlementStore.ProofCheckerMaker = {
    (spec) throws(EvidenceError) in
    guard spec == ProofStorageTests.spec else { throw .proof(.refused(reason: "another spec")) }
    return NamedProofs()
  }

  /// A job up to its draw, and what comes after: the verdict and the close.
  private struct Sample {
    var before: [(command: Command, time: UInt64)]
    var verdict: (command: Command, time: UInt64)
    var close: (command: Command, time: UInt64)
    var proved: [ProvedInterval]
    var machine: SettlementMachine

    init() throws {
      var market = try Market(seed: 5)
      let terms = try market.terms { contents in
        contents.evidence = EvidencePolicy(
          method: .proof, selection: .drawn(3), adversary: .targeted, confidenceMillionths: 0)
        contents.stake = Amount(90_000)
      }
      try market.advance(terms, to: .verifying)
      before = market.sent
      proved = try market.proved("job-1")
      try market.decide("job-1", .accepted)
      verdict = try #require(market.sent.last)
      try market.passDeadline("job-1")
      try market.apply(.close(job: "job-1"), proofs: try market.checkedProofs("job-1"))
      close = try #require(market.sent.last)
      machine = market.machine
    }

    /// A database with the job up to its draw.
    func write(to path: String) throws {
      let store = try SettlementStore(path: path)
      for (command, time) in before { _ = try store.apply(command, now: time) }
    }
  }

  private func keepEverything(_ sample: Sample, in store: SettlementStore) throws {
    #expect(try store.keep(evidence: Self.spec) == SHA256.digest(of: Self.spec))
    for proof in sample.proved {
      let bytes = NamedProofs.proof(of: proof.interval, in: "job-1")
      #expect(try store.keep(evidence: bytes) == proof.proof)
      // Once more changes nothing.
      #expect(try store.keep(evidence: bytes) == proof.proof)
      #expect(try store.evidence(proof.proof) == bytes)
    }
  }

  private func open(_ folder: TemporaryFolder) throws -> SettlementStore {
    try SettlementStore(path: folder.file(), mayCreate: false, proofChecker: Self.checker)
  }

  @Test func moneyMovesAcrossRestartsAsWithoutThem() throws {
    let folder = try TemporaryFolder()
    let sample = try Sample()
    try sample.write(to: folder.file())
    try keepEverything(sample, in: try open(folder))
    for (command, time) in [sample.verdict, sample.close] {
      guard case .applied = try open(folder).apply(command, now: time) else {
        Issue.record("refused: \(command.name)")
        return
      }
    }
    #expect(try open(folder).state == sample.machine.encoded)
    // Replaying needs no checker, and a repetition no proofs.
    let plain = try SettlementStore(path: folder.file(), mayCreate: false)
    #expect(try plain.state == sample.machine.encoded)
    guard case .applied = try plain.apply(sample.close.command, now: sample.close.time) else {
      Issue.record("a repetition was refused")
      return
    }
  }

  @Test func withoutTheProofsTheSpecOrAThingThatChecksThemNothingMoves() throws {
    let sample = try Sample()
    let first = try #require(sample.proved.first?.interval)
    let missing = Outcome.refused(.evidence(.proof(.notChecked(interval: first))))
    let folder = try TemporaryFolder()
    try sample.write(to: folder.file())
    let (verdict, close) = (sample.verdict, sample.close)
    // Nothing is kept yet; then the spec alone.
    #expect(try open(folder).apply(verdict.command, now: verdict.time) == missing)
    try open(folder).keep(evidence: Self.spec)
    #expect(try open(folder).apply(verdict.command, now: verdict.time) == missing)
    try keepEverything(sample, in: try open(folder))
    let blind = try SettlementStore(path: folder.file(), mayCreate: false)
    #expect(try blind.apply(verdict.command, now: verdict.time) == missing)
    _ = try open(folder).apply(verdict.command, now: verdict.time)
    // The verdict stands; now the process that pays must check.
    #expect(try blind.apply(close.command, now: close.time) == missing)
    let strict = try SettlementStore(path: folder.file(), mayCreate: false) {
      (_) throws(EvidenceError) in throw .proof(.refused(reason: "not today"))
    }
    #expect(
      try strict.apply(close.command, now: close.time)
        == .refused(.evidence(.proof(.refused(reason: "not today")))))
    #expect(try strict.journalEntries().count == sample.before.count + 1)
  }

  @Test func aProofThatIsRefusedHereStopsASignedVerdict() throws {
    let folder = try TemporaryFolder()
    let sample = try Sample()
    try sample.write(to: folder.file())
    let store = try SettlementStore(path: folder.file(), mayCreate: false) {
      (_) throws(EvidenceError) in RefusingProofs()
    }
    try keepEverything(sample, in: store)
    let before = try store.state
    #expect(
      try store.apply(sample.verdict.command, now: sample.verdict.time)
        == .refused(.evidence(.proof(.refused(reason: "forged")))))
    #expect(try store.state == before)
    // What is refused for another reason is refused for that one.
    let late = sample.verdict.time + 1_000_000
    guard case .refused(.deadlinePassed) = try store.apply(sample.verdict.command, now: late) else {
      Issue.record("expected the deadline to come first")
      return
    }
  }

  @Test func evidenceThatWasAlteredInTheFileIsFound() throws {
    let folder = try TemporaryFolder()
    let sample = try Sample()
    try sample.write(to: folder.file())
    let store = try open(folder)
    try keepEverything(sample, in: store)
    _ = try store.apply(sample.verdict.command, now: sample.verdict.time)
    let digest = try #require(sample.proved.last).proof
    try store.database.query(
      "UPDATE evidence SET bytes = ? WHERE digest = ?", .blob([1, 2, 3]), .blob(digest.bytes))
    #expect(throws: StorageError.self) {
      try store.apply(sample.close.command, now: sample.close.time)
    }
    try store.database.query("DELETE FROM evidence WHERE digest = ?", .blob(digest.bytes))
    let interval = try #require(sample.proved.last).interval
    #expect(
      try store.apply(sample.close.command, now: sample.close.time)
        == .refused(.evidence(.proof(.notChecked(interval: interval)))))
    // With the proof back, the money moves.
    try keepEverything(sample, in: store)
    guard case .applied = try store.apply(sample.close.command, now: sample.close.time) else {
      Issue.record("refused with the proof back")
      return
    }
  }

  @Test func aCrashBetweenAnyTwoWritesLeavesTheProofsAndTheJournalTogether() throws {
    struct Crash: Error {}
    let sample = try Sample()
    var crashes = 0
    // BOUND: neither command makes more than forty writes.
    for write in 0..<40 {
      let folder = try TemporaryFolder()
      try sample.write(to: folder.file())
      var crashedHere = 0
      try keepEverything(sample, in: try open(folder))
      for (command, time) in [sample.verdict, sample.close] {
        let store = try open(folder)
        let before = try store.state
        var left = write
        store.betweenWrites = { _ in
          if left == 0 { throw Crash() }
          left -= 1
        }
        do {
          _ = try store.apply(command, now: time)
        } catch is Crash {
          crashedHere += 1
          // The next process sees what was before, checks the kept proofs, and goes on.
          #expect(try open(folder).state == before)
          _ = try open(folder).apply(command, now: time)
        }
      }
      #expect(try open(folder).state == sample.machine.encoded)
      crashes += crashedHere
      if crashedHere == 0 { break }
    }
    #expect(crashes > 6)
  }

  @Test func whatIsTooLargeIsNotKept() throws {
    let folder = try TemporaryFolder()
    let store = try SettlementStore(path: folder.file())
    #expect(throws: StorageError.self) {
      try store.keep(
        evidence: [UInt8](repeating: 0, count: SettlementStore.evidenceLimit + 1))
    }
  }
}
