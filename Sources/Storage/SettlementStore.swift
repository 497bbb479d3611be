public import AssayAccounting
internal import AssayCryptography
public import AssayEvidence
public import AssaySettlement

/// A settlement machine whose every applied command is durable before it is acknowledged.
///
/// One SQLite file, or a PostgreSQL database. Opening it replays the journal and compares the
/// result, byte for byte, with the jobs, accounts and transfers that were written beside it.
/// Several processes may have it open: a command first takes up what the others have applied.
///
/// A verdict that rests on proofs, or on the transcript of a dispute, is admitted, and its money
/// moved, only after this process has checked them, from the bytes that are kept in the file.
/// Replaying does not check them: an entry of the journal was written by a process that had.
///
/// - Complexity: opening is linear in the journal, signatures included.
public final class SettlementStore {
  package let database: any Database
  private let journal: StoredJournal
  let proofChecker: ProofCheckerMaker?
  let referee: (any DisputeReferee)?
  /// Called between the writes of a command; a test that throws here stands for a crash.
  package var betweenWrites: (String) throws -> Void = { _ in }
  private var current = SettlementMachine()
  private var isStale = false

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
  public init(
    _ database: any Database, proofChecker: ProofCheckerMaker? = nil,
    referee: (any DisputeReferee)? = nil
  ) throws {
    self.proofChecker = proofChecker
    self.referee = referee
    self.database = database
    journal = StoredJournal(database)
    try database.transaction {
      try catchUp()
      try compareRows()
    }
  }

  /// The state after every acknowledged command that this process has seen.
  public var machine: SettlementMachine { current }

  /// Every acknowledged command, in order.
  public func journalEntries() throws -> [JournalEntry] { try journal.entries() }

  /// At most `limit` acknowledged commands from a sequence on, in order.
  public func journalEntries(from sequence: UInt64, limit: Int) throws -> [JournalEntry] {
    try journal.entries(from: sequence, limit: limit)
  }

  /// The acknowledged command under a key; nil where there is none.
  public func journalEntry(underKey key: String) throws -> JournalEntry? {
    guard let sequence = try journal.sequence(ofKey: key) else { return nil }
    return try journal.entries(from: sequence, limit: 1).first
  }

  /// At most `limit` names of accounts with a beginning, sorted, after a name.
  public func accountNames(
    startingWith prefix: String, after name: String, limit: Int
  ) throws -> [String] {
    // Names are ASCII, so that no name with this beginning is above it.
    try database.query(
      "SELECT name FROM accounts WHERE name > ? AND name >= ? AND name < ? ORDER BY name LIMIT ?",
      .text(name), .text(prefix), .text(prefix + "\u{7f}"), .integer(Int64(limit))
    ).compactMap { $0.first?.text }
  }

  /// Runs a body whose writes become durable together, in one write to the disk.
  ///
  /// Nothing that the body has learnt may be acknowledged before this returns: where the body or
  /// the write fails, nothing of it was applied.
  public func group<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try database.transaction(body)
    } catch {
      isStale = true
      throw error
    }
  }

  /// Takes up what other processes have applied.
  public func refresh() throws { try database.transaction { try catchUp() } }

  /// Applies a command; an applied one is durable when this returns.
  ///
  /// A refused command, or one that was applied before, writes nothing. Where the write fails, the
  /// command is not applied, and the error says why.
  public func apply(_ command: Command, now: UInt64) throws -> Outcome {
    let (proofs, error) = try checkedProofs(for: command)
    let (dispute, disputeError) = try checkedDispute(for: command)
    let outcome = try database.transaction {
      try catchUp()
      let before = current.sequence
      let transferCount = current.ledger.transfers.count
      let outcome = current.apply(command, now: now, proofs: proofs, dispute: dispute)
      guard case .applied(let applied) = outcome, current.sequence > before else {
        return outcome
      }
      // From here on memory is ahead of the disk until the transaction is committed.
      isStale = true
      try journal.appendWithinTransaction(
        JournalEntry(
          sequence: applied.sequence, key: command.key, command: command.encoded,
          outcome: applied.encoded, time: now))
      try betweenWrites("journal")
      try writeRows(of: applied, newTransfersFrom: transferCount)
      return outcome
    }
    isStale = false
    // A proof that was looked at and refused is a better answer than one that was not checked.
    if case .refused(.evidence(.proof(.notChecked))) = outcome, let error {
      return .refused(.evidence(error))
    }
    if case .refused(.evidence(.dispute(.notChecked))) = outcome, let disputeError {
      return .refused(.evidence(disputeError))
    }
    return outcome
  }

  /// Applies the entries that this process has not seen; after a failed write, all of them.
  private func catchUp() throws {
    if isStale {
      current = SettlementMachine()
      isStale = false
    }
    for entry in try journal.entries(from: current.sequence) {
      do {
        try current.replay(entry)
      } catch { throw broken("\(error)") }
    }
  }

  private func writeRows(of applied: Applied, newTransfersFrom first: Int) throws {
    if let name = applied.job, let job = current.jobs[name] {
      try database.query(
        """
        INSERT INTO jobs VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
        phase = excluded.phase, deadline = excluded.deadline, state = excluded.state
        """, .text(name),
        .text(job.phase.name.rawValue),
        job.phase.deadline.map { .integer(Int64($0)) } ?? .null, .blob(job.encoded))
      try betweenWrites("job")
    }
    var touched: Set<AccountID> = []
    for index in first..<current.ledger.transfers.count {
      let transfer = current.ledger.transfers[index]
      try database.query(
        "INSERT INTO transfers VALUES (?, ?, ?)", .integer(Int64(index)),
        .text(transfer.id.name), .blob(transfer.encoded))
      touched.formUnion(current.ledger.accounts(of: transfer))
      try betweenWrites("transfer")
    }
    for id in touched.sorted() {
      guard let account = current.ledger[id] else { continue }
      try database.query(
        """
        INSERT INTO accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
        balance = excluded.balance, available = excluded.available, state = excluded.state
        """, .text(id.name),
        .text(account.asset.id), .text(account.balance.description),
        .text(account.available.description), .blob(account.encoded))
      try betweenWrites("account")
    }
  }

  /// Compares what was written beside the journal with what the journal gives.
  private func compareRows() throws {
    let jobs = try database.query("SELECT name, state FROM jobs ORDER BY name")
    try compare(
      jobs, current.jobs.sorted { $0.key < $1.key }.map { ($0.key, $0.value.encoded) }, "job")
    let accounts = try database.query("SELECT name, state FROM accounts ORDER BY name")
    try compare(
      accounts,
      current.ledger.accounts.values.sorted { $0.id < $1.id }.map { ($0.id.name, $0.encoded) },
      "account")
    let transfers = try database.query("SELECT name, state FROM transfers ORDER BY position")
    try compare(
      transfers, current.ledger.transfers.map { ($0.id.name, $0.encoded) }, "transfer")
  }

  private func compare(
    _ rows: [[SQLValue]], _ expected: [(name: String, state: [UInt8])], _ what: String
  ) throws {
    guard rows.count == expected.count else {
      throw broken("expected \(expected.count) \(what)s, found \(rows.count)")
    }
    for (row, (name, state)) in zip(rows, expected)
    where row.first?.text != name || row.last?.blob != state {
      throw broken("the \(what) “\(name)” is not what the journal gives")
    }
  }

  func broken(_ what: String) -> StorageError {
    StorageError(
      .corrupt, "read \(database.name)", "\(what); restore the database from a backup")
  }
}
