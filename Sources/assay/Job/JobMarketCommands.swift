internal import AssayAccounting
internal import AssayCryptography
internal import AssaySettlement
internal import AssayStorage

/// `assay job authorise`: somebody else may fund a buyer's jobs.
struct JobAuthoriseCommand: Command {
  static let description = CommandDescription(
    name: "authorise", abstract: "Let somebody else fund your jobs, within bounds.",
    discussion: """
      The agent may fund jobs whose buyer you are, up to the amount and the number, until the time
      is over: assay job fund with its own key. A later authorisation of the same agent and asset
      takes the place of this one; one of no jobs ends it.
      """,
    examples: [
      CommandExample(
        "assay job authorise --key buyer.key --agent agent.pub --asset EUR --amount 500.00 "
          + "--jobs 4 --seconds 604800", "Four jobs within a week.")
    ])

  @Option("file", help: "The buyer's private key.") var key: String
  @Option("file", help: "The agent's public key.") var agent: String
  @Option("count", in: 0...1_000_000, help: "How many jobs.") var jobs: Int
  @Option("seconds", in: 1...Deadlines.limitSeconds, help: "For how long.")
  var seconds: Int
  var money = MoneyOptions()
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let (asset, amount) = try money.read()
    return try database.apply(
      .authorise(
        buyer: KeyFiles.signingKey(at: key).verifyingKey,
        agent: KeyFiles.verifyingKey(at: agent), asset: asset, amount: amount, jobs: UInt32(jobs),
        seconds: UInt32(seconds)), to: database.open(), console)
  }
}

/// `assay job policy`: what the market charges.
struct JobPolicyCommand: Command {
  static let description = CommandDescription(
    name: "policy", abstract: "Set what the market takes of what providers are paid.",
    discussion: """
      Holds for jobs that are offered from now on, whose terms name the new version; jobs that were
      offered before keep theirs.
      """,
    examples: [
      CommandExample("assay job policy --fee-millionths 20000", "Two per cent, as a new version.")
    ])

  @Option("millionths", in: 0...MarketPolicy.feeLimit, help: "The treasury's share.")
  var feeMillionths: Int
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.open()
    let code = try database.apply(.policy(feeMillionths: UInt32(feeMillionths)), to: store, console)
    try console.print("version  \(store.machine.policy.version)")
    return code
  }
}
