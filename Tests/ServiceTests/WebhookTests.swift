import AssayCryptography
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorage
import AssayWire
import Testing

@testable import AssayService

/// Messages to parties about their jobs.
struct WebhookTests {
  private let url = "https://shop.example/hooks/assay?token=1"

  private func put(
    _ status: Int, _ url: String, _ life: JobLife, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let body = JSONValue.object(["url": .string(url)]).serialized()
    try life.http.expect(
      status, "PUT", "/v1/webhook", body: body, by: life.keys.buyer,
      sourceLocation: sourceLocation)
  }

  private func event(_ message: WebhookMessage) throws -> String {
    var fields = try JSONFields(try JSONValue.parse(message.request.body))
    return try fields.string("command")
  }

  @Test func aPartyIsToldOfItsJobsInOrderUnderTheOperatorsSignature() throws {
    var life = try JobLife()
    try put(200, url, life)
    try life.fund()
    // What is nobody's job is passed over.
    try life.deposit(life.keys.provider.verifyingKey, 5)
    try life.claim()
    var told: [String] = []
    for _ in 0..<20 {
      guard let message = try life.http.service.takeMessages(now: life.http.now).first else {
        break
      }
      // It is being sent: another service sends nothing.
      #expect(try life.http.service.takeMessages(now: life.http.now).isEmpty)
      #expect(message.url == url)
      let request = message.request
      #expect(request.target == "/hooks/assay?token=1" && request.hasTrueDigest)
      let signature = try #require(MessageSignature(request))
      #expect(signature.isValid(for: request, key: life.keys.operator.verifyingKey))
      #expect(signature.components.contains("content-digest"))
      told.append(try event(message))
      try life.http.service.conclude(message, failure: nil, now: life.http.now)
      // What is said twice changes nothing.
      try life.http.service.conclude(message, failure: nil, now: life.http.now)
    }
    #expect(told == ["offer", "fund", "accept", "commit", "logged", "reveal"])
    try life.draw()
    let next = try #require(try life.http.service.takeMessages(now: life.http.now).first)
    #expect(try event(next) == "reveal")
  }

  @Test func anAddressThatFailsIsTriedLessAndLessAndHoldsNothingUp() throws {
    var life = try JobLife()
    try put(200, url, life)
    try life.fund()
    let sequence = life.http.store.machine.sequence
    var times: [UInt64] = []
    for _ in 0..<20_000 where times.count < WebhookBook.attemptLimit + 1 {
      for message in try life.http.service.takeMessages(now: life.http.now) {
        times.append(life.http.now)
        try life.http.service.conclude(message, failure: "500", now: life.http.now)
      }
      life.http.now += 1_000
    }
    let waits = zip(times, times.dropFirst()).map { ($1 - $0) / 1_000 }
    #expect(waits == (1..<UInt64(WebhookBook.attemptLimit)).map { 1 << $0 } + [1])
    let hook = try life.http.expect(200, "GET", "/v1/webhook", by: life.keys.buyer)
    #expect(try hook.member("dropped") == .integer(1))
    #expect(life.http.store.machine.sequence == sequence)
    // Who sends and dies: after a while it is sent again.
    life.http.now += 4_000_000
    #expect(try life.http.service.takeMessages(now: life.http.now).count == 1)
    #expect(try life.http.service.takeMessages(now: life.http.now + 29_999).isEmpty)
    #expect(try life.http.service.takeMessages(now: life.http.now + 30_000).count == 1)
    try life.http.expect(200, "DELETE", "/v1/webhook", by: life.keys.buyer)
    try life.http.expect(404, "GET", "/v1/webhook", by: life.keys.buyer)
    #expect(try life.http.service.takeMessages(now: life.http.now + 99_000).isEmpty)
  }

  @Test func nothingIsSentWhereTheOperatorHasNotAllowedIt() throws {
    let life = try JobLife()
    for other in [
      "https://127.0.0.1/", "https://shop.example:8443/", "http://169.254.169.254/latest",
      "https://shop.example.evil.example/", "https://[::1]/", "https://localhost/",
    ] {
      try put(403, other, life)
    }
    for wrong in [
      "", "shop.example", "ftp://shop.example/", "https://", "https:///x", "file:///etc/passwd",
      "https://user@shop.example/", "https://shop.example@evil.example/",
      "https://shop.example\\@evil.example/", "https://shop.example/a b",
      "https://shop.example/\r\nx: y", "https://shop.example/#x", "https://shop.example?x",
      "https://shop.example/" + String(repeating: "a", count: 1_024), "HTTPS://shop.example/",
    ] {
      try put(400, wrong, life)
    }
    try life.http.expect(404, "GET", "/v1/webhook", by: life.keys.buyer)
    try put(200, "https://SHOP.example/", life)
  }
}
