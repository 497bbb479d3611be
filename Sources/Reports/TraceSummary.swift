/// The intervals of a run and what an audit found in those it drew.
public struct TraceSummary: Hashable, Sendable {
  /// What looking at an interval showed.
  public enum Finding: Hashable, Sendable {
    /// Recomputed: the same root, to the bit.
    case same
    /// Not recomputed: a proof of it holds.
    case proved
    /// Another root, or a proof that does not hold.
    case different
    /// The provider did not open it.
    case withheld
    /// Drawn, but not recomputed, because an earlier finding had decided.
    case notReached
  }

  /// A drawn interval.
  public struct Check: Hashable, Sendable {
    /// Its number, from 0.
    public var interval: Int
    /// What looking at it showed.
    public var finding: Finding

    /// Interval `interval`, counted from 0.
    public init(interval: Int, finding: Finding) {
      self.interval = interval
      self.finding = finding
    }
  }

  /// How many intervals the run has.
  public var intervalCount: Int
  /// Steps of one interval.
  public var stepsPerInterval: Int
  /// The drawn intervals; those outside 0 ..< `intervalCount` are not shown.
  public var checks: [Check]
  /// Intervals that are known to be false, because the report's author cheated on purpose.
  public var falsified: [Range<Int>]

  /// The intervals of a run.
  public init(
    intervalCount: Int, stepsPerInterval: Int, checks: [Check], falsified: [Range<Int>] = []
  ) {
    self.intervalCount = intervalCount
    self.stepsPerInterval = stepsPerInterval
    self.checks = checks
    self.falsified = falsified
  }

  /// The checks within the run, in order, one for each interval.
  var validChecks: [Check] {
    var last = -1
    return checks.sorted { $0.interval < $1.interval }.filter { check in
      guard check.interval > last, check.interval < intervalCount else { return false }
      last = check.interval
      return true
    }
  }

  /// The falsified intervals within the run.
  var validFalsified: [Range<Int>] {
    falsified.map { $0.clamped(to: 0..<max(0, intervalCount)) }.filter { !$0.isEmpty }
  }

  func count(_ finding: Finding) -> Int { validChecks.count { $0.finding == finding } }
}
