internal import AssayCryptography
internal import AssaySettlement

/// What is done with a job.
typealias JobAction = AssaySettlement.Command.Action

/// A command by which one party, known by its private key, moves a job on.
protocol JobPartyCommand: Command {
  /// The file of the party's private key.
  var key: String { get }
  /// The database with the job.
  var database: JobDatabase { get }

  /// What the party does.
  func action(by party: VerifyingKey) -> JobAction
}

extension JobPartyCommand {
  func run(_ console: Console) throws -> ExitCode {
    try database.apply(
      action(by: KeyFiles.signingKey(at: key).verifyingKey), to: database.openExisting(), console)
  }
}
