internal import AssayEvidence
internal import AssayWire

/// `assay plan --against grinding`: who draws again until it passes, and what drawing costs.
struct GrinderOptions: OptionGroup {
  @Option("count", in: 1...1_000_000_000, help: "grinding: squarings a second of its cores.")
  var attackerSquarings: Int = 4_000_000
  @Option("count", in: 1...1_000_000_000, help: "grinding: its cores.") var attackerCores: Int =
    1000
  @Option("amount", in: 0.000001...1e12, help: "grinding: what an hour of an idle core costs it.")
  var coreHourPrice: Double = 0.02
  @Option("count", in: 1...1_000_000_000, help: "grinding: squarings a second of the provider.")
  var ownSquarings: Int = 1_000_000
  @Option("seconds", in: 0.000001...1e9, help: "grinding: to execute an interval again.")
  var intervalSeconds: Double = 1

  func plan(
    intervals: Int, fractionMillionths: Int, gain: UInt128, _ console: Console
  ) throws {
    let attacker = Grinding.Attacker(
      squaringsPerSecond: Double(attackerSquarings), cores: attackerCores,
      coreHourPrice: coreHourPrice)
    let grinding = Grinding.plan(
      intervals: intervals,
      falseIntervals: Detection.falseIntervals(of: intervals, millionths: fractionMillionths),
      gain: Double(gain), attacker: attacker, ownSquaringsPerSecond: Double(ownSquarings),
      secondsPerInterval: intervalSeconds)
    let delay = Double(grinding.squarings) / Double(ownSquarings)
    try console.print("against      grinding")
    try console.print("draw         \(grinding.drawn) of \(intervals) intervals")
    try console.print("squarings    \(grinding.squarings), \(Quantity.seconds(delay)) of delay")
    try console.print(
      "because      who falsifies \(grinding.falseIntervals) of \(intervals) intervals")
    for line in GrindingText.lines(grinding, attacker) {
      try console.print("             \(line)")
    }
    try console.print()
    try console.print(
      "assay certify run --draw \(grinding.drawn) --squarings \(grinding.squarings)")
    let cost = grinding.expectedCost(attacker)
    try console.json(
      .object([
        "against": .string("grinding"), "intervalCount": .integer(intervals),
        "draw": .integer(grinding.drawn), "squarings": .integer(Int(grinding.squarings)),
        "passingMillionths": .integer(grinding.passing.millionths),
        "expectedCost": cost.isFinite ? .double(cost) : .null,
      ]))
  }
}
