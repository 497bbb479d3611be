/// A probability in fixed point, 64 binary digits, so that every machine computes the same one.
public struct Probability: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The probability times 2⁶⁴: from 0 to 2⁶⁴.
  public let numerator: UInt128

  /// 2⁶⁴, the denominator.
  public static let denominator: UInt128 = 1 << 64
  /// It never happens.
  public static let zero = Probability(uncheckedNumerator: 0)
  /// It always happens.
  public static let one = Probability(uncheckedNumerator: denominator)

  /// A numerator that is at most the denominator.
  init(uncheckedNumerator: UInt128) { numerator = uncheckedNumerator }

  /// ⌈millionths · 2⁶⁴ / 10⁶⌉, whose `millionths` are these.
  ///
  /// - Precondition: 0 ≤ millionths ≤ 1,000,000.
  public init(millionths: Int) {
    precondition((0...1_000_000).contains(millionths), "a probability is at most one")
    numerator = (UInt128(millionths) * Probability.denominator + 999_999) / 1_000_000
  }

  /// 1 − p.
  public var complement: Probability {
    Probability(uncheckedNumerator: Probability.denominator - numerator)
  }

  public static func < (left: Probability, right: Probability) -> Bool {
    left.numerator < right.numerator
  }

  /// Millionths, rounded down.
  public var millionths: Int { Int(numerator * 1_000_000 / Probability.denominator) }

  /// Millionths, rounded to the nearest, but to none and to all only where that is exact.
  public var roundedMillionths: Int {
    let half = Probability.denominator / 2
    let rounded = Int((numerator * 1_000_000 + half) / Probability.denominator)
    if self != .one, rounded == 1_000_000 { return 999_999 }
    if self != .zero, rounded == 0 { return 1 }
    return rounded
  }

  /// Per cent with four digits after the point: `99.0412 %`.
  public var description: String {
    let shown = roundedMillionths
    let fraction = String(shown % 10_000)
    let zeros = String(repeating: "0", count: 4 - fraction.utf8.count)
    return "\(shown / 10_000).\(zeros)\(fraction) %"
  }
}
