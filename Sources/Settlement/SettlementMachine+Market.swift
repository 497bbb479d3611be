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
    guard contents.dataReceipts == 0 else {
      throw .terms(
        .terms(
          field: "dataReceipts",
          reason: "a match funds the job at once; offer a job whose data are to be had before"))
    }
    do throws(SettlementError) {
      try conditions.check()
      let last = conditions.replica(conditions.replicas, of: contents.job)
      try contents.replicating(last).check()
    } catch { throw .terms(error) }
    guard (1...Deadlines.limitSeconds).contains(Int(seconds)) else {
      throw .terms(
        .terms(field: "seconds", reason: "expected 1 to \(Deadlines.limitSeconds)"))
    }
    // Refused here rather than at a match that cannot be.
    _ = try fund(
      Job(terms: terms, phase: .offered(until: now)), by: party, now: now)
    try checkCanPay(Array(repeating: contents, count: conditions.replicas))
    let invitation = Invitation(
      terms: terms, inviter: party, conditions: conditions, until: now + UInt64(seconds))
    if let taken = invitation.jobs.first(where: { !isFree($0) }) { throw .jobExists(taken) }
    return Step(
      secrets: [contents.buyerSecretHash, contents.operatorSecretHash],
      invitation: .open(invitation))
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

  /// Makes a job of the first bid that can still be kept, which both sides' money is held for; or
  /// ends the invitation without one. Anyone may, once the time for bids is over.
  ///
  /// Where several providers are to do the work, each match makes the next one's job, as long as
  /// there are bids for all that are still to be made.
  func match(_ job: String, now: UInt64) throws(Refusal) -> Step {
    var invitation = try invitation(job)
    guard now >= invitation.until else {
      throw .deadlineNotPassed(at: invitation.until, now: now)
    }
    let wanted = invitation.conditions.replicas - invitation.matches
    var kept: [(bid: Bid, step: Step)] = []
    for bid in invitation.bids where now < bid.until && kept.count < wanted {
      // Who cannot keep its bid, for whatever reason, is passed over.
      guard let step = try? agreeing(on: bid, of: invitation, now: now) else { continue }
      kept.append((bid, step))
    }
    let terms = kept.compactMap { $0.step.job?.terms.contents }
    guard let first = kept.first, kept.count == wanted, (try? checkCanPay(terms)) != nil else {
      return Step(invitation: .ended(job))
    }
    var step = first.step
    invitation.matches += 1
    invitation.bids.removeAll { $0 == first.bid }
    step.invitation = wanted == 1 ? .ended(job) : .open(invitation)
    return step
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
    try checkCanPay([contents])
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
        halving: conditions.halvingReputation, replica: invitation.nextReplica)
    } catch { throw .terms(error) }
    guard matched.deterrence.holds else { throw .cheatingWouldPay(matched.deterrence) }
    return matched
  }

  /// Whether no job has this name, or will have it by a match.
  func isFree(_ name: String) -> Bool {
    guard jobs[name] == nil, invitations[name] == nil else { return false }
    let group = name.lastIndex(of: ".").map { String(name[..<$0]) }
    return !(group.flatMap { invitations[$0] }?.jobs.contains(name) ?? false)
  }

  private func invitation(_ job: String) throws(Refusal) -> Invitation {
    guard let invitation = invitations[job] else { throw .noInvitation(job) }
    return invitation
  }

  private func available(to party: VerifyingKey, _ asset: Asset) -> Amount {
    ledger[Books.party(party, asset).id]?.available ?? .zero
  }

  /// Refuses jobs that their buyer cannot pay together.
  private func checkCanPay(_ jobs: [Terms.Contents]) throws(Refusal) {
    guard let first = jobs.first else { return }
    let cost = jobs.reduce(Amount.zero) { sum, job in
      job.price.adding(job.fees)?.adding(sum) ?? Amount(.max)
    }
    try checkAvailable(cost, of: first.parties.buyer, first.asset)
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
