import Foundation

@testable import AssayReports

/// Reports with values such as real jobs have.
enum SampleReports {
  static let asset = Asset(symbol: "USD", decimals: 2)

  /// A job of 1,000 intervals, 44 of them drawn, paid in full.
  static let honest = RunReport(
    title: "Job glyphs-1", outcome: .accepted,
    headline: "44 of 1,000 intervals were recomputed, every bit agreed, and the provider was paid.",
    facts: [
      Fact("Provider", "9f2c41d07b6e8a35c4d1e0f29b7a6c58", isCode: true),
      Fact("Spec", "1b9f3a7c2e5d48069af1c3b7d2e8f450", isCode: true),
      Fact("Data", "glyphs, seed 7, 10,000 images of 16 × 16"),
      Fact("Model", "256–128–10, ReLU, 34,186 parameters"),
      Fact("Optimiser", "Adam, rate 0.002, cosine"),
      Fact("Device", "cpu avx512, 2 threads"),
    ],
    learning: .init(
      losses: [
        curve("training", 10_000) { step, noise in
          2.3 * pow(0.4, step / 900) + 0.04 + noise * 0.15 * (0.2 + pow(0.5, step / 900))
        }
      ],
      accuracies: [
        curve("training", 10_000) { step, noise in
          min(1, 0.995 - 0.89 * pow(0.4, step / 800) + noise * 0.04)
        },
        curve("test", 20, stride: 500) { step, _ in 0.972 - 0.85 * pow(0.4, step / 800) },
      ]),
    trace: TraceSummary(
      intervalCount: 1000, stepsPerInterval: 10,
      checks: draw(44, of: 1000, seed: 5).map { .init(interval: $0, finding: .same) }),
    verdict: VerdictSummary(
      outcome: .accepted,
      reason:
        "All 44 intervals were recomputed from their start states and gave the claimed roots. "
        + "The initial state, the joints between intervals and the artefact are as claimed.",
      drawnCount: 44, intervalCount: 1000,
      facts: [
        Fact("Policy", "44 intervals at random"), Fact("Verifier", "c07d1e55a2", isCode: true),
        Fact("Device", "cpu avx2, 2 threads"), Fact("Draw seed", "5d0c9be1f7a3", isCode: true),
      ],
      detection: [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5].map {
        .init(fraction: $0, probability: 1 - pow(1 - $0, 44))
      }),
    money: MoneySummary(
      asset: asset,
      deposits: [
        .init(from: "Buyer", to: "Escrow", amount: 100_000, purpose: "escrow"),
        .init(from: "Provider", to: "Stake", amount: 30_000, purpose: "stake"),
      ],
      payouts: [
        .init(from: "Escrow", to: "Provider", amount: 95_000, purpose: "payout"),
        .init(from: "Escrow", to: "Verifier", amount: 4_000, purpose: "fee"),
        .init(from: "Escrow", to: "Operator", amount: 1_000, purpose: "fee"),
        .init(from: "Stake", to: "Provider", amount: 30_000, purpose: "stake back"),
      ],
      balances: [
        .init(party: "Buyer", before: 500_000, after: 400_000),
        .init(party: "Provider", before: 50_000, after: 145_000),
        .init(party: "Verifier", before: 0, after: 4_000),
        .init(party: "Operator", before: 0, after: 1_000),
        .init(party: "Escrow and stake", before: 0, after: 0),
      ]),
    time: TimeSummary(shares: [
      .init(name: "Training", seconds: 38.42, detail: "10,000 steps of 64 examples"),
      .init(name: "Committing", seconds: 0.91, detail: "1,000 states of 1.2 MB"),
      .init(name: "Auditing", seconds: 1.87, detail: "44 intervals, by the verifier"),
    ]),
    footer: "0.1.0 · made on 20 November 2026")

