internal import AssayAccounting
internal import AssayCryptography
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage

extension Hardware: ArgumentValue {}

/// `assay market invite`: a buyer invites bids.
struct MarketInviteCommand: Command {
  static let description = CommandDescription(
    name: "invite", abstract: "Invite bids for a job under the terms in a file.",
    discussion: """
      The terms' price is the most that is paid, and they name no provider. When the time for bids
      is over, the lowest price that satisfies the conditions wins, of two the earlier one; the
      job's terms are these with its price and its provider. Until then no money is held.

      Reputation is what the terms' verifiers were paid for accepting a provider's earlier work;
      half of it is gone in ninety days. With --halving-reputation it spares draws beyond those that
      deterrence needs at the price, half of them for a reputation of this amount, and the
      verifier's fee falls with them.

      With --replicas several providers do the work, each in a job of its own (job-1.1, job-1.2, …).
      Nothing is drawn before all have claimed; work that another's claim contradicts is not paid
      unless that is shown wrong: assay job dispute.
      """,
    examples: [
      CommandExample(
        "assay market invite terms.json --key buyer.key --seconds 3600 --region eu",
        "Bids from one region for an hour."),
      CommandExample(
        "assay market invite terms.json --key buyer.key --seconds 3600 --hardware nvidiaGPU "
          + "--least-reputation 50.00 --halving-reputation 200.00",
        "Only from whom the verifiers know."),
    ])

  @Argument(help: "The terms file, as `assay terms new` writes it.") var terms: String
  @Option("file", help: "The private key of the buyer, or of whom it has authorised.")
  var key: String
  @Option("seconds", in: 1...Deadlines.limitSeconds, help: "For how long there may be bids.")
  var seconds: Int
  @Option("kind", help: "Hardware that will do; may be given several times; any if left out.")
  var hardware: [Hardware]
  @Option("name", help: "A region that will do; may be given several times; any if left out.")
  var region: [String]
  @Option("amount", help: "The least reputation of a provider; none if left out.")
  var leastReputation: String?
  @Option("amount", help: "The reputation that spares half of the draws; none are if left out.")
  var halvingReputation: String?
  @Option("count", in: 1...Terms.Replica.limit, help: "How many providers do the work, each alone.")
  var replicas: Int = 1
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let bytes = try FileAccess.read(terms, limit: Terms.maximumByteCount)
    let terms = try Terms(decoding: bytes)
    let asset = terms.contents.asset
    let conditions = BidConditions(
      hardware: hardware, regions: region,
      leastReputation: try leastReputation.map {
        try asset.amount($0, option: "--least-reputation")
      } ?? .zero,
      halvingReputation: try halvingReputation.map {
        try asset.amount($0, option: "--halving-reputation")
      }, replicas: replicas)
    let store = try database.open()
    let code = try database.apply(
      .invite(
        terms: bytes, by: KeyFiles.signingKey(at: key).verifyingKey, conditions: conditions,
        seconds: UInt32(seconds)), to: store, console)
    if let invitation = store.machine.invitations[terms.contents.job], code == .success {
      try console.print("job     \(terms.contents.job)")
      try console.print("terms   \(terms.digest)")
      try console.print(
        "bids    up to \(asset.format(terms.contents.price)) until \(invitation.until)")
    }
    return code
  }
}
