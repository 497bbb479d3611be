internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification

// Invitations, bids, and the matches that make jobs of them.
extension SettlementMachine {
  func invite(
    _ bytes: [UInt8], by party: VerifyingKey, _ conditions: BidConditions, seconds: UInt32,
    now: UInt64
  ) throws(Refusal) -> Step {
    let terms = try newTerms(bytes)
    let contents = terms.contents
    guard contents.parties.provider == nil else { throw .providerIsNamed }
    do throws(SettlementError) {
      try conditions.check()
    } catch { throw .terms(error) }
    guard (1...Deadlines.limitSeconds).contains(Int(seconds)) else {
      throw .terms(
        .terms(field: "seconds", reason: "expected 1 to \(Deadlines.limitSeconds)"))
    }
    // Refused here rather than at a match that cannot be.
    _ = try fund(
      Job(terms: terms, phase: .offered(until: now)), by: party, now: now)
    try checkCanPay(contents)
    var step = Step(
      secrets: [contents.buyerSecretHash, contents.operatorSecretHash])
    step.invitation = .open(
      Invitation(
        terms: terms, inviter: party, conditions: conditions, until: now + UInt64(seconds)))
    return step
  }

  func bid(_ job: String, terms: Digest, _ offered: Bid, now: UInt64) throws(Refusal) -> Step {
    var invitation = try invitation(job)
    guard now < invitation.until else {
      throw .deadlinePassed(at: invitation.until, now: now)
    }
    guard invitation.terms.digest == terms else {
      throw .unsuitableBid("terms", expected: invitation.terms.digest.hex, found: terms.hex)
    }
    try check(offered, under: invitation, now: now)
    guard !invitation.bids.contains(where: { $0.provider == offered.provider }) else {
      throw .alreadyAnswered(offered.provider)
    }
    let asset = invitation.terms.contents.asset
    let stake = invitation.terms.contents.stake
    try checkKnown(asset)
    try checkAvailable(stake, of: offered.provider, asset)
    if invitation.bids.count == Invitation.bidLimit {
      // Who could not put up the stake now makes room, else the last.
      let poor = invitation.bids.lastIndex { available(to: $0.provider, asset) < stake }
      let place = poor ?? invitation.bids.endIndex - 1
      guard poor != nil || offered.precedes(invitation.bids[place]) else {
        throw .unsuitableBid(
          "price",
          expected: "less than \(invitation.bids[place].price): there are "
            + "\(Invitation.bidLimit) bids", found: "\(offered.price)")
      }
      invitation.bids.remove(at: place)
    }
    invitation.insert(offered)
    return Step(invitation: .open(invitation))
  }

  /// Takes back an invitation with all bids for it, or one's own bid.
  func retract(_ job: String, by party: VerifyingKey) throws(Refusal) -> Step {
    var invitation = try invitation(job)
    if party == invitation.inviter || party == invitation.terms.contents.parties.buyer {
      return Step(invitation: .ended(job))
    }
    guard let place = invitation.bids.firstIndex(where: { $0.provider == party }) else {
      throw .wrongParty(role: "who invited, or who has bid", found: party)
    }
    invitation.bids.remove(at: place)
    return Step(invitation: .open(invitation))
  }

  /// Ends an invitation: the first bid that can still be kept makes a job, which both sides' money
  /// is held for; without one there is none. Anyone may, once the time for bids is over.
  func match(_ job: String, now: UInt64) throws(Refusal) -> Step {
    let invitation = try invitation(job)
    guard now >= invitation.until else {
      throw .deadlineNotPassed(at: invitation.until, now: now)
    }
    for bid in invitation.bids where now < bid.until {
      // Who cannot keep its bid, for whatever reason, is passed over.
      guard var step = try? agreeing(on: bid, of: invitation, now: now) else { continue }
      step.invitation = .ended(job)
      return step
    }
    return Step(invitation: .ended(job))
  }

  /// The job that a bid makes: offered, funded and accepted in one.
  private func agreeing(
    on bid: Bid, of invitation: Invitation, now: UInt64
  ) throws(Refusal) -> Step {
    let terms = try check(bid, under: invitation, now: now)
    let contents = terms.contents
    let offered = Job(terms: terms, phase: .offered(until: now))
    let funding = try fund(offered, by: invitation.inviter, now: now)
    let accepting = try accept(funding.job ?? offered, by: bid.provider, now: now)
    try checkCanPay(contents)
    try checkAvailable(contents.stake, of: bid.provider, contents.asset)
    var step = merged(funding, accepting)
    step.authorisation = funding.authorisation
    return step
  }

  /// The terms that a match with a bid would make, if it satisfies the conditions and cheating does
  /// not pay at its price.
  @discardableResult
  private func check(
    _ bid: Bid, under invitation: Invitation, now: UInt64
  ) throws(Refusal) -> Terms {
    let terms = invitation.terms
    let conditions = invitation.conditions
    guard bid.price <= terms.contents.price else {
      throw .unsuitableBid(
        "price", expected: "at most \(terms.contents.price)", found: "\(bid.price)")
    }
    guard !terms.contents.parties.isTaken(bid.provider) else {
      throw .wrongParty(role: "a provider without another role in the terms", found: bid.provider)
    }
    guard conditions.hardware.isEmpty || conditions.hardware.contains(bid.hardware) else {
      throw .unsuitableBid(
        "hardware", expected: conditions.hardware.map(\.rawValue).joined(separator: " or "),
        found: bid.hardware.rawValue)
    }
    guard BidConditions.isRegion(bid.region),
      conditions.regions.isEmpty || conditions.regions.contains(bid.region)
    else {
      let expected =
        conditions.regions.isEmpty
        ? BidConditions.regionForm : conditions.regions.joined(separator: " or ")
      throw .unsuitableBid("region", expected: expected, found: String(bid.region.prefix(40)))
    }
    let reputation = reputation(of: bid.provider, under: terms, now: now)
    guard reputation >= conditions.leastReputation else {
      throw .unsuitableBid(
        "reputation", expected: "\(conditions.leastReputation) at least", found: "\(reputation)")
    }
    let matched: Terms
    do throws(SettlementError) {
      matched = try terms.matched(
        price: bid.price, provider: bid.provider, reputation: reputation,
        halving: conditions.halvingReputation)
    } catch { throw .terms(error) }
    guard matched.deterrence.holds else { throw .cheatingWouldPay(matched.deterrence) }
    return matched
  }

  private func invitation(_ job: String) throws(Refusal) -> Invitation {
    guard let invitation = invitations[job] else { throw .noInvitation(job) }
    return invitation
  }

  private func available(to party: VerifyingKey, _ asset: Asset) -> Amount {
    ledger[Books.party(party, asset).id]?.available ?? .zero
  }

  private func checkCanPay(_ contents: Terms.Contents) throws(Refusal) {
    let cost = contents.price.adding(contents.fees) ?? Amount(.max)
    try checkAvailable(cost, of: contents.parties.buyer, contents.asset)
  }

  private func checkAvailable(
    _ amount: Amount, of party: VerifyingKey, _ asset: Asset
  ) throws(Refusal) {
    let available = available(to: party, asset)
    guard available >= amount else {
      throw .books(
        .exceedsCredits(
          Books.party(party, asset).id, available: available, requested: amount))
    }
  }
}
