internal import AssayAccounting
internal import AssayCryptography
public import AssayEvidence
public import AssaySettlement
internal import AssayWire

/// A settlement machine whose every applied command is durable before it is acknowledged.
///
/// One SQLite file, or a PostgreSQL database. The journal is what counts; what follows from it is
/// kept beside it, read when it is needed, and written in the transaction of the journal's entry.
/// So opening takes no time, and memory is bounded whatever the number of jobs. `check()` derives
/// everything from the journal again and compares. Several processes may have a database open.
///
/// A verdict that rests on proofs, or on the transcript of a dispute, is admitted, and its money
/// moved, only after this process has checked them, from the bytes that are kept in the file.
/// Replaying does not check them: an entry of the journal was written by a process that had.
public final class SettlementStore {
  package let database: any Database
  let journal: StoredJournal
  let proofChecker: ProofCheckerMaker?
  let referee: (any DisputeReferee)?
  /// Called between the writes of a command; a test that throws here stands for a crash.
  package var betweenWrites: (String) throws -> Void = { _ in }

  let records: StoredRecords
  private var current: SettlementMachine
  private var end = StoredJournal.End()
  private var nextTransfer: UInt64 = 0
  /// Applied and not yet written; empty outside a group.
  private var pending: [Acknowledged] = []
  private var isInGroup = false
  /// What a part of the present group failed with.
  private var failure: (any Error)?

  private struct Acknowledged {
    let entry: JournalEntry
    let applied: Applied
    /// Who has a part in the job by this command.
    let newcomers: Set<VerifyingKey>
  }

  /// So many applied commands are written at a time.
  private static let pendingLimit = 1024

  /// Makes what checks the proofs of a spec, from the spec's bytes.
  public typealias ProofCheckerMaker =
    @Sendable (_ spec: [UInt8]) throws(EvidenceError) -> any ProofChecker

  /// Opens a settlement database, creating the file where it is not there and `mayCreate`.
  ///
  /// - Parameters:
  ///   - proofChecker: without it no verdict that rests on a proof is admitted.
  ///   - referee: holds disputes again; without it no outcome that rests on a transcript is
  ///     admitted.
  /// - Throws: `StorageError`.
  public convenience init(
    path: String, mayCreate: Bool = true, proofChecker: ProofCheckerMaker? = nil,
    referee: (any DisputeReferee)? = nil
  ) throws {
    try self.init(
      try Schema.open(path: path, mayCreate: mayCreate), proofChecker: proofChecker,
      referee: referee)
  }

  /// Opens the settlement database that another room has connected to, its tables created.
  ///
  /// - Throws: `StorageError`.
  public convenience init(
    _ database: any Database, proofChecker: ProofCheckerMaker? = nil,
    referee: (any DisputeReferee)? = nil
  ) throws {
    self.init(unread: database, proofChecker: proofChecker, referee: referee)
    try refresh()
  }

  /// Reads nothing before it is asked to.
  init(
    unread database: any Database, proofChecker: ProofCheckerMaker? = nil,
    referee: (any DisputeReferee)? = nil
  ) {
    self.proofChecker = proofChecker
    self.referee = referee
    self.database = database
    journal = StoredJournal(database)
    records = StoredRecords(database)
    current = SettlementMachine(from: records, sequence: 0, lastTime: 0)
  }

  /// The state after every acknowledged command that this process has seen, read as it is asked
  /// for. What is asked of all jobs, accounts or transfers is asked of the store.
  public var machine: SettlementMachine { current }

  /// Runs a body whose writes become durable together, in one write to the disk.
  ///
  /// Nothing that the body has learnt may be acknowledged before this returns: where the body, a
  /// part of it or the write fails, nothing of it was applied.
  public func group<Result>(_ body: () throws -> Result) throws -> Result {
    if isInGroup {
      do { return try body() } catch {
        failure = failure ?? error
        throw error
      }
    }
    isInGroup = true
    defer { isInGroup = false }
    do {
      return try database.transaction {
        try catchUp()
        let result = try body()
        if let failure { throw failure }
        try flush()
        return result
      }
    } catch {
      failure = nil
      forget()
      throw error
    }
  }

  /// Takes up what other processes have applied.
  public func refresh() throws {
    // Within a group nobody else can write.
    if isInGroup { return }
    let seen = try journal.end
    if seen.count == end.count, seen.chain == end.chain, try derivedCount() == end.count { return }
    try group {}
  }

