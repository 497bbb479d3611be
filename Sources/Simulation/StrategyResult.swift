/// How a strategy did.
public struct StrategyResult: Hashable, Sendable {
  /// The strategy.
  public let strategy: Strategy
  /// What each job brought.
  public internal(set) var profit = Sample()
  /// How many jobs ended in which way.
  public internal(set) var endings: [String: Int] = [:]
  /// How many commands were sent, and how many of them refused.
  public internal(set) var commandCount = 0
  public internal(set) var refusedCount = 0

  /// By how much outcomes that are so rare that none of the jobs had them may shift the
  /// expectation: what never happened in n jobs is, in 95 of 100 cases, rarer than 3 in n.
  public let rareShift: Int128

  init(_ strategy: Strategy, span: Int128, jobs: Int) {
    self.strategy = strategy
    rareShift = 3 * span / Int128(jobs) + 1
  }

  /// How a strategy did beside the honest one of its role.
  public enum Standing: String, Hashable, Sendable, CaseIterable {
    /// It is the honest one.
    case baseline
    /// It brings less.
    case loses
    /// It brings exactly as much.
    case even
    /// It brings more.
    case wins
    /// More jobs are needed to say.
    case undecided
  }

  /// Compares the intervals in which the expectations are, wide enough for what was too rare to be
  /// seen.
  public func standing(beside baseline: StrategyResult) -> Standing {
    if strategy.isBaseline { return .baseline }
    let difference = profit.mean - baseline.profit.mean
    let (margin, overflow) = profit.halfWidth.addingReportingOverflow(baseline.profit.halfWidth)
    if overflow { return .undecided }
    if margin == 0, difference == 0 { return .even }
    let (whole, isUnknown) = margin.addingReportingOverflow(rareShift)
    if isUnknown { return .undecided }
    return difference < -whole ? .loses : difference > whole ? .wins : .undecided
  }
}
