public import AssayEvidence

/// How a job ended: a closed set over which the payout table is total.
public enum Ending: Hashable, Sendable {
  /// The buyer did not fund in time.
  case notFunded
  /// No provider accepted in time.
  case notAccepted
  /// The buyer withdrew before the work began.
  case cancelled
  /// The provider did not commit in time.
  case workMissed
  /// The operator did not show the claim in the log in time.
  case notLogged
  /// The operator did not reveal its secret in time.
  case operatorSilent
  /// The buyer did not reveal its secret in time.
  case buyerSilent
  /// The work was accepted, and reaches the quality where the terms ask for one.
  case accepted
  /// The work was accepted, and misses the quality that the full price is for.
  case belowQuality
  /// The work was rejected.
  case rejected(Fault)
  /// Nobody could say.
  case inconclusive
  /// The work was accepted, but another provider's claim contradicts it, and neither was shown
  /// wrong.
  case contradicted
  /// The provider left, and nobody took over; what was verified has been paid.
  case unfinished
  /// The work was accepted, and the provider did not disclose the key of the artefact in time.
  case undelivered
  /// Guardians stopped it.
  case quarantined(QuarantineReason)

  /// Every ending there is.
  public static var all: [Ending] {
    [
      .notFunded, .notAccepted, .cancelled, .workMissed, .notLogged, .operatorSilent,
      .buyerSilent, .accepted, .belowQuality, .inconclusive, .contradicted, .unfinished,
      .undelivered,
    ] + Fault.allCases.map(Ending.rejected) + QuarantineReason.allCases.map(Ending.quarantined)
  }

  /// The ending in one word, with the fault where there is one.
  public var name: String {
    switch self {
    case .notFunded: "notFunded"
    case .notAccepted: "notAccepted"
    case .cancelled: "cancelled"
    case .workMissed: "workMissed"
    case .notLogged: "notLogged"
    case .operatorSilent: "operatorSilent"
    case .buyerSilent: "buyerSilent"
    case .accepted: "accepted"
    case .belowQuality: "belowQuality"
    case .rejected(let fault): "rejected:\(fault.rawValue)"
    case .inconclusive: "inconclusive"
    case .contradicted: "contradicted"
    case .unfinished: "unfinished"
    case .undelivered: "undelivered"
    case .quarantined(let reason): "quarantined:\(reason.rawValue)"
    }
  }

  /// The ending of this name.
  public init?(name: String) {
    guard let ending = Ending.all.first(where: { $0.name == name }) else { return nil }
    self = ending
  }

  /// What became of the money, in one word.
  public var settlement: SettlementKind {
    switch self {
    case .notFunded, .notAccepted, .cancelled, .inconclusive, .contradicted: .refunded
    case .notLogged, .operatorSilent, .quarantined: .systemRefund
    case .buyerSilent, .accepted: .paid
    case .belowQuality, .unfinished: .partial
    case .workMissed, .rejected, .undelivered: .slashed
    }
  }
}

/// What became of a job's money.
public enum SettlementKind: String, Hashable, Sendable, CaseIterable {
  /// The provider has the price.
  case paid
  /// Providers have a part of the price, the buyer the rest.
  case partial
  /// Everybody has his own back, as the terms foresee.
  case refunded
  /// The provider has lost stake.
  case slashed
  /// Everybody has his own back, because the operator or what evidence rests on failed.
  case systemRefund
}
