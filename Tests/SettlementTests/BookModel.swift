import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport

/// What everybody should have, in plain arithmetic.
struct BookModel {
  var spendable: [String: Int128] = [:]
  /// What has been paid of each job's price.
  var paid: [String: Int128] = [:]

  mutating func add(_ name: String, _ amount: Int128) { spendable[name, default: 0] += amount }

  /// What steps up to this one earn: a part of the lower price, and at the end the price.
  static func earned(_ terms: Terms.Contents, _ step: UInt64) -> Int128 {
    let price = Int128(terms.price.units)
    guard step < terms.work.lastStep else { return price }
    let base = Int128(terms.quality?.lowerPrice.units ?? terms.price.units)
    return base * Int128(step - terms.work.firstStep)
      / Int128(terms.work.lastStep - terms.work.firstStep)
  }

  /// Applies what a payment gives, written down once more and independently.
  mutating func pay(
    _ payment: Payment, of job: Job, before: Job, wasFunded: Bool, keys: Market.Keys
  ) {
    let terms = job.terms.contents
    let provider = payment.provider.map(keys.name) ?? "nobody"
    let decider = payment.decider.map(keys.name) ?? "nobody"
    let price = Int128(terms.price.units) - paid[job.id, default: 0]
    let fee = Int128(terms.fee.units)
    let fees = fee * Int128(terms.claimLimit - before.accepted.count)
    let stake = Int128(terms.stake.units)
    let retained =
      Self.earned(terms, before.progress.verifiedStep) - paid[job.id, default: 0]
    func give(_ amount: Int128) {
      add(provider, amount)
      paid[job.id, default: 0] += amount
    }
    switch payment.payout {
    case .instalment(let released):
      give(Int128(released.units))
      add(decider, fee)
    case .departure(let departure):
      let lost = part(
        stake,
        departure == .vanished
          ? terms.slashing.livenessMillionths : terms.continuity?.stopMillionths ?? 0)
      give(retained)
      add(provider, stake - lost)
      add("treasury", lost)
    case .ending(.notFunded), .ending(.notAccepted), .ending(.cancelled), .ending(.unfinished):
      add("buyer", wasFunded ? price + fees : 0)
    case .ending(.accepted):
      add(provider, price + stake)
      add(decider, fee)
      add("buyer", fees - fee)
    case .ending(.belowQuality):
      let lower = Int128(terms.quality?.lowerPrice.units ?? 0) - paid[job.id, default: 0]
      add(provider, lower + stake)
      add("buyer", price - lower + fees - fee)
      add(decider, fee)
    case .ending(.buyerSilent):
      let claimed =
        Self.earned(terms, job.claim?.lastStep ?? 0) - paid[job.id, default: 0]
      add(provider, claimed + stake)
      add("buyer", price - claimed + fees)
    case .ending(.workMissed):
      let lost = part(stake, terms.slashing.livenessMillionths)
      add(provider, stake - lost)
      add("treasury", lost)
      add("buyer", price + fees)
    case .ending(.rejected):
      let damage = part(stake, terms.slashing.damageMillionths)
      let found = payment.finder == nil ? 0 : part(stake, terms.slashing.finderMillionths)
      add("buyer", price + damage + fees - fee)
      add(decider, fee)
      if let finder = payment.finder.map(keys.name) { add(finder, found) }
      add("treasury", stake - damage - found)
    case .ending(.notLogged), .ending(.operatorSilent), .ending(.inconclusive):
      add("buyer", price - retained + fees)
      add(provider, retained + stake)
    }
  }
}

extension Market.Keys {
  func name(_ key: VerifyingKey) -> String {
    switch key {
    case buyer.verifyingKey: "buyer"
    case provider.verifyingKey: "provider"
    case successor.verifyingKey: "successor"
    case challenger.verifyingKey: "challenger"
    case referee.verifyingKey: "referee"
    case verifiers[0].verifyingKey: "verifier 0"
    case verifiers[1].verifyingKey: "verifier 1"
    default: "outsider"
    }
  }
}
