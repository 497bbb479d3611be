import AssayCryptography
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorage
import AssayTestSupport
import AssayWire
import Testing

@testable import AssayService

struct RequestTests {
  @Test func theDocumentAndTheRoutesAreTheSame() throws {
    let document = try OpenAPIDocument(APIDocument.bytes)
    let described = Set(document.operations.map { "\($0.method) \($0.template)" })
    let pages = Route.dashboard.map { "\($0.method) \($0.template)" }
    let routes = Set(Route.all.map { "\($0.method) \($0.template)" }).subtracting(pages)
    #expect(described == routes)
    for (method, template) in document.operations {
      let operation = document.root["paths"]?[template]?[method.lowercased()]
      let route = try #require(Route.all.first { $0.method == method && $0.template == template })
      let isSigned = operation?["security"]?.elements.isEmpty == false
      #expect(isSigned == (route.access != .anyone), "\(method) \(template)")
      #expect((operation?["requestBody"] != nil) == (route.bodyLimit > 0), "\(method) \(template)")
    }
    let codes = document.root["components"]?["schemas"]?["Problem"]?["properties"]?["code"]?["enum"]
    #expect(
      codes?.elements == Problem.Code.allCases.map { .string($0.rawValue) })
  }

  @Test func everyRouteThatAsksForASignatureRefusesWithoutOne() throws {
    let http = try DescribedService()
    for route in Route.all where route.access != .anyone {
      let target = route.template.replacing("{job}", with: "job-1").replacing(
        "{digest}", with: String(repeating: "0", count: 64))
      let response = try http.expect(401, route.method, target)
      #expect(try DescribedService.code(response) == "signature_missing")
    }
  }

  @Test func aReplayedRequestIsRefused() throws {
    let http = try DescribedService()
    let key = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    let request = http.request("GET", "/v1/parties/me", by: key)
    #expect(try http.send(request).status == 200)
    #expect(try DescribedService.code(try http.send(request)) == "signature_replayed")
    http.now += 61_000
    #expect(try DescribedService.code(try http.send(request)) == "signature_expired")
  }

  @Test func onlyListedKeysMayDoWhatTheirRolesSay() throws {
    let keys = try (1...3).map { try SigningKey(seed: [UInt8](repeating: $0, count: 32)) }
    let directory = try PartyDirectory(
      decoding: Array(
        """
        {"parties": [{"key": "\(keys[0].verifyingKey)", "name": "A", "roles": ["auditor"]},
                     {"key": "\(keys[1].verifyingKey)", "name": "B", "roles": ["provider"]}]}
        """.utf8))
    let http = try DescribedService(directory: directory)
    #expect(try http.expect(200, "GET", "/v1/parties", by: keys[0]).list("parties").count == 2)
    try http.expect(403, "GET", "/v1/parties", by: keys[1])
    #expect(
      try http.expect(403, "POST", "/v1/jobs", body: [1], by: keys[1]).text("code")
        == "role_missing")
    #expect(
      try http.expect(403, "GET", "/v1/parties/me", by: keys[2]).text("code") == "role_missing")
    #expect(throws: WireError.self) {
      try PartyDirectory(decoding: Array("{\"parties\": [{\"key\": \"00\"}]}".utf8))
    }
  }

  @Test func whoAsksTooOftenWaits() throws {
    let http = try DescribedService(requestsPerSecond: 5)
    let key = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    let other = try SigningKey(seed: [UInt8](repeating: 2, count: 32))
    for _ in 0..<10 { try http.expect(200, "GET", "/v1/parties/me", by: key) }
    let refused = try http.expect(429, "GET", "/v1/parties/me", by: key)
    #expect(refused.fields.contains(HTTPField("retry-after", "1")))
    try http.expect(200, "GET", "/v1/parties/me", by: other)
    for _ in 0..<10 { try http.expect(200, "GET", "/health/live") }
    try http.expect(429, "GET", "/health/live")
    http.now += 1_000
    for _ in 0..<5 { try http.expect(200, "GET", "/v1/parties/me", by: key) }
    try http.expect(429, "GET", "/v1/parties/me", by: key)
  }

  @Test func whatIsAskedWronglyIsSaidSo() throws {
    let market = try Market()
    let http = try DescribedService(operatorKey: market.keys.operator)
    let key = market.keys.operator
    try http.expect(404, "GET", "/v2/jobs")
    try http.expect(405, "DELETE", "/v1/jobs")
    try http.expect(400, "GET", "/v1/jobs/%zz", by: key)
    try http.expect(400, "GET", "/v1/jobs?limit=0", by: key)
    try http.expect(400, "GET", "/v1/jobs?limit=1&limit=2", by: key)
    try http.expect(400, "GET", "/v1/jobs?stat=funded", by: key)
    try http.expect(400, "GET", "/v1/jobs?state=gone", by: key)
    try http.expect(400, "GET", "/v1/jobs?cursor=-1", by: key)
    try http.expect(400, "GET", "/v1/evidence/00", by: key)
    try http.expect(413, "POST", "/v1/jobs/job-1/fund", body: [1], by: key)
    try http.expect(422, "POST", "/v1/jobs", body: Array("{}".utf8), by: key)
    for body in ["", "[]", "{", "{\"asset\": \"EUR\"}", "{\"party\": 1}"] {
      try http.expect(400, "POST", "/v1/deposits", body: Array(body.utf8), by: key)
    }
    let deposit = JSONValue.object([
      "party": .string("\(key.verifyingKey)"), "asset": .string("EUR"), "decimals": .integer(2),
      "amount": .string("0"),
    ]).serialized()
    #expect(
      try http.expect(400, "POST", "/v1/deposits", body: deposit, by: key).text("code")
        == "malformed_body")
    let bare = http.request("POST", "/v1/jobs/job-1/fund", by: key)
    let unkeyed = HTTPRequest(
      method: "POST", target: "/v1/jobs/job-1/fund",
      fields: [HTTPField("host", DescribedService.authority)]
    ).signed(by: key, created: 2_000, expires: 2_010, nonce: "a nonce of it")
    #expect(bare.field("idempotency-key") != nil)
    #expect(try DescribedService.code(try http.send(unkeyed)) == "idempotency_key_missing")
    #expect(http.store.machine.sequence == 0)
  }

  @Test func bytesAreKeptByTheirDigest() throws {
    let http = try DescribedService()
    let key = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    let digest = SHA256.digest(of: [1, 2, 3])
    try http.expect(404, "GET", "/v1/evidence/\(digest)", by: key)
    try http.expect(400, "PUT", "/v1/evidence/\(digest)", body: [1, 2], by: key)
    try http.expect(201, "PUT", "/v1/evidence/\(digest)", body: [1, 2, 3], by: key)
    #expect(try http.expect(200, "GET", "/v1/evidence/\(digest)", by: key).body == [1, 2, 3])
  }

  /// Requests of chance bytes are answered, as described, and change nothing.
  @Test func noRequestOfChanceBytesIsAnsweredWithAFault() throws {
    var generator = SeededGenerator(seed: 11)
    let market = try Market()
    let http = try DescribedService(operatorKey: market.keys.operator)
    let targets = Route.all.filter { !$0.template.hasPrefix("/health") }
    for _ in 0..<400 {
      let route = try #require(targets.randomElement(using: &generator))
      let chance = generator.bytes(Int.random(in: 0...12, using: &generator))
      let text = chance.map { "%" + Hex.encode([$0]) }.joined()
      let target = route.template.replacing("{job}", with: text.isEmpty ? "x" : text).replacing(
        "{digest}", with: Hex.encode(generator.bytes(32)))
      let body = route.bodyLimit > 0 ? generator.bytes(40) : []
      let query = Bool.random(using: &generator) ? "?limit=\(text)" : ""
      let response = try http.send(
        http.request(route.method, target + query, body: body, by: market.keys.operator))
      #expect(response.status < 500, "\(route.method) \(target)")
    }
    #expect(http.store.machine.sequence == 0)
  }
}
