internal import Foundation

/// What it costs to claim again and again until the draw from a delay misses all that is false.
///
/// A provider that draws from a delay alone may throw the claim away, change a salt and try again:
/// every try costs it the delay, and passes with the probability that the draw misses. The delay
/// bounds how soon a try is over, not how many are made side by side; so what a certificate is
/// worth is a price: expected tries times the delay's price on the attacker's cores.
public struct Grinding: Hashable, Sendable {
  /// Who tries.
  public struct Attacker: Hashable, Sendable {
    /// How fast one of its cores squares modulo 2,048 bits.
    public let squaringsPerSecond: Double
    /// How many it has.
    public let cores: Int
    /// What an hour of an idle one costs it.
    public let coreHourPrice: Double

    /// - Precondition: all are positive.
    public init(squaringsPerSecond: Double, cores: Int, coreHourPrice: Double) {
      precondition(squaringsPerSecond > 0 && cores > 0 && coreHourPrice > 0, "an attacker has some")
      self.squaringsPerSecond = squaringsPerSecond
      self.cores = cores
      self.coreHourPrice = coreHourPrice
    }
  }

  /// N.
  public let intervals: Int
  /// k.
  public let drawn: Int
  /// m: how many are false.
  public let falseIntervals: Int
  /// T: the squarings of one delay.
  public let squarings: UInt64
  /// The probability that one try passes, rounded up.
  public let passing: Probability

  /// - Precondition: those of `Detection.probability`.
  public init(intervals: Int, drawn: Int, falseIntervals: Int, squarings: UInt64) {
    self.intervals = intervals
    self.drawn = drawn
    self.falseIntervals = falseIntervals
    self.squarings = squarings
    passing =
      Detection.probability(intervals: intervals, drawn: drawn, falseIntervals: falseIntervals)
      .complement
  }

  private static func double(_ probability: Probability) -> Double {
    Double(probability.numerator) / Double(Probability.denominator)
  }

  /// Tries until one passes, in expectation; infinite where none can.
  public var expectedTries: Double { 1 / Self.double(passing) }

  /// What they cost an attacker.
  public func expectedCost(_ attacker: Attacker) -> Double {
    expectedTries * Double(squarings) / attacker.squaringsPerSecond / 3600
      * attacker.coreHourPrice
  }

  /// How likely a try passes within some seconds, all cores trying.
  public func probability(_ attacker: Attacker, withinSeconds seconds: Double) -> Double {
    let tries =
      (seconds * attacker.squaringsPerSecond / Double(squarings)).rounded(.down)
      * Double(attacker.cores)
    return -expm1(tries * log1p(-Self.double(passing)))
  }

  /// The draw and the delay that make grinding cost more than `gain`, and together cost the honest
  /// least: the seconds of the delay, and those to execute the drawn intervals again.
  ///
  /// - Parameters:
  ///   - ownSquaringsPerSecond: how fast the honest provider squares.
  ///   - secondsPerInterval: what executing an interval again takes.
  public static func plan(
    intervals: Int, falseIntervals: Int, gain: Double, attacker: Attacker,
    ownSquaringsPerSecond: Double, secondsPerInterval: Double
  ) -> Grinding {
    var best: (grinding: Grinding, seconds: Double)?
    for exponent in 16...40 {
      let squarings = UInt64(1) << UInt64(exponent)
      let least = leastDraws(intervals: intervals) { drawn in
        Grinding(
          intervals: intervals, drawn: drawn, falseIntervals: falseIntervals, squarings: squarings
        ).expectedCost(attacker) > gain
      }
      let grinding = Grinding(
        intervals: intervals, drawn: least, falseIntervals: falseIntervals, squarings: squarings)
      let seconds =
        Double(squarings) / ownSquaringsPerSecond + Double(least) * secondsPerInterval
      if best.map({ seconds < $0.seconds }) ?? true { best = (grinding, seconds) }
    }
    guard let best else { preconditionFailure("there are delays to choose from") }
    return best.grinding
  }

  /// The fewest draws that are enough: more draws never pass more often, and all never do.
  private static func leastDraws(intervals: Int, isEnough: (Int) -> Bool) -> Int {
    var range = 1...intervals
    while range.count > 1 {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = isEnough(middle) ? range.lowerBound...middle : middle + 1...range.upperBound
    }
    return range.lowerBound
  }
}
