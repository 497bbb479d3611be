internal import AssayAccounting
internal import AssayCryptography
internal import AssayReports
internal import AssaySettlement

/// The money of one settled or running job, for a report.
struct JobMoney {
  var job: Job
  var machine: SettlementMachine

  private var terms: Terms.Contents { job.terms.contents }

  /// What went into the job's accounts and came out of them, and what that changed for each party.
  ///
  /// A balance "before" is today's, less what the job has brought: other jobs do not show.
  func summary() -> MoneySummary {
    var deposits: [MoneySummary.Payment] = []
    if job.phase.name != .offered {
      deposits.append(payment("Buyer", "Escrow", terms.price, "escrow"))
      deposits.append(payment("Buyer", "Fee", terms.fees, "fee"))
    }
    // Every provider that has left had a stake of its own.
    let departures = job.payments.filter {
      if case .departure = $0.payout { true } else { false }
    }
    for _ in 0..<(departures.count + (job.provider == nil ? 0 : 1)) {
      deposits.append(payment("Provider", "Stake", terms.stake, "stake"))
    }
    var payouts: [MoneySummary.Payment] = []
    let accounts: [HoldKind: String] = [.payment: "Escrow", .fee: "Fee", .stake: "Stake"]
    for paid in job.paid {
      guard let account = accounts[paid.kind],
        deposits.contains(where: { $0.destination == account })
      else { continue }
      payouts.append(
        payment(account, name(paid.share.payee), paid.share.amount, purpose(paid.kind, paid.share)))
    }
    return MoneySummary(
      asset: AssayReports.Asset(symbol: terms.asset.id, decimals: terms.asset.decimals),
      deposits: deposits, payouts: payouts,
      balances: balances(deposits, payouts))
  }

  private func balances(
    _ deposits: [MoneySummary.Payment], _ payouts: [MoneySummary.Payment]
  ) -> [MoneySummary.Balance] {
    let decider = job.verdict?.verifier ?? terms.parties.verifiers.first
    let parties: [(String, VerifyingKey?)] = [
      ("Buyer", terms.parties.buyer), ("Provider", job.provider), ("Verifier", decider),
      ("Challenger", job.finder),
    ]
    var result: [MoneySummary.Balance] = parties.compactMap { name, key in
      guard let key else { return nil }
      return balance(name, Books.party(key, terms.asset), deposits, payouts)
    }
    if payouts.contains(where: { $0.destination == "Treasury" }) {
      result.append(balance("Treasury", Books.treasury(terms.asset), deposits, payouts))
    }
    return result
  }

  private func balance(
    _ name: String, _ account: Account, _ deposits: [MoneySummary.Payment],
    _ payouts: [MoneySummary.Payment]
  ) -> MoneySummary.Balance {
    let after = Int128(clamping: machine.ledger[account.id]?.balance.units ?? 0)
    let received = payouts.filter { $0.destination == name }.reduce(0) { $0 + $1.amount }
    let paid = deposits.filter { $0.source == name }.reduce(0) { $0 + $1.amount }
    return MoneySummary.Balance(
      party: name, before: after - received + (payouts.isEmpty ? 0 : paid), after: after)
  }

  private func payment(
    _ source: String, _ destination: String, _ amount: Amount, _ purpose: String
  ) -> MoneySummary.Payment {
    MoneySummary.Payment(
      from: source, to: destination, amount: Int128(clamping: amount.units), purpose: purpose)
  }

  private func name(_ payee: Payee) -> String {
    switch payee {
    case .buyer: "Buyer"
    case .provider: "Provider"
    case .decider: "Verifier"
    case .finder: "Challenger"
    case .treasury: "Treasury"
    }
  }

  private func purpose(_ kind: HoldKind, _ share: Share) -> String {
    switch (kind, share.payee) {
    case (.stake, .provider), (.payment, .buyer), (.fee, .buyer): "returned"
    case (.stake, _): "slashed"
    case (.fee, _): "fee"
    case (.payment, .treasury): "market's share"
    case (.payment, _): "payout"
    }
  }
}
