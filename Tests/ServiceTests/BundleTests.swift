import AssayCryptography
import AssayFiles
import AssaySettlementTestSupport
import AssayWire
import Foundation
import Testing

@testable import AssayService

/// Files that travel with a job.
struct BundleTests {
  private func target(_ life: JobLife, _ bytes: [UInt8], at offset: Int, name: String = "data")
    -> String
  {
    life.path + "/bundles/\(SHA256.digest(of: bytes))?name=\(name)&size=\(bytes.count)"
      + "&offset=\(offset)"
  }

  private func contents(_ response: HTTPResponse) throws -> [UInt8] {
    let part = try #require(response.file)
    return try OpenFile(part.path, for: .reading).read(at: part.offset, count: part.count)
  }

  @Test func aFileComesInPiecesAndGoesInParts() throws {
    var life = try JobLife()
    try life.fund()
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let first = try life.http.expect(
      200, "PUT", target(life, bytes, at: 0), body: Array(bytes[..<4_000]), by: life.keys.buyer)
    #expect(try first.member("received") == .integer(4_000))
    let path = life.path + "/bundles/\(SHA256.digest(of: bytes))"
    // What is not whole is not there.
    try life.http.expect(404, "GET", path, by: life.keys.provider)
    // A repeated piece, and one that leaves a hole.
    for offset in [0, 5_000] {
      let problem = try life.http.expect(
        409, "PUT", target(life, bytes, at: offset), body: Array(bytes[4_000...]),
        by: life.keys.buyer)
      #expect(try problem.text("detail").contains("4000"))
    }
    let last = try life.http.expect(
      200, "PUT", target(life, bytes, at: 4_000), body: Array(bytes[4_000...]),
      by: life.keys.buyer)
    #expect(try last.member("received") == .integer(10_000))
    // The last answer was lost: the client asks again.
    try life.http.expect(
      200, "PUT", target(life, bytes, at: 4_000), body: Array(bytes[4_000...]),
      by: life.keys.buyer)
    let whole = try life.http.expect(200, "GET", path, by: life.keys.provider)
    #expect(try contents(whole) == bytes)
    for (range, expected) in [
      ("bytes=100-199", bytes[100..<200]), ("bytes=9990-", bytes[9_990...]),
      ("bytes=9990-99999", bytes[9_990...]),
    ] {
      let part = try life.http.expect(
        206, "GET", path, by: life.keys.provider, fields: [HTTPField("range", range)])
      #expect(try contents(part) == Array(expected))
    }
    for range in ["bytes=10000-", "bytes=20000-20001"] {
      try life.http.expect(
        416, "GET", path, by: life.keys.provider, fields: [HTTPField("range", range)])
    }
    for range in ["bytes=5-2", "bytes=-5", "bytes=a-b", "items=0-1", "bytes=0-1,4-5"] {
      let whole = try life.http.expect(
        200, "GET", path, by: life.keys.provider, fields: [HTTPField("range", range)])
      #expect(try contents(whole) == bytes)
    }
    let list = try life.http.expect(200, "GET", life.path + "/bundles", by: life.keys.provider)
    #expect(try list.list("bundles").count == 1)
  }

  @Test func whatIsNotWhatItsDigestSaysBeginsAgain() throws {
    var life = try JobLife()
    try life.fund()
    let bytes = [UInt8](repeating: 5, count: 100)
    var wrong = bytes
    wrong[50] = 6
    let problem = try life.http.expect(
      400, "PUT", target(life, bytes, at: 0), body: wrong, by: life.keys.buyer)
    #expect(try problem.text("code") == "digest_mismatch")
    let list = try life.http.expect(200, "GET", life.path + "/bundles", by: life.keys.buyer)
    #expect(try list.list("bundles").isEmpty)
    try life.http.expect(
      200, "PUT", target(life, bytes, at: 0), body: bytes, by: life.keys.buyer)
  }

