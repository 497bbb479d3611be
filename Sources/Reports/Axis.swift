/// Maps a range of values to a range of coordinates, with ticks at round numbers.
struct Axis: Hashable, Sendable {
  /// How values are spaced.
  enum Spacing: Hashable, Sendable { case linear, logarithmic }

  let lower: Double
  let upper: Double
  let spacing: Spacing
  /// Values of the ticks, rising, all within the range.
  let ticks: [Double]

  /// A linear axis that holds `range`, widened to round numbers at both ends.
  ///
  /// - Parameter tickCount: about how many ticks are wanted.
  static func linear(_ range: ClosedRange<Double>, tickCount: Int) -> Axis {
    let step = roundStep(covering: range.upperBound - range.lowerBound, tickCount: tickCount)
    let first = (range.lowerBound / step).rounded(.down)
    let last = max(first + 1, (range.upperBound / step).rounded(.up))
    return Axis(
      lower: first * step, upper: last * step, spacing: .linear,
      ticks: multiples(of: step, from: first, through: last))
  }

  /// A linear axis from `range`'s ends exactly, with ticks at the round numbers within.
  ///
  /// - Parameter leastStep: the least distance of two ticks: 1 for what is counted.
  static func tight(
    _ range: ClosedRange<Double>, tickCount: Int, leastStep: Double = 0
  ) -> Axis {
    guard range.upperBound > range.lowerBound else {
      return linear(range, tickCount: tickCount)
    }
    let step = max(
      leastStep,
      roundStep(covering: range.upperBound - range.lowerBound, tickCount: tickCount))
    return Axis(
      lower: range.lowerBound, upper: range.upperBound, spacing: .linear,
      ticks: multiples(
        of: step, from: (range.lowerBound / step).rounded(.up),
        through: (range.upperBound / step).rounded(.down)))
  }

  /// A logarithmic axis that holds `range` > 0, with ticks at 1, 2 and 5 times powers of ten, or
  /// at the powers alone where those are many.
  static func logarithmic(_ range: ClosedRange<Double>) -> Axis {
    let lowest = decade(range.lowerBound) - 1
    let highest = decade(range.upperBound) + 1
    let fine = (lowest...highest).flatMap { exponent in
      [1, 2, 5].map { $0 * power(exponent) }
    }
    let lower = fine.last { $0 <= range.lowerBound } ?? range.lowerBound
    let upper = fine.first { $0 >= range.upperBound } ?? range.upperBound
    var ticks = fine.filter { $0 >= lower && $0 <= upper }
    if ticks.count > 9 {
      let stride = max(1, (highest - lowest) / 7)
      ticks = (lowest...highest).filter { ($0 - lowest) % stride == 0 }.map(power)
        .filter { $0 >= lower && $0 <= upper }
    }
    return Axis(lower: lower, upper: upper, spacing: .logarithmic, ticks: ticks)
  }

  /// Where `value` lies in the range, 0 at its lower and 1 at its upper end; kept within.
  func position(_ value: Double) -> Double {
    let share: Double
    switch spacing {
    case .linear:
      share = (value - lower) / (upper - lower)
    case .logarithmic:
      share =
        value <= 0
        ? 0
        : (Self.commonLogarithm(value) - Self.commonLogarithm(lower))
          / (Self.commonLogarithm(upper) - Self.commonLogarithm(lower))
    }
    return share.isFinite ? max(0, min(1, share)) : 0
  }

  private static func multiples(of step: Double, from first: Double, through last: Double)
    -> [Double]
  {
    // BOUND: a step was chosen so that the range holds few of them.
    guard last >= first, last - first < 100 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// The least of 1, 2, 2.5, 5 times a power of ten that needs at most `tickCount` steps.
  static func roundStep(covering span: Double, tickCount: Int) -> Double {
    guard span.isFinite, span > 1e-300 else { return 1 }
    let raw = span / Double(max(1, tickCount))
    let base = power(decade(raw))
    let factor = [1, 2, 2.5, 5].first { $0 * base >= raw * 0.999_999 } ?? 10
    return factor * base
  }

  /// The exponent of the power of ten at or below `value` > 0.
  static func decade(_ value: Double) -> Int {
    var exponent = Int(commonLogarithm(value).rounded(.down))
    // The logarithm is a good guess; the powers decide.
    while power(exponent + 1) <= value, exponent < 300 { exponent += 1 }
    while power(exponent) > value, exponent > -300 { exponent -= 1 }
    return exponent
  }

  private static func power(_ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<min(300, abs(exponent)) { result *= 10 }
    return exponent < 0 ? 1 / result : result
  }

  /// log₁₀ x to about six digits: enough to place a pixel, and without a libm.
  static func commonLogarithm(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return -300 }
    // x = 2ᵉ·m, ln m = 2·(s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1) ≤ 1/3.
    let s = (x.significand - 1) / (x.significand + 1)
    let square = s * s
    let series = s * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square / 9))))
    return (Double(x.exponent) * 0.693_147_180_56 + 2 * series) * 0.434_294_481_903
  }
}
