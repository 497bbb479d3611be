internal import AssayCryptography
internal import AssayStorage

/// Which worker of a verifier does which task, and how often it was tried.
///
/// The tasks themselves follow from the jobs; only leases are kept. They are written in the same
/// transaction as everything else, whose lock of the whole database also orders the services on
/// PostgreSQL, so that no two workers have one task.
final class TaskBoard {
  /// How often a task is tried before it is set aside for a person to look at.
  static let attemptLimit = 3
  /// How long a lease may last, in seconds.
  static let leaseSeconds = 1...3_600

  /// The lease of a task, held or over.
  struct Lease {
    var token: String
    /// Until when nobody else may have the task, in milliseconds.
    var until: UInt64
    var attempts: Int
    /// Why the last attempt failed; empty where none has said so.
    var failure: String

    func isSetAside(at now: UInt64) -> Bool { attempts >= attemptLimit && until <= now }
  }

  private let database: any Database

  init(_ database: any Database) throws {
    self.database = database
    try database.transaction {
      try database.execute(
        """
        CREATE TABLE IF NOT EXISTS service_leases (
          party TEXT NOT NULL, task TEXT NOT NULL, token TEXT NOT NULL, until BIGINT NOT NULL,
          attempts BIGINT NOT NULL, failure TEXT NOT NULL, PRIMARY KEY (party, task))
        """)
    }
  }

  /// Every lease of a verifier's, by the task.
  func leases(of party: VerifyingKey) throws -> [String: Lease] {
    var leases: [String: Lease] = [:]
    let rows = try database.query(
      "SELECT task, token, until, attempts, failure FROM service_leases WHERE party = ?",
      [.text("\(party)")])
    for row in rows where row.count == 5 {
      guard let task = row[0].text, let token = row[1].text, let until = row[2].integer,
        let attempts = row[3].integer, let failure = row[4].text
      else { continue }
      leases[task] = Lease(
        token: token, until: UInt64(clamping: until), attempts: Int(clamping: attempts),
        failure: failure)
    }
    return leases
  }

  func put(_ lease: Lease, on task: String, of party: VerifyingKey) throws {
    _ = try database.query(
      """
      INSERT INTO service_leases VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (party, task) DO UPDATE SET
      token = excluded.token, until = excluded.until, attempts = excluded.attempts,
      failure = excluded.failure
      """,
      [
        .text("\(party)"), .text(task), .text(lease.token), .integer(Int64(clamping: lease.until)),
        .integer(Int64(lease.attempts)), .text(lease.failure),
      ])
  }

  func remove(_ task: String, of party: VerifyingKey) throws {
    _ = try database.query(
      "DELETE FROM service_leases WHERE party = ? AND task = ?", [.text("\(party)"), .text(task)])
  }
}
