internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayWire

/// `assay dispute work`: whether a verifier executed what its acceptance says.
struct DisputeWorkCommand: Command {
  static let description = CommandDescription(
    name: "work",
    abstract: "Say as a referee whether a verifier's acceptance shows the work that it needs.",
    discussion: """
      An acceptance shows a digest that only the execution of the drawn intervals yields. The
      referee audits the same claim under the same challenge and compares: where the work differs,
      the verifier made it up, and so it did where the referee rejects. The signed outcome goes to
      `assay job ruling`.
      """,
    examples: [
      CommandExample(
        "assay dispute work verdict.json --executed mine.json --challenger challenger.pub "
          + "--key referee.key --out outcome.json",
        "After `assay audit … --key referee.key --out mine.json`.")
    ])

  @Argument(help: "The verifier's signed verdict.") var verdict: String
  @Option("file", help: "Your own verdict under the same challenge, signed with your key.")
  var executed: String
  @Option("file", help: "The public key of who disputes the verifier's work.")
  var challenger: String
  @Option("file", help: "The referee's private key.") var key: String
  @Option("file", help: "Where to write the signed outcome.") var out: String = "outcome.json"

  func run(_ console: Console) throws -> ExitCode {
    let referee = try KeyFiles.signingKey(at: key)
    let theirs = try read(verdict)
    let own = try read(executed)
    guard own.verifier == referee.verifyingKey else {
      throw OperationError("'\(executed)' is not signed with the key '\(key)'.")
    }
    let (stated, found) = (theirs.verdict, own.verdict)
    guard stated.job == found.job, stated.terms == found.terms, stated.claim == found.claim,
      stated.drawSeed == found.drawSeed, stated.intervals == found.intervals,
      stated.executed == found.executed || found.outcome != .accepted
    else {
      throw OperationError(
        "'\(executed)' is not about the intervals that '\(verdict)' says were executed; audit the "
          + "same claim under the same challenge.")
    }
    guard let shown = stated.work else {
      throw OperationError("'\(verdict)' is no acceptance that shows work.")
    }
    let finding: String
    switch found.outcome {
    case .accepted: finding = found.work?.hex ?? "none"
    case .rejected(let rejection): finding = "no right work: \(rejection.fault.rawValue)"
    case .inconclusive(let reason):
      throw OperationError("your own verdict says nothing: \(reason.rawValue).")
    }
    let isRight = found.work == shown
    let outcome = DisputeOutcome(
      job: stated.job, terms: stated.terms, claim: stated.claim,
      challenger: try KeyFiles.verifyingKey(at: challenger), defender: theirs.verifier,
      challengerLost: isRight, fault: .falseStatement,
      subject: "the work of \(stated.executed.count) intervals: \(shown.hex) stated, "
        + "\(finding) found")
    try FileAccess.write(outcome.signed(by: referee).encoded, to: out)
    try console.print("stated       \(shown)")
    try console.print("found        \(finding)")
    try console.print("wrong        \(isRight ? "the challenger" : "the verifier")")
    try console.print("outcome      \(out)")
    try console.json(
      .object([
        "stated": .string(shown.hex), "found": .string(finding), "outcome": .string(out),
        "loser": .string(isRight ? "challenger" : "defender"),
      ]))
    return isRight ? .success : .rejected
  }

  private func read(_ path: String) throws -> OpenedVerdict {
    try Verdict.open(FileAccess.read(path, limit: Envelope.maximumByteCount))
  }
}
