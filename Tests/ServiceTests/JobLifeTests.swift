import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorage
import AssayWire
import Testing

@testable import AssayService

/// One job over HTTP beside the same job in a machine of its own.
struct JobLife {
  let http: DescribedService
  var market: Market
  let terms: Terms

  var keys: Market.Keys { market.keys }
  var path: String { "/v1/jobs/\(terms.contents.job)" }

  /// A market whose parties have money, here and there.
  init(job: String = "job-1", accessToken: String? = nil) throws {
    market = try Market()
    let keys = market.keys
    http = try DescribedService(operatorKey: keys.operator, accessToken: accessToken)
    let secret = MarketService.operatorSecret(of: job, key: keys.operator)
    let hash = try Randomness.commitment(to: secret, by: .operator)
    terms = try market.terms(job) { $0.operatorSecretHash = hash }
    for key in [keys.buyer, keys.provider, keys.challenger] {
      try deposit(key.verifyingKey, 1_000_000)
    }
  }

  func deposit(_ key: VerifyingKey, _ amount: Int) throws {
    let body = JSONValue.object([
      "party": .string("\(key)"), "asset": .string("EUR"), "decimals": .integer(2),
      "amount": .string("\(amount)"),
    ]).serialized()
    try http.expect(200, "POST", "/v1/deposits", body: body, by: keys.operator)
  }

  mutating func fund() throws {
    try http.expect(201, "POST", "/v1/jobs", body: terms.bytes, by: keys.buyer)
    try http.expect(200, "POST", path + "/fund", by: keys.buyer)
    try market.apply(.offer(terms: terms.bytes))
    try market.apply(.fund(job: terms.contents.job, by: keys.buyer.verifyingKey))
  }

  mutating func claim() throws {
    try http.expect(200, "POST", path + "/accept", by: keys.provider)
    try market.apply(.accept(job: terms.contents.job, by: keys.provider.verifyingKey))
    let claim = try market.claim(terms.contents.job)
    try http.expect(200, "POST", path + "/claim", body: claim, by: keys.provider)
    try market.apply(.commit(job: terms.contents.job, claim: claim))
    try market.apply(
      .logged(job: terms.contents.job, evidence: try market.log(.claim, claim)))
    let secret = MarketService.operatorSecret(of: terms.contents.job, key: keys.operator)
    try market.apply(.reveal(job: terms.contents.job, role: .operator, secret: secret))
  }

  mutating func draw() throws {
    let secret = try #require(market.secrets[terms.contents.job]).buyer
    let body = JSONValue.object([
      "role": .string("buyer"), "secret": .string(Hex.encode(secret)),
    ]).serialized()
    try http.expect(200, "POST", path + "/reveal", body: body, by: keys.buyer)
    try market.apply(.reveal(job: terms.contents.job, role: .buyer, secret: secret))
  }

  func verdict(_ outcome: Verdict.Outcome = .accepted) throws -> [UInt8] {
    try market.verdict(terms.contents.job, outcome)
  }
}

