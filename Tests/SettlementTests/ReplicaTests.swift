import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// Several providers who do the same work.
struct ReplicaTests {
  /// Jobs job-1.1 and so on, of providers in the order of their bids.
  private func replicated(
    seed: UInt64, _ count: Int = 2, _ change: (inout Terms.Contents) -> Void = { _ in }
  ) throws -> Market {
    var market = try Market(seed: seed)
    let terms = try market.terms {
      $0.price = Amount(5_000)
      $0.deadlines.workSeconds = 400
      change(&$0)
    }
    try market.invite(terms, BidConditions(replicas: count))
    let keys = market.keys
    for (place, key) in [keys.provider, keys.successor, keys.challenger].prefix(count).enumerated()
    {
      try market.apply(try market.bid("job-1", by: key, 4_000 + UInt128(place)))
    }
    for _ in 0..<count { try market.match("job-1") }
    #expect(market.machine.jobs.count == count && market.machine.invitations.isEmpty)
    return market
  }

  private func commit(_ market: inout Market, _ job: String) throws {
    let claim = try market.claim(job)
    try market.apply(.commit(job: job, claim: claim))
    try market.apply(.logged(job: job, evidence: try market.log(.claim, claim)))
  }

  private func reveal(_ market: inout Market, _ job: String) throws {
    for role in [RevealRole.operator, .buyer] {
      try market.apply(
        .reveal(job: job, role: role, secret: try market.secret(job, of: role)))
    }
  }

  private func ending(_ market: Market, _ job: String) -> Ending? {
    if case .settled(let ending, _)? = market.machine.jobs[job]?.phase { ending } else { nil }
  }

  /// Lets deadlines pass, the first one first, until every job is settled.
  private func settle(_ market: inout Market) throws {
    // BOUND: a window is extended once for each deadline of another job that is not decided.
    for _ in 0..<30 {
      let open = market.machine.jobs.values.filter { $0.phase.deadline != nil }
      let next = open.min { ($0.phase.deadline ?? 0, $0.id) < ($1.phase.deadline ?? 0, $1.id) }
      guard let next else { return }
      try market.passDeadline(next.id)
      try market.apply(.expire(job: next.id))
      try market.machine.checkInvariants()
    }
    Issue.record("some job is not settled")
  }

  @Test func nothingIsOpenedBeforeAllHaveClaimed() throws {
    var market = try replicated(seed: 1, 3)
    let jobs = ["job-1.1", "job-1.2", "job-1.3"]
    for job in jobs {
      try commit(&market, job)
      guard job != jobs.last else { break }
      for job in jobs where market.machine.jobs[job]?.phase.name == .sampling {
        try expectRefusal(
          &market,
          .reveal(job: job, role: .operator, secret: try market.secret(job, of: .operator))
        ) { $0 == .replicasPending }
      }
      market.now += 100
    }
    for job in jobs { try reveal(&market, job) }
    for job in jobs { try market.decide(job, .accepted) }
    try settle(&market)
    #expect(jobs.allSatisfy { ending(market, $0) == .accepted })
    #expect(market.money(of: market.keys.successor) == 1_000_000 + 4_001)
  }

  @Test func whoClaimsNothingHoldsNobodyUpForLongerThanItsTime() throws {
    var market = try replicated(seed: 2)
    try commit(&market, "job-1.1")
    let work = try #require(market.machine.jobs["job-1.2"]?.phase.deadline)
    market.now = work - 1
    try expectRefusal(
      &market,
      .reveal(
        job: "job-1.1", role: .operator, secret: try market.secret("job-1.1", of: .operator))
    ) { $0 == .replicasPending }
    market.now = work
    try reveal(&market, "job-1.1")
    try market.decide("job-1.1", .accepted)
    try settle(&market)
    #expect(ending(market, "job-1.1") == .accepted && ending(market, "job-1.2") == .workMissed)
  }

