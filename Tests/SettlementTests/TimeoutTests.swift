import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// The exits that anyone can take once a deadline has passed.
struct TimeoutTests {
  @Test(arguments: Market.Stage.allCases)
  func everyStateEndsByTimeoutsAlone(stage: Market.Stage) throws {
    var market = try Market(seed: 5)
    try market.advance(try market.terms(), to: stage)
    // BOUND: verifying has two time-outs, every other state one.
    for _ in 0..<2 where market.machine.jobs["job-1"]?.phase.deadline != nil {
      try market.passDeadline("job-1")
      try market.apply(.expire(job: "job-1"))
      try market.machine.checkInvariants()
    }
    #expect(market.machine.jobs["job-1"]?.phase.name == .settled)
  }

  @Test(arguments: Market.Stage.allCases)
  func aStateCannotExpireASecondBeforeItsDeadline(stage: Market.Stage) throws {
    var market = try Market(seed: 6)
    try market.advance(try market.terms(), to: stage)
    let deadline = try #require(market.machine.jobs["job-1"]?.phase.deadline)
    market.now = deadline - 1
    try expectRefusal(&market, .expire(job: "job-1")) {
      $0 == .deadlineNotPassed(at: deadline, now: deadline - 1)
    }
    market.now = deadline
    try market.apply(.expire(job: "job-1"))
  }

  @Test func nothingButTheExitIsTakenAfterTheDeadline() throws {
    var market = try Market(seed: 8)
    for (index, stage) in Market.Stage.allCases.enumerated() {
      let job = "job-\(index)"
      try market.advance(try market.terms(job), to: stage)
      let verdict = stage == .verifying ? try market.verdict(job, .accepted) : []
      let claim = try market.claim(job)
      let secrets = try #require(market.secrets[job])
      try market.passDeadline(job)
      let keys = market.keys
      let late: Command.Action =
        switch stage {
        case .offered: .fund(job: job, by: keys.buyer.verifyingKey)
        case .funded: .accept(job: job, by: keys.provider.verifyingKey)
        case .active: .commit(job: job, claim: claim)
        case .committed: .logged(job: job, evidence: try market.log(.claim, claim))
        case .operatorReveal: .reveal(job: job, role: .operator, secret: secrets.operator)
        case .buyerReveal: .reveal(job: job, role: .buyer, secret: secrets.buyer)
        case .verifying:
          .verdict(job: job, envelope: verdict, evidence: try market.log(.verdict, verdict))
        }
      try expectRefusal(&market, late) {
        if case .deadlinePassed = $0 { true } else { false }
      }
    }
  }

  @Test func theChallengeWindowIsClosedOnlyAfterIt() throws {
    var market = try Market(seed: 9)
    try market.advance(try market.terms(), to: .verifying)
    try market.decide("job-1", .accepted)
    try expectRefusal(&market, .close(job: "job-1")) {
      if case .deadlineNotPassed = $0 { true } else { false }
    }
    try market.passDeadline("job-1")
    try expectRefusal(
      &market, .challenge(job: "job-1", by: market.keys.challenger.verifyingKey)
    ) { if case .deadlinePassed = $0 { true } else { false } }
    try market.apply(.close(job: "job-1"))
  }

  @Test func aDisputeEndsByTimeoutsAlone() throws {
    var market = try Market(seed: 10)
    try market.advance(try market.terms(), to: .verifying)
    try market.decide("job-1", try market.rejection("job-1"))
    try market.apply(.challenge(job: "job-1", by: market.keys.provider.verifyingKey))
    #expect(market.machine.jobs["job-1"]?.phase.name == .disputed)
    for _ in 0..<2 {
      try market.passDeadline("job-1")
      try market.apply(.expire(job: "job-1"))
      try market.machine.checkInvariants()
    }
    #expect(
      market.machine.jobs["job-1"]?.phase
        == .settled(.rejected(.wrongComputation), at: market.now))
  }
}
