internal import AssayAccounting
internal import AssayAdversaries
internal import AssayAuditing
internal import AssayEvidence
internal import AssayReports
internal import AssaySettlement
internal import Foundation

/// What one provider did in the demonstration, and what came of it.
struct DemoStory {
  /// How it cheated; nil for the honest one.
  var cheat: Cheat?
  var plan: AuditPlan
  var submission: Submission?
  var result: DemoMarket.Result
  var stepsPerInterval: Int
  /// What the provider is called and does, where neither follows from the rest.
  var part: (name: String, deed: String)?

  /// What the provider is called.
  var name: String {
    part?.name ?? cheat?.name
      ?? (result.ending == .belowQuality ? "honest, below the quality" : "honest")
  }

  /// Whether a cheat was found out, at the door or by the audit.
  var isCaught: Bool {
    if case .rejected = result.ending { return true }
    return result.refusal != nil
  }

  /// Whether an honest provider got the price, or the lower one for work below the quality.
  var isPaidAsAgreed: Bool {
    switch result.ending {
    case .accepted: result.providerChange == 120_00
    case .belowQuality: result.providerChange == Int128(DemoMarket.lowerPrice.units)
    default: false
    }
  }

  /// How likely it is that this cheat is caught under this policy.
  var catchProbability: Double? {
    submission?.catchProbability(drawn: plan.drawnCount).share
  }

  /// What was found, in a sentence.
  var finding: String {
    if let refusal = result.refusal { return "the claim was refused: \(refusal)" }
    guard let audit = result.audit else { return result.ending.name }
    return audit.conjecture.map { "\(audit.sentence); \($0)" } ?? audit.sentence
  }

  /// The provider's line on the terminal.
  func line(asset: AssayAccounting.Asset) -> String {
    let name = name.padding(toLength: 35, withPad: " ", startingAt: 0)
    let probability = catchProbability.map { Self.percent($0) } ?? "—"
    let mark = isCaught ? "✗ caught" : "  passed"
    let change = Self.signed(result.providerChange, asset)
    return "  \(name) caught with p = \(Self.padded(probability, 9))  \(mark)  "
      + "\(Self.padded(change, 12))\n      \(finding)"
  }

  /// The provider's row in the report.
  var providerStory: ProviderStory {
    let summary = result.audit.map { AuditSummary($0, device: "") }
    let isHonest = cheat == nil
    let isBelow = result.ending == .belowQuality
    return ProviderStory(
      name: name.capitalizedFirst,
      deed: part?.deed ?? cheat?.explanation
        ?? (isBelow
          ? "Trains as agreed, for terms that ask for a better model than the spec gives."
          : "Trains as agreed."),
      check: result.audit == nil
        ? "claim refused before any draw"
        : "\(plan.drawnCount) of \(plan.intervalCount) intervals",
      catchProbability: catchProbability,
      ending: isHonest ? .paid : isCaught ? .caught : .missed,
      finding: finding.capitalizedFirst + ".", change: result.providerChange,
      trace: summary?.traceSummary(
        stepsPerInterval: stepsPerInterval, falsified: submission?.falseIntervals ?? []))
  }

  static func percent(_ share: Double) -> String {
    if share == 1 { return "100 %" }
    return share > 0.9999 ? "> 99.99 %" : String(format: "%.2f %%", share * 100)
  }

  /// An amount with its sign and its asset.
  static func signed(_ change: Int128, _ asset: AssayAccounting.Asset) -> String {
    let sign = change > 0 ? "+" : change < 0 ? "−" : ""
    return sign + asset.format(Amount(change.magnitude))
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension String {
  /// The text with its first letter in upper case.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
