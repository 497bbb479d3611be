/// Whether cheating pays under given terms, in exact integers.
///
/// For every number m of false intervals of N: d(m)·F > (m/N)·C + G, where F is what a caught
/// provider forfeits, C the cost of honest work and G the outside gain from a poisoned interval.
/// d is concave in m (its differences C(N−m−1, k−1)/C(N, k) fall), so the left side less the right
/// is concave too and least at m = 1 or m = N; d(1) = k/N and d(N) = 1 for k ≥ 1. Hence exactly
///
///     k·F > C + N·G   and   F > C + G.
///
/// All amounts are in the smallest unit of one asset.
public struct Deterrence: Hashable, Sendable {
  /// N.
  public let intervals: Int
  /// k.
  public let drawn: Int
  /// F: the least that a caught provider loses, net of what a friend of his may get back.
  public let forfeit: UInt128
  /// C: what the honest work costs at most.
  public let workCost: UInt128
  /// G: what a poisoned interval is worth to the provider elsewhere; 0 for a merely lazy one.
  public let outsideGain: UInt128

  /// The numbers of one job.
  ///
  /// - Precondition: 1 ≤ drawn ≤ intervals ≤ `Detection.intervalLimit`.
  public init(
    intervals: Int, drawn: Int, forfeit: UInt128, workCost: UInt128, outsideGain: UInt128
  ) {
    precondition((1...Detection.intervalLimit).contains(intervals), "too many intervals")
    precondition((1...intervals).contains(drawn), "one draw at least, each interval once at most")
    self.intervals = intervals
    self.drawn = drawn
    self.forfeit = forfeit
    self.workCost = workCost
    self.outsideGain = outsideGain
  }

  /// k·F > C + N·G: one false interval does not pay.
  public var singleIntervalDeterred: Bool {
    Wide(product: forfeit, UInt128(drawn))
      > Wide(product: outsideGain, UInt128(intervals)).adding(workCost)
  }

  /// F > C + G: doing nothing at all does not pay.
  public var wholeRunDeterred: Bool {
    Wide(product: forfeit, 1) > Wide(product: outsideGain, 1).adding(workCost)
  }

  /// Whether cheating on any number of intervals costs more than it gains.
  public var holds: Bool { singleIntervalDeterred && wholeRunDeterred }

  /// The fewest draws under which cheating does not pay; nil if no number of draws is enough.
  public static func leastDraws(
    intervals: Int, forfeit: UInt128, workCost: UInt128, outsideGain: UInt128
  ) -> Int? {
    var low = 1
    var high = intervals
    func isEnough(_ drawn: Int) -> Bool {
      Deterrence(
        intervals: intervals, drawn: drawn, forfeit: forfeit, workCost: workCost,
        outsideGain: outsideGain
      ).holds
    }
    guard intervals > 0, isEnough(high) else { return nil }
    while low < high {
      let middle = (low + high) / 2
      if isEnough(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The least forfeit under which cheating does not pay with these draws; nil above 2¹²⁸ − 1.
  public static func leastForfeit(
    intervals: Int, drawn: Int, workCost: UInt128, outsideGain: UInt128
  ) -> UInt128? {
    let single = Wide(product: outsideGain, UInt128(intervals)).adding(workCost)
    guard single.high < UInt128(drawn) else { return nil }
    let quotient = UInt128(drawn).dividingFullWidth((high: single.high, low: single.low)).quotient
    let whole = Wide(product: outsideGain, 1).adding(workCost)
    guard whole.high == 0 else { return nil }
    let (least, overflow) = max(quotient, whole.low).addingReportingOverflow(1)
    return overflow ? nil : least
  }
}

extension Deterrence: CustomStringConvertible {
  /// The inequality with its numbers.
  public var description: String {
    """
    one of \(intervals) intervals false: found with probability \(drawn)/\(intervals), forfeit \
    \(forfeit), work cost \(workCost), outside gain \(outsideGain): \(drawn) × \(forfeit) \
    \(singleIntervalDeterred ? ">" : "≤") \(workCost) + \(intervals) × \(outsideGain); \
    all false: \(forfeit) \(wholeRunDeterred ? ">" : "≤") \(workCost) + \(outsideGain)
    """
  }
}

/// A number of 256 bits, as wide as a product of two amounts.
private struct Wide: Comparable {
  var high: UInt128
  var low: UInt128

  init(product left: UInt128, _ right: UInt128) {
    let product = left.multipliedFullWidth(by: right)
    high = product.high
    low = product.low
  }

  /// The sum; the high half cannot overflow, since one factor of each product is below 2²⁵.
  func adding(_ amount: UInt128) -> Wide {
    var sum = self
    let (low, overflow) = low.addingReportingOverflow(amount)
    sum.low = low
    if overflow { sum.high += 1 }
    return sum
  }

  static func < (left: Wide, right: Wide) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }
}
