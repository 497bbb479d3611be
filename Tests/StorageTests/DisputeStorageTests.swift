import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorageTestSupport
import Testing

@testable import AssayStorage

/// Transcripts that are kept with the journal, whose disputes are held again by the process that
/// moves money on them.
struct DisputeStorageTests {
  typealias Sent = (command: Command, time: UInt64)

  /// A job whose accepted claim is challenged, and what comes after: a party's outcome, the close.
  private struct Sample {
    var before: [Sent]
    var ruling: Sent
    var close: Sent
    var transcript: [UInt8]
    var machine: SettlementMachine

    init() throws {
      var market = try Market(seed: 6)
      let keys = market.keys
      try market.advance(try market.terms(), to: .verifying)
      try market.decide("job-1", .accepted)
      try market.apply(.challenge(job: "job-1", by: keys.challenger.verifyingKey))
      before = market.sent
      try market.apply(
        try market.ruling(
          "job-1", challenger: keys.challenger, defender: keys.provider.verifyingKey,
          challengerLost: false, signedBy: keys.challenger))
      ruling = try #require(market.sent.last)
      transcript = try #require(market.transcripts.values.first)
      try market.passDeadline("job-1")
      try market.apply(.close(job: "job-1"))
      close = try #require(market.sent.last)
      machine = market.machine
    }
  }

  private func open(
    _ folder: TemporaryFolder, referee: (any DisputeReferee)? = NamedDisputes()
  ) throws -> SettlementStore {
    try SettlementStore(path: folder.file(), mayCreate: false, referee: referee)
  }

  /// A referee that finds nothing in any transcript.
  private struct Undecided: DisputeReferee {
    func decide(_ transcript: [UInt8]) throws(EvidenceError) -> DisputeOutcome {
      throw .dispute(.refused(reason: "nobody has lost"))
    }
  }

  @Test func eachProcessThatMovesMoneyHoldsTheDisputeAgain() throws {
    let folder = try TemporaryFolder()
    let sample = try Sample()
    let store = try SettlementStore(path: folder.file())
    for (command, time) in sample.before { _ = try store.apply(command, now: time) }
    let missing = Outcome.refused(
      .evidence(.dispute(.notChecked(transcript: SHA256.digest(of: sample.transcript)))))
    let refused = Outcome.refused(.evidence(.dispute(.refused(reason: "nobody has lost"))))
    func send(_ sent: Sent, _ referee: (any DisputeReferee)? = NamedDisputes()) throws -> Outcome {
      try open(folder, referee: referee).apply(sent.command, now: sent.time)
    }
    // Nothing is kept; then nobody holds it again, or somebody who finds nothing in it.
    #expect(try send(sample.ruling) == missing)
    try store.keep(evidence: sample.transcript)
    for step in [sample.ruling, sample.close] {
      #expect(try send(step, nil) == missing)
      #expect(try send(step, Undecided()) == refused)
      guard case .applied = try send(step) else {
        Issue.record("refused: \(step.command.name)")
        return
      }
    }
    // Replaying needs neither, and a repetition gives the same.
    #expect(try open(folder, referee: nil).state == sample.machine.encoded)
    guard case .applied = try send(sample.close, nil) else {
      Issue.record("a repetition was refused")
      return
    }
  }
}
