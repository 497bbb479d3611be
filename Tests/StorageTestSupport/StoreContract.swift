import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssayMerkle
public import AssaySettlement
import AssaySettlementTestSupport
public import AssayStorage
import Testing

/// A job's whole life as commands with their times.
public func sampleCommands(seed: UInt64 = 1) throws -> [(command: Command, time: UInt64)] {
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

extension SettlementStore {
  /// The machine's state, to the byte, as the journal gives it and the tables have it.
  public var state: [UInt8] {
    get throws {
      let disagreements = try check().disagreements
      try #require(disagreements == [])
      return try replayed().encoded
    }
  }
}

/// What every settlement store keeps, whatever the database: `open` opens the same empty one again
/// and again, each time as another process would.
public struct StoreContract {
  private let open: () throws -> SettlementStore

  public init(open: @escaping () throws -> SettlementStore) { self.open = open }

  /// Whoever opens the store has the replay of its journal, and repeating commands writes nothing.
  public func checkReplay() throws {
    let commands = try sampleCommands()
    var plain = SettlementMachine()
    for (index, (command, time)) in commands.enumerated() {
      // Opened anew for every command, as the command line does.
      let store = try open()
      #expect(try store.apply(command, now: time) == plain.apply(command, now: time))
      #expect(try store.state == plain.encoded, "command \(index)")
    }
    let store = try open()
    #expect(try store.state == plain.encoded)
    try store.replayed().checkInvariants()
    let count = try store.journalEntries().count
    for (command, time) in commands {
      guard case .applied = try store.apply(command, now: time + 1_000_000) else {
        Issue.record("a repeated command was refused")
        return
      }
    }
    #expect(try store.journalEntries().count == count)
    #expect(try store.state == plain.encoded)
  }

  /// A refused command writes nothing.
  public func checkRefusal() throws {
    let store = try open()
    let count = try store.journalEntries().count
    let command = try Command(key: "k", action: .close(job: "none"))
    #expect(try store.apply(command, now: 1) == .refused(.jobNotFound("none")))
    #expect(try store.journalEntries().count == count)
  }

  /// A crash after a number of writes loses the command that was being written and nothing else.
  ///
  /// - Returns: how many commands crashed.
  public func checkCrash(afterWrites write: Int) throws -> Int {
    struct Crash: Error {}
    let store = try open()
    var plain = SettlementMachine()
    var crashes = 0
    for (command, time) in try sampleCommands() {
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
        crashes += 1
        store.betweenWrites = { _ in }
        // Another process sees the state before the command.
        let other = try open()
        #expect(other.machine.sequence == plain.sequence)
        if crashes.isMultiple(of: 10) { #expect(try other.state == before) }
        // The same store takes the command again.
        _ = try store.apply(command, now: time)
      }
      _ = plain.apply(command, now: time)
      #expect(try store.state == plain.encoded)
    }
    #expect(try open().state == plain.encoded)
    return crashes
  }

  /// Two processes with one database apply each command once, whoever comes first.
  public func checkSharing() throws {
    let first = try open()
    let second = try open()
    var plain = SettlementMachine()
    for (index, (command, time)) in try sampleCommands().enumerated() {
      let outcome = plain.apply(command, now: time)
      let stores = index.isMultiple(of: 2) ? [first, second] : [second, first]
      for store in stores { #expect(try store.apply(command, now: time) == outcome) }
    }
    #expect(try first.state == plain.encoded)
    try second.refresh()
    #expect(try second.state == plain.encoded)
    #expect(UInt64(try first.journalEntries().count) == plain.sequence)
  }

  /// A group of commands is durable whole or not at all.
  public func checkGroups() throws {
    struct Crash: Error {}
    let commands = try sampleCommands()
    let store = try open()
    #expect(throws: Crash.self) {
      try store.group {
        for (command, time) in commands.prefix(7) { _ = try store.apply(command, now: time) }
        throw Crash()
      }
    }
    #expect(try open().machine.sequence == 0)
    var plain = SettlementMachine()
    let outcomes = try store.group {
      try commands.map { try store.apply($0.command, now: $0.time) }
    }
    #expect(outcomes == commands.map { plain.apply($0.command, now: $0.time) })
    #expect(try open().state == plain.encoded)
  }

  /// Statements get their places once, are proved under signed heads, and evidence is kept.
  public func checkLogAndEvidence() throws {
    let key = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    let log = LogIdentity(origin: "log.example/1", key: key.verifyingKey)
    let store = try open()
    for number in 0..<5 {
      let bytes = Envelope.sign(payload: Array("{\"n\":\(number)}".utf8), with: key).encoded
      #expect(try store.appendToLog(.claim, envelope: bytes) == UInt64(number))
      #expect(try store.appendToLog(.claim, envelope: bytes) == UInt64(number))
      let identity = try Envelope(decoding: bytes).identity
      let evidence = try store.proveInLog(identity, origin: log.origin, signingWith: key)
      try evidence.check(.claim, identity: identity, in: log)
    }
    for bytes in [[UInt8]](arrayLiteral: [], [0], Array(0...255)) {
      let digest = try store.keep(evidence: bytes)
      #expect(try store.keep(evidence: bytes) == digest)
      #expect(try open().evidence(digest) == bytes)
    }
    #expect(try store.evidence(.zero) == nil)
  }
}
