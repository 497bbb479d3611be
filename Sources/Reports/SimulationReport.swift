/// What became of every way to take part in a simulated market.
public struct SimulationReport: Hashable, Sendable {
  /// How a strategy did beside the honest one.
  public enum Standing: Hashable, Sendable {
    case baseline, loses, even, wins, undecided

    /// A word for tables.
    var word: String {
      switch self {
      case .baseline: "honest"
      case .loses: "loses"
      case .even: "as much"
      case .wins: "wins"
      case .undecided: "undecided"
      }
    }
  }

  /// One strategy; amounts are in the asset's smallest unit.
  public struct Row: Hashable, Sendable {
    public var name: String
    /// What it does, in a sentence.
    public var sentence: String
    /// The mean profit of a job.
    public var mean: Int128
    /// Half of the mean's interval of confidence.
    public var halfWidth: Int128
    public var standing: Standing
    /// How its jobs ended, in words.
    public var endings: String

    /// A strategy and how it did.
    public init(
      name: String, sentence: String, mean: Int128, halfWidth: Int128, standing: Standing,
      endings: String
    ) {
      self.name = name
      self.sentence = sentence
      self.mean = mean
      self.halfWidth = halfWidth
      self.standing = standing
      self.endings = endings
    }
  }

  /// The strategies of one role.
  public struct Group: Hashable, Sendable {
    public var title: String
    public var rows: [Row]

    /// Strategies under a title, the honest one first.
    public init(title: String, rows: [Row]) {
      self.title = title
      self.rows = rows
    }
  }

  /// The profit of a provider that falsifies so many intervals.
  public struct Point: Hashable, Sendable {
    public var falseIntervals: Int
    public var mean: Int128
    public var halfWidth: Int128
    /// What the detection probability makes of it.
    public var expected: Int128

    /// A point of the curve.
    public init(falseIntervals: Int, mean: Int128, halfWidth: Int128, expected: Int128) {
      self.falseIntervals = falseIntervals
      self.mean = mean
      self.halfWidth = halfWidth
      self.expected = expected
    }
  }

  public var headline: String
  public var facts: [Fact]
  /// What a reader must know before believing a figure; nil for nothing.
  public var warning: String?
  public var groups: [Group]
  public var curve: [Point]
  /// What an honest provider has of a job.
  public var honest: Int128
  public var asset: Asset
  public var footer: String

  /// Puts a report together.
  public init(
    headline: String, facts: [Fact], warning: String? = nil, groups: [Group], curve: [Point],
    honest: Int128, asset: Asset, footer: String = ""
  ) {
    self.headline = headline
    self.facts = facts
    self.warning = warning
    self.groups = groups
    self.curve = curve
    self.honest = honest
    self.asset = asset
    self.footer = footer
  }

  /// One self-contained HTML document, in UTF-8; it needs no script and loads nothing.
  public func html() -> [UInt8] {
    let title = "Profit by strategy"
    var content = [
      Page.header(title: title, badge: nil, headline: headline, facts: facts)
    ]
    if let warning {
      content.append(.tag("p", ["class": "lost"], [.tag("b", [:], warning)]))
    }
    for (index, group) in groups.enumerated() {
      content.append(
        Page.section(
          group.title,
          note: index == 0
            ? "The mean profit of a job in \(asset.symbol), with the interval that holds its "
              + "expectation in 95 of 100 cases. The dashed line is the honest one's."
            : nil,
          ProfitBars(id: "profit-\(index)", group: group, asset: asset).markup(),
          table(group)))
    }
    if curve.count > 1 {
      content.append(
        Page.section(
          "How much to falsify",
          note: "What a provider has of a job that falsifies so many intervals of one claim: the "
            + "dots are simulated, the line follows from the probability of detection.",
          ProfitCurve(id: "curve", points: curve, honest: honest, asset: asset).markup()))
    }
    return Page(title: title, content: content, footer: footer).bytes
  }

  private func table(_ group: Group) -> Markup {
    let columns = ["strategy", "profit", "standing"]
    let rows = group.rows.map { row in
      Markup.tag(
        "tr", [:],
        [
          Table.cell(
            columns[0], "",
            [
              .tag("b", [:], row.name),
              .tag("small", [:], " \(row.sentence) \(row.endings)"),
            ]),
          Table.cell(columns[1], "n", [.text(asset.change(row.mean))]),
          Table.cell(
            columns[2], row.standing == .wins ? "n lost" : "n", [.text(row.standing.word)]),
        ])
    }
    return .tag(
      "div", ["class": "board"],
      [
        .tag(
          "table", ["class": "plain"],
          [
            Table.head([(columns[0], false), (columns[1], true), (columns[2], true)]),
            .tag("tbody", [:], rows),
          ])
      ])
  }
}
