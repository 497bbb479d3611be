internal import AssayAccounting
internal import AssayEvidence
internal import AssayReports
internal import AssaySettlement
internal import AssaySimulation
internal import AssayWire

/// The strategies of a simulation beside the honest ones, for people and for programs.
struct SimulationComparison {
  let simulation: MarketSimulation
  let results: [StrategyResult]
  let curve: [(falseIntervals: Int, result: StrategyResult)]

  private var contents: Terms.Contents { simulation.setting.terms.contents }
  private var asset: AssayAccounting.Asset { contents.asset }

  /// The honest strategy of a role.
  private func baseline(_ role: Strategy.Role) -> StrategyResult {
    guard
      let found = results.first(where: { $0.strategy.role == role && $0.strategy.isBaseline })
    else { preconditionFailure("every role has an honest strategy, which needs nothing") }
    return found
  }

  private func standing(_ result: StrategyResult) -> StrategyResult.Standing {
    result.standing(beside: baseline(result.strategy.role))
  }

  /// The dishonest strategies that bring more than honesty.
  var winners: [StrategyResult] {
    results.filter { !$0.strategy.isFair && standing($0) == .wins }
  }

  /// Those of which so many jobs do not say.
  private var undecided: [StrategyResult] {
    results.filter { !$0.strategy.isFair && standing($0) == .undecided }
  }

  private var roles: [Strategy.Role] {
    Strategy.Role.allCases.filter { role in results.contains { $0.strategy.role == role } }
  }

  private var drawText: String {
    let intervals = simulation.setting.intervalCount
    return "\(contents.evidence.drawnCount(of: intervals)) of \(intervals) intervals"
  }

  private var deterrenceText: String {
    let holds = simulation.setting.deterrence.holds
    if !simulation.setting.isEnforced {
      return holds
        ? "holds, and is not enforced: the machine was told that work costs nothing"
        : "FAILS, and is not enforced: no machine would take these terms if told the truth"
    }
    return holds ? "holds" : "FAILS"
  }

  func print(_ console: Console) throws {
    let setting = simulation.setting
    try console.print(
      "terms        \(contents.job): price \(asset.format(contents.price)), stake "
        + "\(asset.format(contents.stake)), \(drawText) drawn")
    try console.print(
      "truth        the work costs \(asset.format(setting.workCost)); falsified, it brings "
        + "\(asset.format(setting.outsideGain)) elsewhere")
    try console.print("deterrence   \(deterrenceText)")
    try console.print("             \(setting.deterrence)")
    try console.print(
      "jobs         \(simulation.jobCount) of each strategy, seed \(simulation.seed)")
    for role in roles {
      try console.print()
      try console.print(
        Self.row(role.rawValue, "profit a job, \(asset.id)", "", "beside honesty"))
      for result in results where result.strategy.role == role {
        let half = result.profit.halfWidth
        let margin = half == 0 ? "" : half == .max ? "± ?" : "± \(amount(half))"
        try console.print(
          Self.row(
            "  " + result.strategy.name, amount(result.profit.mean), margin,
            standing(result).word))
      }
    }
    try console.print()
    let rest = undecided.isEmpty ? "" : "; undecided: \(names(undecided)), with more --jobs"
    try console.print(
      winners.isEmpty
        ? "result       no strategy beats honesty\(rest)"
        : "result       cheating pays: \(names(winners))\(rest): terms rejected")
  }

  private func names(_ results: [StrategyResult]) -> String {
    results.map { "\($0.strategy.role.rawValue) “\($0.strategy.name)”" }.joined(separator: ", ")
  }

