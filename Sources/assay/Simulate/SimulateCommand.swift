internal import AssayAccounting
internal import AssayEvidence
internal import AssayFiles
internal import AssayReports
internal import AssaySettlement
internal import AssaySimulation
internal import AssayWire
internal import Dispatch
internal import Synchronization

/// `assay simulate`: what each way to take part in a market brings under given terms.
struct SimulateCommand: Command {
  static let description = CommandDescription(
    name: "simulate",
    abstract: "Play honest and malicious strategies under terms, and compare their profits.",
    discussion: """
      Every job runs through the settlement machine itself, with signed claims, verdicts and
      rulings; profits are read from its books, less what work costs, plus what falsified work is
      worth elsewhere. Each strategy meets honest others and is compared with the honest one of its
      role. The same seed gives the same figures. Without --terms, sample terms are simulated.

      Exit code 1 says that some strategy wins. Terms under which cheating would pay are refused,
      as the machine refuses them; with --unenforced it is told that work costs nothing and that
      falsified work is worth nothing, takes them, and the figures show why it would not.
      """,
    examples: [
      CommandExample("assay simulate --out profits.html", "Sample terms, with a page of figures."),
      CommandExample(
        "assay simulate --terms terms.json --jobs 5000 --seed 7", "The terms of a job."),
      CommandExample(
        "assay simulate --draw 2 --stake 0 --unenforced", "Why some terms are refused."),
      CommandExample(
        "assay simulate --strategy poisoner --outside-gain 20 --unenforced",
        "One strategy, if poisoned work were worth more than the terms reckon with."),
    ])

  @Option("file", help: "The terms of a job; their parties are replaced. Sample terms if left out.")
  var terms: String?
  @Option("count", in: 1...MarketSimulation.jobLimit, help: "Jobs of each strategy.")
  var jobs: Int = 500
  @Option("number", help: "What every choice follows from.") var seed: UInt64 = 1
  @Option("count", in: 1...EvidencePolicy.drawnLimit, help: "Draw so many intervals instead.")
  var draw: Int?
  @Option("amount", help: "Let the provider put up so much instead.") var stake: String?
  @Option("amount", help: "What the work really costs; as the terms say if left out.")
  var workCost: String?
  @Option("amount", help: "What falsified work is really worth elsewhere.")
  var outsideGain: String?
  @Option("share", in: 0...1, help: "How many of the accepted claims somebody examines again.")
  var watched: Double = 0.25
  @Option("share", in: 0...1, help: "How many claims are canaries; as the terms say if left out.")
  var canaries: Double?
  @Option("name", help: "Play only this strategy and the honest one; may be given several times.")
  var strategy: [String]
  @Flag(help: "Let the machine take terms under which cheating pays.") var unenforced: Bool
  @Option("file", help: "Where to write a page with the figures.") var out: String?

  func run(_ console: Console) throws -> ExitCode {
    let setting = try setting()
    guard unenforced || setting.deterrence.holds else {
      console.note("assay: cheating would pay: \(setting.deterrence)")
      throw UsageError(
        "The machine refuses these terms: no provider could take such a job.",
        hint: "With --unenforced they are simulated nevertheless, which shows why.")
    }
    let simulation = try MarketSimulation(setting: setting, seed: seed, jobCount: jobs)
    let strategies = try chosen(of: simulation.strategies)
    let sweep = strategy.isEmpty ? simulation.sweep : []
    let played = try play(strategies + sweep.map(Strategy.falsifying), in: simulation, console)
    let comparison = SimulationComparison(
      simulation: simulation, results: Array(played.prefix(strategies.count)),
      curve: Array(zip(sweep, played.dropFirst(strategies.count))))
    try comparison.print(console)
    if let out {
      try FileAccess.write(comparison.report.html(), to: out)
      try console.print("page         \(out)")
    }
    try console.json(comparison.json)
    return comparison.winners.isEmpty ? .success : .rejected
  }

  private func setting() throws -> Setting {
    let given = try terms.map(InputFiles.terms) ?? .sample
    var contents = given.contents
    let asset = contents.asset
    if let stake { contents.stake = try asset.amount(stake, option: "--stake") }
    if let draw {
      let intervals = given.intervalCount
      guard draw <= intervals else {
        throw UsageError("--draw: there are only \(intervals) intervals.", hint: nil)
      }
      contents.evidence = contents.evidence.drawing(draw, of: intervals)
    }
    return try Setting(
      terms: Terms(contents),
      workCost: workCost.map { try asset.amount($0, option: "--work-cost") },
      outsideGain: outsideGain.map { try asset.amount($0, option: "--outside-gain") },
      isEnforced: !unenforced, watchedMillionths: Int((watched * 1e6).rounded()),
      canaryMillionths: canaries.map { Int(($0 * 1e6).rounded()) })
  }

  /// The strategies that are named, and the honest ones of their roles; all if none is named.
  private func chosen(of possible: [Strategy]) throws -> [Strategy] {
    guard !strategy.isEmpty else { return possible }
    for name in strategy where !possible.contains(where: { $0.name == name }) {
      let isKnown = Strategy.all.contains { $0.name == name }
      let guess = Suggestion.nearest(to: name, among: possible.map(\.name))
      throw UsageError(
        isKnown
          ? "'\(name)' cannot be played under these terms."
          : "there is no strategy '\(name)'.",
        hint: isKnown
          ? "It needs a part that they leave out: panel, referee, continuity or delivery."
          : guess.map { "Did you mean '\($0)'?" } ?? "'assay simulate --jobs 1' lists them all.")
    }
    let roles = Set(possible.filter { strategy.contains($0.name) }.map(\.role))
    return possible.filter {
      strategy.contains($0.name) || ($0.isBaseline && roles.contains($0.role))
    }
  }

  /// Plays the strategies, side by side on all cores; none depends on another.
  private func play(
    _ all: [Strategy], in simulation: MarketSimulation, _ console: Console
  ) throws -> [StrategyResult] {
    let results = Mutex<[Result<StrategyResult, SimulationError>?]>(
      Array(repeating: nil, count: all.count))
    let done = Atomic(0)
    let finished = DispatchGroup()
    DispatchQueue.global().async(group: finished) {
      DispatchQueue.concurrentPerform(iterations: all.count) { index in
        let result = Result { () throws(SimulationError) in
          try simulation.play(all[index]) { _ in done.add(1, ordering: .relaxed) }
        }
        results.withLock { $0[index] = result }
      }
    }
    let bar = console.progress(total: all.count * simulation.jobCount, unit: "jobs")
    // Nobody draws from the other threads: this one looks ten times a second.
    while finished.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
      bar.update(done.load(ordering: .relaxed))
    }
    bar.finish()
    return try results.withLock { $0 }.compactMap { try $0?.get() }
  }
}

extension EvidencePolicy {
  /// The same policy with another draw, promising what that gives.
  fileprivate func drawing(_ count: Int, of intervals: Int) -> EvidencePolicy {
    let given = Detection.probability(
      intervals: intervals, drawn: count, falseIntervals: falseIntervals(of: intervals))
    return EvidencePolicy(
      method: method, selection: .drawn(count), adversary: adversary,
      confidenceMillionths: given.millionths, hardware: hardware)
  }
}
