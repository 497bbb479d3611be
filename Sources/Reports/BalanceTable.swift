/// What every party had and has; the sums show that nothing was made or lost.
struct BalanceTable {
  let money: MoneySummary

  func markup() -> Markup {
    guard !money.balances.isEmpty else {
      return .tag("p", ["class": "none"], "No balances were recorded.")
    }
    let before = Self.sum(money.balances.map(\.before))
    let after = Self.sum(money.balances.map(\.after))
    let rows = money.balances.map { balance in
      row(
        balance.party, balance.before, balance.after.subtractingReportingOverflow(balance.before),
        balance.after)
    }
    var foot: [Markup] = []
    if let before, let after {
      foot = [
        .tag(
          "tfoot", [:],
          [row("Sum", before, after.subtractingReportingOverflow(before), after)])
      ]
    }
    return .tag(
      "div", [:],
      [
        .tag(
          "table", ["class": "plain balances"],
          [
            Table.head([
              ("Party", false), ("Before", true), ("Change", true), ("After", true),
            ]),
            .tag("tbody", [:], rows),
          ] + foot),
        .tag("p", ["class": "aside"], sentence(before: before, after: after)),
      ])
  }

  private func sentence(before: Int128?, after: Int128?) -> String {
    guard let before, let after else {
      return "The sums are beyond what 128 bits hold, so they are not shown."
    }
    let symbol = money.asset.symbol
    return before == after
      ? "Amounts in \(symbol). The sums agree: every unit is accounted for."
      : "Amounts in \(symbol). The sums do not agree: these balances do not cover every account."
  }

  private func row(
    _ party: String, _ before: Int128, _ change: (partialValue: Int128, overflow: Bool),
    _ after: Int128
  ) -> Markup {
    let amount = change.partialValue
    let style = amount > 0 ? "n gain" : amount < 0 ? "n lost" : "n"
    return .tag(
      "tr", [:],
      [
        .tag("th", ["scope": "row"], party),
        .tag("td", ["class": "n"], money.asset.text(before)),
        .tag("td", ["class": style], change.overflow ? "–" : money.asset.change(amount)),
        .tag("td", ["class": "n"], money.asset.text(after)),
      ])
  }

  /// The sum; nil beyond 128 bits.
  private static func sum(_ amounts: [Int128]) -> Int128? {
    var total: Int128 = 0
    for amount in amounts {
      let (next, overflow) = total.addingReportingOverflow(amount)
      if overflow { return nil }
      total = next
    }
    return total
  }
}
