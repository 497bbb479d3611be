import AssayCryptography
import AssayReports
import AssaySettlement
import AssaySettlementTestSupport
import AssayWire
import Foundation
import Testing

@testable import AssayService

struct DashboardTests {
  private func get(
    _ target: String, _ http: DescribedService, cookie: String? = nil
  ) -> HTTPResponse {
    let fields = cookie.map { [HTTPField("cookie", $0)] } ?? []
    return http.service.respond(to: http.request("GET", target, fields: fields), now: http.now)
  }

  @Test func aPageIsShownToWhoeverHasTheToken() throws {
    let http = try DescribedService(accessToken: "token-of-the-dashboard")
    #expect(get("/", http).status == 401)
    #expect(get("/?access=token-of-the-dashboar", http).status == 401)
    #expect(get("/jobs", http, cookie: "access=; other=token-of-the-dashboard").status == 401)
    let entry = get("/?access=token-of-the-dashboard", http)
    #expect(entry.status == 303)
    #expect(entry.fields.contains(HTTPField("location", "/")))
    let cookie = try #require(entry.fields.first { $0.name == "set-cookie" }?.value)
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    let pair = String(cookie.prefix { $0 != ";" })
    for path in ["/", "/jobs", "/books", "/verifiers", "/log"] {
      let page = get(path, http, cookie: "first=1; \(pair)")
      #expect(page.status == 200)
      #expect(page.type == "text/html; charset=utf-8")
    }
    #expect(get("/jobs/none", http, cookie: pair).status == 404)
    #expect(get("/jobs?cursor=x", http, cookie: pair).status == 400)
    #expect(get("/jobs?sort=x", http, cookie: pair).status == 400)
    #expect(get("/", try DescribedService(), cookie: pair).status == 404)
  }

  @Test func aPageLoadsNothingAndItsStyleIsTheOneThatThePolicyNames() throws {
    let http = try DescribedService(accessToken: "token-of-the-dashboard")
    let page = get("/", http, cookie: "access=token-of-the-dashboard")
    let text = String(decoding: page.body, as: UTF8.self)
    let policy = try #require(page.fields.first { $0.name == "content-security-policy" }?.value)
    #expect(policy.contains("default-src 'none'"))
    let start = try #require(text.range(of: "<style>")?.upperBound)
    let end = try #require(text.range(of: "</style>")?.lowerBound)
    let hash = Base64.encode(SHA256.digest(of: Array(text[start..<end].utf8)).bytes)
    #expect(policy.contains("style-src 'sha256-\(hash)'"))
    for word in ["<script", "style=", "src=", "url(", "http://", "https://", "@import"] {
      #expect(!text.contains(word), "\(word)")
    }
    #expect(XMLCheck.isWellFormed(page.body))
  }

  @Test func aJobsPageShowsItsLifeItsEvidenceAndItsMoney() throws {
    var life = try JobLife(accessToken: "token-of-the-dashboard")
    try life.fund()
    try life.claim()
    try life.draw()
    try life.http.expect(
      200, "POST", life.path + "/verdict", body: try life.verdict(), by: life.keys.verifiers[0])
    for path in ["/", "/jobs", "/books", "/verifiers", "/log", "/jobs/job-1"] {
      let page = get(path, life.http, cookie: "access=token-of-the-dashboard")
      #expect(page.status == 200)
      #expect(XMLCheck.isWellFormed(page.body), "\(path)")
    }
    let page = String(
      decoding: get("/jobs/job-1", life.http, cookie: "access=token-of-the-dashboard").body,
      as: UTF8.self)
    for text in [
      "challengeOpen", "accepted", "\(life.keys.provider.verifyingKey)", "job/job-1/hold/stake",
      "\(life.terms.digest)", "Seed",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    // Nothing that opens the draw early or signs stands on any page.
    let secret = try #require(life.market.secrets["job-1"]).operator
    #expect(!page.contains(Hex.encode(secret)))
  }
}

/// Whether a document is well-formed XML, after its first line.
enum XMLCheck {
  static func isWellFormed(_ bytes: [UInt8]) -> Bool {
    var open: [Substring] = []
    let text = String(decoding: bytes, as: UTF8.self).dropFirst("<!DOCTYPE html>\n".count)
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      if rest[..<start].contains(">") { return false }
      guard let end = rest[start...].firstIndex(of: ">") else { return false }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      let name = tag.prefix { $0 != " " && $0 != "/" }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return false }
      } else if !tag.hasSuffix("/") {
        open.append(name)
        // A style sheet may say “>” itself.
        if name == "style", let close = rest.range(of: "</style>") {
          rest = rest[close.lowerBound...]
        }
      }
    }
    return open.isEmpty
  }
}