  private static func row(
    _ name: String, _ profit: String, _ margin: String, _ standing: String
  ) -> String {
    func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
      let space = String(repeating: " ", count: max(0, width - text.count))
      return right ? space + text : text + space
    }
    return pad(name, 24) + pad(profit, 18, right: true) + "  " + pad(margin, 12) + "  " + standing
  }

  /// An amount with its sign in the asset's usual unit, without its name.
  private func amount(_ units: Int128) -> String {
    let text = asset.format(Amount(units.magnitude)).prefix { $0 != " " }
    return (units < 0 ? "-" : "") + text
  }

  var json: JSONValue {
    let deterrence = simulation.setting.deterrence
    return .object([
      "job": .string(contents.job), "asset": .string(asset.id),
      "decimals": .integer(asset.decimals), "seed": .string(String(simulation.seed)),
      "jobs": .integer(simulation.jobCount),
      "deterrence": .object([
        "holds": .bool(deterrence.holds), "isEnforced": .bool(simulation.setting.isEnforced),
        "forfeit": .string("\(deterrence.forfeit)"),
        "workCost": .string("\(deterrence.workCost)"),
        "outsideGain": .string("\(deterrence.outsideGain)"),
      ]),
      "strategies": .array(
        results.map { result in
          .object(
            [
              JSONMember(name: "role", value: .string(result.strategy.role.rawValue)),
              JSONMember(name: "name", value: .string(result.strategy.name)),
              JSONMember(name: "sentence", value: .string(result.strategy.sentence)),
              JSONMember(name: "isFair", value: .bool(result.strategy.isFair)),
              JSONMember(name: "standing", value: .string(standing(result).rawValue)),
            ] + profit(result) + [
              JSONMember(
                name: "endings",
                value: .object(
                  result.endings.sorted { $0.key < $1.key }.map {
                    JSONMember(name: $0.key, value: .integer($0.value))
                  })),
              JSONMember(name: "commands", value: .integer(result.commandCount)),
              JSONMember(name: "refused", value: .integer(result.refusedCount)),
            ])
        }),
      "curve": .array(
        curve.map { point in
          .object(
            [JSONMember(name: "falseIntervals", value: .integer(point.falseIntervals))]
              + profit(point.result) + [
                JSONMember(
                  name: "expected",
                  value: .string(
                    "\(simulation.expectedProfit(falsifying: point.falseIntervals))"))
              ])
        }),
    ])
  }

  /// A mean and its margin in the smallest unit; a margin of a single job is unknown.
  private func profit(_ result: StrategyResult) -> [JSONMember] {
    let half = result.profit.halfWidth
    return [
      JSONMember(name: "profit", value: .string("\(result.profit.mean)")),
      JSONMember(name: "margin", value: half == .max ? .null : .string("\(half)")),
    ]
  }
}

extension StrategyResult.Standing {
  /// A word for people.
  var word: String {
    switch self {
    case .baseline: "honest"
    case .loses: "loses"
    case .even: "as much"
    case .wins: "WINS"
    case .undecided: "undecided"
    }
  }
}

extension SimulationComparison {
  /// The same as a page with figures.
  var report: SimulationReport {
    let setting = simulation.setting
    return SimulationReport(
      headline: !winners.isEmpty
        ? "Under these terms cheating pays."
        : undecided.isEmpty
          ? "No strategy beats honesty under these terms."
          : "No strategy is seen to beat honesty; \(undecided.count) need more jobs to say.",
      facts: [
        Fact("terms", contents.job), Fact("price", asset.format(contents.price)),
        Fact("stake", asset.format(contents.stake)),
        Fact("work costs", asset.format(setting.workCost)),
        Fact("falsified work brings", asset.format(setting.outsideGain)), Fact("drawn", drawText),
        Fact("jobs of each strategy", "\(simulation.jobCount)"),
        Fact("seed", "\(simulation.seed)"),
        Fact("deterrence", "\(deterrenceText): \(setting.deterrence)"),
      ],
      warning: setting.isEnforced
        ? nil
        : "The deterrence check was not enforced: the machine was told that work costs nothing and "
          + "that falsified work is worth nothing.",
      groups: roles.map { role in
        .init(
          title: role.title,
          rows: results.filter { $0.strategy.role == role }.map(row))
      },
      curve: curve.map { point in
        .init(
          falseIntervals: point.falseIntervals, mean: point.result.profit.mean,
          halfWidth: point.result.profit.halfWidth,
          expected: simulation.expectedProfit(falsifying: point.falseIntervals))
      },
      honest: simulation.expectedProfit(falsifying: 0),
      asset: AssayReports.Asset(symbol: asset.id, decimals: asset.decimals),
      footer: "Made by assay \(CommandTable.version).")
  }

  private func row(_ result: StrategyResult) -> SimulationReport.Row {
    let endings = result.endings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
    let standing: SimulationReport.Standing =
      switch standing(result) {
      case .baseline: .baseline
      case .loses: .loses
      case .even: .even
      case .wins: .wins
      case .undecided: .undecided
      }
    return .init(
      name: result.strategy.name, sentence: result.strategy.sentence,
      mean: result.profit.mean, halfWidth: result.profit.halfWidth, standing: standing,
      endings: endings)
  }
}

extension Strategy.Role {
  fileprivate var title: String {
    switch self {
    case .provider: "Providers"
    case .buyer: "Buyers"
    case .verifier: "Verifiers"
    case .challenger: "Challengers"
    case .operator: "Operators"
    }
  }
}
