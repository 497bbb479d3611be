public import AssayEvidence

/// How many intervals an audit draws, and against whom.
public struct AuditPlan: Hashable, Sendable {
  /// Who the audit is planned against.
  public enum Adversary: Hashable, Sendable {
    /// Leaves out work: at least this fraction of the intervals, in millionths, is false. It is to
    /// be caught with at least this probability, in millionths.
    case lazy(fractionMillionths: Int, confidenceMillionths: Int)
    /// Cheats when that pays: caught, it forfeits; not caught, it has saved its part of the work's
    /// cost and gained something outside. The draw is to make every cheat a loss.
    case rational(forfeit: UInt128, workCost: UInt128, outsideGain: UInt128)
    /// Falsifies the one interval that matters to it. Sampling finds it with probability k/N only,
    /// so every interval is executed again.
    case targeted
  }

  public let adversary: Adversary
  public let intervalCount: Int
  /// The intervals to draw.
  public let drawnCount: Int

  /// Plans an audit of `intervalCount` intervals.
  ///
  /// - Throws: `PlanningError`, also when no number of intervals deters a rational adversary.
  public init(against adversary: Adversary, intervalCount: Int) throws(PlanningError) {
    try Self.require("intervals", intervalCount, in: 1...Detection.intervalLimit)
    switch adversary {
    case .lazy(let fraction, let confidence):
      try Self.require("fraction in millionths", fraction, in: 1...1_000_000)
      try Self.require("confidence in millionths", confidence, in: 1...999_999)
      let falseIntervals = Detection.falseIntervals(of: intervalCount, millionths: fraction)
      // Drawing every interval finds any false one, so there is always such a number.
      drawnCount =
        Detection.leastDraws(
          intervals: intervalCount, falseIntervals: falseIntervals,
          confidence: Probability(millionths: confidence)) ?? intervalCount
    case .rational(let forfeit, let workCost, let outsideGain):
      guard
        let draws = Deterrence.leastDraws(
          intervals: intervalCount, forfeit: forfeit, workCost: workCost, outsideGain: outsideGain)
      else {
        throw .cheatingPays(
          forfeit: forfeit,
          needed: Deterrence.leastForfeit(
            intervals: intervalCount, drawn: intervalCount, workCost: workCost,
            outsideGain: outsideGain))
      }
      drawnCount = draws
    case .targeted:
      drawnCount = intervalCount
    }
    self.adversary = adversary
    self.intervalCount = intervalCount
  }

  private static func require(
    _ name: String, _ value: Int, in range: ClosedRange<Int>
  ) throws(PlanningError) {
    guard range.contains(value) else {
      throw .outOfRange(name: name, range: range, found: value)
    }
  }

  /// The policy that terms state for this plan, where they can: a rational adversary's is that of
  /// one false interval, with the probability that the draw gives.
  public var policy: EvidencePolicy {
    switch adversary {
    case .lazy(let fraction, let confidence):
      policy(.lazy(fractionMillionths: fraction), confidence)
    case .rational:
      policy(.targeted, probability(falseIntervals: 1).millionths)
    case .targeted:
      policy(.targeted, 1_000_000)
    }
  }

  private func policy(
    _ adversary: EvidencePolicy.Adversary, _ confidenceMillionths: Int
  ) -> EvidencePolicy {
    let draws = drawnCount < intervalCount && drawnCount <= EvidencePolicy.drawnLimit
    return EvidencePolicy(
      selection: draws ? .drawn(drawnCount) : .every, adversary: adversary,
      confidenceMillionths: confidenceMillionths)
  }

  /// How likely the draw meets one of `falseIntervals` false ones.
  public func probability(falseIntervals: Int) -> Probability {
    Detection.probability(
      intervals: intervalCount, drawn: drawnCount, falseIntervals: falseIntervals)
  }

  /// How likely the draw finds one false interval, and this or that fraction.
  public var detection: [DetectionRow] {
    Detection.table(intervals: intervalCount, drawn: drawnCount)
  }

  /// The intervals to execute again as a part of the run: the audit's work beside the training's.
  public var recomputedShare: Double { Double(drawnCount) / Double(intervalCount) }
}

/// Why an audit cannot be planned.
public enum PlanningError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A number is out of its range.
  case outOfRange(name: String, range: ClosedRange<Int>, found: Int)
  /// Cheating pays even if every interval is executed again. At least `needed` would have to be
  /// forfeited; nil where that is beyond 128 bits.
  case cheatingPays(forfeit: UInt128, needed: UInt128?)

  public var description: String {
    switch self {
    case .outOfRange(let name, let range, let found):
      "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(found)"
    case .cheatingPays(let forfeit, let needed):
      "no number of intervals deters: a caught cheat forfeits \(forfeit), less than it may gain; "
        + (needed.map { "let price and stake make up at least \($0)" }
          ?? "lower what can be gained")
    }
  }
}
