/// The totals of one asset over all accounts.
public struct AssetTotals: Hashable, Sendable {
  /// The asset.
  public let asset: Asset
  /// Σ posted debits = Σ posted credits.
  public let posted: Amount
  /// Σ pending debits = Σ pending credits: what is held.
  public let pending: Amount
}

extension Ledger {
  /// Recomputes the books from the transfers alone and compares, or throws `brokenBooks`.
  ///
  /// Checked per asset: posted debits = posted credits and pending debits = pending credits; per
  /// account: its counters are the sums of its transfers and its limit is obeyed; per hold: it was
  /// resolved at most once and with at most its amount, and the open ones are what is pending.
  ///
  /// - Complexity: O(accounts + transfers).
  @discardableResult
  public func checkInvariants() throws(AccountingError) -> [AssetTotals] {
    let recomputed = try recount()
    for (id, account) in accounts {
      let expected = recomputed[id, default: Counters()]
      guard
        expected
          == Counters(
            debitsPending: account.debitsPending, debitsPosted: account.debitsPosted,
            creditsPending: account.creditsPending, creditsPosted: account.creditsPosted)
      else {
        throw .brokenBooks(rule: "counters are not the sums of the transfers", subject: id.name)
      }
      guard account.obeysLimit else {
        throw .brokenBooks(rule: "the balance limit is exceeded", subject: id.name)
      }
    }
    return try totals()
  }

  /// The totals of each asset in the order of their names, or `brokenBooks` where they differ.
  public func totals() throws(AccountingError) -> [AssetTotals] {
    try Ledger.totals(of: accounts.values)
  }

  /// The totals of each asset that these accounts count, in the order of their names, or
  /// `brokenBooks` where debits and credits differ.
  public static func totals(
    of accounts: some Sequence<Account>
  ) throws(AccountingError) -> [AssetTotals] {
    var sums: [Asset: [UInt128]] = [:]
    for account in accounts {
      let counters = [
        account.debitsPosted, account.creditsPosted, account.debitsPending, account.creditsPending,
      ]
      var sum = sums[account.asset] ?? [0, 0, 0, 0]
      for index in 0..<4 {
        let (total, overflow) = sum[index].addingReportingOverflow(counters[index])
        guard !overflow else {
          throw .brokenBooks(rule: "the total passes 2^128 - 1", subject: account.asset.id)
        }
        sum[index] = total
      }
      sums[account.asset] = sum
    }
    var totals: [AssetTotals] = []
    for (asset, sum) in sums.sorted(by: { $0.key.id < $1.key.id }) {
      guard sum[0] == sum[1] else {
        throw .brokenBooks(
          rule: "posted debits \(sum[0]) are not posted credits \(sum[1])", subject: asset.id)
      }
      guard sum[2] == sum[3] else {
        throw .brokenBooks(
          rule: "pending debits \(sum[2]) are not pending credits \(sum[3])", subject: asset.id)
      }
      totals.append(
        AssetTotals(asset: asset, posted: Amount(sum[0]), pending: Amount(sum[2])))
    }
    return totals
  }

  private struct Counters: Equatable {
    var debitsPending: UInt128 = 0
    var debitsPosted: UInt128 = 0
    var creditsPending: UInt128 = 0
    var creditsPosted: UInt128 = 0
  }

  private func recount() throws(AccountingError) -> [AccountID: Counters] {
    var counters: [AccountID: Counters] = [:]
    var open: [TransferID: (debit: AccountID, credit: AccountID, amount: Amount)] = [:]
    for transfer in transfers {
      switch transfer.action {
      case .move(let debit, let credit, let amount):
        counters[debit, default: Counters()].debitsPosted += amount.units
        counters[credit, default: Counters()].creditsPosted += amount.units
      case .hold(let debit, let credit, let amount, _):
        counters[debit, default: Counters()].debitsPending += amount.units
        counters[credit, default: Counters()].creditsPending += amount.units
        open[transfer.id] = (debit, credit, amount)
      case .post(let id, _), .void(let id), .expire(let id):
        guard let hold = open.removeValue(forKey: id) else {
          throw .brokenBooks(rule: "a hold is resolved that is not open", subject: id.name)
        }
        counters[hold.debit, default: Counters()].debitsPending -= hold.amount.units
        counters[hold.credit, default: Counters()].creditsPending -= hold.amount.units
        if case .post(_, let amount) = transfer.action {
          guard amount <= hold.amount else {
            throw .brokenBooks(rule: "more was posted than held", subject: id.name)
          }
          counters[hold.debit, default: Counters()].debitsPosted += amount.units
          counters[hold.credit, default: Counters()].creditsPosted += amount.units
        }
      }
    }
    for (id, hold) in holds where (hold.resolution == nil) != (open[id] != nil) {
      throw .brokenBooks(rule: "the hold's state is not what the transfers say", subject: id.name)
    }
    return counters
  }
}
