internal import AssayFiles
internal import AssayPostgreSQL
internal import AssayStorage
internal import AssayWire

/// `assay fsck`: whether a settlement database is what its journal and log make of it.
struct FsckCommand: Command {
  static let description = CommandDescription(
    name: "fsck", abstract: "Derive a settlement database again, and say what disagrees.",
    discussion: """
      Replays the journal, signatures included, into temporary tables, hashes the log's entries
      again, and compares every job, balance, transfer, tree and signed head with what is stored.
      Others may go on using the database. Changes nothing; `assay backup` writes a copy in which
      everything is derived anew. Exits with 1 where something disagrees.
      """,
    examples: [
      CommandExample("assay fsck settlement.db", "A file."),
      CommandExample("assay fsck postgresql://settler@db.example/market", "A server's database."),
    ])

  @Argument(help: "The settlement database: a file, or postgresql://host/name.")
  var database: String

  func run(_ console: Console) throws -> ExitCode {
    let report: DatabaseReport
    if DatabasePlace.isServer(database) {
      report = try SettlementStore.check(PostgreSQLDatabase(url: database, mayCreate: false))
    } else {
      guard FileAccess.exists(database) else {
        throw OperationError("there is no settlement database '\(database)'.")
      }
      report = try SettlementStore.check(path: database)
    }
    try report.show(on: console)
    if report.disagreements.isEmpty { try console.print("Everything agrees.") }
    try console.json(.object(report.members))
    return report.disagreements.isEmpty ? .success : .rejected
  }
}

/// Where a settlement database is.
enum DatabasePlace {
  /// Whether it is the address of a server.
  static func isServer(_ place: String) -> Bool {
    ["postgresql://", "postgres://"].contains(where: place.hasPrefix)
  }
}

extension DatabaseReport {
  /// What was compared, and what disagrees.
  func show(on console: Console) throws {
    try console.print(
      "journal   \(commands) commands: \(rows["jobs"] ?? 0) jobs, "
        + "\(rows["accounts"] ?? 0) accounts, \(rows["transfers"] ?? 0) transfers")
    try console.print("log       \(logEntries) entries, \(heads) signed heads")
    try console.print("evidence  \(evidence) files")
    for disagreement in disagreements { console.note("assay: \(disagreement)") }
  }

  /// The same for other programs.
  var members: [JSONMember] {
    [
      JSONMember(name: "agrees", value: .bool(disagreements.isEmpty)),
      JSONMember(name: "commands", value: .integer(commands)),
      JSONMember(name: "logEntries", value: .integer(logEntries)),
      JSONMember(name: "heads", value: .integer(heads)),
      JSONMember(name: "evidence", value: .integer(evidence)),
      JSONMember(
        name: "rows",
        value: .object(
          rows.sorted { $0.key < $1.key }.map {
            JSONMember(name: $0.key, value: .integer($0.value))
          })),
      JSONMember(
        name: "disagreements",
        value: .array(
          disagreements.map {
            .object(["table": .string($0.table), "what": .string($0.what)])
          })),
    ]
  }
}