  @Test func claimsThatContradictEachOtherAreNotPaidUnlessOneIsShownWrong() throws {
    for isShown in [false, true] {
      var market = try replicated(seed: 3)
      let keys = market.keys
      market.deviating = ["job-1.2"]
      for job in ["job-1.1", "job-1.2"] { try commit(&market, job) }
      for job in ["job-1.1", "job-1.2"] { try reveal(&market, job) }
      // The draw has missed what is wrong.
      for job in ["job-1.1", "job-1.2"] { try market.decide(job, .accepted) }
      if isShown {
        try market.apply(.challenge(job: "job-1.2", by: keys.provider.verifyingKey))
        try market.apply(
          try market.ruling(
            "job-1.2", challenger: keys.provider, defender: keys.successor.verifyingKey,
            challengerLost: false))
      }
      try settle(&market)
      if isShown {
        #expect(ending(market, "job-1.2") == .rejected(.wrongComputation))
        #expect(ending(market, "job-1.1") == .accepted)
        #expect(market.money(of: keys.provider) > 1_000_000 + 4_000)
      } else {
        for job in ["job-1.1", "job-1.2"] {
          #expect(ending(market, job) == .contradicted)
          let settled = try #require(market.machine.jobs[job])
          let receipt = try #require(Receipt(of: settled, in: market.machine))
          let envelope = receipt.signed(by: keys.operator).encoded
          #expect(try Receipt.open(envelope, terms: settled.terms) == receipt)
        }
        #expect(market.money(of: keys.provider) == 1_000_000)
        #expect(market.money(of: keys.successor) == 1_000_000)
      }
    }
  }

  @Test func allOrNoneAreMade() throws {
    var market = try Market(seed: 4)
    let keys = market.keys
    let terms = try market.terms { $0.price = Amount(5_000) }
    try market.invite(terms, BidConditions(replicas: 2))
    let taken = try market.terms("job-1.2")
    try expectRefusal(&market, .offer(terms: taken.bytes)) { $0 == .jobExists("job-1.2") }
    try market.apply(try market.bid("job-1", by: keys.provider, 4_500))
    try market.match("job-1")
    #expect(market.machine.jobs.isEmpty && market.machine.invitations.isEmpty)
    // The buyer can pay one and not both.
    let second = try market.terms("job-2") { $0.price = Amount(5_000) }
    try market.invite(second, BidConditions(replicas: 2))
    for key in [keys.provider, keys.successor] {
      try market.apply(try market.bid("job-2", by: key, 4_500))
    }
    try market.apply(
      .withdraw(
        party: keys.buyer.verifyingKey, asset: market.asset, amount: Amount(992_000)))
    try market.match("job-2")
    #expect(market.machine.jobs.isEmpty && market.machine.invitations.isEmpty)
  }

  @Test func replicasThatCannotBeAreRefused() throws {
    var market = try Market(seed: 5)
    let single = try market.terms("a.1") {
      $0.replica = Terms.Replica(group: "a", place: 1, count: 2)
    }
    try expectRefusal(&market, .offer(terms: single.bytes)) {
      if case .terms(.terms(field: "replica", _)) = $0 { true } else { false }
    }
    #expect(try Terms(decoding: single.bytes) == single)
    let changes: [(inout Terms.Contents) -> Void] = [
      { $0.parties.referee = nil },
      {
        $0.continuity = Terms.Continuity(
          claims: 2, heartbeatSeconds: 9, graceSeconds: 9, vacancySeconds: 9, stopMillionths: 0)
      },
      { $0.job = String(repeating: "j", count: 63) },
    ]
    for (number, change) in changes.enumerated() {
      let terms = try market.terms("job-\(number)", change)
      for (replicas, isRefused) in [(1, false), (2, true)].reversed() {
        let invite = Command.Action.invite(
          terms: terms.bytes, by: market.keys.buyer.verifyingKey,
          conditions: BidConditions(replicas: replicas), seconds: 9)
        if isRefused {
          try expectRefusal(&market, invite) { if case .terms = $0 { true } else { false } }
        } else {
          try market.apply(invite)
        }
      }
    }
    for count in [0, 17] {
      let terms = try market.terms("job-9")
      try expectRefusal(
        &market,
        .invite(
          terms: terms.bytes, by: market.keys.buyer.verifyingKey,
          conditions: BidConditions(replicas: count), seconds: 9)
      ) { if case .terms(.terms(field: "replicas", _)) = $0 { true } else { false } }
    }
  }
}
