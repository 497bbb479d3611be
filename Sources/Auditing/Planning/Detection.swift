/// The chance that a draw of intervals meets one that is false.
///
/// With m false intervals among N and k distinct ones drawn uniformly, the draw misses them all
/// with probability C(N − m, k) / C(N, k), so it detects with
///
///     d(m) = 1 − C(N − m, k) / C(N, k)
///
/// which is concave in m: each further false interval adds less. Exact-order arithmetic makes the
/// chance of rejecting a true interval zero, so this is the whole error of an audit by sampling.
///
/// - Soundness: the formula holds when nobody could choose the draw after the trace was committed.
public struct Detection: Hashable, Sendable {
  /// N, the intervals that could be drawn.
  public let intervalCount: Int
  /// k, the distinct intervals that are drawn.
  public let drawnCount: Int

  /// A draw of `drawnCount` out of `intervalCount`.
  ///
  /// - Precondition: 0 ≤ `drawnCount` ≤ `intervalCount`, and there is an interval.
  public init(intervalCount: Int, drawnCount: Int) {
    precondition(intervalCount >= 1, "there is at least one interval")
    precondition((0...intervalCount).contains(drawnCount), "a draw is a part of the intervals")
    self.intervalCount = intervalCount
    self.drawnCount = drawnCount
  }

  /// The chance that the draw meets at least one of `falseCount` false intervals.
  ///
  /// - Precondition: 0 ≤ `falseCount` ≤ `intervalCount`.
  /// - Complexity: O(min(k, m)).
  public func probability(falseCount: Int) -> Double {
    1 - missProbability(falseCount: falseCount)
  }

  /// The chance that the draw meets none of `falseCount` false intervals.
  ///
  /// - Precondition: 0 ≤ `falseCount` ≤ `intervalCount`.
  /// - Complexity: O(min(k, m)).
  public func missProbability(falseCount: Int) -> Double {
    precondition((0...intervalCount).contains(falseCount), "false intervals are a part of them")
    guard drawnCount + falseCount <= intervalCount else { return 0 }
    // The quotient is symmetric in k and m: the product runs over the smaller.
    let (few, many) = (min(drawnCount, falseCount), max(drawnCount, falseCount))
    var product = 1.0
    for index in 0..<few {
      product *= Double(intervalCount - many - index) / Double(intervalCount - index)
      if product == 0 { break }
    }
    return product
  }

  /// One line of a table over the fraction cheated.
  public struct Row: Hashable, Sendable {
    /// The part of the intervals that is false, as it was asked for.
    public let fraction: Double
    /// That part in whole intervals, at least one.
    public let falseCount: Int
    /// The chance that the draw meets one of them.
    public let probability: Double
  }

  /// Fractions that a reader wants to see: from one interval to everything.
  public static let tableFractions = [0.01, 0.02, 0.05, 0.10, 0.20, 0.50, 1]

  /// The chance of detection for one false interval and for each of `fractions`, rounded up to
  /// whole intervals; what rounds to the same count as the line before is left out.
  public func table(fractions: [Double] = tableFractions) -> [Row] {
    var rows = [row(fraction: 1 / Double(intervalCount), falseCount: 1)]
    for fraction in fractions where fraction > 0 && fraction <= 1 {
      let count = Self.falseCount(fraction: fraction, of: intervalCount)
      if count > rows[rows.count - 1].falseCount {
        rows.append(row(fraction: fraction, falseCount: count))
      }
    }
    return rows
  }

  private func row(fraction: Double, falseCount: Int) -> Row {
    Row(
      fraction: fraction, falseCount: falseCount,
      probability: probability(falseCount: falseCount))
  }

  /// The fraction in whole intervals: rounded up, at least one, at most all.
  static func falseCount(fraction: Double, of intervalCount: Int) -> Int {
    let exact = fraction * Double(intervalCount)
    // A product such as 0.07 × 100 lies a rounding error above its whole number.
    let nearest = exact.rounded()
    let count = abs(exact - nearest) < 1e-9 * max(1, nearest) ? nearest : exact.rounded(.up)
    return min(intervalCount, max(1, Int(count)))
  }

  /// The fewest intervals to draw so that `falseCount` false ones are met with probability at
  /// least `confidence`.
  ///
  /// - Precondition: 1 ≤ `falseCount` ≤ `intervalCount`, 0 < `confidence` ≤ 1.
  public static func drawnCount(
    of intervalCount: Int, falseCount: Int, confidence: Double
  ) -> Int {
    precondition((1...intervalCount).contains(falseCount), "at least one interval is false")
    precondition(confidence > 0 && confidence <= 1, "a confidence lies in (0, 1]")
    // The chance grows with k, and is 1 once only false intervals could be left out.
    var low = 0
    var high = intervalCount - falseCount + 1
    while high - low > 1 {
      let middle = low + (high - low) / 2
      let detection = Detection(intervalCount: intervalCount, drawnCount: middle)
      if detection.probability(falseCount: falseCount) >= confidence {
        high = middle
      } else {
        low = middle
      }
    }
    return high
  }
}
