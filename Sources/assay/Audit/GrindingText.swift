internal import AssayBeacons
internal import AssayEvidence
internal import AssayWire
internal import Foundation

/// What a draw from a delay is worth, in words.
enum GrindingText {
  /// Four times what a core of this class does with GMP: special code, or special hardware.
  static let usualAttacker = Grinding.Attacker(
    squaringsPerSecond: 4_000_000, cores: 1000, coreHourPrice: 0.02)

  /// Nothing where the draw follows from secrets.
  static func show(_ challenge: Challenge, _ console: Console) throws {
    guard case .delay(let delay) = challenge.source else { return }
    let count = challenge.draw.intervalCount
    let grinding = Grinding(
      intervals: count, drawn: challenge.indices.count,
      falseIntervals: Detection.falseIntervals(of: count, millionths: 100_000),
      squarings: delay.squarings)
    try console.print()
    try console.print(
      "The provider drew these intervals itself, by a delay over its claim. Who falsifies "
        + "\(grinding.falseIntervals) of \(count) intervals")
    for line in lines(grinding, usualAttacker) { try console.print(line) }
    try console.print(
      "This is weaker evidence than a draw from secrets that others revealed after the claim.")
  }

  static func lines(_ grinding: Grinding, _ attacker: Grinding.Attacker) -> [String] {
    guard grinding.expectedTries.isFinite else {
      return ["passes in no try: every interval is drawn."]
    }
    let seconds = Double(grinding.squarings) / attacker.squaringsPerSecond
    return [
      "passes one try in \(short(grinding.expectedTries)), at \(short(seconds)) s of a core that "
        + "does \(short(attacker.squaringsPerSecond)) squarings a second;",
      "at \(attacker.coreHourPrice) an hour that is \(short(grinding.expectedCost(attacker))) in "
        + "all; \(attacker.cores) such cores pass within a day with probability "
        + "\(Quantity.percent(grinding.probability(attacker, withinSeconds: 86_400))).",
    ]
  }

  /// Three digits.
  private static func short(_ number: Double) -> String {
    number < 1e6 && number >= 0.01
      ? String(format: number < 100 ? "%.3g" : "%.0f", number) : String(format: "%.2e", number)
  }
}
