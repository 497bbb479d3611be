internal import AssayAccounting
internal import AssayEvidence
internal import AssaySettlement

/// Plays strategies against honest others, each in a market of its own that follows from the seed.
public struct MarketSimulation: Sendable {
  /// The most jobs of one strategy.
  public static let jobLimit = 1_000_000

  /// Under which terms.
  public let setting: Setting
  /// What every choice follows from.
  public let seed: UInt64
  /// How many jobs each strategy has.
  public let jobCount: Int

  /// A simulation.
  ///
  /// - Throws: `parameter` for a number of jobs out of its range.
  public init(setting: Setting, seed: UInt64, jobCount: Int) throws(SimulationError) {
    guard (1...MarketSimulation.jobLimit).contains(jobCount) else {
      throw .parameter(
        name: "jobs", reason: "expected 1 to \(MarketSimulation.jobLimit), found \(jobCount)")
    }
    self.setting = setting
    self.seed = seed
    self.jobCount = jobCount
  }

  /// The strategies that can be played under the terms.
  public var strategies: [Strategy] {
    Strategy.all.filter { $0.isPossible(under: setting.terms) }
  }

  /// How many intervals are falsified for the curve of profits: one, some, all.
  public var sweep: [Int] {
    let count = setting.intervalCount
    let shares = [10_000, 20_000, 50_000, 100_000, 250_000, 500_000, 750_000, 1_000_000]
    return Set([1] + shares.map { Detection.falseIntervals(of: count, millionths: $0) }).sorted()
  }

  /// What a provider that falsifies so many intervals of one claim expects, from the probability
  /// that they are found: 1 − d has the price, d loses the stake.
  ///
  /// Rounded down. Reckons with honest verifiers who answer.
  public func expectedProfit(falsifying count: Int) -> Int128 {
    let contents = setting.terms.contents
    let intervals = setting.intervalCount
    let marketShare = contents.price.share(UInt64(contents.policy.feeMillionths), of: 1_000_000)
    let price = Int128(contents.price.units - marketShare.units)
    let stake = Int128(contents.stake.units)
    let cost = Int128(
      setting.workCost.share(UInt64(intervals - count), of: UInt64(intervals)).units)
    let gain = count > 0 ? Int128(setting.outsideGain.units) : 0
    let found = Detection.probability(
      intervals: intervals, drawn: contents.evidence.drawnCount(of: intervals),
      falseIntervals: count)
    let loss = (price + stake) * Int128(found.numerator) / Int128(Probability.denominator)
    return price - loss - cost + gain
  }

  /// Plays a strategy.
  ///
  /// - Parameter progress: is told after each job how many are done.
  /// - Throws: `refused` where the machine does not take what honest parties do: such as terms
  ///   under which cheating pays; `terms` where the books do not balance in the end.
  public func play(
    _ strategy: Strategy, progress: (Int) -> Void = { _ in }
  ) throws(SimulationError) -> StrategyResult {
    var market = try SimulatedMarket(setting, strategy, seed: seed)
    var result = StrategyResult(
      strategy, span: setting.span(of: strategy.role), jobs: jobCount)
    for number in 0..<jobCount {
      let (ending, profit) = try market.play(number)
      result.profit.add(profit)
      result.endings[ending.name, default: 0] += 1
      progress(number + 1)
    }
    do throws(SettlementError) {
      try market.machine.checkInvariants()
    } catch { throw .terms(error) }
    result.commandCount = market.commandCount
    result.refusedCount = market.refusedCount
    return result
  }
}
