public import AssayAccounting
internal import AssayEvidence

/// Who is paid.
public enum Payee: String, Hashable, Sendable, CaseIterable {
  /// Who deposited the price and the fee.
  case buyer
  /// Who did the work and put up the stake.
  case provider
  /// Who gave the verdict that stands; the treasury where a transcript of a dispute shows it.
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

/// Why money of a job moves.
public enum Payout: Hashable, Sendable {
  /// The job is over: every hold is resolved.
  case ending(Ending)
  /// A claim was accepted and the job goes on: so much of what is earned is released.
  case instalment(released: Amount)
  /// The provider has left and the job waits for another.
  case departure(Departure)

  /// The ending in one word; “instalment” and “departure” else.
  public var name: String {
    switch self {
    case .ending(let ending): ending.name
    case .instalment: "instalment"
    case .departure(let departure): departure.rawValue
    }
  }
}

/// How a provider left before the work was done.
public enum Departure: String, Hashable, Sendable, CaseIterable {
  /// It said so.
  case stopped
  /// It was silent for longer than the terms allow.
  case vanished
}

/// Who gets what whenever money of a job moves: payout policy 1.
///
/// | occasion | payment | fee | stake |
/// |---|---|---|---|
/// | accepted | provider | decider | provider |
/// | belowQuality | lower price → provider, rest → buyer | decider | provider |
/// | rejected | buyer | decider | damage → buyer, finder's share → finder, rest → treasury |
/// | workMissed | buyer | buyer | liveness part → treasury, rest → provider |
/// | undelivered | buyer | decider | liveness part → treasury, rest → provider |
/// | buyerSilent | retained and claimed → provider, rest → buyer | buyer | provider |
/// | notLogged, operatorSilent | retained → provider, rest → buyer | buyer | provider |
/// | inconclusive | retained → provider, rest → buyer | buyer | provider |
/// | contradicted | buyer | decider | provider |
/// | all other endings | buyer | buyer | provider |
/// | instalment | released → provider, rest stays | decider, rest stays | stays |
/// | stopped, vanished | retained → provider | stays | part → treasury, rest → provider |
///
/// What is held for verifiers' fees beyond the one of the present claim goes back to the buyer at
/// every ending. Of what the provider is paid out of the price, the market's share goes to the
/// treasury. Without a finder its share goes to the treasury, never to who decides; the
/// liveness part goes to the treasury and not to the buyer, who might otherwise gain by hindering
/// the work. The decider earns the same for accepting and for rejecting.
public struct PayoutTable: Hashable, Sendable {
  /// The terms that say how much.
  public let terms: Terms.Contents
  /// What is verified and paid so far.
  public let progress: Progress
  /// Whether somebody's challenge showed the fault.
  public let hasFinder: Bool

  /// The table for these terms; of a job of which nothing is verified yet if no progress is named.
  public init(terms: Terms.Contents, progress: Progress? = nil, hasFinder: Bool) {
    self.terms = terms
    if let progress {
      self.progress = progress
    } else {
      var whole = Progress(of: terms.work)
      whole.claimedStep = terms.work.lastStep
      self.progress = whole
    }
    self.hasFinder = hasFinder
  }

  /// How much is held of a kind.
  public func held(_ kind: HoldKind) -> Amount {
    switch kind {
    case .payment: rest(of: terms.price, less: progress.released)
    case .fee: terms.fee.times(terms.claimLimit - progress.acceptedClaims)
    case .stake: terms.stake
    }
  }

  /// What the present claim would earn.
  var due: Amount {
    guard let step = progress.claimedStep else { return .zero }
    return rest(of: terms.earned(upTo: step), less: terms.earned(upTo: progress.verifiedStep))
  }

  /// The shares of a hold that is resolved on an occasion; nil where it stays as it is. At an
  /// ending they sum to the hold, else what is left of payment and fee is held on.
  public func shares(of kind: HoldKind, at payout: Payout) -> [Share]? {
    switch payout {
    case .ending(let ending): shares(of: kind, at: ending)
    case .instalment(let released): instalment(of: kind, released: released)
    case .departure(let departure): shares(of: kind, at: departure)
    }
  }

