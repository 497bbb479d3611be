internal import AssayAccounting
internal import AssayAdversaries
internal import AssayAuditing
internal import AssayReports
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

/// The demonstration's sums.
struct DemoAccount {
  let stories: [DemoStory]
  let market: DemoMarket

  private var cheats: [DemoStory] { stories.filter { $0.cheat != nil } }
  private var caught: [DemoStory] { cheats.filter(\.isCaught) }
  private var honest: DemoStory? { stories.first { $0.cheat == nil } }
  private var honestStories: [DemoStory] { stories.filter { $0.cheat == nil } }

  /// Whether the honest providers were paid to the unit what their terms say, whoever was caught
  /// lost money, whoever had to be caught was, and the books balance.
  var isAsExpected: Bool {
    honestStories.allSatisfy(\.isPaidAsAgreed)
      && caught.allSatisfy { $0.result.providerChange < 0 }
      && cheats.allSatisfy { $0.isCaught || ($0.catchProbability ?? 1) < 1 }
      && booksBalance
  }

  /// Whether the machine's invariants hold over all accounts.
  var booksBalance: Bool { (try? market.store.replayed().checkInvariants()) != nil }

  func printBooks(_ console: Console) throws {
    let missed = cheats.filter { !$0.isCaught }
    try console.print("Caught       \(caught.count) of \(cheats.count) cheats")
    for story in missed {
      try console.print(
        "Passed       \(story.cheat?.name ?? ""): its draw missed it, as "
          + "\(DemoStory.percent(1 - (story.catchProbability ?? 1))) of all draws do")
    }
    try console.print(
      "Books        \(market.store.machine.sequence) commands, "
        + (booksBalance ? "every account balances" : "THE BOOKS DO NOT BALANCE"))
  }

  func report(honest report: RunReport?, footer: String) -> DemonstrationReport {
    DemonstrationReport(
      title: "Paid for training that was really done",
      headline: "An honest provider was paid to the cent. \(caught.count) of \(cheats.count) "
        + "attempts to be paid for other work were caught and lost stake.",
      tiles: [
        DemonstrationReport.Tile(
          value: "\(caught.count) of \(cheats.count)", label: "cheats caught"),
        DemonstrationReport.Tile(
          value: DemoStory.signed(honest?.result.providerChange ?? 0, market.asset),
          label: "the honest provider's earnings"),
        DemonstrationReport.Tile(
          value: market.asset.format(slashed), label: "lost by those who were caught"),
        DemonstrationReport.Tile(
          value: booksBalance ? "balanced" : "not balanced",
          label: "books of \(stories.count) jobs"),
      ],
      providers: stories.map(\.providerStory),
      asset: AssayReports.Asset(symbol: market.asset.id, decimals: market.asset.decimals),
      honest: report, footer: footer)
  }

  private var slashed: Amount {
    Amount(
      caught.reduce(0 as UInt128) { $0 + (-min(0, $1.result.providerChange)).magnitude })
  }

  func json(report: String, seconds: Double) -> JSONValue {
    .object([
      "report": .string(report), "seconds": .double(seconds),
      "caught": .integer(caught.count), "cheats": .integer(cheats.count),
      "booksBalance": .bool(booksBalance), "asExpected": .bool(isAsExpected),
      "providers": .array(
        stories.map { story in
          .object(
            [
              "name": .string(story.name),
              "drawn": .integer(story.plan.drawnCount),
              "intervals": .integer(story.plan.intervalCount),
              "catchProbability": story.catchProbability.map { .double($0) } ?? .null,
              "caught": .bool(story.isCaught), "ending": .string(story.result.ending.name),
              "finding": .string(story.finding),
              "change": .string("\(story.result.providerChange)"),
            ] as KeyValuePairs)
        }),
    ])
  }
}
