public import AssayAccounting
internal import AssayEvidence

/// How far a job's work has been verified, and what of the price has been paid for it.
///
/// Verified work earns the price in proportion to its steps. What is earned is *retained*, as
/// further stake of the provider that earned it, until the deterrence inequality holds without it;
/// what is *released* has left the escrow.
public struct Progress: Hashable, Sendable {
  /// The last step whose state was accepted.
  public internal(set) var verifiedStep: UInt64
  /// How many claims were accepted; each has used a verifier's fee.
  public internal(set) var acceptedClaims = 0
  /// What has been paid out of the price.
  public internal(set) var released = Amount.zero
  /// What the present provider has earned and not been paid.
  public internal(set) var retained = Amount.zero
  /// The step that the present claim ends with.
  public internal(set) var claimedStep: UInt64?

  /// Nothing is verified and nothing is claimed.
  public init(of work: Terms.Work) { verifiedStep = work.firstStep }
}

extension Terms.Contents {
  /// The most claims that a job may have.
  public var claimLimit: Int { continuity?.claims ?? 1 }

  /// The verifiers' fees of as many claims as there may be.
  public var fees: Amount { fee.times(claimLimit) }

  /// What verified work up to a step is paid, all in all.
  ///
  /// Before the end it is a part of the lower price, where a quality decides between two.
  func earned(upTo step: UInt64) -> Amount {
    guard step < work.lastStep else { return price }
    return (quality?.lowerPrice ?? price)
      .share(step - work.firstStep, of: work.lastStep - work.firstStep)
  }

  /// ⌈steps / interval⌉ between two steps.
  func intervalCount(from first: UInt64, to last: UInt64) -> Int {
    Int(clamping: (last - first - 1) / work.interval + 1)
  }

  /// The deterrence inequality for a claim that goes on from the verified work to a step.
  ///
  /// The forfeit is the least over every exit that the provider can bring about, from the payout
  /// table: the claim's part of the price, what is retained, and the stake less what a challenger
  /// who is its friend gets back.
  func deterrence(of progress: Progress, claimingUpTo step: UInt64) -> Deterrence {
    var progress = progress
    progress.claimedStep = step
    let table = PayoutTable(terms: self, progress: progress, hasFinder: true)
    let honest = table.honestReceipts
    var endings = Fault.allCases.map(Ending.rejected)
    if economics.verifiersMayBeSilenced { endings.append(.inconclusive) }
    let forfeits = endings.map { honest.subtracting(table.providerReceipts($0)) ?? .zero }
    let intervals = intervalCount(from: progress.verifiedStep, to: step)
    let cost = economics.workCost.share(
      step - progress.verifiedStep, of: work.lastStep - work.firstStep)
    let isWhole = step - progress.verifiedStep == work.lastStep - work.firstStep
    return Deterrence(
      intervals: intervals, drawn: evidence.drawnCount(of: intervals),
      forfeit: (forfeits.min() ?? .zero).units,
      // A share is rounded down, a cost may not be.
      workCost: isWhole ? cost.units : min(cost.units + 1, economics.workCost.units),
      outsideGain: (economics.outsideGain.adding(qualityGain) ?? Amount(.max)).units)
  }

  /// What a provider whose honest work misses the quality could gain by falsifying its way to it.
  var qualityGain: Amount {
    quality.flatMap { price.subtracting($0.lowerPrice) } ?? .zero
  }

  /// How much of what is retained may be released, so that cheating will not pay in what is still
  /// to be done, claimed in one, in the smallest or in the largest part that is checked in full.
  func releasable(_ progress: Progress) -> Amount {
    guard progress.verifiedStep < work.lastStep else { return progress.retained }
    let left = work.lastStep - progress.verifiedStep
    let drawn = UInt64(evidence.drawnCount(of: intervalCount(from: 0, to: left)))
    var without = progress
    without.retained = .zero
    var kept = Amount.zero
    let checked = drawn.multipliedReportingOverflow(by: work.interval)
    for steps in [work.interval, checked.overflow ? left : checked.partialValue, left] {
      let step = progress.verifiedStep + min(steps, left)
      let bare = deterrence(of: without, claimingUpTo: step)
      guard
        let needed = Deterrence.leastForfeit(
          intervals: bare.intervals, drawn: bare.drawn, workCost: bare.workCost,
          outsideGain: bare.outsideGain)
      else { return .zero }
      let lacking = Amount(needed).subtracting(Amount(bare.forfeit)) ?? .zero
      kept = max(kept, grossing(lacking))
    }
    return progress.retained.subtracting(kept) ?? .zero
  }
}

extension Terms.Contents {
  /// The least part of the price of which the provider has so much after the market's share.
  private func grossing(_ net: Amount) -> Amount {
    guard policy.feeMillionths > 0, net > .zero else { return net }
    let left = UInt128(1_000_000 - policy.feeMillionths)
    let (product, overflow) = net.units.multipliedReportingOverflow(by: 1_000_000)
    // Two more for what is rounded down in the market's share, with and without it.
    return overflow ? Amount(.max) : Amount(product / left + 2)
  }
}

extension Amount {
  /// So many times the amount, at most 2¹²⁸ − 1.
  func times(_ count: Int) -> Amount {
    let (product, overflow) = units.multipliedReportingOverflow(by: UInt128(count))
    return Amount(overflow ? .max : product)
  }
}