  /// The shares of a hold at an ending; they sum to the hold.
  public func shares(of kind: HoldKind, at ending: Ending) -> [Share] {
    let whole = held(kind)
    let shares: [Share] =
      switch (ending, kind) {
      case (.accepted, .payment): [Share(payee: .provider, amount: whole)]
      case (.belowQuality, .payment): lowerPrice
      case (.buyerSilent, .payment):
        split(whole, .provider, Amount(progress.retained.units + due.units))
      case (.notLogged, .payment), (.operatorSilent, .payment), (.inconclusive, .payment):
        split(whole, .provider, progress.retained)
      case (.accepted, .fee), (.belowQuality, .fee), (.contradicted, .fee), (.rejected, .fee),
        (.undelivered, .fee):
        split(whole, .decider, terms.fee)
      case (.rejected(let fault), .stake): slashed(for: fault)
      case (.workMissed, .stake), (.undelivered, .stake): losing(terms.slashing.livenessMillionths)
      case (.notFunded, _), (.notAccepted, _), (.cancelled, _), (.workMissed, _),
        (.notLogged, _), (.operatorSilent, _), (.buyerSilent, _), (.accepted, _),
        (.belowQuality, _), (.rejected, _), (.inconclusive, _), (.contradicted, _),
        (.unfinished, _), (.undelivered, _),
        (.quarantined, _):
        [Share(payee: kind.depositor, amount: whole)]
      }
    return charged(shares, kind)
  }

  /// The market's share of what the provider is paid out of the price is the treasury's.
  private func charged(_ shares: [Share], _ kind: HoldKind) -> [Share] {
    let millionths = UInt64(terms.policy.feeMillionths)
    guard kind == .payment, millionths > 0 else { return shares.filter { $0.amount > .zero } }
    return shares.flatMap { share -> [Share] in
      guard share.payee == .provider else { return [share] }
      let fee = share.amount.share(millionths, of: 1_000_000)
      return [
        Share(payee: .provider, amount: rest(of: share.amount, less: fee)),
        Share(payee: .treasury, amount: fee),
      ]
    }.filter { $0.amount > .zero }
  }

  private func instalment(of kind: HoldKind, released: Amount) -> [Share]? {
    let share =
      switch kind {
      case .payment: Share(payee: .provider, amount: released)
      case .fee: Share(payee: .decider, amount: terms.fee)
      case .stake: Share(payee: .provider, amount: .zero)
      }
    return share.amount > .zero ? charged([share], kind) : nil
  }

  private func shares(of kind: HoldKind, at departure: Departure) -> [Share]? {
    switch (kind, departure) {
    case (.payment, _):
      progress.retained > .zero
        ? charged([Share(payee: .provider, amount: progress.retained)], kind) : nil
    case (.fee, _): nil
    case (.stake, .stopped): losing(terms.continuity?.stopMillionths ?? 0)
    case (.stake, .vanished): losing(terms.slashing.livenessMillionths)
    }
  }

  /// What the provider receives in all, its own stake included, if each hold was made.
  ///
  /// The finder's share counts as the provider's, since a friend may collect it.
  func providerReceipts(_ ending: Ending) -> Amount {
    HoldKind.allCases.reduce(.zero) { sum, kind in
      shares(of: kind, at: ending).filter { $0.payee == .provider || $0.payee == .finder }
        .reduce(sum) { $0.adding($1.amount) ?? Amount(.max) }
    }
  }

  /// What the provider of an honest claim has earned when it is accepted, its stake included and
  /// the market's share not.
  var honestReceipts: Amount {
    let earned = Amount(progress.retained.units + due.units)
    let paid = charged([Share(payee: .provider, amount: earned)], .payment)
      .first { $0.payee == .provider }
    return (paid?.amount ?? .zero).adding(terms.stake) ?? Amount(.max)
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
    return split(held(.payment), .provider, rest(of: lower, less: progress.released))
  }

  /// A part for somebody, and what is left for the buyer.
  private func split(_ whole: Amount, _ payee: Payee, _ amount: Amount) -> [Share] {
    [
      Share(payee: payee, amount: amount),
      Share(payee: .buyer, amount: rest(of: whole, less: amount)),
    ]
  }

  private func losing(_ millionths: Int) -> [Share] {
    let lost = part(millionths)
    return [
      Share(payee: .treasury, amount: lost),
      Share(payee: .provider, amount: rest(of: terms.stake, less: lost)),
    ].filter { $0.amount > .zero }
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
