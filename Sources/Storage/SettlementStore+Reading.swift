public import AssayAccounting
public import AssayCryptography
public import AssaySettlement

/// What is asked of more than one job, account or command.
extension SettlementStore {
  /// Every acknowledged command, in order.
  public func journalEntries() throws -> [JournalEntry] {
    try flush()
    return try journal.entries()
  }

  /// At most `limit` acknowledged commands from a sequence on, in order.
  public func journalEntries(from sequence: UInt64, limit: Int) throws -> [JournalEntry] {
    try flush()
    return try journal.entries(from: sequence, limit: limit)
  }

  /// The acknowledged command under a key; nil where there is none.
  public func journalEntry(underKey key: String) throws -> JournalEntry? {
    try flush()
    return try journal.entry(underKey: key)
  }

  /// At most `limit` names of accounts with a beginning, sorted, after a name.
  public func accountNames(
    startingWith prefix: String, after name: String, limit: Int
  ) throws -> [String] {
    try flush()
    // Names are ASCII, so that no name with this beginning is above it.
    return try database.query(
      "SELECT name FROM accounts WHERE name > ? AND name >= ? AND name < ? ORDER BY name LIMIT ?",
      .text(name), .text(prefix), .text(prefix + "\u{7f}"), .integer(Int64(limit))
    ).compactMap { $0.first?.text }
  }

  /// At most `limit` accounts with a beginning, sorted by name, after a name.
  public func accounts(
    startingWith prefix: String = "", after name: String = "", limit: Int
  ) throws -> [Account] {
    try accountNames(startingWith: prefix, after: name, limit: limit).map { name in
      guard let account = machine.ledger[try AccountID(name)] else {
        throw broken("the account “\(name)” cannot be read")
      }
      return account
    }
  }

  /// Every asset that some account counts, by name.
  public func assets() throws -> [Asset] { try all(Asset.self).map(\.value) }

  /// At most `limit` invitations to bid after the job of that name, by the names of their jobs.
  public func invitations(after name: String = "", limit: Int = .max) throws -> [Invitation] {
    try all(Invitation.self, after: name, limit: limit).map(\.value)
  }

  /// What verifiers have found of a provider's work.
  public func reputations(
    of provider: VerifyingKey
  ) throws -> [(key: Reputation.Key, value: Reputation)] {
    try all(Reputation.self, startingWith: "\(provider)/").compactMap { name, reputation in
      Reputation.Key(name: name).map { ($0, reputation) }
    }
  }

  private func all<Value: Record>(
    _ kind: Value.Type, startingWith prefix: String = "", after name: String = "",
    limit: Int = .max
  ) throws -> [(name: String, value: Value)] {
    try flush()
    let names = try database.query(
      """
      SELECT name FROM records WHERE kind = ? AND name > ? AND name >= ? AND name < ?
      ORDER BY name LIMIT ?
      """, .text(Value.kind), .text(name), .text(prefix), .text(prefix + "\u{7f}"),
      .integer(Int64(limit))
    ).compactMap { $0.first?.text }
    return try names.map { name in
      guard let value = records.record(Value.self, named: name) else {
        throw records.failure ?? broken("the \(Value.kind) “\(name)” cannot be read")
      }
      return (name, value)
    }
  }

  /// At most `limit` names of jobs after a name, sorted.
  public func jobNames(after name: String = "", limit: Int) throws -> [String] {
    try flush()
    return try database.query(
      "SELECT name FROM jobs WHERE name > ? ORDER BY name LIMIT ?", .text(name),
      .integer(Int64(limit))
    ).compactMap { $0.first?.text }
  }

  /// The places in the journal of a job's commands, in order.
  public func events(ofJob name: String) throws -> [UInt64] {
    try flush()
    return try database.query(
      "SELECT sequence FROM events WHERE job = ? ORDER BY sequence", .text(name)
    ).compactMap { $0.first?.integer.map { UInt64(clamping: $0) } }
  }

  /// The names of at most `limit` jobs whose deadline has passed, the first one first.
  public func overdueJobs(at now: UInt64, limit: Int) throws -> [String] {
    try flush()
    return try database.query(
      "SELECT name FROM jobs WHERE deadline <= ? ORDER BY deadline, position LIMIT ?",
      .integer(Int64(clamping: now)), .integer(Int64(limit))
    ).compactMap { $0.first?.text }
  }

  /// How many transfers there are.
  public func transferCount() throws -> UInt64 {
    try flush()
    return try database.query("SELECT max(position) FROM transfers").first?.first?.integer
      .map { UInt64($0) + 1 } ?? 0
  }

  /// At most `limit` transfers from a place on, in the order in which they were applied.
  public func transfers(from position: UInt64, limit: Int) throws -> [Transfer] {
    try flush()
    return try transfers(
      database.query(
        "SELECT name FROM transfers WHERE position >= ? ORDER BY position LIMIT ?",
        .integer(Int64(clamping: position)), .integer(Int64(limit))))
  }

  /// Every transfer of a job, in the order in which they were applied.
  public func transfers(ofJob job: String) throws -> [Transfer] {
    try flush()
    // Its transfers are named after it; “0” is what follows “/”.
    return try transfers(
      database.query(
        "SELECT name FROM transfers WHERE name > ? AND name < ? ORDER BY position",
        .text("job/\(job)/"), .text("job/\(job)0")))
  }

  private func transfers(_ rows: [[SQLValue]]) throws -> [Transfer] {
    try rows.map { row in
      guard let name = row.first?.text, let id = try? TransferID(name),
        let transfer = machine.ledger.transfer(id)
      else { throw broken("a transfer cannot be read") }
      return transfer
    }
  }

  /// The receipt of a settled job; nil while the job is open.
  public func receipt(of job: Job) throws -> Receipt? {
    Receipt(of: job, transfers: try transfers(ofJob: job.id))
  }

  /// The place in the journal of a job's first command; nil where there is none of that name.
  func position(ofJob name: String) throws -> UInt64? {
    let rows = try database.query("SELECT position FROM jobs WHERE name = ?", .text(name))
    return rows.first?.first?.integer.map { UInt64(clamping: $0) }
  }
}
