import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssayTestSupport
import Testing

/// Providers that crash, leave and take over, and claims about parts of the work.
struct ContinuityTests {
  private static let continuity = Terms.Continuity(
    claims: 4, heartbeatSeconds: 41, graceSeconds: 67, vacancySeconds: 151,
    stopMillionths: 20_011)

  /// A market in which the provider works, under terms that let another go on.
  private func working(
    seed: UInt64 = 1, _ change: (inout Terms.Contents) -> Void = { _ in }
  ) throws -> (market: Market, terms: Terms.Contents, before: Market) {
    var market = try Market(seed: seed)
    let terms = try market.terms {
      $0.continuity = Self.continuity
      $0.price = Amount(5_003)
      change(&$0)
    }
    let before = market
    try market.advance(terms, to: .active)
    return (market, terms.contents, before)
  }

  private func gain(_ key: SigningKey, _ market: Market, since before: Market) -> Int128 {
    let account = Books.party(key.verifyingKey, market.asset)
    return Int128(market.available(account)) - Int128(before.available(account))
  }

  private func receiptHolds(_ market: Market) throws -> Receipt {
    try market.machine.checkInvariants()
    let job = try #require(market.machine.jobs["job-1"])
    let receipt = try #require(Receipt(of: job, in: market.machine))
    let envelope = receipt.signed(by: market.keys.operator).encoded
    #expect(try Receipt.open(envelope, terms: job.terms) == receipt)
    return receipt
  }

