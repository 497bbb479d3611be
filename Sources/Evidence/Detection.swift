/// How likely a draw finds false intervals: d(m) = 1 − C(N−m, k) / C(N, k).
///
/// `N` intervals of which `m` are false; `k` distinct ones are drawn, each set equally likely, and
/// a drawn false interval is always found, because the tolerance is zero.
///
/// The miss probability is the product over i < k of (N−m−i)/(N−i), each factor rounded up at 2⁻⁶⁴,
/// so detection is never overstated and is short of the exact value by at most k·2⁻⁶⁴.
public enum Detection {
  /// The largest number of intervals that is reckoned with.
  public static let intervalLimit = 1 << 20

  /// The probability that at least one of `falseIntervals` is among `drawn` of `intervals`.
  ///
  /// - Precondition: 0 ≤ drawn, falseIntervals ≤ intervals ≤ `intervalLimit`.
  /// - Complexity: O(drawn).
  public static func probability(
    intervals: Int, drawn: Int, falseIntervals: Int
  ) -> Probability {
    precondition((0...intervalLimit).contains(intervals), "too many intervals")
    precondition((0...intervals).contains(drawn), "drawn at most once each")
    precondition((0...intervals).contains(falseIntervals), "false at most once each")
    var miss = Probability.one.numerator
    for index in 0..<drawn {
      miss = nextMiss(miss, intervals: intervals, drawn: index, falseIntervals: falseIntervals)
      if miss == 0 { break }
    }
    return Probability(uncheckedNumerator: miss).complement
  }

  /// The fewest draws that find `falseIntervals` with at least `confidence`; nil if none does.
  ///
  /// - Complexity: O(intervals).
  public static func leastDraws(
    intervals: Int, falseIntervals: Int, confidence: Probability
  ) -> Int? {
    precondition((1...intervalLimit).contains(intervals), "too many intervals")
    precondition((0...intervals).contains(falseIntervals), "false at most once each")
    var miss = Probability.one.numerator
    for drawn in 0...intervals {
      if Probability(uncheckedNumerator: miss).complement >= confidence { return drawn }
      if drawn < intervals {
        miss = nextMiss(miss, intervals: intervals, drawn: drawn, falseIntervals: falseIntervals)
      }
    }
    return nil
  }

  /// ⌈fraction · intervals⌉, at least one: how many intervals a lazy provider leaves out.
  public static func falseIntervals(of intervals: Int, millionths: Int) -> Int {
    max(1, (intervals * millionths + 999_999) / 1_000_000)
  }

  /// A table of detection probabilities over the fraction that is false, one interval first.
  public static func table(intervals: Int, drawn: Int) -> [DetectionRow] {
    var counts = [1]
    for millionths in [1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000] {
      let count = falseIntervals(of: intervals, millionths: millionths)
      if count > counts.last ?? 0 { counts.append(count) }
    }
    return counts.map { count in
      DetectionRow(
        falseIntervals: count, intervals: intervals,
        detection: probability(intervals: intervals, drawn: drawn, falseIntervals: count))
    }
  }

  /// The miss probability after one more draw, rounded up.
  private static func nextMiss(
    _ miss: UInt128, intervals: Int, drawn: Int, falseIntervals: Int
  ) -> UInt128 {
    let left = intervals - drawn
    let honest = max(0, left - falseIntervals)
    let product = miss * UInt128(honest)
    return (product + UInt128(left) - 1) / UInt128(left)
  }
}

/// One line of a detection table.
public struct DetectionRow: Hashable, Sendable {
  /// How many intervals are false.
  public let falseIntervals: Int
  /// Of how many.
  public let intervals: Int
  /// How likely that is found.
  public let detection: Probability

  /// The false fraction in millionths, rounded down.
  public var fractionMillionths: Int { falseIntervals * 1_000_000 / intervals }
}
