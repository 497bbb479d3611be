internal import AssayFiles
internal import AssayStorage
internal import AssayWire

/// `assay backup`: a copy of a database that others go on using.
struct BackupCommand: Command {
  static let description = CommandDescription(
    name: "backup", abstract: "Copy a settlement database in use, and check the copy.",
    discussion: """
      The copy is of one moment, a settlement database in a file, whatever the original is. The
      journal, the log and the evidence are copied; books, jobs and tree are derived again from
      them, and compared with the original's. Where those disagree the copy is right, the exit code
      is 1, and the lines say what is wrong in the original. Where the journal or the log itself is
      damaged there is no copy.
      """,
    examples: [
      CommandExample("assay backup settlement.db --out backup.db", "While the service runs."),
      CommandExample(
        "assay backup postgresql://settler@db.example/market --out backup.db",
        "Of a server's database."),
    ])

  @Argument(help: "The settlement database: a file, or postgresql://host/name.")
  var database: String
  @Option("file", help: "Where to write the copy.") var out: String

  func run(_ console: Console) throws -> ExitCode {
    try DatabaseCopy(from: database, to: out).run(console, "backup")
  }
}

/// `assay restore`: a database out of a backup.
struct RestoreCommand: Command {
  static let description = CommandDescription(
    name: "restore", abstract: "Make a settlement database from a backup.",
    discussion: """
      Replays the backup's journal into a new file or an empty PostgreSQL database, whichever the
      backup is of, and checks it as `assay fsck` does. So a market moves from SQLite to PostgreSQL
      and back.
      """,
    examples: [
      CommandExample("assay restore backup.db --database settlement.db", "A new file."),
      CommandExample(
        "assay restore backup.db --database postgresql://settler@db.example/market",
        "Into an empty database of a server."),
    ])

  @Argument(help: "The backup.") var backup: String
  @Option("file", help: "The new settlement database; or postgresql://host/name, empty.")
  var database: String

  func run(_ console: Console) throws -> ExitCode {
    try DatabaseCopy(from: backup, to: database).run(console, "restored")
  }
}

/// A settlement database that is copied to where none is.
private struct DatabaseCopy {
  let source, destination: String

  init(from source: String, to destination: String) {
    self.source = source
    self.destination = destination
  }

  func run(_ console: Console, _ word: String) throws -> ExitCode {
    let isFile = !DatabasePlace.isServer(destination)
    if isFile, FileAccess.exists(destination) {
      throw OperationError("there is '\(destination)' already. Choose another name.")
    }
    // A copy has its name when it is whole.
    let place = isFile ? destination + ".part" : destination
    if isFile { removeParts() }
    let report = try copy(to: place)
    try report.show(on: console)
    if report.isCopyWhole {
      if isFile { try FileAccess.move(place, to: destination) }
      try console.print("\(word)    \(isFile ? destination : "into the server's database")")
    } else {
      if isFile { removeParts() }
      console.note("assay: the journal or the log is damaged: there is no copy")
    }
    try console.json(
      .object(report.members + [JSONMember(name: "isCopied", value: .bool(report.isCopyWhole))]))
    return report.disagreements.isEmpty ? .success : .rejected
  }

  /// Both are closed when this returns, so that the copy is in one file.
  private func copy(to place: String) throws -> DatabaseReport {
    let original = try SettlementStore(checking: source, mayCreate: false)
    return try original.copy(to: try SettlementStore(checking: place))
  }

  private func removeParts() {
    for ending in ["", "-wal", "-shm"] { FileAccess.remove(destination + ".part" + ending) }
  }
}
