internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssayStorage
internal import AssayTransparency
internal import AssayWire

/// `assay log export`: publishes the log as files.
struct LogExportCommand: Command {
  static let description = CommandDescription(
    name: "export", abstract: "Sign the log's head and write the log as files for a web server.",
    discussion: """
      The folder has the layout of C2SP tlog-tiles: `checkpoint` is the signed head, `tile` holds
      the hashes and the entries. An entry names a statement by its identity; the statements
      themselves stay in the database. Exporting again writes what is new, and the head last.

      A head is signed only over leaves that are recomputed from the stored statements. Nothing is
      written into a folder whose log is not a beginning of this one.
      """,
    examples: [
      CommandExample("assay log export --key operator.key --out www", "Writes or extends www."),
      CommandExample(
        "assay log export --key operator.key --origin log.example/1 --out www",
        "Names a log that no terms have named yet."),
    ])

  @Option("file", help: "The operator's private key.") var key: String
  @Option("name", help: "The log's origin line; that of its last head if left out.")
  var origin: String?
  @Option("folder", help: "Where to write the files.") var out: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let operatorKey = try KeyFiles.signingKey(at: key)
    guard let origin = try origin ?? store.lastLogHead()?.unverifiedHead().origin else {
      throw UsageError("The log has no head yet that names it.", hint: "Add --origin name.")
    }
    let signed = try store.signLog(origin: origin, key: operatorKey)
    let head = try signed.verify(name: origin, with: operatorKey.verifyingKey)
    let folder = LogFolder(out)
    let before = try extensionStart(of: folder, origin: origin, key: operatorKey, store, head)
    // The statements are read some at a time: there may be gigabytes of them.
    var entries: [[UInt8]] = []
    for start in stride(from: before, to: head.size, by: 4096) {
      entries += try store.logEntries(start..<min(start + 4096, head.size)).map {
        LogEntry.bytes($0.kind, identity: $0.identity)
      }
    }
    try folder.append(entries, head: head, signed: signed)
    try console.print("log      \(out)")
    try console.print("origin   \(head.origin)")
    try console.print("entries  \(head.size), \(entries.count) of them new")
    try console.print("root     \(head.root)")
    try console.json(
      .object([
        "log": .string(out), "origin": .string(head.origin), "size": .integer(head.size),
        "new": .integer(entries.count), "root": .string(head.root.hex),
      ]))
    return .success
  }

  /// How many entries the folder has, after checking that this log begins with them.
  private func extensionStart(
    of folder: LogFolder, origin: String, key: SigningKey, _ store: SettlementStore,
    _ head: TreeHead
  ) throws -> UInt64 {
    guard let published = try folder.headIfPresent() else { return 0 }
    let before = try published.verify(name: origin, with: key.verifyingKey)
    var tree = store.logTree(ofSize: head.size)
    guard before.size <= head.size, try tree.root(ofSize: before.size) == before.root else {
      throw OperationError(
        "'\(out)' holds \(before.size) entries that this log does not begin with. Is it the right "
          + "database? A log that was published must never be cut or changed.")
    }
    return before.size
  }
}
