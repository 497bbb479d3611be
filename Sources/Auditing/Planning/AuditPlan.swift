/// How many intervals an audit draws, and why that many.
public struct AuditPlan: Hashable, Sendable {
  /// Who the audit is planned against.
  public enum Adversary: Hashable, Sendable {
    /// Leaves out work: at least this fraction of the intervals is false. It is to be caught with
    /// probability at least `confidence`.
    case lazy(fraction: Double, confidence: Double)
    /// Cheats when that pays; it is to be made not to pay, whatever it leaves out.
    case rational(Deterrence)
    /// Falsifies the one interval that matters to it. Sampling does not deter it: every interval
    /// is recomputed.
    case targeted
  }

  public let adversary: Adversary
  public let intervalCount: Int
  /// The intervals to draw.
  public let drawnCount: Int

  /// The chances of detection that the plan gives.
  public var detection: Detection {
    Detection(intervalCount: intervalCount, drawnCount: drawnCount)
  }

  /// The work of one audit as a part of the training's, without hashing and transfers.
  public var recomputedShare: Double { Double(drawnCount) / Double(intervalCount) }

  /// Plans an audit of `intervalCount` intervals.
  ///
  /// - Throws: `PlanningError`, also when no number of intervals deters a rational adversary.
  public init(against adversary: Adversary, intervalCount: Int) throws(PlanningError) {
    guard intervalCount >= 1 else {
      throw .outOfRange(name: "intervals", expected: "at least 1", found: "\(intervalCount)")
    }
    switch adversary {
    case .lazy(let fraction, let confidence):
      guard fraction > 0, fraction <= 1 else {
        throw .outOfRange(
          name: "fraction", expected: "more than 0, at most 1", found: "\(fraction)")
      }
      guard confidence > 0, confidence < 1 else {
        throw .outOfRange(
          name: "confidence", expected: "more than 0, less than 1", found: "\(confidence)")
      }
      drawnCount = Detection.drawnCount(
        of: intervalCount,
        falseCount: Detection.falseCount(fraction: fraction, of: intervalCount),
        confidence: confidence)
    case .rational(let deterrence):
      drawnCount = try deterrence.drawnCount(of: intervalCount)
    case .targeted:
      drawnCount = intervalCount
    }
    self.adversary = adversary
    self.intervalCount = intervalCount
  }
}

/// Why an audit cannot be planned.
public enum PlanningError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The parameter `name` has no usable value.
  case outOfRange(name: String, expected: String, found: String)
  /// Even if every interval is recomputed, cheating pays: `forfeit` is not above `gain`.
  case cheatingPays(forfeit: UInt128, gain: UInt128)
  /// The amounts are too large to be multiplied by the number of intervals.
  case amountTooLarge

  public var description: String {
    switch self {
    case .outOfRange(let name, let expected, let found):
      "\(name): expected \(expected), found \(found)"
    case .cheatingPays(let forfeit, let gain):
      "no number of intervals deters: a cheat forfeits \(forfeit) when caught and gains \(gain) "
        + "when not; raise price and stake together above \(gain)"
    case .amountTooLarge:
      "the amounts times the number of intervals exceed 128 bits; use a larger unit"
    }
  }
}