  @Test func aCrashCostsNobodyWhatWasVerified() throws {
    var (market, terms, before) = try working()
    // Half of the work is claimed and accepted; then nothing is heard of the provider.
    try market.accept("job-1", upTo: 100)
    #expect(market.machine.jobs["job-1"]?.phase.name == .active)
    #expect(market.machine.jobs["job-1"]?.progress.verifiedStep == 100)
    for state in [PhaseName.interrupted, .vacant] {
      try market.passDeadline("job-1")
      try market.apply(.expire(job: "job-1"))
      #expect(market.machine.jobs["job-1"]?.phase.name == state)
      try market.machine.checkInvariants()
    }
    let (price, fee) = (Int128(terms.price.units), Int128(terms.fee.units))
    let stake = Int128(terms.stake.units)
    // 100 of 199 steps are paid, and the stake comes back less what vanishing costs.
    let first = price * 100 / 199
    let lost = part(stake, terms.slashing.livenessMillionths)
    #expect(gain(market.keys.provider, market, since: before) == first - lost)
    // Another goes on from the verified state.
    let successor = market.keys.successor
    try market.apply(.resume(job: "job-1", by: successor.verifyingKey))
    #expect(gain(successor, market, since: before) == -stake)
    try market.accept("job-1")
    #expect(gain(successor, market, since: before) == price - first)
    #expect(gain(market.keys.buyer, market, since: before) == -price - 2 * fee)
    let receipt = try receiptHolds(market)
    #expect(receipt.ending == .accepted)
    #expect(receipt.segments.map(\.lastStep) == [100, 199])
    #expect(
      receipt.segments.map(\.claim.signer)
        == [market.keys.provider.verifyingKey, successor.verifyingKey])
    #expect(receipt.payments.map(\.payout.name) == ["instalment", "vanished", "accepted"])
  }

  @Test func theProviderClaimsWhatItHasDoneWithinTheGrace() throws {
    var (market, terms, before) = try working()
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    try market.accept("job-1", upTo: 60)
    try market.apply(.stop(job: "job-1", by: market.keys.provider.verifyingKey))
    let lost = part(Int128(terms.stake.units), Self.continuity.stopMillionths)
    let earned = Int128(terms.price.units) * 60 / 199
    #expect(gain(market.keys.provider, market, since: before) == earned - lost)
    // Nobody takes over: the buyer has the rest back.
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    #expect(
      gain(market.keys.buyer, market, since: before) == -earned - Int128(terms.fee.units))
    #expect(try receiptHolds(market).ending == .unfinished)
  }

  @Test func aSilentProviderComesBackInTime() throws {
    var (market, terms, _) = try working()
    let provider = market.keys.provider.verifyingKey
    let end = market.now + UInt64(terms.deadlines.workSeconds)
    // A sign of life extends the silence that is allowed, never the time to work.
    #expect(market.machine.jobs["job-1"]?.phase == .active(until: market.now + 41, workUntil: end))
    market.now += 40
    try market.apply(.heartbeat(job: "job-1", by: provider))
    #expect(market.machine.jobs["job-1"]?.phase.deadline == market.now + 41)
    try expectRefusal(
      &market, .heartbeat(job: "job-1", by: market.keys.successor.verifyingKey)
    ) { if case .wrongParty = $0 { true } else { false } }
    market.now += 41
    try expectRefusal(&market, .heartbeat(job: "job-1", by: provider)) {
      if case .deadlinePassed = $0 { true } else { false }
    }
    try market.apply(.expire(job: "job-1"))
    // Within the grace nobody else may take the job.
    try expectRefusal(&market, .resume(job: "job-1", by: market.keys.successor.verifyingKey)) {
      if case .wrongParty = $0 { true } else { false }
    }
    try market.apply(.resume(job: "job-1", by: provider))
    market.now = end - 1
    try market.apply(.expire(job: "job-1"))
    market.now = end
    try expectRefusal(&market, .resume(job: "job-1", by: provider)) {
      $0 == .deadlinePassed(at: end, now: end)
    }
    // What it has done by then it may still claim.
    try market.accept("job-1", upTo: 50)
  }

  @Test func onlyWhoIsFreeTakesOver() throws {
    var (market, terms, _) = try working()
    try market.apply(.stop(job: "job-1", by: market.keys.provider.verifyingKey))
    let keys = market.keys
    for key in [keys.buyer, keys.operator, keys.referee, keys.verifiers[0]] {
      try expectRefusal(&market, .resume(job: "job-1", by: key.verifyingKey)) {
        if case .wrongParty = $0 { true } else { false }
      }
    }
    try expectRefusal(&market, .resume(job: "job-1", by: keys.outsider.verifyingKey)) {
      if case .books(.exceedsCredits) = $0 { true } else { false }
    }
    try market.apply(.resume(job: "job-1", by: keys.successor.verifyingKey))
    // The work deadline begins anew for who begins anew.
    let seconds = terms.deadlines.workSeconds
    #expect(
      market.machine.jobs["job-1"]?.phase
        == .active(until: market.now + 41, workUntil: market.now + UInt64(seconds)))
  }

  @Test func aClaimEndsAtARecordedStateAndTheLastOneAtTheEnd() throws {
    var (market, _, _) = try working { $0.continuity?.claims = 2 }
    func refused(_ step: UInt64, _ field: String) throws {
      try expectRefusal(
        &market, .commit(job: "job-1", claim: try market.claim("job-1", upTo: step))
      ) { if case .evidence(.mismatch(field, _, _)) = $0 { true } else { false } }
    }
    for step in [5, 101, 198, 209] as [UInt64] { try refused(step, "last step") }
    // A trace of another size.
    let claim = try market.claim("job-1", upTo: 100) { $0 = $0.with(traceSize: 12) }
    try expectRefusal(&market, .commit(job: "job-1", claim: claim)) {
      if case .evidence(.mismatch("trace size", _, _)) = $0 { true } else { false }
    }
    try market.accept("job-1", upTo: 100)
    // The second of two claims must reach the end, and start where the first ended.
    try refused(150, "last step")
    let elsewhere = try market.claim("job-1") { $0 = $0.with(firstRoot: SHA256.digest(of: [9])) }
    try expectRefusal(&market, .commit(job: "job-1", claim: elsewhere)) {
      if case .evidence(.mismatch("first root", _, _)) = $0 { true } else { false }
    }
    let again = try market.claim("job-1") { $0 = $0.with(firstStep: 0, traceSize: 21) }
    try expectRefusal(&market, .commit(job: "job-1", claim: again)) {
      if case .evidence(.mismatch("first step", _, _)) = $0 { true } else { false }
    }
    try market.accept("job-1")
    #expect(try receiptHolds(market).ending == .accepted)
  }

  @Test func withoutContinuityThereIsOneClaimAndOneProvider() throws {
    var (market, _, _) = try working { $0.continuity = nil }
    let provider = market.keys.provider.verifyingKey
    try expectRefusal(&market, .stop(job: "job-1", by: provider)) { $0 == .noContinuity }
    try expectRefusal(
      &market, .commit(job: "job-1", claim: try market.claim("job-1", upTo: 100))
    ) { if case .evidence(.mismatch("last step", _, _)) = $0 { true } else { false } }
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    #expect(market.machine.jobs["job-1"]?.phase == .settled(.workMissed, at: market.now))
  }

  @Test func everyClaimHasSecretsOfItsOwn() throws {
    var (market, _, _) = try working()
    try market.examine("job-1", upTo: 100)
    let used = try #require(market.machine.jobs["job-1"]?.challenge)
    try market.decide("job-1", .accepted)
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    let claim = try market.claim("job-1")
    try market.apply(.commit(job: "job-1", claim: claim))
    try market.apply(.logged(job: "job-1", evidence: try market.log(.claim, claim)))
    guard case .secrets(_, let old) = used.source else { return }
    // The secret of the last claim is known to everybody by now.
    try expectRefusal(&market, .reveal(job: "job-1", role: .operator, secret: old)) {
      if case .evidence(.wrongSecret(.operator, _, _)) = $0 { true } else { false }
    }
    for role in [RevealRole.operator, .buyer] {
      let secret = try market.secret("job-1", of: role)
      try market.apply(.reveal(job: "job-1", role: role, secret: secret))
    }
    let next = try #require(market.machine.jobs["job-1"]?.challenge)
    #expect(next.randomness != used.randomness)
    let terms = try #require(market.machine.jobs["job-1"]?.terms.contents)
    // Anyone who has the terms sees that both belong to them.
    for challenge in [used, next] {
      try challenge.checkSecrets(
        buyerSecretHash: terms.buyerSecretHash, operatorSecretHash: terms.operatorSecretHash)
    }
    // A revealed secret is no hash for another job.
    let hash = try Digest(bytes: old)
    let other = try market.terms("job-2") { $0.operatorSecretHash = hash }
    try expectRefusal(&market, .offer(terms: other.bytes)) {
      $0 == .secretUsedBefore(role: .operator)
    }
  }
}
