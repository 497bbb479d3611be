internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySpecification
internal import AssayStorage
internal import AssayWire

/// `assay log append`: puts statements into a log that no job writes.
struct LogAppendCommand: Command {
  static let description = CommandDescription(
    name: "append", abstract: "Append signed claims, verdicts and receipts to the log.",
    discussion: """
      Jobs log their claims, verdicts and receipts by themselves; this is for statements of work
      without a job, and for a log of its own. All are durable when the command ends, or none is
      there. A statement that is there keeps its place.

      The signatures of claims and verdicts are checked, with the keys that they name.
      """,
    examples: [
      CommandExample("assay log append run/claim.json verdict.json", "Two entries."),
      CommandExample("assay log append run/claim.json --database log.db", "Into a log of its own."),
    ])

  @Argument(help: "The signed statements.") var statements: [String]
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let logged = try statements.map { file in
      let statement = try LoggedStatement(file: file)
      let bytes = try FileAccess.read(file, limit: Envelope.maximumByteCount)
      do {
        switch statement.kind {
        case .claim: _ = try ProviderClaim.open(bytes)
        case .verdict: _ = try Verdict.open(bytes)
        case .dispute, .quarantine, .receipt: break
        }
      } catch { throw OperationError("'\(file)': \(error)") }
      return (kind: statement.kind, envelope: bytes)
    }
    let places = try database.open().appendToLog(logged)
    for (file, place) in zip(statements, places) { try console.print("entry \(place)  \(file)") }
    try console.json(.object(["entries": .array(places.map { .integer($0) })]))
    return .success
  }
}
