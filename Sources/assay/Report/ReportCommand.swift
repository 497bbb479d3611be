internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayReports
internal import AssaySettlement
internal import AssayStorage
internal import AssayTraining
internal import AssayWire

/// `assay report`: a run, its audit and its job as one HTML page.
struct ReportCommand: Command {
  static let description = CommandDescription(
    name: "report",
    abstract: "Write a run, its verdict and its money as one HTML page.",
    discussion: """
      The page is one file that needs nothing else: curves of loss and accuracy, the trace with the
      drawn intervals, the verdict, where the money went, and where the time went.

      What is left out is not shown: a run alone has a report, too. The verdict's signature is
      checked; who its signer is, the reader must know.
      """,
    examples: [
      CommandExample("assay report run --out report.html", "The run alone."),
      CommandExample(
        "assay report run --challenge challenge.json --verdict verdict.json --audit audit.json "
          + "--database settlement.db --out report.html",
        "With its audit and its money; audit.json is what `assay audit --json` printed."),
    ])

  @Argument(help: "The run folder.") var run: String
  @Option("file", help: "The challenge.") var challenge: String?
  @Option("file", help: "The signed verdict on it.") var verdict: String?
  @Option("file", help: "What `assay audit --json` printed, for the time it took.")
  var audit: String?
  @Option("file", help: "The settlement database with the challenge's job.")
  var database: String?
  @Option("path", help: "Where to write the page.") var out: String = "report.html"

  func run(_ console: Console) throws -> ExitCode {
    var builder = try RunReportBuilder(try RunDirectory.open(run))
    if let summary = try auditSummary(&builder) {
      builder.audit = summary
      builder.job = summary.challenge.job
      if let database { builder.money = try money(summary.challenge.job, database) }
    } else if audit != nil || database != nil {
      throw UsageError(
        "--audit and --database belong to a verdict.",
        hint: "Name it with --challenge and --verdict.")
    }
    let page = try builder.report(footer: "Made by assay \(CommandTable.version).").html()
    try FileAccess.write(page, to: out)
    try console.print("report       \(out)")
    try console.json(.object(["report": .string(out)]))
    return .success
  }

  private func auditSummary(_ builder: inout RunReportBuilder) throws -> AuditSummary? {
    guard let challengePath = challenge, let verdictPath = verdict else {
      guard challenge == nil, verdict == nil else {
        throw UsageError("--challenge and --verdict go together.", hint: "Name both files.")
      }
      return nil
    }
    let challenge = try Challenge(
      decoding: FileAccess.read(challengePath, limit: Challenge.maximumByteCount))
    let opened = try Verdict.open(
      FileAccess.read(verdictPath, limit: Envelope.maximumByteCount))
    guard opened.verdict.claim == challenge.claim, opened.verdict.drawSeed == challenge.draw.seed
    else {
      throw OperationError("'\(verdictPath)' is not a verdict on '\(challengePath)'.")
    }
    builder.verifier = opened.verifier.keyID
    return AuditSummary(opened.verdict, on: challenge, seconds: try auditSeconds())
  }

  private func auditSeconds() throws -> Double? {
    guard let audit else { return nil }
    let value = try JSONValue.parse(FileAccess.read(audit, limit: 64 << 20))
    guard case .object(let members) = value,
      case .number(let text)? = members.first(where: { $0.name == "seconds" })?.value,
      let seconds = Double(text), seconds.isFinite, seconds >= 0
    else {
      throw OperationError("'\(audit)' is not what `assay audit --json` prints.")
    }
    return seconds
  }

  private func money(_ name: String, _ path: String) throws -> MoneySummary {
    let store = try SettlementStore(checking: path, mayCreate: false)
    guard let job = store.machine.jobs[name] else {
      throw OperationError("'\(path)' has no job '\(name)'.")
    }
    return JobMoney(job: job, machine: store.machine).summary()
  }
}
