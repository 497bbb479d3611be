internal import AssayAccounting
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

/// `assay ledger`: the books, and that they balance.
struct LedgerCommand: Command {
  static let description = CommandDescription(
    name: "ledger", abstract: "Show the books, and check that they balance.",
    discussion: """
      Recomputes every balance from the transfers: debits equal credits in each asset, nobody is
      overdrawn, what is held is what the open jobs oblige, and what has entered less what has left
      is what is there. Opening the database replays its journal and compares the result with every
      stored row. Exits with 1 where anything of this fails.
      """,
    examples: [
      CommandExample("assay ledger", "The accounts with their balances."),
      CommandExample("assay ledger --transfers", "And every transfer."),
    ])

  @Flag(help: "List every transfer.") var transfers: Bool
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store: SettlementStore
    do {
      store = try database.openExisting()
    } catch let error as StorageError where error.code == .corrupt {
      console.note("assay: \(error)")
      try console.json(.object(["balances": .bool(false), "reason": .string("\(error)")]))
      return .rejected
    }
    let ledger = store.machine.ledger
    let accounts = ledger.accounts.values.sorted { $0.id < $1.id }
    for account in accounts { try console.print(line(of: account)) }
    if transfers {
      for transfer in ledger.transfers {
        try console.print(
          "\(transfer.time)  \(transfer.id)  \(LedgerText.line(of: transfer, in: ledger))")
      }
    }
    let failure = failure(in: store.machine)
    if let failure {
      console.note("assay: the books do not balance: \(failure)")
    } else {
      let totals = try ledger.totals()
      for total in totals {
        try console.print(
          "\(total.asset): debits = credits = \(total.asset.format(total.posted)), "
            + "\(total.asset.format(total.pending)) held")
      }
      try console.print(
        "The books balance: \(ledger.transfers.count) transfers, \(accounts.count) accounts.")
    }
    try console.json(json(ledger, accounts, failure))
    return failure == nil ? .success : .rejected
  }

  private func failure(in machine: SettlementMachine) -> String? {
    do {
      try machine.checkInvariants()
      return nil
    } catch { return "\(error)" }
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

  private func json(_ ledger: Ledger, _ accounts: [Account], _ failure: String?) -> JSONValue {
    var members = [
      JSONMember(name: "balances", value: .bool(failure == nil)),
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
    if let failure { members.append(JSONMember(name: "reason", value: .string(failure))) }
    if transfers {
      members.append(
        JSONMember(
          name: "transfers",
          value: .array(
            ledger.transfers.map { transfer in
              .object([
                "name": .string(transfer.id.name), "time": .integer(transfer.time),
                "text": .string(LedgerText.line(of: transfer, in: ledger)),
              ])
            })))
    }
    return .object(members)
  }
}
