public import AssayAccounting
public import AssayEvidence
public import AssaySettlement

/// Under which terms a market is simulated, and what is true in it that terms only state.
public struct Setting: Hashable, Sendable {
  /// The terms; their parties are replaced by simulated ones, as many as there are.
  public let terms: Terms
  /// What the honest work costs the provider.
  public let workCost: Amount
  /// What falsified work is worth to the provider elsewhere.
  public let outsideGain: Amount
  /// Whether the machine is told these numbers. Else it is told that both are zero, so that it
  /// takes terms under which cheating pays, and the figures show why it would refuse them.
  public let isEnforced: Bool
  /// How many of the accepted claims somebody examines once more, in millionths.
  public let watchedMillionths: Int
  /// How many of the claims that verifiers see are known to be false, in millionths.
  public let canaryMillionths: Int

  /// No amount may pass this, so that sums and squares of profits are exact.
  public static let amountLimit = Amount(1_000_000_000_000_000)

  /// A setting; what is left out of cost, gain and canaries is as the terms say.
  ///
  /// - Throws: `parameter` for a number out of its range, `terms` where the terms do not allow it.
  public init(
    terms: Terms, workCost: Amount? = nil, outsideGain: Amount? = nil, isEnforced: Bool = true,
    watchedMillionths: Int = 250_000, canaryMillionths: Int? = nil
  ) throws(SimulationError) {
    var contents = terms.contents
    let canaryMillionths = canaryMillionths ?? contents.panel?.canaries?.rateMillionths ?? 0
    let economics = contents.economics
    let gain = outsideGain ?? economics.outsideGain
    // A quality that may be falsified is a gain as others are.
    let wholeGain = gain.adding(terms.qualityGain) ?? Amount(.max)
    contents.quality = nil
    contents.economics = Terms.Economics(
      workCost: workCost ?? economics.workCost, outsideGain: wholeGain,
      verifiersMayBeSilenced: economics.verifiersMayBeSilenced)
    for (name, amount) in [
      ("price", contents.price), ("fee", contents.fee), ("stake", contents.stake),
      ("challengeBond", contents.challengeBond), ("panel.bond", contents.panel?.bond ?? .zero),
      ("workCost", contents.economics.workCost), ("outsideGain", wholeGain),
    ] where amount > Setting.amountLimit {
      throw .parameter(
        name: name,
        reason: "expected at most \(Setting.amountLimit) of the asset's smallest unit, found "
          + "\(amount); use a larger unit")
    }
    for (name, millionths) in [("watched", watchedMillionths), ("canaries", canaryMillionths)]
    where !(0...1_000_000).contains(millionths) {
      throw .parameter(
        name: name, reason: "expected 0 to 1,000,000 millionths, found \(millionths)")
    }
    do throws(SettlementError) {
      self.terms = try Terms(contents)
    } catch { throw .terms(error) }
    self.workCost = contents.economics.workCost
    self.outsideGain = wholeGain
    self.isEnforced = isEnforced
    self.watchedMillionths = watchedMillionths
    self.canaryMillionths = canaryMillionths
  }

  /// The deterrence inequality with what is true.
  public var deterrence: Deterrence { terms.deterrence }

  /// The most by which two jobs may differ in what they bring to a party of a role.
  func span(of role: Strategy.Role) -> Int128 {
    let contents = terms.contents
    let stake = contents.stake.units
    let work = contents.price.units + stake + workCost.units + outsideGain.units
    let bond = contents.panel?.bond.units ?? 0
    let span =
      switch role {
      case .provider: work
      case .buyer: wholePrice.units + modelValue.units + stake
      case .verifier: bond + contents.fee.units + workCost.units
      case .challenger: contents.challengeBond.units + stake + bond
      case .operator: contents.price.units + stake
      }
    return Int128(span)
  }

  /// What a right model is worth to its buyer: half as much again as it costs.
  var modelValue: Amount { Amount(wholePrice.units / 2 * 3) }

  private var wholePrice: Amount {
    terms.contents.price.adding(terms.contents.fees) ?? Amount(.max)
  }

  /// How many intervals the work has.
  public var intervalCount: Int { terms.intervalCount }
}
