/// The money at stake, in one asset's smallest unit, for an adversary who cheats when it pays.
///
/// A provider who falsifies m of N intervals saves m/N of the work's cost C and may have an outside
/// gain G. Caught, it loses F: the price, which is not paid, and the part of the stake that does
/// not come back to it through a friend who plays the finder. Cheating does not pay when
///
///     d(m) · F > (m/N) · C + G        for every m in 1 … N
///
/// d is concave in m and the right side is a line, so the difference is smallest at an end: the
/// inequality holds for every m when it holds for m = 1, where d = k/N, and for m = N, where d = 1:
///
///     k · F > C + N · G        and        F > C + G
///
/// Both are compared in whole numbers.
public struct Deterrence: Hashable, Sendable {
  /// What the buyer pays for the whole work.
  public let price: UInt128
  /// What the provider puts up.
  public let stake: UInt128
  /// C: what the whole work costs the provider.
  public let cost: UInt128
  /// G: what a falsified run brings from outside; 0 for mere laziness.
  public let outsideGain: UInt128
  /// The part of the stake, in hundredths of a per cent, that whoever finds the fault receives.
  public let finderBasisPoints: UInt128

  /// - Throws: `PlanningError.outOfRange` when the finder's share exceeds the stake,
  ///   `PlanningError.amountTooLarge` when price and stake exceed 128 bits together.
  public init(
    price: UInt128, stake: UInt128, cost: UInt128, outsideGain: UInt128 = 0,
    finderBasisPoints: UInt128 = 0
  ) throws(PlanningError) {
    guard finderBasisPoints <= 10_000 else {
      throw .outOfRange(
        name: "finder's share", expected: "at most 10000 basis points",
        found: "\(finderBasisPoints)")
    }
    self.price = price
    self.stake = stake
    self.cost = cost
    self.outsideGain = outsideGain
    self.finderBasisPoints = finderBasisPoints
    let (returned, overflow) = stake.multipliedReportingOverflow(by: finderBasisPoints)
    let (sum, sumOverflow) = price.addingReportingOverflow(stake)
    guard !overflow, !sumOverflow else { throw .amountTooLarge }
    // What comes back is rounded up, so that the forfeit is never overstated.
    let (whole, rest) = returned.quotientAndRemainder(dividingBy: 10_000)
    forfeit = sum - whole - (rest == 0 ? 0 : 1)
  }

  /// F: what a caught cheat is left without, net of a friendly finder's share.
  public let forfeit: UInt128

  /// Whether cheating does not pay when `drawnCount` of `intervalCount` intervals are drawn.
  ///
  /// - Precondition: 0 ≤ `drawnCount` ≤ `intervalCount`, and there is an interval.
  public func holds(drawnCount: Int, of intervalCount: Int) throws(PlanningError) -> Bool {
    let gains = try gains(intervalCount: intervalCount)
    let (loss, overflow) = forfeit.multipliedReportingOverflow(by: UInt128(drawnCount))
    guard !overflow else { throw .amountTooLarge }
    return loss > gains.oneInterval && forfeit > gains.wholeRun
  }

  /// The fewest intervals to draw so that cheating does not pay.
  ///
  /// - Throws: `PlanningError.cheatingPays` when even recomputing all of them does not deter.
  func drawnCount(of intervalCount: Int) throws(PlanningError) -> Int {
    let gains = try gains(intervalCount: intervalCount)
    guard forfeit > gains.wholeRun else {
      throw .cheatingPays(forfeit: forfeit, gain: gains.wholeRun)
    }
    // F > C + G, so C + N·G < N·F and the quotient is below N.
    return Int(gains.oneInterval / forfeit) + 1
  }

  /// C + N·G, what one false interval brings times N; and C + G, what falsifying all brings.
  private func gains(
    intervalCount: Int
  ) throws(PlanningError) -> (oneInterval: UInt128, wholeRun: UInt128) {
    let (outside, overflow) = outsideGain.multipliedReportingOverflow(by: UInt128(intervalCount))
    let (oneInterval, sumOverflow) = cost.addingReportingOverflow(outside)
    guard !overflow, !sumOverflow else { throw .amountTooLarge }
    return (oneInterval, cost + outsideGain)
  }
}
