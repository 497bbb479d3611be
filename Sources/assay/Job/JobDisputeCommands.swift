internal import AssayCryptography
internal import AssayDisputes
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssayStorage

/// `assay job ruling`: how one challenge ended.
struct JobRulingCommand: Command {
  static let description = CommandDescription(
    name: "ruling", abstract: "Log how one challenge ended and hand it to the machine.",
    discussion: """
      Challenges run side by side, each with a bond and a time of its own. Who challenged in vain
      loses its bond, and nothing else changes; a provider shown wrong is rejected; a drawn verifier
      shown wrong loses its bond, and others verify the claim.

      Where the dispute is about the provider's trace, its transcript shows who lost: it is kept in
      the database, the dispute is held again before money moves, and either party may hand it in.
      That a party was silent is the referee's word, and so is what a verifier did.
      """,
    examples: [
      CommandExample(
        "assay job ruling job-1 outcome.json --transcript dispute.transcript --key operator.key",
        "Ends one challenge by what the dispute showed."),
      CommandExample(
        "assay job ruling job-1 outcome.json --key operator.key",
        "By the referee's word that a party was silent."),
    ])

  @Argument(help: "The job's name.") var job: String
  @Argument(help: "The dispute's outcome, as `assay dispute decide` signs it.") var outcome: String
  @Option("file", help: "The dispute's transcript, where the outcome names one.")
  var transcript: String?
  @Option("file", help: "The operator's private key, for the log.") var key: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let operatorKey = try KeyFiles.signingKey(at: key)
    let bytes = try FileAccess.read(outcome, limit: Envelope.maximumByteCount)
    // What the machine would refuse anyway is not logged.
    let outcome = try DisputeOutcome.open(bytes).outcome
    try outcome.check(job: job, terms: store.job(job).terms.digest, claim: outcome.claim)
    try keep(outcome, in: store)
    let evidence = try store.log(.dispute, bytes, for: job, signingWith: operatorKey)
    return try database.apply(
      .ruling(job: job, envelope: bytes, evidence: evidence), to: store, console)
  }
}

extension JobRulingCommand {
  /// Keeps the transcript that an outcome names.
  private func keep(_ outcome: DisputeOutcome, in store: SettlementStore) throws {
    switch (outcome.transcript, transcript) {
    case (nil, nil): return
    case (nil, let path?):
      throw UsageError(
        "The outcome names no transcript, and '\(path)' is none of it.",
        hint: "Sign an outcome by assay dispute decide --transcript, or leave the transcript out.")
    case (_?, nil):
      throw UsageError(
        "The outcome rests on a transcript.", hint: "Add --transcript dispute.transcript.")
    case (let digest?, let path?):
      let bytes = try FileAccess.read(path, limit: DisputeTranscript.byteCountLimit)
      guard SHA256.digest(of: bytes) == digest else {
        throw OperationError("'\(path)' is not the transcript that the outcome names.")
      }
      try store.keep(evidence: bytes)
    }
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
