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

  /// The bids for each invited job, in the order in which they came.
  var bids: [String: [Bid]] = [:]

  struct Bid {
    var provider: VerifyingKey
    var name: String
    var price: Amount
    var until: UInt64
  }

  /// Who wins: the cheapest of those whose bids can still be kept, of two the earlier one; nobody
  /// where there are fewer than are wanted, or the buyer cannot pay so many.
  func winner(
    of bids: [Bid], for invitation: Invitation, at now: UInt64, in machine: SettlementMachine
  ) -> Bid? {
    let wanted = invitation.conditions.replicas - invitation.matches
    var budget = spendable["buyer", default: 0]
    let allowance = allowance(for: invitation, at: now, in: machine)
    if invitation.inviter != invitation.terms.contents.parties.buyer {
      guard let allowance else { return nil }
      // Each match is held to the authorisation by itself.
      budget = min(budget, allowance)
    }
    var kept: [(bid: Bid, cost: Int128)] = []
    for bid in bids {
      let reputation = machine.reputation(of: bid.provider, under: invitation.terms, now: now)
      let matched = try? invitation.terms.matched(
        price: bid.price, provider: bid.provider, reputation: reputation,
        halving: invitation.conditions.halvingReputation)
      guard let terms = matched?.contents, bid.until > now,
        reputation >= invitation.conditions.leastReputation,
        spendable[bid.name, default: 0] >= Int128(terms.stake.units)
      else { continue }
      let cost = Int128(bid.price.units) + Int128(terms.fee.units) * Int128(terms.claimLimit)
      if cost <= budget { kept.append((bid, cost)) }
    }
    // Equal ones stay in their order.
    let best = kept.enumerated().sorted {
      ($0.element.bid.price, $0.offset) < ($1.element.bid.price, $1.offset)
    }.prefix(wanted).map(\.element)
    let total = best.reduce(0) { $0 + $1.cost }
    return best.count == wanted && total <= spendable["buyer", default: 0] ? best.first?.bid : nil
  }

  /// What an agent may still spend on one job; nil where the buyer invites itself, or it has none.
  private func allowance(
    for invitation: Invitation, at now: UInt64, in machine: SettlementMachine
  ) -> Int128? {
    let terms = invitation.terms.contents
    let given = machine.authorisation(
      of: terms.parties.buyer, for: invitation.inviter, asset: terms.asset)
    return given.flatMap { $0.jobs > 0 && $0.until > now ? Int128($0.amount.units) : nil }
  }

  mutating func add(_ name: String, _ amount: Int128) { spendable[name, default: 0] += amount }

  /// What steps up to this one earn: a part of the lower price, and at the end the price.
  static func earned(_ terms: Terms.Contents, _ step: UInt64) -> Int128 {
    let price = Int128(terms.price.units)
    guard step < terms.work.lastStep else { return price }
    let base = Int128(terms.quality?.lowerPrice.units ?? terms.price.units)
    return base * Int128(step - terms.work.firstStep)
      / Int128(terms.work.lastStep - terms.work.firstStep)
  }

  /// Follows the bonds of drawn verifiers: held with the answer, lost by who does not show it or
  /// whom the referee finds wrong, given back else.
  mutating func answer(
    from old: Job, to job: Job, by action: Command.Action, keys: Market.Keys
  ) {
    let terms = job.terms.contents
    guard let bond = (terms.panel?.bond).map({ Int128($0.units) }) else { return }
    if case .answer(_, let party, _) = action { add(keys.name(party), -bond) }
    let isSame = job.accepted.count == old.accepted.count
    for (index, seat) in old.examination.seats.enumerated() where seat.bond != nil {
      let now = isSame ? job.examination.seats[index].bond : nil
      guard now == nil else { continue }
      var (finder, referee): (VerifyingKey?, String?)
      var isLost = old.phase.name == .revealing && action.name == .expire && seat.verdict == nil
      if case .ruling(_, let envelope, _) = action, let ruling = Self.outcome(envelope) {
        let isBlamed = seat.verifier == ruling.defender
        let isWrong = seat.verdict?.outcome == .accepted && ruling.fault == .falseStatement
        isLost = !ruling.challengerLost && (isBlamed || isWrong)
        finder = ruling.challenger
        referee = isBlamed ? "referee" : nil
      } else if old.phase.name == .disputed, let decision = job.verdict, decision != old.verdict {
        isLost = seat.verdict.map { Self.contradicts($0.outcome, decision.outcome) } ?? false
        finder = old.examination.challenges.first?.challenger
      }
      guard isLost else {
        add(keys.name(seat.verifier), bond)
        continue
      }
      let fee = referee == nil ? 0 : Int128(terms.fee.units)
      if let referee { add(referee, fee) }
      let found = finder == nil ? 0 : part(bond - fee, terms.slashing.finderMillionths)
      if let finder { add(keys.name(finder), found) }
      add("treasury", bond - fee - found)
    }
  }

  /// Follows the bonds of challenges that ended: back, or to the referee, the winner and the
  /// treasury.
  mutating func challenges(from old: Job, to job: Job, by action: Command.Action, keys: Market.Keys)
  {
    let terms = job.terms.contents
    let bond = Int128(terms.challengeBond.units)
    let fee = Int128(terms.fee.units)
    let open = job.examination.challenges
    for (index, challenge) in old.examination.challenges.enumerated()
    where !open.contains(challenge) {
      switch action {
      case .ruling(_, let envelope, _):
        guard let ruling = Self.outcome(envelope), ruling.challengerLost else {
          add(keys.name(challenge.challenger), bond)
          continue
        }
        // Who shows it itself has asked nobody.
        let paid = Self.signer(envelope) == terms.parties.referee ? fee : 0
        let won = part(bond - paid, terms.slashing.finderMillionths)
        add("referee", paid)
        add(keys.name(ruling.defender), won)
        add("treasury", bond - paid - won)
      case .verdict(_, let envelope, _, _):
        guard let opened = try? Verdict.open(envelope), let standing = old.verdict,
          opened.verdict.outcome != .inconclusive(.deviceDisagreement),
          !Self.contradicts(standing.outcome, opened.verdict.outcome)
        else {
          add(keys.name(challenge.challenger), bond)
          continue
        }
        add("referee", index == 0 ? fee : 0)
        add("treasury", index == 0 ? bond - fee : bond)
      default: add(keys.name(challenge.challenger), bond)
      }
    }
  }

  private static func outcome(_ envelope: [UInt8]) -> DisputeOutcome? {
    (try? DisputeOutcome.open(envelope))?.outcome
  }

  private static func signer(_ envelope: [UInt8]) -> VerifyingKey? {
    (try? DisputeOutcome.open(envelope))?.signer
  }

  private static func contradicts(_ left: Verdict.Outcome, _ right: Verdict.Outcome) -> Bool {
    switch (left, right) {
    case (.accepted, .rejected), (.rejected, .accepted): true
    default: false
    }
  }

  /// Applies what a payment gives, written down once more and independently.
  mutating func pay(
    _ payment: Payment, of job: Job, before: Job, wasFunded: Bool, keys: Market.Keys
  ) {
    let terms = job.terms.contents
    let provider = payment.provider.map(keys.name) ?? "nobody"
    let price = Int128(terms.price.units) - paid[job.id, default: 0]
    let fee = Int128(terms.fee.units)
    let fees = fee * Int128(terms.claimLimit - before.accepted.count)
    let stake = Int128(terms.stake.units)
    let retained =
      Self.earned(terms, before.progress.verifiedStep) - paid[job.id, default: 0]
    /// The fee in equal parts; the first has what does not divide. Nobody's is the treasury's.
    func addFee() {
      if payment.deciders.isEmpty { return add("treasury", fee) }
      let count = Int128(payment.deciders.count)
      for (place, key) in payment.deciders.enumerated() {
        add(keys.name(key), fee / count + (place == 0 ? fee % count : 0))
      }
    }
    func give(_ amount: Int128) {
      let share = amount * Int128(terms.policy.feeMillionths) / 1_000_000
      add(provider, amount - share)
      add("treasury", share)
      paid[job.id, default: 0] += amount
    }
    switch payment.payout {
    case .instalment(let released):
      give(Int128(released.units))
      addFee()
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
    case .ending(.quarantined):
      add("buyer", wasFunded ? price + fees : 0)
      if payment.provider != nil { add(provider, stake) }
    case .ending(.accepted):
      give(price)
      add(provider, stake)
      addFee()
      add("buyer", fees - fee)
    case .ending(.belowQuality):
      let lower = Int128(terms.quality?.lowerPrice.units ?? 0) - paid[job.id, default: 0]
      give(lower)
      add(provider, stake)
      add("buyer", price - lower + fees - fee)
      addFee()
    case .ending(.contradicted):
      add(provider, stake)
      add("buyer", price + fees - fee)
      addFee()
    case .ending(.buyerSilent):
      let claimed =
        Self.earned(terms, job.claim?.lastStep ?? 0) - paid[job.id, default: 0]
      give(claimed)
      add(provider, stake)
      add("buyer", price - claimed + fees)
    case .ending(.workMissed), .ending(.undelivered):
      let lost = part(stake, terms.slashing.livenessMillionths)
      add(provider, stake - lost)
      add("treasury", lost)
      let isDecided = payment.payout == .ending(.undelivered)
      add("buyer", price + fees - (isDecided ? fee : 0))
      if isDecided { addFee() }
    case .ending(.rejected):
      let damage = part(stake, terms.slashing.damageMillionths)
      let found = payment.finder == nil ? 0 : part(stake, terms.slashing.finderMillionths)
      add("buyer", price + damage + fees - fee)
      addFee()
      if let finder = payment.finder.map(keys.name) { add(finder, found) }
      add("treasury", stake - damage - found)
    case .ending(.notLogged), .ending(.operatorSilent), .ending(.inconclusive):
      add("buyer", price - retained + fees)
      give(retained)
      add(provider, stake)
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
    default: pool.firstIndex { $0.verifyingKey == key }.map { "pool \($0)" } ?? "outsider"
    }
  }
}
