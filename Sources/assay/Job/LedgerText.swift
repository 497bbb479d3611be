internal import AssayAccounting

/// The books as lines of text.
enum LedgerText {
  /// One transfer.
  static func line(of transfer: Transfer, in ledger: Ledger) -> String {
    switch transfer.action {
    case .move(let debit, let credit, let amount):
      "\(amountText(amount, debit, ledger))  \(short(debit)) → \(short(credit))"
    case .hold(let debit, let credit, let amount, _):
      "\(amountText(amount, debit, ledger))  held of \(short(debit)) for \(short(credit))"
    case .post(let hold, let amount):
      "\(amountText(amount, ledger.holds[hold]?.debit, ledger))  taken from the hold \(hold)"
    case .void(let hold), .expire(let hold):
      "\(amountText(ledger.holds[hold]?.amount ?? .zero, ledger.holds[hold]?.debit, ledger))"
        + "  released from the hold \(hold)"
    }
  }

  private static func amountText(
    _ amount: Amount, _ account: AccountID?, _ ledger: Ledger
  ) -> String {
    guard let account, let asset = ledger[account]?.asset else { return amount.description }
    return asset.format(amount)
  }

  /// An account's name with its keys cut to twelve digits.
  static func short(_ account: AccountID) -> String {
    account.name.split(separator: "/").map { part in
      part.utf8.count == 64 ? "\(part.prefix(12))…" : String(part)
    }.joined(separator: "/")
  }
}
