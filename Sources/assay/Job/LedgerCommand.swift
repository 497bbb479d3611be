internal import AssayAccounting
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

/// `assay ledger`: the books, and that they balance.
struct LedgerCommand: Command {
  static let description = CommandDescription(
    name: "ledger", abstract: "Show the books, and check that they balance.",
    discussion: """
      Replays the journal and compares every stored row with what it gives, as `assay fsck` does,
      and sums the accounts: debits equal credits in each asset. Exits with 1 where anything of
      this fails.
      """,
    examples: [
      CommandExample("assay ledger", "The accounts with their balances."),
      CommandExample("assay ledger --transfers", "And every transfer."),
    ])

  @Flag(help: "List every transfer.") var transfers: Bool
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let accounts: [Account]
    let moved: [Transfer]
    let totals: [AssetTotals]
    let store = try database.openExisting()
    let ledger = store.machine.ledger
    do {
      if let first = try store.check().disagreements.first {
        throw StorageError(.corrupt, "check the database", "\(first)")
      }
      accounts = try store.accounts(limit: .max)
      moved = transfers ? try store.transfers(from: 0, limit: .max) : []
      totals = try Ledger.totals(of: accounts)
    } catch {
      guard (error as? StorageError)?.code == .corrupt || error is AccountingError else {
        throw error
      }
      console.note("assay: the books do not balance: \(error)")
      try console.json(.object(["balances": .bool(false), "reason": .string("\(error)")]))
      return .rejected
    }
    for account in accounts { try console.print(line(of: account)) }
    for transfer in moved {
      try console.print(
        "\(transfer.time)  \(transfer.id)  \(LedgerText.line(of: transfer, in: ledger))")
    }
    for total in totals {
      try console.print(
        "\(total.asset): debits = credits = \(total.asset.format(total.posted)), "
          + "\(total.asset.format(total.pending)) held")
    }
    try console.print(
      "The books balance: \(try store.transferCount()) transfers, \(accounts.count) accounts.")
    try console.json(json(ledger, accounts, moved))
    return .success
  }

  private func line(of account: Account) -> String {
    let held =
      account.debitsPending > 0
      ? ", \(account.asset.format(Amount(account.debitsPending))) of it held" : ""
    let shown =
      account.limit == .creditsMustNotExceedDebits
      ? "\(account.asset.format(Amount(account.debitsPosted))) have entered"
      : account.asset.format(account.balance)
    return "\(LedgerText.short(account.id))  \(shown)\(held)"
  }

  private func json(
    _ ledger: Ledger, _ accounts: [Account], _ moved: [Transfer]
  ) -> JSONValue {
    var members = [
      JSONMember(name: "balances", value: .bool(true)),
      JSONMember(
        name: "accounts",
        value: .array(
          accounts.map { account in
            .object([
              "name": .string(account.id.name), "asset": .string(account.asset.id),
              "decimals": .integer(account.asset.decimals),
              "balance": .string(account.balance.description),
              "available": .string(account.available.description),
              "debitsPosted": .string("\(account.debitsPosted)"),
              "creditsPosted": .string("\(account.creditsPosted)"),
              "debitsPending": .string("\(account.debitsPending)"),
              "creditsPending": .string("\(account.creditsPending)"),
            ])
          })),
    ]
    if transfers {
      members.append(
        JSONMember(
          name: "transfers",
          value: .array(
            moved.map { transfer in
              .object([
                "name": .string(transfer.id.name), "time": .integer(transfer.time),
                "text": .string(LedgerText.line(of: transfer, in: ledger)),
              ])
            })))
    }
    return .object(members)
  }
}