  /// Applies a command; an applied one is durable when this returns, or when its group does.
  ///
  /// A refused command, or one that was applied before, writes nothing. Where the write fails, the
  /// command is not applied, and the error says why.
  public func apply(_ command: Command, now: UInt64) throws -> Outcome {
    let (proofs, error) = try checkedProofs(for: command)
    let (dispute, disputeError) = try checkedDispute(for: command)
    let outcome = try group {
      let before = current.sequence
      let outcome = current.apply(command, now: now, proofs: proofs, dispute: dispute)
      if let failure = records.failure { throw failure }
      if case .applied(let applied) = outcome, current.sequence > before {
        pending.append(
          acknowledged(
            JournalEntry(
              sequence: applied.sequence, key: command.key, command: command.encoded,
              outcome: applied.encoded, time: now), applied, command))
        if pending.count >= Self.pendingLimit { try flush() }
      }
      return outcome
    }
    // A proof that was looked at and refused is a better answer than one that was not checked.
    if case .refused(.evidence(.proof(.notChecked))) = outcome, let error {
      return .refused(.evidence(error))
    }
    if case .refused(.evidence(.dispute(.notChecked))) = outcome, let disputeError {
      return .refused(.evidence(disputeError))
    }
    return outcome
  }

  /// Applies an entry of another journal, which must give the recorded outcome.
  func replay(_ entry: JournalEntry) throws {
    try group {
      pending.append(try replayWithoutWriting(entry))
      if pending.count >= Self.pendingLimit { try flush() }
    }
  }

  private func replayWithoutWriting(_ entry: JournalEntry) throws -> Acknowledged {
    let command: Command
    do throws(SettlementError) {
      command = try current.replay(entry)
    } catch { throw records.failure ?? broken("\(error)") }
    if let failure = records.failure { throw failure }
    return acknowledged(entry, try Applied(decoding: entry.outcome), command)
  }

  private func acknowledged(
    _ entry: JournalEntry, _ applied: Applied, _ command: Command
  ) -> Acknowledged {
    let job = applied.job.flatMap { current.jobs[$0] }
    let newcomers: Set<VerifyingKey> =
      switch command.action.name {
      case .offer: job?.parties ?? []
      case .match: (job?.parties ?? []).union([job?.provider].compactMap(\.self))
      // One after the other may work on it.
      case .accept, .resume: Set([job?.provider].compactMap(\.self))
      default: []
      }
    return Acknowledged(entry: entry, applied: applied, newcomers: newcomers)
  }

  /// Forgets what is in memory; everything is read anew.
  private func forget() {
    pending = []
    records.forget()
    end = StoredJournal.End()
    nextTransfer = 0
    current = SettlementMachine(from: records, sequence: 0, lastTime: 0)
  }

  /// Starts from what is on the disk, in a transaction. What is derived from less of the journal
  /// than there is, as after a migration, is brought up to it.
  private func catchUp() throws {
    let found = try journal.end
    let derived = try derivedCount()
    if found.count == end.count, found.chain == end.chain, derived == end.count { return }
    forget()
    guard derived <= found.count else {
      throw broken("it has \(found.count) commands, and is the result of \(derived)")
    }
    let last = derived > 0 ? try journal.entries(from: derived - 1, limit: 1).first : nil
    end = found
    nextTransfer = try transferCount()
    current = SettlementMachine(from: records, sequence: derived, lastTime: last?.time ?? 0)
    defer { records.answerCount = .max }
    while current.sequence < found.count {  // BOUND: every turn takes up an entry.
      records.answerCount = current.sequence
      let entries = try journal.entries(from: current.sequence, limit: Self.pendingLimit)
      try writeDerived(try entries.map(replayWithoutWriting))
    }
  }

  private func derivedCount() throws -> UInt64 {
    guard let count = try database.query("SELECT entries FROM derived").first?.first?.integer,
      count >= 0
    else { throw broken("the table “derived” is empty") }
    return UInt64(count)
  }

  /// Writes what was applied, within the group's transaction.
  func flush() throws {
    guard !pending.isEmpty else { return }
    try journal.append(pending.map(\.entry), after: &end)
    try betweenWrites("journal")
    let written = pending
    pending = []
    try writeDerived(written)
  }

