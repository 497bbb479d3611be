/// How something ended.
public enum Outcome: Hashable, Sendable {
  /// What was claimed is what was found.
  case accepted
  /// Something is not as claimed.
  case rejected
  /// It could not be decided.
  case inconclusive
  /// Not over yet.
  case open
}

/// A name and a value for a list of facts.
public struct Fact: Hashable, Sendable {
  /// What the fact is about.
  public var name: String
  /// The fact.
  public var value: String
  /// Whether the value is a digest, a key or a path, to be set in a fixed width.
  public var isCode: Bool

  /// A fact; `isCode` sets its value in a fixed width.
  public init(_ name: String, _ value: String, isCode: Bool = false) {
    self.name = name
    self.value = value
    self.isCode = isCode
  }

  /// A definition list of facts.
  static func list(_ facts: [Fact]) -> [Markup] {
    guard !facts.isEmpty else { return [] }
    return [
      .tag(
        "dl", ["class": "facts"],
        facts.map { fact in
          .element(
            "div", fact.value.count > 40 ? [("class", "long")] : [],
            [
              .tag("dt", [:], fact.name),
              .tag("dd", [:], [fact.isCode ? .tag("code", [:], fact.value) : .text(fact.value)]),
            ])
        })
    ]
  }
}

/// A verdict, and what its evidence is worth.
public struct VerdictSummary: Hashable, Sendable {
  /// What a draw detects.
  public struct Detection: Hashable, Sendable {
    /// Fraction of the intervals that a provider falsified, 0 … 1.
    public var fraction: Double
    /// Probability that at least one of them is drawn, 0 … 1.
    public var probability: Double

    /// A row of the table of probabilities.
    public init(fraction: Double, probability: Double) {
      self.fraction = fraction
      self.probability = probability
    }
  }

  /// What the verifier decided.
  public var outcome: Outcome
  /// Why, in a sentence.
  public var reason: String
  /// How many intervals were drawn.
  public var drawnCount: Int
  /// Of how many.
  public var intervalCount: Int
  /// Verifier, device, roots, tensor, policy …
  public var facts: [Fact]
  /// The detection probability of this draw, by the fraction falsified.
  public var detection: [Detection]

  /// A verdict for a report.
  public init(
    outcome: Outcome, reason: String, drawnCount: Int, intervalCount: Int, facts: [Fact],
    detection: [Detection]
  ) {
    self.outcome = outcome
    self.reason = reason
    self.drawnCount = drawnCount
    self.intervalCount = intervalCount
    self.facts = facts
    self.detection = detection
  }
}

extension Outcome {
  var name: String {
    switch self {
    case .accepted: "Accepted"
    case .rejected: "Rejected"
    case .inconclusive: "Inconclusive"
    case .open: "Not decided yet"
    }
  }

  var style: String {
    switch self {
    case .accepted: "good"
    case .rejected: "bad"
    case .inconclusive: "warn"
    case .open: "idle"
    }
  }

  /// The name in a frame, with a sign that differs by shape, not by colour alone.
  var badge: Markup { Self.badge(name, style: style, sign: sign) }

  var sign: String {
    switch self {
    case .accepted: "M3.5 8.5L6.5 11.5L12.5 4.5"
    case .rejected: "M4 4L12 12M12 4L4 12"
    case .inconclusive: "M8 3.5V9M8 11.6V12.4"
    case .open: "M4 8H12"
    }
  }

  static func badge(_ name: String, style: String, sign: String) -> Markup {
    .tag(
      "span", ["class": "badge \(style)"],
      [
        .tag("svg", ["viewBox": "0 0 16 16", "aria-hidden": "true"], [Drawing.path(sign, "sign")]),
        .text(name),
      ])
  }
}

/// The verdict as a card: outcome, reason, facts, and the table of detection probabilities.
struct VerdictSection {
  let verdict: VerdictSummary

  func markup() -> Markup {
    .tag(
      "div", ["class": "columns"],
      [
        .tag(
          "div", [:],
          [
            .tag("p", ["class": "verdict"], [verdict.outcome.badge]),
            .tag("p", [:], verdict.reason),
          ] + Fact.list(verdict.facts)),
        .tag("div", [:], odds),
      ])
  }

  private var odds: [Markup] {
    let drawn = Numbers.grouped(verdict.drawnCount)
    let all = Numbers.grouped(verdict.intervalCount)
    guard !verdict.detection.isEmpty else { return [] }
    return [
      .tag("h3", [:], "What \(drawn) of \(all) intervals can show"),
      .tag(
        "p", ["class": "aside"],
        "The probability that a draw of this size meets at least one falsified interval. "
          + "It is no statement about intervals that were not drawn."),
      .tag(
        "table", ["class": "plain odds"],
        [
          Table.head([("Falsified", true), ("Probability of being caught", false)]),
          .tag(
            "tbody", [:],
            verdict.detection.map { row in
              .tag(
                "tr", [:],
                [
                  .tag("th", ["scope": "row", "class": "n"], Numbers.percent(row.fraction)),
                  .tag("td", [:], [Table.bar(row.probability)]),
                ])
            }),
        ]),
    ]
  }
}