struct JobLifeTests {
  @Test func aJobIsPaidOverHTTPAndTheOperatorDoesItsPartUnasked() throws {
    var life = try JobLife()
    try life.fund()
    try life.claim()
    // The claim was logged and the operator's secret revealed in the same write.
    let sampling = try life.http.expect(200, "GET", life.path, by: life.keys.provider)
    #expect(try sampling.text("state") == "sampling")
    #expect(try sampling.text("awaiting") == "buyer")
    try life.draw()
    let drawn = try life.http.expect(200, "GET", life.path + "/challenge", by: life.keys.provider)
    #expect(drawn.body == life.market.machine.jobs["job-1"]?.challenge?.encoded)
    let verdict = try life.verdict()
    try life.http.expect(
      200, "POST", life.path + "/verdict", body: verdict, by: life.keys.verifiers[0])
    #expect(
      try life.http.expect(409, "POST", life.path + "/close", by: life.keys.outsider)
        .text("code") == "deadline_not_passed")
    // Nobody closes it; the service's clock does.
    life.http.now += 2_000_000
    try life.http.service.tick(now: life.http.now)
    let settled = try life.http.expect(200, "GET", life.path, by: life.keys.buyer)
    #expect(try settled.text("settlement") == "paid")
    let events = try life.http.expect(200, "GET", life.path + "/events", by: life.keys.buyer)
    var commands: [String] = []
    for var event in try events.list("events") { commands.append(try event.string("command")) }
    #expect(
      commands == [
        "offer", "fund", "accept", "commit", "logged", "reveal", "reveal", "verdict", "expire",
      ])
    let receipt = try life.http.expect(200, "GET", life.path + "/receipt", by: life.keys.provider)
    #expect(try Receipt.open(receipt.body, terms: life.terms).ending == .accepted)
    let account = try life.http.expect(200, "GET", "/v1/accounts", by: life.keys.provider)
    var own = try #require(try account.list("accounts").first)
    let earned = 1_000_000 + life.terms.contents.price.units
    #expect(try own.string("balance") == "\(earned)")
    try life.http.store.replayed().checkInvariants()
    try life.http.expect(200, "GET", life.path + "/claim", by: life.keys.buyer)
    try life.http.expect(200, "GET", life.path + "/terms", by: life.keys.buyer)
    try life.http.expect(200, "GET", life.path + "/transfers", by: life.keys.buyer)
    try life.http.expect(200, "GET", "/v1/transfers?limit=3", by: life.keys.operator)
    try life.http.expect(200, "GET", "/v1/log/checkpoint")
    #expect(try life.http.expect(200, "GET", "/v1/log/entries").list("entries").count == 2)
    let metrics = try life.http.expect(200, "GET", "/metrics")
    #expect(
      String(decoding: metrics.body, as: UTF8.self).contains("assay_jobs{state=\"settled\"} 1\n"))
  }

  @Test func theSameRequestGetsTheSameAnswerAndAChangedOneNone() throws {
    var life = try JobLife()
    try life.fund()
    try life.claim()
    try life.draw()
    let verdict = try life.verdict()
    let first = try life.http.expect(
      200, "POST", life.path + "/verdict", body: verdict, by: life.keys.verifiers[0],
      idempotency: "v")
    let sequence = life.http.store.machine.sequence
    let again = try life.http.expect(
      200, "POST", life.path + "/verdict", body: verdict, by: life.keys.verifiers[0],
      idempotency: "v")
    #expect(first.body == again.body)
    let other = try life.verdict(.inconclusive(.missingData))
    #expect(
      try life.http.expect(
        422, "POST", life.path + "/verdict", body: other, by: life.keys.verifiers[0],
        idempotency: "v"
      ).text("code") == "idempotency_key_reused")
    // The key is the party's: another's is another.
    try life.http.expect(409, "POST", life.path + "/close", by: life.keys.buyer, idempotency: "v")
    #expect(life.http.store.machine.sequence == sequence)
    try life.deposit(life.keys.buyer.verifyingKey, 5)
    let body = JSONValue.object([
      "asset": .string("EUR"), "decimals": .integer(2), "amount": .string("7"),
    ]).serialized()
    for _ in 0..<3 {
      try life.http.expect(
        200, "POST", "/v1/withdrawals", body: body, by: life.keys.buyer, idempotency: "w")
    }
    #expect(life.http.store.machine.sequence == sequence + 2)
  }

  @Test func nobodySeesOrMovesAnothersJob() throws {
    var life = try JobLife()
    try life.fund()
    // Open offers are every provider's to see.
    try life.http.expect(200, "GET", life.path, by: life.keys.outsider)
    try life.claim()
    for part in ["", "/terms", "/events", "/transfers", "/claim", "/challenge", "/receipt"] {
      let response = try life.http.expect(404, "GET", life.path + part, by: life.keys.outsider)
      let absent = try life.http.expect(404, "GET", "/v1/jobs/none" + part, by: life.keys.outsider)
      #expect(try response.text("code") == (try absent.text("code")))
      try life.http.expect(401, "GET", life.path + part)
    }
    for target in ["/v1/jobs", "/v1/jobs?state=sampling", "/v1/jobs?state=funded"] {
      let jobs = try life.http.expect(200, "GET", target, by: life.keys.outsider)
      #expect(try jobs.list("jobs").isEmpty)
      #expect(try life.http.expect(200, "GET", target, by: life.keys.operator).status == 200)
    }
    #expect(
      try life.http.expect(200, "GET", "/v1/jobs", by: life.keys.verifiers[1]).list("jobs").count
        == 1)
    #expect(
      try life.http.expect(200, "GET", "/v1/jobs", by: life.keys.provider).list("jobs").count == 1)
    try life.http.expect(403, "GET", "/v1/transfers", by: life.keys.outsider)
    try life.http.expect(403, "GET", "/v1/parties", by: life.keys.outsider)
    let before = try life.http.store.replayed().encoded
    let secret = JSONValue.object([
      "role": .string("buyer"), "secret": .string(String(repeating: "0", count: 64)),
    ]).serialized()
    try life.http.expect(404, "POST", life.path + "/reveal", body: secret, by: life.keys.outsider)
    try life.http.expect(403, "POST", life.path + "/reveal", body: secret, by: life.keys.provider)
    try life.http.expect(409, "POST", life.path + "/cancel", by: life.keys.outsider)
    try life.http.expect(
      403, "POST", "/v1/jobs", body: try life.market.terms("job-9").bytes, by: life.keys.provider)
    #expect(try life.http.store.replayed().encoded == before)
    let accounts = try life.http.expect(200, "GET", "/v1/accounts", by: life.keys.buyer)
    for var account in try accounts.list("accounts") {
      #expect(try account.string("account").contains("\(life.keys.buyer.verifyingKey)"))
    }
  }

  @Test func listsComeInPages() throws {
    var life = try JobLife()
    for number in 2...8 {
      let terms = try life.market.terms("job-\(number)")
      try life.http.expect(201, "POST", "/v1/jobs", body: terms.bytes, by: life.keys.buyer)
    }
    var names: [String] = []
    var target: String? = "/v1/jobs?limit=3"
    while let page = target, names.count < 20 {
      let response = try life.http.expect(200, "GET", page, by: life.keys.buyer)
      for var job in try response.list("jobs") { names.append(try job.string("job")) }
      if case .string(let next) = try response.member("next") {
        target = "/v1/jobs?limit=3&cursor=\(next)"
      } else {
        target = nil
      }
    }
    #expect(names == (2...8).reversed().map { "job-\($0)" })
    var accounts: [String] = []
    target = "/v1/accounts?limit=2"
    while let page = target, accounts.count < 20 {
      let response = try life.http.expect(200, "GET", page, by: life.keys.operator)
      for var account in try response.list("accounts") {
        accounts.append(try account.string("account"))
      }
      if case .string(let next) = try response.member("next") {
        target = "/v1/accounts?limit=2&cursor=\(next)"
      } else {
        target = nil
      }
    }
    let known = try life.http.store.replayed().ledger.accounts.keys.map(\.name)
    #expect(accounts == known.sorted())
  }
}
