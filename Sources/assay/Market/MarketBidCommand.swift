internal import AssayAccounting
internal import AssayCryptography
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage
internal import AssayWire

/// `assay market bid`: a provider bids.
struct MarketBidCommand: Command {
  static let description = CommandDescription(
    name: "bid", abstract: "Bid for a job.",
    discussion: """
      Names the invitation's terms by their identity: read them first (assay market book --terms).
      Your stake must be there now and at the match, but is held only then; until then the bid may
      be taken back. Hardware and region are your own statement.
      """,
    examples: [
      CommandExample(
        "assay market bid job-1 --key provider.key --price 80.00 --region eu --seconds 7200",
        "A bid on a processor, for two hours.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The provider's private key.") var key: String
  @Option("amount", help: "What you do it for.") var price: String
  @Option("kind", help: "What you do it on.") var hardware: Hardware = .processor
  @Option("name", help: "Where you do it: a–z, 0–9 and '-'.") var region: String
  @Option("seconds", in: 1...Deadlines.limitSeconds, help: "For how long the bid holds.")
  var seconds: Int
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let terms = try store.invitation(job).terms
    let provider = try KeyFiles.signingKey(at: key).verifyingKey
    let code = try database.apply(
      .bid(
        job: job, terms: terms.digest, by: provider,
        price: terms.contents.asset.amount(price, option: "--price"), hardware: hardware,
        region: region, seconds: UInt32(seconds)), to: store, console)
    let bids = store.machine.invitations[job]?.bids ?? []
    if code == .success, let place = bids.firstIndex(where: { $0.provider == provider }) {
      try console.print("  place \(place + 1) of \(bids.count) for \(job)")
    }
    return code
  }
}

/// `assay market retract`: an invitation or a bid is taken back.
struct MarketRetractCommand: JobPartyCommand {
  static let description = CommandDescription(
    name: "retract", abstract: "Take back your invitation, or your bid.",
    examples: [
      CommandExample("assay market retract job-1 --key provider.key", "Before the match.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "Your private key.") var key: String
  var database = JobDatabase()

  func action(by party: VerifyingKey) -> JobAction { .retract(job: job, by: party) }
}

/// `assay market match`: bids make jobs.
struct MarketMatchCommand: Command {
  static let description = CommandDescription(
    name: "match", abstract: "Make a job of the best bid when the time for bids is over.",
    discussion: """
      Anyone may do this. Whose stake is not there, or whose bid is over, is passed over; where
      nobody is left, or the buyer cannot pay, the invitation ends without a job. Without a name,
      every invitation whose time is over is ended.
      """,
    examples: [
      CommandExample("assay market match job-1", "Holds price, fee and stake."),
      CommandExample("assay market match", "Ends whatever is due."),
    ])

  @Argument(help: "The job's name; every due one if left out.") var job: String?
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    if let job { return try match(job, in: store, console) }
    guard database.requestKey == nil else {
      throw UsageError("--request-key names one request.", hint: "Name one job.")
    }
    let now = database.time(for: store)
    let due = try store.invitations().filter { $0.until <= now }.map(\.terms.contents.job)
    for name in due {
      guard try match(name, in: store, console) == .success else { return .rejected }
    }
    if due.isEmpty { try console.print("nothing is due") }
    return .success
  }

  private func match(
    _ name: String, in store: SettlementStore, _ console: Console
  ) throws -> ExitCode {
    let code = try database.apply(.match(job: name), to: store, console)
    let jobs = [name, Terms.Replica(group: name, place: 1, count: 2).job]
    if code == .success, jobs.allSatisfy({ store.machine.jobs[$0] == nil }) {
      try console.print("  no bid for \(name) can be kept: there is no job")
    }
    return code
  }
}

extension SettlementStore {
  /// The invitation for the job of that name.
  func invitation(_ name: String) throws -> Invitation {
    guard let invitation = machine.invitations[name] else {
      let names = try invitations().prefix(20).map(\.terms.contents.job).joined(separator: ", ")
      throw OperationError(
        "no bids are invited for a job '\(name)'. "
          + (names.isEmpty ? "There is no invitation at all." : "There are: \(names)."))
    }
    return invitation
  }
}