  @Test func anotherServiceGoesOnWhereTheFirstOneEnded() throws {
    var life = try JobLife()
    try life.fund()
    let bytes = (0..<9_000).map { UInt8(truncatingIfNeeded: $0 * 3) }
    try life.http.expect(
      200, "PUT", target(life, bytes, at: 0), body: Array(bytes[..<5_000]), by: life.keys.buyer)
    let other = try MarketService(
      store: life.http.store, configuration: life.http.service.configuration, now: life.http.now)
    let request = life.http.request(
      "PUT", target(life, bytes, at: 5_000), body: Array(bytes[5_000...]), by: life.keys.buyer)
    #expect(other.respond(to: request, now: life.http.now).status == 200)
    let path = life.path + "/bundles/\(SHA256.digest(of: bytes))"
    #expect(try contents(life.http.expect(200, "GET", path, by: life.keys.buyer)) == bytes)
    // A folder that was emptied is filled again.
    let folder = try #require(life.http.service.configuration.bundleFolder)
    try FileManager.default.removeItem(atPath: folder)
    try life.http.expect(404, "GET", path, by: life.keys.buyer)
    try life.http.expect(
      200, "PUT", target(life, bytes, at: 0), body: bytes, by: life.keys.buyer)
    #expect(try contents(life.http.expect(200, "GET", path, by: life.keys.buyer)) == bytes)
  }

  @Test func strangersNeitherSeeNorAddFilesAndNobodyTooMany() throws {
    var life = try JobLife()
    try life.fund()
    let bytes = [UInt8](repeating: 1, count: 64)
    try life.http.expect(
      200, "PUT", target(life, bytes, at: 0), body: bytes, by: life.keys.buyer)
    let path = life.path + "/bundles/\(SHA256.digest(of: bytes))"
    // While a provider is looked for, all may look and none may add.
    try life.http.expect(200, "GET", path, by: life.keys.outsider)
    try life.http.expect(
      403, "PUT", target(life, bytes, at: 0), body: bytes, by: life.keys.outsider)
    try life.claim()
    try life.http.expect(404, "GET", path, by: life.keys.outsider)
    try life.http.expect(404, "GET", life.path + "/bundles", by: life.keys.outsider)
    try life.http.expect(401, "GET", path)
    let digest = String(repeating: "0", count: 64)
    for (status, query) in [
      (413, "name=data&size=1048577"), (400, "name=data&size=0"), (400, "name=data&size=-1"),
      (400, "name=data&size=99999999999999999999"), (400, "name=Data&size=1"),
      (400, "name=..%2Fx&size=1"), (400, "size=1"), (400, "name=data"),
      (400, "name=data&size=1&offset=2"), (400, "name=data&size=1&offset=-1"),
      (400, "name=data&size=0x1"), (400, "name=data&size=1&more=1"),
    ] {
      try life.http.expect(
        status, "PUT", life.path + "/bundles/\(digest)?\(query)", body: [1], by: life.keys.buyer)
    }
    // Announced bytes count against the quota of 1.5 MiB.
    for (status, digit) in [(200, "1"), (409, "2")] {
      try life.http.expect(
        status, "PUT",
        life.path + "/bundles/\(String(repeating: digit, count: 64))?name=data&size=1048576",
        body: [1], by: life.keys.buyer)
    }
  }

  @Test func theFilesOfASettledJobAreRemovedAfterAWhile() throws {
    var life = try JobLife()
    try life.fund()
    let bytes = [UInt8](repeating: 7, count: 50)
    try life.http.expect(
      200, "PUT", target(life, bytes, at: 0), body: bytes, by: life.keys.buyer)
    let path = life.path + "/bundles/\(SHA256.digest(of: bytes))"
    let file = try #require(
      try life.http.expect(200, "GET", path, by: life.keys.buyer).file
    ).path
    try life.http.expect(200, "POST", life.path + "/cancel", by: life.keys.buyer)
    let days = life.http.service.configuration.bundleLimits.secondsAfterSettling / 86_400
    for (passed, isThere) in [(1, true), (days - 2, true), (1, false)] {
      life.http.now += passed * 86_400_000
      try life.http.service.tick(now: life.http.now)
      try life.http.expect(isThere ? 200 : 404, "GET", path, by: life.keys.buyer)
      #expect(FileAccess.exists(file) == isThere)
    }
  }
}