  /// Writes what has changed through these entries.
  private func writeDerived(_ entries: [Acknowledged]) throws {
    let changes = current.takeChanges()
    try writeJobs(changes.jobs, entries)
    let transfers = changes.ledger.transfers
    try insert(
      "transfers", 3,
      zip(nextTransfer..., transfers).map { position, transfer in
        [
          .integer(Int64(position)), .text(transfer.id.name),
          .blob(sealed(transfer, transfer.id.name)),
        ]
      })
    nextTransfer += UInt64(transfers.count)
    try insert(
      "accounts", 5,
      changes.ledger.accounts.map { account in
        [
          .text(account.id.name), .text(account.asset.id), .text(account.balance.description),
          .text(account.available.description), .blob(sealed(account, account.id.name)),
        ]
      },
      """
      ON CONFLICT (name) DO UPDATE SET balance = excluded.balance,
      available = excluded.available, state = excluded.state
      """)
    var others: [[SQLValue]] = []
    for (kind, name, value) in changes.others {
      if let value {
        others.append(row(of: value, name))
      } else {
        records.remove(kind, named: name)
        try database.query(
          "DELETE FROM records WHERE kind = ? AND name = ?", .text(kind), .text(name))
      }
    }
    try insert(
      "records", 3, others, "ON CONFLICT (kind, name) DO UPDATE SET state = excluded.state")
    try database.query("UPDATE derived SET entries = ?", .integer(Int64(current.sequence)))
    try betweenWrites("derived")
  }

  private func writeJobs(_ jobs: [Job], _ entries: [Acknowledged]) throws {
    var events: [[SQLValue]] = []
    var firstEvents: [String: UInt64] = [:]
    var newcomers: [String: Set<VerifyingKey>] = [:]
    for entry in entries {
      guard let job = entry.applied.job else { continue }
      events.append([.text(job), .integer(Int64(entry.applied.sequence))])
      if firstEvents[job] == nil { firstEvents[job] = entry.applied.sequence }
      newcomers[job, default: []].formUnion(entry.newcomers)
    }
    try insert("events", 2, events)
    var rows: [[SQLValue]] = []
    var parties: [[SQLValue]] = []
    var terms: [[SQLValue]] = []
    for job in jobs {
      var writer = WireWriter()
      job.encodeState(to: &writer)
      records.remember(
        job, named: job.id, byteCount: writer.bytes.count + 2 * job.terms.bytes.count)
      // Of a job that is there the conflict keeps the place.
      let first = firstEvents[job.id] ?? current.sequence
      rows.append([
        .text(job.id), .integer(Int64(first)), .text(job.phase.name.rawValue),
        job.phase.deadline.map { .integer(Int64($0)) } ?? .null,
        .blob(Seal.close(writer.bytes, Job.kind, job.id)),
      ])
      guard let keys = newcomers[job.id], !keys.isEmpty else { continue }
      let known = try position(ofJob: job.id)
      if known == nil { terms.append(row(of: job.terms, job.id)) }
      for key in keys { parties.append([.text("\(key)"), .integer(Int64(known ?? first))]) }
    }
    try insert("records", 3, terms)
    try insert(
      "jobs", 5, rows,
      """
      ON CONFLICT (name) DO UPDATE SET phase = excluded.phase, deadline = excluded.deadline,
      state = excluded.state
      """)
    try insert("parties", 2, parties, "ON CONFLICT (party, position) DO NOTHING")
  }

  private func insert(
    _ table: String, _ columns: Int, _ rows: [[SQLValue]], _ conflict: String = ""
  ) throws {
    try database.insert(into: table, columns: columns, rows, conflict: conflict) {
      try betweenWrites(table)
    }
  }

  private func sealed<Value: Record>(_ value: Value, _ name: String) -> [UInt8] {
    let bytes = value.encoded
    records.remember(value, named: name, byteCount: bytes.count)
    return Seal.close(bytes, Value.kind, name)
  }

  private func row<Value: Record>(of value: Value, _ name: String) -> [SQLValue] {
    [.text(Value.kind), .text(name), .blob(sealed(value, name))]
  }

  func broken(_ what: String) -> StorageError {
    StorageError(
      .corrupt, "read \(database.name)",
      "\(what); “assay fsck” says what else differs, and “assay restore” makes a database from a "
        + "backup")
  }
}
