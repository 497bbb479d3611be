public import AssayAccounting
internal import AssayEvidence

/// Who is paid.
public enum Payee: String, Hashable, Sendable, CaseIterable {
  /// Who deposited the price and the fee.
  case buyer
  /// Who did the work and put up the stake.
  case provider
  /// Who gave the verdict that stands.
  case decider
  /// Who challenged a verdict that was then overturned to a rejection.
  case finder
  /// The market's own account.
  case treasury
}

/// What is held for a job.
public enum HoldKind: String, Hashable, Sendable, CaseIterable {
  /// The price, from the buyer.
  case payment
  /// The verifier's fee, from the buyer.
  case fee
  /// The stake, from the provider.
  case stake

  /// Who deposited it.
  public var depositor: Payee {
    switch self {
    case .payment, .fee: .buyer
    case .stake: .provider
    }
  }
}

/// One part of a hold and who gets it.
public struct Share: Hashable, Sendable {
  /// Who.
  public let payee: Payee
  /// How much; never zero.
  public let amount: Amount
}

/// Who gets what at every ending: payout policy 1.
///
/// | ending | payment | fee | stake |
/// |---|---|---|---|
/// | accepted | provider | decider | provider |
/// | belowQuality | lower price → provider, rest → buyer | decider | provider |
/// | rejected | buyer | decider | damage → buyer, finder's share → finder, rest → treasury |
/// | workMissed | buyer | buyer | liveness part → treasury, rest → provider |
/// | buyerSilent | provider | buyer | provider |
/// | all others | buyer | buyer | provider |
///
/// Without a finder its share goes to the treasury, never to who decides; the liveness part goes to
/// the treasury and not to the buyer, who might otherwise gain by hindering the work. The decider
/// earns the same for accepting and for rejecting. The shares of a row sum to the hold.
public struct PayoutTable: Hashable, Sendable {
  /// The terms that say how much.
  public let terms: Terms.Contents
  /// Whether somebody's challenge showed the fault.
  public let hasFinder: Bool

  /// The table for these terms.
  public init(terms: Terms.Contents, hasFinder: Bool) {
    self.terms = terms
    self.hasFinder = hasFinder
  }

  /// How much is held of a kind.
  public func held(_ kind: HoldKind) -> Amount {
    switch kind {
    case .payment: terms.price
    case .fee: terms.fee
    case .stake: terms.stake
    }
  }

  /// The shares of a hold; they sum to the hold.
  public func shares(of kind: HoldKind, at ending: Ending) -> [Share] {
    let whole = held(kind)
    let shares: [Share] =
      switch (ending, kind) {
      case (.accepted, .payment), (.buyerSilent, .payment):
        [Share(payee: .provider, amount: whole)]
      case (.belowQuality, .payment): lowerPrice
      case (.accepted, .fee), (.belowQuality, .fee), (.rejected, .fee):
        [Share(payee: .decider, amount: whole)]
      case (.rejected(let fault), .stake): slashed(for: fault)
      case (.workMissed, .stake): liveness
      case (.notFunded, _), (.notAccepted, _), (.cancelled, _), (.workMissed, _),
        (.notLogged, _), (.operatorSilent, _), (.buyerSilent, _), (.accepted, _),
        (.belowQuality, _), (.rejected, _), (.inconclusive, _):
        [Share(payee: kind.depositor, amount: whole)]
      }
    return shares.filter { $0.amount > .zero }
  }

  /// What the provider receives in all, its own stake included, if each hold was made.
  ///
  /// The finder's share counts as the provider's where it might be a friend's: see
  /// `Terms.leastForfeit`.
  func providerReceipts(_ ending: Ending) -> Amount {
    HoldKind.allCases.reduce(.zero) { sum, kind in
      shares(of: kind, at: ending).filter { $0.payee == .provider || $0.payee == .finder }
        .reduce(sum) { $0.adding($1.amount) ?? Amount(.max) }
    }
  }

  /// A forfeited stake; the same for every fault that a drawn interval or the claim itself shows,
  /// a withheld opening included.
  private func slashed(for fault: Fault) -> [Share] {
    switch fault {
    case .wrongComputation, .wrongInitialState, .wrongArtefact, .brokenTrace, .invalidClaim,
      .foreignTrace, .wrongOpening, .withheldOpening, .wrongProof, .wrongQuality:
      let damage = part(terms.slashing.damageMillionths)
      let finder = hasFinder ? part(terms.slashing.finderMillionths) : .zero
      return [
        Share(payee: .buyer, amount: damage), Share(payee: .finder, amount: finder),
        Share(
          payee: .treasury, amount: rest(of: rest(of: terms.stake, less: damage), less: finder)),
      ]
    }
  }

  /// Terms without a condition have no such ending, and the whole price.
  private var lowerPrice: [Share] {
    let lower = terms.quality?.lowerPrice ?? terms.price
    return [
      Share(payee: .provider, amount: lower),
      Share(payee: .buyer, amount: rest(of: terms.price, less: lower)),
    ]
  }

  private var liveness: [Share] {
    let lost = part(terms.slashing.livenessMillionths)
    return [
      Share(payee: .treasury, amount: lost),
      Share(payee: .provider, amount: rest(of: terms.stake, less: lost)),
    ]
  }

  private func part(_ millionths: Int) -> Amount {
    terms.stake.share(UInt64(millionths), of: 1_000_000)
  }

  private func rest(of whole: Amount, less part: Amount) -> Amount {
    guard let rest = whole.subtracting(part) else {
      preconditionFailure("terms whose shares pass the whole are refused when they are read")
    }
    return rest
  }
}
