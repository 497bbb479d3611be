internal import AssayAccounting
internal import AssayCryptography
internal import AssayReports
internal import AssaySettlement

/// The money of one settled or running job, for a report.
struct JobMoney {
  var job: Job
  var machine: SettlementMachine

  private var terms: Terms.Contents { job.terms.contents }

  /// What went into the job's accounts and came out of them.
  ///
  /// - Parameter before: what each party had before the job.
  func summary(before: [(party: String, key: VerifyingKey, amount: Amount)]) -> MoneySummary {
    var deposits: [MoneySummary.Payment] = []
    if job.phase.name != .offered {
      deposits.append(payment("Buyer", "Escrow", terms.price, "escrow"))
      deposits.append(payment("Buyer", "Fee", terms.fee, "fee"))
    }
    if job.provider != nil { deposits.append(payment("Provider", "Stake", terms.stake, "stake")) }
    var payouts: [MoneySummary.Payment] = []
    if case .settled(let ending, _) = job.phase {
      let table = PayoutTable(terms: terms, hasFinder: job.finder != nil)
      for (kind, account) in [
        (HoldKind.payment, "Escrow"), (.fee, "Fee"), (.stake, "Stake"),
      ] where deposits.contains(where: { $0.destination == account }) {
        for share in table.shares(of: kind, at: ending) {
          payouts.append(
            payment(account, name(share.payee), share.amount, purpose(kind, share, ending)))
        }
      }
    }
    return MoneySummary(
      asset: AssayReports.Asset(symbol: terms.asset.id, decimals: terms.asset.decimals),
      deposits: deposits, payouts: payouts,
      balances: before.map { party, key, amount in
        MoneySummary.Balance(
          party: party, before: Int128(clamping: amount.units),
          after: Int128(clamping: balance(of: key).units))
      })
  }

  /// What a party has.
  func balance(of key: VerifyingKey) -> Amount {
    machine.ledger[Books.party(key, terms.asset).id]?.balance ?? .zero
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

  private func purpose(_ kind: HoldKind, _ share: Share, _ ending: Ending) -> String {
    switch (kind, share.payee) {
    case (.stake, .provider), (.payment, .buyer), (.fee, .buyer): "returned"
    case (.stake, _): "slashed"
    case (.fee, _): "fee"
    case (.payment, _): "payout"
    }
  }
}
