internal import AssayCryptography
internal import AssayStorage
internal import AssayWire

/// Where parties want to hear of their jobs, and how far they have.
///
/// What is to be told stands in the journal already, so that nothing else is queued: each address
/// has a place in the journal up to which it was told. Nothing that an address does, or fails to
/// do, is waited for by anything but its own next message.
final class WebhookBook {
  /// How often one message is tried before it is passed over.
  static let attemptLimit = 12
  /// The most bytes of an address.
  static let urlLimit = 1_024

  struct Hook {
    let party: VerifyingKey
    var url: String
    /// The sequence of the next command to look at.
    var next: UInt64
    var attempts = 0
    /// When to try again, in milliseconds.
    var due: UInt64 = 0
    /// Why the last attempt failed; empty where it did not.
    var failure = ""
    /// How many messages were passed over.
    var dropped = 0
  }

  private let database: any Database

  init(_ database: any Database) throws {
    self.database = database
    try database.transaction {
      try database.execute(
        """
        CREATE TABLE IF NOT EXISTS service_webhooks (
          party TEXT PRIMARY KEY, url TEXT NOT NULL, next BIGINT NOT NULL,
          attempts BIGINT NOT NULL, due BIGINT NOT NULL, failure TEXT NOT NULL,
          dropped BIGINT NOT NULL)
        """)
    }
  }

  private static let columns = "party, url, next, attempts, due, failure, dropped"

  /// The address of a party; nil where it has none.
  func hook(of party: VerifyingKey) throws -> Hook? {
    try database.query(
      "SELECT \(Self.columns) FROM service_webhooks WHERE party = ?", [.text("\(party)")]
    ).first.flatMap(Self.hook)
  }

  /// The addresses that may be told something now, of a journal with so many entries.
  func due(at now: UInt64, entries: UInt64, limit: Int) throws -> [Hook] {
    try database.query(
      """
      SELECT \(Self.columns) FROM service_webhooks WHERE due <= ? AND next < ?
      ORDER BY due, party LIMIT ?
      """,
      [
        .integer(Int64(clamping: now)), .integer(Int64(clamping: entries)),
        .integer(Int64(limit)),
      ]
    ).compactMap(Self.hook)
  }

  func put(_ hook: Hook) throws {
    _ = try database.query(
      """
      INSERT INTO service_webhooks VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (party) DO UPDATE SET url = excluded.url, next = excluded.next,
      attempts = excluded.attempts, due = excluded.due, failure = excluded.failure,
      dropped = excluded.dropped
      """,
      [
        .text("\(hook.party)"), .text(hook.url), .integer(Int64(clamping: hook.next)),
        .integer(Int64(hook.attempts)), .integer(Int64(clamping: hook.due)),
        .text(hook.failure), .integer(Int64(hook.dropped)),
      ])
  }

  func remove(_ party: VerifyingKey) throws {
    _ = try database.query(
      "DELETE FROM service_webhooks WHERE party = ?", [.text("\(party)")])
  }

  private static func hook(_ row: [SQLValue]) -> Hook? {
    guard row.count == 7,
      let key = row[0].text.flatMap({ try? Hex.decode($0) }),
      let party = try? VerifyingKey(bytes: key), let url = row[1].text, let next = row[2].integer,
      let attempts = row[3].integer,
      let due = row[4].integer, let failure = row[5].text, let dropped = row[6].integer
    else { return nil }
    return Hook(
      party: party, url: url, next: UInt64(clamping: next), attempts: Int(clamping: attempts),
      due: UInt64(clamping: due), failure: failure, dropped: Int(clamping: dropped))
  }
}
