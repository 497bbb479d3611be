/// What a demonstration showed: one honest job in full, and what became of every other provider.
public struct DemonstrationReport: Hashable, Sendable {
  /// A figure at the top of the report.
  public struct Tile: Hashable, Sendable {
    /// Short: "11 of 12".
    public var value: String
    /// What it counts: "cheats caught".
    public var label: String

    /// The figure `value`, which counts `label`.
    public init(value: String, label: String) {
      self.value = value
      self.label = label
    }
  }

  /// Name of the demonstration.
  public var title: String
  /// What it showed, in a sentence.
  public var headline: String
  /// Figures in a row, four at most for one line.
  public var tiles: [Tile]
  /// All providers, the honest ones first.
  public var providers: [ProviderStory]
  /// The unit of the providers' amounts.
  public var asset: Asset
  /// The honest job; its sections follow the table of providers.
  public var honest: RunReport?
  /// A line at the end: when and by which version it was made.
  public var footer: String

  /// Puts a report together.
  public init(
    title: String, headline: String, tiles: [Tile], providers: [ProviderStory], asset: Asset,
    honest: RunReport? = nil, footer: String = ""
  ) {
    self.title = title
    self.headline = headline
    self.tiles = tiles
    self.providers = providers
    self.asset = asset
    self.honest = honest
    self.footer = footer
  }

  /// One self-contained HTML document, in UTF-8; it needs no script and loads nothing.
  public func html() -> [UInt8] {
    var content = [
      Page.header(title: title, badge: nil, headline: headline, facts: []),
      Page.tiles(tiles),
      Page.section(
        "Providers",
        note: "The band is the provider's trace: dark where it was falsified, a stroke for each "
          + "interval that was drawn, a cross where the recomputed root is another. The draw is "
          + "fresh in every demonstration, so a cheat in few intervals may pass; its probability "
          + "says how often.",
        ProviderTable(id: "provider", providers: providers, asset: asset).markup()),
    ]
    if let honest {
      content.append(
        Page.header(
          title: honest.title, badge: honest.outcome.badge, headline: honest.headline,
          facts: honest.facts, level: "h2"))
      content += honest.sections()
    }
    return Page(title: title, content: content, footer: footer).bytes
  }
}