  /// A job in which two drawn intervals differed.
  static let rejected: RunReport = {
    var report = honest
    report.title = "Job glyphs-9"
    report.outcome = .rejected
    report.headline =
      "Interval 417 gave another state than claimed: the buyer has the escrow back, the stake is "
      + "slashed."
    let drawn = draw(44, of: 1000, seed: 11)
    report.trace = TraceSummary(
      intervalCount: 1000, stepsPerInterval: 10,
      checks: drawn.enumerated().map { index, interval in
        .init(
          interval: interval,
          finding: interval >= 500 && index % 3 == 0
            ? .different : index == 4 ? .withheld : index > 38 ? .notReached : .same)
      }, falsified: [500..<900])
    report.verdict?.outcome = .rejected
    report.verdict?.reason =
      "Interval 512: the first tensor that differs is layer1.weight. The provider claims one root, "
      + "recomputing gives another."
    report.money = MoneySummary(
      asset: asset,
      deposits: honest.money?.deposits ?? [],
      payouts: [
        .init(from: "Escrow", to: "Buyer", amount: 100_000, purpose: "refund"),
        .init(from: "Stake", to: "Buyer", amount: 15_000, purpose: "slashed stake"),
        .init(from: "Stake", to: "Verifier", amount: 6_000, purpose: "slashed stake"),
        .init(from: "Stake", to: "Burned", amount: 9_000, purpose: "slashed stake"),
      ],
      balances: [
        .init(party: "Buyer", before: 500_000, after: 515_000),
        .init(party: "Provider", before: 50_000, after: 20_000),
        .init(party: "Verifier", before: 0, after: 6_000),
        .init(party: "Burned", before: 0, after: 9_000),
      ])
    return report
  }()

  /// A run that has only just begun.
  static let bare = RunReport(title: "Run", outcome: .open, headline: "Nothing yet.")

  /// Every part there, and nothing sensible in any of them.
  static let broken = RunReport(
    title: "Broken", outcome: .inconclusive, headline: "Nothing here can be drawn.",
    learning: .init(
      losses: [
        Curve(name: "training", points: [.init(step: 1, value: .nan)]),
        Curve(name: "", points: []),
      ],
      accuracies: [
        Curve(name: "one", points: [.init(step: 5, value: 0.5)]),
        Curve(
          name: "flat",
          points: (0..<50).map { .init(step: Double($0), value: $0 == 9 ? .infinity : 1) }),
      ]),
    trace: TraceSummary(
      intervalCount: 0, stepsPerInterval: 0, checks: [.init(interval: 3, finding: .same)]),
    verdict: VerdictSummary(
      outcome: .inconclusive, reason: "", drawnCount: 0, intervalCount: 0, facts: [],
      detection: [
        .init(fraction: .nan, probability: .nan), .init(fraction: -1, probability: 7),
      ]),
    money: MoneySummary(
      asset: Asset(symbol: "", decimals: 99),
      deposits: [
        .init(from: "", to: "", amount: .max, purpose: ""),
        .init(from: "", to: "", amount: .max, purpose: ""),
      ],
      payouts: [
        .init(from: "", to: "", amount: -5, purpose: ""),
        .init(from: "nowhere", to: "somewhere", amount: 1, purpose: "x"),
      ],
      balances: [
        .init(party: "a", before: .min, after: .max), .init(party: "b", before: .min, after: .max),
      ]),
    time: TimeSummary(shares: [
      .init(name: "Training", seconds: 0), .init(name: "Committing", seconds: .nan),
      .init(name: "Auditing", seconds: 3),
    ]))

  /// Text that tries to be markup, in every place that takes text, and a trace too long for cells.
  static let hostile: RunReport = {
    let text = "<script>alert(1)</script> \" onload=\"x ' & ]]> \u{0}\u{1b}\u{fffe} é 模型"
    return RunReport(
      title: text, outcome: .rejected, headline: text,
      facts: [Fact(text, text), Fact(text, text, isCode: true)],
      learning: .init(
        losses: [Curve(name: text, points: [.init(step: 1, value: 1), .init(step: 2, value: 3)])],
        accuracies: []),
      trace: TraceSummary(
        intervalCount: 50_000, stepsPerInterval: 10,
        checks: draw(300, of: 50_000, seed: 3).enumerated().map {
          .init(
            interval: $0.element,
            finding: $0.offset == 100
              ? .different
              : $0.offset == 200 ? .withheld : $0.offset > 290 ? .notReached : .same)
        }, falsified: [20_000..<24_000]),
      verdict: VerdictSummary(
        outcome: .rejected, reason: text, drawnCount: 1, intervalCount: 2,
        facts: [Fact(text, text)], detection: []),
      money: MoneySummary(
        asset: Asset(symbol: text, decimals: 6),
        deposits: [.init(from: text, to: text, amount: 5_000_000_000_000, purpose: text)],
        payouts: [.init(from: text, to: text, amount: 5_000_000_000_000, purpose: text)],
        balances: [.init(party: text, before: 1, after: 2)]),
      time: TimeSummary(shares: [.init(name: text, seconds: 1, detail: text)]), footer: text)
  }()

