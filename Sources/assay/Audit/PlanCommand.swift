internal import AssayAuditing
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayWire

/// `assay plan`: says how many intervals an adversary asks for.
struct PlanCommand: Command {
  static let description = CommandDescription(
    name: "plan",
    abstract: "Say how many intervals must be drawn against whom.",
    discussion: """
      lazy: leaves out at least --fraction of the work; it is caught with --confidence.

      rational: cheats when that pays. Caught, it loses price and stake, less what a friend who
      finds the fault gets back; not caught, it has saved its part of the work's cost and has the
      outside gain. The draw makes every such cheat a loss, in whole numbers.

      targeted: falsifies the one interval that matters to it. Sampling does not deter it: every
      interval is executed again.

      grinding: draws by a delay of its own (assay certify), and claims again until the draw misses
      the --fraction that is false. Draws and squarings are chosen together, so that trying costs
      more than --outside-gain, and draw and delay cost the honest least time.

      Amounts are whole numbers of the smallest unit.
      """,
    examples: [
      CommandExample(
        "assay plan --intervals 1000", "Against 10 % laziness, caught with 99 %."),
      CommandExample(
        "assay plan --spec spec.json --against rational --price 1000000 --stake 500000 "
          + "--cost 800000 --outside-gain 20000", "Against who weighs gain and loss."),
      CommandExample(
        "assay plan --intervals 1000 --against grinding --outside-gain 10000 --core-hour-price 2",
        "Against who draws until it passes."),
      CommandExample("assay plan --terms terms.json", "Whether a job's terms deter."),
    ])

  /// Who is planned against.
  enum Adversary: String, CaseIterable, ArgumentValue {
    case lazy, rational, targeted, grinding
  }

  @Option("count", in: 1...Detection.intervalLimit, help: "Intervals of the run.")
  var intervals: Int?
  @Option("file", help: "The spec, from which the intervals follow.") var spec: String?
  @Option("file", help: "The terms of a job, from which everything follows.") var terms: String?
  @Option("name", help: "lazy, rational, targeted or grinding.") var against: Adversary = .lazy
  @Option("share", in: 0.000001...1, help: "lazy, grinding: the part that is left out.")
  var fraction: Double = 0.1
  @Option("probability", in: 0.000001...0.999999, help: "lazy: how surely it is caught.")
  var confidence: Double = 0.99
  @Option("amount", help: "rational: what the work is paid.") var price: UInt128?
  @Option("amount", help: "rational: what the provider puts up.") var stake: UInt128 = 0
  @Option("amount", help: "rational: what the whole work costs the provider.") var cost: UInt128?
  @Option("amount", help: "rational, grinding: what one falsified run brings from outside.")
  var outsideGain: UInt128 = 0
  var grinder = GrinderOptions()
  @Option("share", in: 0...1, help: "rational: the part of the stake that a finder receives.")
  var finder: Double = 0

  func run(_ console: Console) throws -> ExitCode {
    if let terms { return try planTerms(terms, console) }
    if against == .grinding {
      try grinder.plan(
        intervals: try intervalCount(), fractionMillionths: Self.millionths(fraction),
        gain: outsideGain, console)
      return .success
    }
    let plan = try AuditPlan(against: try adversary(), intervalCount: try intervalCount())
    try show(plan, console)
    return .success
  }

  private func intervalCount() throws -> Int {
    switch (intervals, spec) {
    case (let count?, nil): return count
    case (nil, let path?):
      return try InputFiles.spec(path).intervalCount
    default:
      throw UsageError(
        "Say how many intervals the run has.",
        hint: "--intervals COUNT, --spec FILE or --terms FILE.")
    }
  }

  private func adversary() throws -> AuditPlan.Adversary {
    switch against {
    case .lazy:
      return .lazy(
        fractionMillionths: Self.millionths(fraction),
        confidenceMillionths: Self.millionths(confidence))
    case .targeted, .grinding:
      return .targeted
    case .rational:
      guard let price, let cost else {
        throw UsageError(
          "Against a rational adversary price and cost are needed.",
          hint: "Give --price and --cost, and --stake where there is one.")
      }
      let (returned, overflow) = stake.multipliedReportingOverflow(
        by: UInt128(Self.millionths(finder)))
      let (sum, sumOverflow) = price.addingReportingOverflow(stake)
      guard !overflow, !sumOverflow else {
        throw UsageError("The amounts exceed 128 bits.", hint: "Use a larger unit.")
      }
      // What comes back through a friend is rounded up, so that the loss is never overstated.
      return .rational(
        forfeit: sum - (returned + 999_999) / 1_000_000, workCost: cost, outsideGain: outsideGain)
    }
  }

  private static func millionths(_ share: Double) -> Int { Int((share * 1e6).rounded()) }

  private func show(_ plan: AuditPlan, _ console: Console) throws {
    try console.print("against      \(against.rawValue)")
    try console.print("draw         \(plan.drawnCount) of \(plan.intervalCount) intervals")
    if case .rational(let forfeit, let workCost, let outsideGain) = plan.adversary {
      let deterrence = Deterrence(
        intervals: plan.intervalCount, drawn: plan.drawnCount, forfeit: forfeit,
        workCost: workCost, outsideGain: outsideGain)
      try console.print("because      \(deterrence)")
    }
    try console.print(
      "work         \(Quantity.percent(plan.recomputedShare)) of the training again; three "
        + "replicas would take 200 %")
    try DetectionText.show(plan.detection, console)
    try console.json(
      .object([
        "against": .string(against.rawValue), "intervalCount": .integer(plan.intervalCount),
        "draw": .integer(plan.drawnCount), "recomputedShare": .double(plan.recomputedShare),
        "policy": plan.policy.json, "detection": DetectionText.json(plan.detection),
      ]))
  }

  private func planTerms(_ path: String, _ console: Console) throws -> ExitCode {
    guard intervals == nil, spec == nil else {
      throw UsageError("The terms say how many intervals there are.", hint: "Leave out the others.")
    }
    let terms = try InputFiles.terms(path)
    let deterrence = terms.deterrence
    let least = Deterrence.leastDraws(
      intervals: deterrence.intervals, forfeit: deterrence.forfeit,
      workCost: deterrence.workCost, outsideGain: deterrence.outsideGain)
    try console.print("job          \(terms.contents.job)")
    try console.print("draw         \(deterrence.drawn) of \(deterrence.intervals) intervals")
    try console.print("deters       \(deterrence.holds ? "yes" : "no"): \(deterrence)")
    try console.print(
      "needed       \(least.map { "\($0) intervals at least" } ?? "no number of intervals deters")")
    let detection = Detection.table(intervals: deterrence.intervals, drawn: deterrence.drawn)
    try DetectionText.show(detection, console)
    try console.json(
      .object([
        "job": .string(terms.contents.job), "intervalCount": .integer(deterrence.intervals),
        "draw": .integer(deterrence.drawn), "deters": .bool(deterrence.holds),
        "leastDraw": least.map { .integer($0) } ?? .null,
        "detection": DetectionText.json(detection),
      ]))
    return deterrence.holds ? .success : .rejected
  }
}
