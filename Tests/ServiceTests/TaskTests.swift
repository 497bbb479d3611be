import AssayAccounting
import AssayCryptography
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorage
import AssayWire
import Testing

@testable import AssayService

/// Verifiers' work, shared out among workers that may die.
struct TaskTests {
  /// A job that is to be verified; with the provider's answer, if there is to be one.
  private func drawn(answered: Bool = true) throws -> JobLife {
    var life = try JobLife()
    try life.fund()
    try life.claim()
    try life.draw()
    if answered { try answer(life) }
    return life
  }

  private func answer(_ life: JobLife) throws {
    let job = try #require(life.http.store.machine.jobs[life.terms.contents.job])
    let task = try #require(
      VerifierTask(of: life.keys.verifiers[0].verifyingKey, in: job))
    let bytes: [UInt8] = [1, 2, 3]
    try life.http.expect(
      200, "PUT",
      life.path + "/bundles/\(SHA256.digest(of: bytes))?name=\(task.answerName)&size=3",
      body: bytes, by: life.keys.provider)
  }

  private func lease(_ life: JobLife, seconds: Int = 60, by verifier: Int = 0) throws
    -> JSONFields?
  {
    let response = try life.http.expect(
      200, "POST", "/v1/tasks", body: Array("{\"seconds\":\(seconds)}".utf8),
      by: life.keys.verifiers[verifier])
    let task = try response.member("task")
    return task == .null ? nil : try JSONFields(task)
  }

  private func post(
    _ status: Int, _ what: String, _ members: String, _ life: JobLife
  ) throws {
    try life.http.expect(
      status, "POST", "/v1/tasks/job-1/\(what)", body: Array("{\(members)}".utf8),
      by: life.keys.verifiers[0])
  }

  @Test func aTaskIsOneWorkersUntilItsLeaseEnds() throws {
    let life = try drawn()
    var task = try #require(try lease(life))
    let token = try task.string("lease")
    #expect(try task.string("job") == "job-1")
    #expect(try task.string("kind") == "verdict")
    #expect(try task.bool("withheld") == false)
    #expect(try lease(life) == nil)
    // Another verifier has tasks of its own.
    #expect(try lease(life, by: 1) != nil)
    life.http.now += 50_000
    try post(200, "heartbeat", "\"lease\":\"\(token)\",\"seconds\":60", life)
    life.http.now += 50_000
    #expect(try lease(life) == nil)
    life.http.now += 20_000
    var again = try #require(try lease(life))
    #expect(try again.integer("attempt") == 2)
    #expect(try again.string("lease") != token)
    // The first one was only slow: it is told to leave it.
    try post(409, "heartbeat", "\"lease\":\"\(token)\",\"seconds\":60", life)
    try post(409, "fail", "\"lease\":\"\(token)\",\"failure\":\"x\"", life)
  }

  @Test func aTaskThatFailsThreeTimesIsSetAsideUntilSomebodyLooks() throws {
    let life = try drawn()
    for attempt in 1...3 {
      var task = try #require(try lease(life))
      #expect(try task.integer("attempt") == attempt)
      let token = try task.string("lease")
      try post(200, "fail", "\"lease\":\"\(token)\",\"failure\":\"no data\"", life)
      #expect(try lease(life) == nil)
      life.http.now += 20_000
    }
    #expect(try lease(life) == nil)
    let list = try life.http.expect(200, "GET", "/v1/tasks", by: life.keys.verifiers[0])
    var task = try #require(try list.list("tasks").first)
    #expect(try task.string("state") == "setAside")
    #expect(try task.string("failure") == "no data")
    try life.http.expect(200, "POST", "/v1/tasks/job-1/retry", by: life.keys.verifiers[0])
    #expect(try lease(life) != nil)
    try life.http.expect(404, "POST", "/v1/tasks/job-1/retry", by: life.keys.outsider)
  }

  @Test func aProviderThatDoesNotAnswerIsWaitedForHalfTheTime() throws {
    let life = try drawn(answered: false)
    #expect(try lease(life) == nil)
    let seconds = life.terms.contents.deadlines.verificationSeconds
    life.http.now += UInt64(seconds) * 500 + 1_000
    var task = try #require(try lease(life))
    #expect(try task.bool("withheld"))
  }

  @Test func nothingIsToBeDoneBeforeTheDrawOrAfterTheVerdict() throws {
    var life = try JobLife()
    try life.fund()
    try life.claim()
    #expect(try lease(life) == nil)
    try life.draw()
    try answer(life)
    var task = try #require(try lease(life))
    let token = try task.string("lease")
    try life.http.expect(
      200, "POST", life.path + "/verdict", body: try life.verdict(), by: life.keys.verifiers[0])
    #expect(try lease(life) == nil)
    try post(409, "heartbeat", "\"lease\":\"\(token)\",\"seconds\":60", life)
    for body in ["{}", "{\"seconds\":0}", "{\"seconds\":3601}", "{\"seconds\":\"1\"}", "[]", ""] {
      try life.http.expect(
        400, "POST", "/v1/tasks", body: Array(body.utf8), by: life.keys.verifiers[0])
    }
  }
}
