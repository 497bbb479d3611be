internal import AssayAccounting
internal import AssayCryptography
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage
internal import AssayWire

/// `assay market book`: invitations and their bids.
struct MarketBookCommand: Command {
  static let description = CommandDescription(
    name: "book", abstract: "Show the jobs that bids are invited for, and the bids.",
    examples: [
      CommandExample("assay market book", "The best bid stands first."),
      CommandExample(
        "assay market book job-1 --terms terms.json", "Writes the terms, to read before a bid."),
    ])

  @Argument(help: "One job's name; all if left out.") var job: String?
  @Option("file", help: "Where to write the terms of that job's invitation.") var terms: String?
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let shown = try job.map { [try store.invitation($0)] } ?? store.invitations()
    if let terms {
      guard let job else {
        throw UsageError("--terms writes one job's terms.", hint: "Name the job.")
      }
      try FileAccess.write(store.invitation(job).terms.bytes, to: terms)
    }
    let now = database.time(for: store)
    for invitation in shown { try show(invitation, store.machine, now, console) }
    if shown.isEmpty { try console.print("no bids are invited") }
    try console.json(
      .object(["invitations": .array(shown.map { $0.json(in: store.machine, at: now) })]))
    return .success
  }

  private func show(
    _ invitation: Invitation, _ machine: SettlementMachine, _ now: UInt64, _ console: Console
  ) throws {
    let contents = invitation.terms.contents
    let asset = contents.asset
    let time = now < invitation.until ? "until \(invitation.until)" : "due: assay market match"
    try console.print(
      "\(contents.job)  up to \(asset.format(contents.price)), stake "
        + "\(asset.format(contents.stake)), \(time)")
    let conditions = invitation.conditions
    var asked: [String] = []
    if !conditions.hardware.isEmpty {
      asked.append("on " + conditions.hardware.map(\.rawValue).joined(separator: " or "))
    }
    if !conditions.regions.isEmpty {
      asked.append("in " + conditions.regions.joined(separator: " or "))
    }
    if conditions.leastReputation > .zero {
      asked.append("reputation \(asset.format(conditions.leastReputation)) at least")
    }
    if let halving = conditions.halvingReputation {
      asked.append("\(asset.format(halving)) of it spares half of the draws")
    }
    if conditions.replicas > 1 { asked.append("\(conditions.replicas) providers, each alone") }
    if !asked.isEmpty { try console.print("  asks  \(asked.joined(separator: "; "))") }
    for bid in invitation.bids {
      let reputation = machine.reputation(of: bid.provider, under: invitation.terms, now: now)
      try console.print(
        "  \(asset.format(bid.price))  \(bid.provider.description.prefix(12))…  "
          + "\(bid.hardware.rawValue)  \(bid.region)  reputation \(asset.format(reputation))  "
          + (now < bid.until ? "until \(bid.until)" : "over"))
    }
    if invitation.bids.isEmpty { try console.print("  no bids") }
  }
}

extension Invitation {
  /// The invitation for other programs.
  fileprivate func json(in machine: SettlementMachine, at now: UInt64) -> JSONValue {
    let contents = terms.contents
    return .object([
      "job": .string(contents.job), "terms": .string(terms.digest.hex),
      "asset": .string(contents.asset.id), "price": .string("\(contents.price)"),
      "stake": .string("\(contents.stake)"), "until": .integer(until),
      "replicas": .integer(conditions.replicas),
      "hardware": .array(conditions.hardware.map { .string($0.rawValue) }),
      "regions": .array(conditions.regions.map { .string($0) }),
      "leastReputation": .string("\(conditions.leastReputation)"),
      "halvingReputation": conditions.halvingReputation.map { .string("\($0)") } ?? .null,
      "bids": .array(
        bids.map { bid in
          .object([
            "provider": .string(Hex.encode(bid.provider.bytes)), "price": .string("\(bid.price)"),
            "hardware": .string(bid.hardware.rawValue), "region": .string(bid.region),
            "until": .integer(bid.until),
            "reputation": .string(
              "\(machine.reputation(of: bid.provider, under: terms, now: now))"),
          ])
        }),
    ])
  }
}

/// `assay market reputation`: what is known of a provider.
struct MarketReputationCommand: Command {
  static let description = CommandDescription(
    name: "reputation", abstract: "Show what settled verdicts say about a provider.",
    discussion: """
      One line for each verifier: what it was paid for accepting this provider's work, as far as it
      counts now, and how often it accepted and rejected. A reputation counts only with buyers whose
      terms name that verifier.
      """,
    examples: [CommandExample("assay market reputation provider.pub", "Changes nothing.")])

  @Argument(help: "The provider's public key.") var provider: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let provider = try KeyFiles.verifyingKey(at: provider)
    let now = database.time(for: store)
    let known = try store.reputations(of: provider)
    var rows: [JSONValue] = []
    for (key, reputation) in known {
      let amount = reputation.amount(at: now)
      let text = store.machine.ledger.assets[key.asset]?.format(amount) ?? "\(amount)"
      try console.print(
        "\(text)  with \(key.verifier.description.prefix(12))…  \(reputation.accepted) accepted, "
          + "\(reputation.rejected) rejected, \(reputation.missed) not delivered")
      rows.append(
        .object([
          "verifier": .string(Hex.encode(key.verifier.bytes)), "asset": .string(key.asset),
          "amount": .string("\(amount)"), "accepted": .integer(Int(reputation.accepted)),
          "rejected": .integer(Int(reputation.rejected)),
          "missed": .integer(Int(reputation.missed)),
        ]))
    }
    if known.isEmpty { try console.print("nothing is known of this provider") }
    try console.json(
      .object(["provider": .string(Hex.encode(provider.bytes)), "reputations": .array(rows)]))
    return .success
  }
}
