internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement

/// `assay job ruling`: how one challenge ended.
struct JobRulingCommand: Command {
  static let description = CommandDescription(
    name: "ruling", abstract: "Log the referee's word on one challenge and hand it to the machine.",
    discussion: """
      Challenges run side by side, each with a bond and a time of its own. Who challenged in vain
      loses its bond, and nothing else changes; a provider shown wrong is rejected; a drawn verifier
      shown wrong loses its bond, and others verify the claim.
      """,
    examples: [
      CommandExample(
        "assay job ruling job-1 outcome.json --key operator.key", "Ends one challenge.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Argument(help: "The dispute's outcome, signed by the referee.") var outcome: String
  @Option("file", help: "The operator's private key, for the log.") var key: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let operatorKey = try KeyFiles.signingKey(at: key)
    let bytes = try FileAccess.read(outcome, limit: Envelope.maximumByteCount)
    guard let referee = try store.job(job).terms.contents.parties.referee else {
      throw OperationError("the terms of '\(job)' name no referee.")
    }
    // What the machine would refuse anyway is not logged.
    _ = try DisputeOutcome.open(bytes, referee: referee)
    let evidence = try store.log(.dispute, bytes, for: job, signingWith: operatorKey)
    return try database.apply(
      .ruling(job: job, envelope: bytes, evidence: evidence), to: store, console)
  }
}

/// `assay job quarantine`: a guardian's vote to stop a job.
struct JobQuarantineCommand: Command {
  static let description = CommandDescription(
    name: "quarantine", abstract: "Vote as a guardian to stop a job; a quorum gives all back.",
    discussion: """
      For when what a job's evidence rests on has failed: a kernel that computes wrongly, a broken
      proof system, a key in other hands, a log with two histories. The vote is signed, logged and
      counted; when as many guardians as the terms ask for give the same reason, every hold goes
      back to who deposited it.
      """,
    examples: [
      CommandExample(
        "assay job quarantine job-1 --reason forkedLog --guardian guardian.key --key operator.key",
        "One vote.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("reason", help: "Why the job must not go on.") var reason: QuarantineReason
  @Option("file", help: "The guardian's private key.") var guardian: String
  @Option("file", help: "The operator's private key, for the log.") var key: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let terms = try store.job(job).terms
    let guardianKey = try KeyFiles.signingKey(at: guardian)
    guard terms.contents.guardians?.keys.contains(guardianKey.verifyingKey) ?? false else {
      throw OperationError("the key '\(guardian)' is no guardian's in the terms of '\(job)'.")
    }
    let vote = QuarantineVote(job: job, terms: terms.digest, reason: reason)
      .signed(by: guardianKey).encoded
    let evidence = try store.log(
      .quarantine, vote, for: job, signingWith: KeyFiles.signingKey(at: key))
    return try database.apply(
      .quarantine(job: job, envelope: vote, evidence: evidence), to: store, console)
  }
}

extension QuarantineReason: ArgumentValue {}
