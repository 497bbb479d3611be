import AssayAccounting
import AssayCryptography
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorage
import AssayWire
import Testing

@testable import AssayService

/// Invitations, bids and matches over HTTP, every answer held to the document.
struct MarketRouteTests {
  private let path = "/v1/market/invitations/job-1"

  private func bid(_ terms: Digest, _ price: Int, region: String = "eu") -> [UInt8] {
    JSONValue.object([
      "terms": .string(terms.hex), "price": .string("\(price)"), "hardware": .string("processor"),
      "region": .string(region), "seconds": .integer(3_600),
    ]).serialized()
  }

  @Test func bidsAreMatchedByTheClockAndReputationIsShown() throws {
    let life = try JobLife()
    let (http, keys) = (life.http, life.keys)
    let invite = "/v1/market/invitations?seconds=100&regions=eu,us&halvingReputation=500"
    try http.expect(201, "POST", invite, body: life.terms.bytes, by: keys.buyer)
    let shown = try http.expect(200, "GET", path, by: keys.outsider)
    #expect(try shown.text("terms") == life.terms.digest.hex)
    let terms = try http.expect(200, "GET", path + "/terms", by: keys.provider)
    #expect(terms.body == life.terms.bytes)
    let digest = life.terms.digest
    let refused = try http.expect(
      409, "POST", path + "/bid", body: bid(digest, 4_900, region: "asia"), by: keys.provider)
    #expect(try refused.text("code") == "bid_refused")
    for (key, price) in [(keys.provider, 4_900), (keys.challenger, 4_700)] {
      try http.expect(200, "POST", path + "/bid", body: bid(digest, price), by: key)
    }
    var listed = try #require(
      try http.expect(200, "GET", "/v1/market/invitations?limit=1", by: keys.outsider)
        .list("invitations").first)
    #expect(try listed.objects("bids").count == 2)
    try http.expect(200, "POST", path + "/retract", by: keys.challenger)
    try http.expect(409, "POST", path + "/match", by: keys.outsider)
    http.now += 100_000
    try http.service.tick(now: http.now)
    let job = try http.expect(200, "GET", "/v1/jobs/job-1", by: keys.provider)
    #expect(try job.text("state") == "active")
    #expect(try job.text("price") == "4900")
    try http.expect(404, "GET", path, by: keys.provider)
    let reputation = try http.expect(
      200, "GET", "/v1/market/reputations/\(keys.provider.verifyingKey)", by: keys.outsider)
    #expect(try reputation.list("reputations").isEmpty)
    try http.store.replayed().checkInvariants()
  }

  @Test func whatIsAskedWronglyIsSaidSo() throws {
    let life = try JobLife()
    let (http, keys) = (life.http, life.keys)
    for query in [
      "", "?seconds=x", "?seconds=60&hardware=abacus", "?seconds=60&leastReputation=-1",
      "?seconds=60&unknown=1",
    ] {
      try http.expect(
        400, "POST", "/v1/market/invitations\(query)", body: life.terms.bytes, by: keys.buyer)
    }
    try http.expect(
      422, "POST", "/v1/market/invitations?seconds=60&regions=Oslo", body: life.terms.bytes,
      by: keys.buyer)
    try http.expect(
      404, "POST", path + "/bid", body: bid(life.terms.digest, 1), by: keys.provider)
    try http.expect(400, "POST", path + "/bid", body: [0x7b, 0x7d], by: keys.provider)
    try http.expect(400, "GET", "/v1/market/reputations/zz", by: keys.buyer)
  }
}
