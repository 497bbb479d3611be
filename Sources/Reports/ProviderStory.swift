/// What one provider of a demonstration did, and what came of it.
public struct ProviderStory: Hashable, Sendable {
  /// How it ended for the provider.
  public enum Ending: Hashable, Sendable {
    /// Worked honestly and was paid.
    case paid
    /// Cheated and was found out.
    case caught
    /// Cheated, and the draw missed it.
    case missed
    /// The audit could not decide.
    case undecided
  }

  /// Such as "Honest" or "Copied checkpoints".
  public var name: String
  /// What it did, in a sentence.
  public var deed: String
  /// How its evidence was checked: "44 of 1,000 drawn", "every interval", "signature".
  public var check: String
  /// The probability that such a cheat is caught by this check, 0 … 1; nil for an honest provider.
  public var catchProbability: Double?
  /// How it ended for the provider.
  public var ending: Ending
  /// What the verdict said, in a sentence.
  public var finding: String
  /// What the provider's balance changed by.
  public var change: Int128
  /// The intervals, where the check was a draw.
  public var trace: TraceSummary?

  /// The story of one provider.
  public init(
    name: String, deed: String, check: String, catchProbability: Double?, ending: Ending,
    finding: String, change: Int128, trace: TraceSummary? = nil
  ) {
    self.name = name
    self.deed = deed
    self.check = check
    self.catchProbability = catchProbability
    self.ending = ending
    self.finding = finding
    self.change = change
    self.trace = trace
  }
}

extension ProviderStory.Ending {
  var badge: Markup {
    switch self {
    case .paid: Outcome.badge("Paid", style: "good", sign: Outcome.accepted.sign)
    case .caught: Outcome.badge("Caught", style: "bad", sign: Outcome.rejected.sign)
    case .missed: Outcome.badge("Not caught", style: "warn", sign: Outcome.inconclusive.sign)
    case .undecided: Outcome.badge("Undecided", style: "idle", sign: Outcome.open.sign)
    }
  }
}

/// The providers of a demonstration, one row each.
struct ProviderTable {
  let id: String
  let providers: [ProviderStory]
  let asset: Asset

  func markup() -> Markup {
    guard !providers.isEmpty else {
      return .tag("p", ["class": "none"], "There were no providers.")
    }
    return .tag(
      "table", ["class": "providers"],
      [
        Table.head([
          ("Provider", false), ("Check", false), ("Outcome", false), (asset.symbol, true),
        ]),
        .tag("tbody", [:], providers.enumerated().map { row($0.offset, $0.element) }),
      ])
  }

  private func row(_ index: Int, _ story: ProviderStory) -> Markup {
    let change = story.change > 0 ? "n gain" : story.change < 0 ? "n lost" : "n"
    var check: [Markup] = [.tag("p", [:], story.check)]
    if let trace = story.trace {
      check.append(MiniStrip(id: "\(id)-\(index)", trace: trace).markup())
    }
    if let probability = story.catchProbability {
      check.append(
        .tag(
          "p", ["class": "odds"],
          [.tag("small", [:], "caught with probability"), Table.bar(probability)]))
    }
    return .tag(
      "tr", [:],
      [
        .tag(
          "th", ["scope": "row"],
          [.tag("b", [:], story.name), .tag("small", [:], story.deed)]),
        Table.cell("Check", "", check),
        Table.cell("Outcome", "", [story.ending.badge, .tag("small", [:], story.finding)]),
        Table.cell(asset.symbol, change, [.text(asset.change(story.change))]),
      ])
  }
}

/// A trace as a thin band: what was falsified below, what was drawn above.
struct MiniStrip {
  let id: String
  let trace: TraceSummary

  private static let width = 220.0

  func markup() -> Markup {
    guard trace.intervalCount > 0 else { return .text("") }
    let scale = Self.width / Double(trace.intervalCount)
    var content = [Drawing.rectangle(0, 8, Self.width, 8, "cell", radius: 1)]
    for range in trace.validFalsified {
      content.append(
        Drawing.rectangle(
          Double(range.lowerBound) * scale, 8, max(1, Double(range.count) * scale), 8,
          "cell false"))
    }
    for check in trace.validChecks {
      let x = (Double(check.interval) + 0.5) * scale
      switch check.finding {
      case .different, .withheld:
        content.append(Drawing.path(Self.cross(x), "crossed"))
        content.append(Drawing.rectangle(x - 0.75, 6, 1.5, 10, "bad"))
      case .same, .proved: content.append(Drawing.rectangle(x - 0.5, 4, 1, 12, "good"))
      case .notReached: content.append(Drawing.rectangle(x - 0.5, 4, 1, 12, "idle"))
      }
    }
    let falsified = trace.validFalsified.reduce(0) { $0 + $1.count }
    return .tag(
      "div", ["class": "mini"],
      [
        Drawing.image(
          id: id, title: "Drawn and falsified intervals",
          summary: "\(trace.validChecks.count) of \(trace.intervalCount) intervals drawn, "
            + "\(falsified) falsified, "
            + "\(trace.count(.different) + trace.count(.withheld)) found not as claimed.",
          width: Self.width, height: 17, content)
      ])
  }

  private static func cross(_ x: Double) -> String {
    Drawing.polyline([(x - 2.5, 0.5), (x + 2.5, 5.5)])
      + Drawing.polyline([(x + 2.5, 0.5), (x - 2.5, 5.5)])
  }
}
