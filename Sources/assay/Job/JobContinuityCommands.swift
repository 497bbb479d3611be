internal import AssayCryptography
internal import AssaySettlement

/// `assay job heartbeat`: the provider says that it is at work.
struct JobHeartbeatCommand: JobPartyCommand {
  static let description = CommandDescription(
    name: "heartbeat", abstract: "Say that you are at work.",
    discussion: """
      Where the terms have a “continuity”, a provider that is silent for longer than its
      heartbeatSeconds counts as interrupted, and after the grace as gone.
      """,
    examples: [
      CommandExample("assay job heartbeat job-1 --key provider.key", "Extends the silence allowed.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The provider's private key.") var key: String
  var database = JobDatabase()

  func action(by party: VerifyingKey) -> JobAction { .heartbeat(job: job, by: party) }
}

/// `assay job stop`: the provider leaves.
struct JobStopCommand: JobPartyCommand {
  static let description = CommandDescription(
    name: "stop", abstract: "Leave a job as its provider; what was verified is paid.",
    discussion: """
      Claim what you have done first: assay claim --up-to, then assay job commit; when it is
      accepted, stop. The stake comes back, less what the terms take for stopping with notice.
      Another provider may go on from the last verified state.
      """,
    examples: [
      CommandExample("assay job stop job-1 --key provider.key", "The job waits for another.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The provider's private key.") var key: String
  var database = JobDatabase()

  func action(by party: VerifyingKey) -> JobAction { .stop(job: job, by: party) }
}

/// `assay job resume`: the provider comes back, or another takes over.
struct JobResumeCommand: JobPartyCommand {
  static let description = CommandDescription(
    name: "resume", abstract: "Come back to a job in the grace, or take over a vacant one.",
    discussion: """
      Who takes over puts up the stake and goes on from the last verified state: assay train --from
      that state --previous its claim. Each provider is paid for what was verified of its own work.
      """,
    examples: [
      CommandExample("assay job resume job-1 --key second.key", "Holds the second one's stake.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The provider's private key.") var key: String
  var database = JobDatabase()

  func action(by party: VerifyingKey) -> JobAction { .resume(job: job, by: party) }
}

/// How a job goes on where its provider does not.
struct TermsContinuityOptions: OptionGroup {
  @Option("count", in: 1...256, help: "The most claims; lets a job go on in parts.")
  var claims: Int?
  @Option("seconds", help: "How long a provider at work may be silent; a day if left out.")
  var heartbeatSeconds: Int?
  @Option("seconds", help: "How long it may still come back; a day if left out.")
  var graceSeconds: Int?
  @Option("seconds", help: "How long another may take over; three days if left out.")
  var vacancySeconds: Int?
  @Option("millionths", in: 0...1_000_000, help: "What is lost of the stake for stopping.")
  var stopMillionths: Int?

  /// The part of the terms; nil where nothing of it was named.
  func read() throws(UsageError) -> Terms.Continuity? {
    let others = [heartbeatSeconds, graceSeconds, vacancySeconds, stopMillionths]
    guard let claims else {
      guard others.allSatisfy({ $0 == nil }) else {
        throw UsageError(
          "The job goes on without its provider only where there may be several claims.",
          hint: "Add --claims 8.")
      }
      return nil
    }
    return Terms.Continuity(
      claims: claims, heartbeatSeconds: heartbeatSeconds ?? 86_400,
      graceSeconds: graceSeconds ?? 86_400, vacancySeconds: vacancySeconds ?? 3 * 86_400,
      stopMillionths: stopMillionths ?? 0)
  }
}
