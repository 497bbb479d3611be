internal import AssayAccounting
internal import AssayCryptography
internal import AssayDisputes
internal import AssayEvidence
internal import AssayFiles
internal import AssayPostgreSQL
internal import AssaySettlement
internal import AssayStorage
internal import AssayVerification
internal import AssayWire
internal import Foundation

/// The settlement database that a command works on, the time, and the key of its request.
struct JobDatabase: OptionGroup {
  @Option(
    "file",
    help: "The settlement database, created where it is not there; or postgresql://host/name.")
  var database: String = "settlement.db"
  @Option(
    "seconds", in: 0...SettlementMachine.timeLimit,
    help: "The time as seconds since 1970, for demonstrations; the clock's if left out.")
  var now: UInt64?
  @Option(
    "text",
    help: "The idempotency key: repeating a request under it changes nothing. Fresh if left out.")
  var requestKey: String?

  /// Opens the database.
  func open() throws -> SettlementStore { try SettlementStore(checking: database) }

  /// Opens a database that must be there.
  func openExisting() throws -> SettlementStore {
    try SettlementStore(checking: database, mayCreate: false)
  }

  /// The time of a request: what `--now` says, or the clock, which never goes back.
  func time(for store: SettlementStore) -> UInt64 {
    if let now { return now }
    let clock = UInt64(max(0, Date.now.timeIntervalSince1970))
    return max(clock, store.machine.lastTime)
  }

  /// Applies one action and reports it; a refused one ends with exit code 1.
  func apply(
    _ action: AssaySettlement.Command.Action, to store: SettlementStore, _ console: Console,
    also members: [JSONMember] = []
  ) throws -> ExitCode {
    let command = try AssaySettlement.Command(
      key: requestKey ?? Hex.encode(RandomBytes.make(16)), action: action)
    let outcome = try store.apply(command, now: time(for: store))
    switch outcome {
    case .refused(let refusal):
      console.note("assay: refused: \(refusal)")
      try console.json(
        .object([
          "outcome": .string("refused"), "command": .string(command.name),
          "reason": .string("\(refusal)"),
        ]))
      return .rejected
    case .applied(let applied):
      try report(applied, of: command, in: store, console, also: members)
      return .success
    }
  }

  private func report(
    _ applied: Applied, of command: AssaySettlement.Command, in store: SettlementStore,
    _ console: Console, also members: [JSONMember]
  ) throws {
    var line = "\(command.name)"
    if let job = applied.job, let phase = applied.phase {
      line += "  \(job) is \(phase.rawValue)"
      if let job = store.machine.jobs[job], let deadline = job.phase.deadline {
        line += " until \(deadline)"
      }
    }
    try console.print(line)
    for id in applied.transfers {
      guard let transfer = store.machine.ledger.transfer(id) else { continue }
      try console.print(
        "  \(LedgerText.line(of: transfer, in: store.machine.ledger))")
    }
    try console.json(
      .object(
        [
          JSONMember(name: "outcome", value: .string("applied")),
          JSONMember(name: "command", value: .string(command.name)),
          JSONMember(name: "key", value: .string(command.key)),
          JSONMember(name: "sequence", value: .integer(applied.sequence)),
          JSONMember(name: "time", value: .integer(applied.time)),
          JSONMember(name: "job", value: applied.job.map { .string($0) } ?? .null),
          JSONMember(name: "phase", value: applied.phase.map { .string($0.rawValue) } ?? .null),
          JSONMember(
            name: "transfers", value: .array(applied.transfers.map { .string($0.name) })),
        ] + members))
  }
}

extension SettlementStore {
  /// Opens a settlement database that checks proofs with GMP, and holds disputes again, before
  /// money moves on them: a file, or PostgreSQL by its address.
  convenience init(checking place: String, mayCreate: Bool = true) throws {
    let checker: ProofCheckerMaker = { spec throws(EvidenceError) in
      try IntervalVerifier(spec: spec)
    }
    if DatabasePlace.isServer(place) {
      try self.init(
        try PostgreSQLDatabase(url: place, mayCreate: mayCreate), proofChecker: checker,
        referee: TranscriptReferee())
    } else {
      guard mayCreate || FileAccess.exists(place) else {
        throw OperationError(
          "there is no settlement database '\(place)'. Name one with --database.")
      }
      try self.init(
        path: place, mayCreate: mayCreate, proofChecker: checker, referee: TranscriptReferee())
    }
  }

  /// The job of that name.
  func job(_ name: String) throws -> Job {
    guard let job = machine.jobs[name] else {
      let names = try jobNames(limit: 20).joined(separator: ", ")
      throw OperationError(
        "there is no job '\(name)'. "
          + (names.isEmpty ? "There is none at all." : "There are: \(names)."))
    }
    return job
  }

  /// The signed claim that a job was committed with, as its bytes came.
  func claimEnvelope(of name: String) throws -> [UInt8] {
    for sequence in try events(ofJob: name).reversed() {
      guard let entry = try journalEntries(from: sequence, limit: 1).first else { continue }
      let command = try AssaySettlement.Command(decoding: entry.command)
      if case .commit(name, let claim) = command.action { return claim }
    }
    throw OperationError("the job '\(name)' has no claim yet. Commit one first.")
  }
}