  static let demonstration = DemonstrationReport(
    title: "Assay demonstration",
    headline:
      "One provider trained honestly and was paid; of six that cheated, five were caught and "
      + "lost their stake.",
    tiles: [
      .init(value: "1", label: "honest provider paid"),
      .init(value: "5 of 6", label: "cheats caught"),
      .init(value: "1,500.00", label: "USD of stake slashed"),
      .init(value: "0.00", label: "USD by which the books are off"),
    ],
    providers: [
      story(
        "Honest", "Trains as the spec says.", nil, .paid,
        "All drawn intervals gave the claimed roots.", 95_000, []),
      story(
        "Copied checkpoints", "Skips every second interval and copies the state before it.", 1,
        .caught, "Interval 3: recomputing gives another root, first in layer1.weight.", -30_000,
        stride(from: 1, to: 100, by: 2).map { $0..<($0 + 1) }),
      story(
        "Wrong learning rate", "Trains with 0.003 in place of 0.002.", 1, .caught,
        "Interval 6: recomputing gives another root, first in layer1.bias.", -30_000, [0..<100]),
      story(
        "One flipped label", "Trains on data with one label changed.", 1, .caught,
        "The claim names another data root than the spec.", -30_000, nil, check: "data root"),
      story(
        "Forged signature", "Signs with a key of its own.", 1, .caught,
        "The envelope's signature does not verify under the provider's key.", -30_000, nil,
        check: "signature"),
      story(
        "Targeted cheat", "Falsifies two intervals of a hundred.", 0.191, .missed,
        "No falsified interval was drawn: a sample of this size misses it four times in five.",
        95_000, [41..<43]),
      story(
        "Targeted cheat, checked fully", "Falsifies the same two intervals.", 1, .caught,
        "Interval 41: recomputing gives another root.", -30_000, [41..<43], every: true),
    ], asset: asset, honest: honest, footer: "0.1.0 · made on 20 November 2026")

  private static func story(
    _ name: String, _ deed: String, _ probability: Double?, _ ending: ProviderStory.Ending,
    _ finding: String, _ change: Int128, _ falsified: [Range<Int>]?, check: String? = nil,
    every: Bool = false
  ) -> ProviderStory {
    let trace = falsified.map { falsified in
      TraceSummary(
        intervalCount: 100, stepsPerInterval: 10,
        checks: (every ? Array(0..<100) : draw(10, of: 100, seed: UInt64(name.count))).map {
          index in
          .init(
            interval: index,
            finding: falsified.contains { $0.contains(index) } && ending == .caught
              ? .different : .same)
        }, falsified: falsified)
    }
    return ProviderStory(
      name: name, deed: deed, check: check ?? (every ? "every interval" : "10 of 100 intervals"),
      catchProbability: probability, ending: ending, finding: finding, change: change, trace: trace)
  }

  /// Names that would be markup, amounts beyond every axis, and a row of each standing.
  static let simulation = SimulationReport(
    headline: "Under these terms <cheating> pays.", facts: [Fact("price", "100 & more")],
    warning: "The check was not enforced.",
    groups: [
      .init(
        title: "Providers",
        rows: [
          row("honest", 1_800, 0, .baseline), row("<b>", -13_100, 12, .loses),
          row("as much", 1_800, 0, .even), row("rich", .max / 2, .max, .undecided),
          row("poisoner", 6_000, 700, .wins),
        ]), .init(title: "Nobody", rows: []),
    ],
    curve: [
      .init(falseIntervals: 1, mean: 1_900, halfWidth: 80, expected: 1_850),
      .init(falseIntervals: 1_000, mean: -5_900, halfWidth: 0, expected: -5_900),
    ], honest: 1_800, asset: asset)

  private static func row(
    _ name: String, _ mean: Int128, _ half: Int128, _ standing: SimulationReport.Standing
  ) -> SimulationReport.Row {
    .init(
      name: name, sentence: "Does what it does.", mean: mean, halfWidth: half,
      standing: standing, endings: "3 × accepted")
  }

  static func curve(
    _ name: String, _ count: Int, stride: Int = 1, _ value: (Double, Double) -> Double
  ) -> Curve {
    var state: UInt64 = 42
    return Curve(
      name: name,
      points: (1...count).map { index in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let noise = Double(state >> 40) / Double(1 << 24) - 0.5
        let step = Double(index * stride)
        return .init(step: step, value: value(step, noise))
      })
  }

  static func draw(_ count: Int, of total: Int, seed: UInt64) -> [Int] {
    var state = seed
    var drawn: Set<Int> = []
    while drawn.count < min(count, total) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      drawn.insert(Int(state >> 33) % total)
    }
    return drawn.sorted()
  }
}
