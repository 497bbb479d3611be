internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

/// `assay job deposit`: money enters the books.
struct JobDepositCommand: Command {
  static let description = CommandDescription(
    name: "deposit", abstract: "Credit a party's account with money that has come in.",
    discussion: """
      The amount is in the asset's usual unit, such as 12.50. An asset is created by its first
      deposit or job; its decimals never change.
      """,
    examples: [
      CommandExample(
        "assay job deposit --party buyer.pub --asset EUR --amount 1000.00",
        "The buyer has 1000 euro more.")
    ])

  @Option("file", help: "The party's public key.") var party: String
  var money = MoneyOptions()
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.open()
    let (asset, amount) = try money.read()
    return try database.apply(
      .deposit(party: KeyFiles.verifyingKey(at: party), asset: asset, amount: amount),
      to: store, console)
  }
}

/// `assay job withdraw`: money leaves the books.
struct JobWithdrawCommand: Command {
  static let description = CommandDescription(
    name: "withdraw", abstract: "Debit a party's account with money that goes out.",
    examples: [
      CommandExample(
        "assay job withdraw --key provider.key --asset EUR --amount 10.00",
        "The provider takes ten euro out.")
    ])

  @Option("file", help: "The party's private key.") var key: String
  var money = MoneyOptions()
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let (asset, amount) = try money.read()
    return try database.apply(
      .withdraw(
        party: KeyFiles.signingKey(at: key).verifyingKey, asset: asset, amount: amount),
      to: store, console)
  }
}

/// An amount of an asset.
struct MoneyOptions: OptionGroup {
  @Option("name", help: "The asset, such as EUR.") var asset: String
  @Option("count", in: 0...Asset.decimalsLimit, help: "Digits after the asset's point.")
  var decimals: Int = 2
  @Option("amount", help: "How much, in the asset's usual unit, such as 12.50.")
  var amount: String

  func read() throws -> (Asset, Amount) {
    let asset = try Asset(named: asset, decimals: decimals)
    return (asset, try asset.amount(amount, option: "--amount"))
  }
}

extension Asset {
  /// An asset that is named on a command line.
  init(named id: String, decimals: Int) throws(UsageError) {
    do throws(AccountingError) {
      try self.init(id: id, decimals: decimals)
    } catch { throw UsageError("--asset: \(error)") }
  }

  /// An amount that is written on a command line.
  func amount(_ text: String, option: String) throws(UsageError) -> Amount {
    do throws(AccountingError) {
      return try parse(text)
    } catch { throw UsageError("\(option): \(error)") }
  }
}

/// `assay job offer`: a job begins with its terms.
struct JobOfferCommand: Command {
  static let description = CommandDescription(
    name: "offer", abstract: "Offer a job under the terms in a file.",
    discussion: """
      The terms' exact bytes are their identity; from now on they cannot change.
      """,
    examples: [
      CommandExample("assay job offer terms.json", "Then `assay job fund` holds the money.")
    ])

  @Argument(help: "The terms file, as `assay terms new` writes it.") var terms: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let bytes = try FileAccess.read(terms, limit: Terms.maximumByteCount)
    return try database.apply(.offer(terms: bytes), to: database.open(), console)
  }
}

/// `assay job fund`: the buyer's money is held.
struct JobFundCommand: JobPartyCommand {
  static let description = CommandDescription(
    name: "fund", abstract: "Hold the buyer's money for a job: price and verifier's fee.",
    examples: [CommandExample("assay job fund job-1 --key buyer.key", "Holds price and fee.")])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The buyer's private key.") var key: String
  var database = JobDatabase()

  func action(by party: VerifyingKey) -> JobAction { .fund(job: job, by: party) }
}

/// `assay job accept`: a provider takes the job.
struct JobAcceptCommand: JobPartyCommand {
  static let description = CommandDescription(
    name: "accept", abstract: "Take a funded job as its provider; the stake is held.",
    discussion: """
      Refused, with the numbers, where cheating would pay under the terms: see `assay terms show`.
      """,
    examples: [
      CommandExample("assay job accept job-1 --key provider.key", "Holds the provider's stake.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The provider's private key.") var key: String
  var database = JobDatabase()

  func action(by party: VerifyingKey) -> JobAction { .accept(job: job, by: party) }
}

/// `assay job cancel`: the buyer withdraws.
struct JobCancelCommand: JobPartyCommand {
  static let description = CommandDescription(
    name: "cancel", abstract: "Withdraw a job that no provider has accepted.",
    examples: [
      CommandExample("assay job cancel job-1 --key buyer.key", "The buyer's money is released.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The buyer's private key.") var key: String
  var database = JobDatabase()

  func action(by party: VerifyingKey) -> JobAction { .cancel(job: job, by: party) }
}

/// `assay job commit`: the provider's claim.
struct JobCommitCommand: Command {
  static let description = CommandDescription(
    name: "commit", abstract: "Hand in the provider's signed claim.",
    discussion: """
      Refused where the claim is not about exactly this job, its terms, spec, data, steps and trace
      size, or not signed by the provider that accepted. The provider may then hand in another.
      """,
    examples: [
      CommandExample("assay job commit job-1 run/claim.json", "The trace is fixed from now on.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Argument(help: "The signed claim.") var claim: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let bytes = try FileAccess.read(claim, limit: Envelope.maximumByteCount)
    return try database.apply(
      .commit(job: job, claim: bytes), to: database.openExisting(), console)
  }
}

/// `assay job close`: a verdict's consequences.
struct JobCloseCommand: Command {
  static let description = CommandDescription(
    name: "close", abstract: "Draw a verdict's consequences after the challenge window.",
    discussion: "Anyone may do this.",
    examples: [CommandExample("assay job close job-1", "Pays out by the payout table.")])

  @Argument(help: "The job's name.") var job: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    try database.apply(.close(job: job), to: database.openExisting(), console)
  }
}

/// `assay job expire`: leaves states that have outlasted their deadline.
struct JobExpireCommand: Command {
  static let description = CommandDescription(
    name: "expire", abstract: "End a state whose deadline has passed.",
    discussion: """
      Anyone may do this. Who did not act in time bears the consequence. Without a job, every state
      whose deadline has passed is ended.
      """,
    examples: [
      CommandExample("assay job expire job-1", "Refused before the deadline."),
      CommandExample("assay job expire", "Ends whatever is overdue."),
    ])

  @Argument(help: "The job's name; every overdue one if left out.") var job: String?
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    if let job { return try database.apply(.expire(job: job), to: store, console) }
    guard database.requestKey == nil else {
      throw UsageError("--request-key names one request.", hint: "Name one job.")
    }
    let now = database.time(for: store)
    var ended: [JSONValue] = []
    // A state that a time-out leads to may be overdue as well.
    // BOUND: every pass moves a job on, and no state leads back to an overdue one.
    while let next = try store.overdueJobs(at: now, limit: 1).first {
      let command = try AssaySettlement.Command(
        key: Hex.encode(RandomBytes.make(16)), action: .expire(job: next))
      guard case .applied(let applied) = try store.apply(command, now: now) else {
        throw OperationError("'\(next)' was moved on by another process. Try again.")
      }
      let phase = applied.phase?.rawValue ?? ""
      try console.print("expire  \(next) is \(phase)")
      ended.append(.object(["job": .string(next), "state": .string(phase)]))
    }
    if ended.isEmpty { try console.print("nothing is overdue") }
    try console.json(.object(["expired": .array(ended)]))
    return .success
  }
}
