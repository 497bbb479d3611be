internal import AssayAccounting
internal import AssayCryptography
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

// What verifiers have to do, shared out among their workers.
extension Route {
  static let tasks: [Route] = [
    Route("GET", "/v1/tasks", .signed([.verifier])) { try $0.listTasks($1) },
    Route("POST", "/v1/tasks", .signed([.verifier]), bodyLimit: small) { try $0.lease($1) },
    Route("POST", "/v1/tasks/{job}/heartbeat", .signed([.verifier]), bodyLimit: small) {
      try $0.renew($1)
    },
    Route("POST", "/v1/tasks/{job}/fail", .signed([.verifier]), bodyLimit: small) {
      try $0.fail($1)
    },
    Route("POST", "/v1/tasks/{job}/retry", .signed([.verifier])) { try $0.retry($1) },
  ]
}

extension MarketService {
  /// The tasks of a verifier, the most urgent first.
  private func tasks(of verifier: VerifyingKey) -> [VerifierTask] {
    index.names(in: VerifierTask.phases).compactMap { name in
      store.machine.jobs[name].flatMap { VerifierTask(of: verifier, in: $0) }
    }.sorted { ($0.deadline, $0.job) < ($1.deadline, $1.job) }
  }

  /// Whether the provider's answer is there, or can no longer be waited for.
  private func answer(to task: VerifierTask, now: UInt64) throws -> (isThere: Bool, isLate: Bool) {
    let party = Hex.encode(task.provider.bytes)
    let isThere = try bundles?.bundles(of: task.job).contains {
      $0.name == task.answerName && $0.party == party && $0.isWhole
    }
    return (isThere ?? false, now / 1000 >= task.halfTime)
  }

  fileprivate func listTasks(_ call: Call) throws -> HTTPResponse {
    let verifier = try call.signer().key
    let leases = try board.leases(of: verifier)
    let views = tasks(of: verifier).map { task in
      let lease = leases[task.name]
      let state =
        switch lease {
        case let lease? where lease.until > call.milliseconds:
          lease.token.isEmpty ? "waiting" : "leased"
        case let lease? where lease.isSetAside(at: call.milliseconds): "setAside"
        default: "waiting"
        }
      return JSONValue.object(
        task.members + [
          JSONMember(name: "state", value: .string(state)),
          JSONMember(name: "attempts", value: .integer(lease?.attempts ?? 0)),
          JSONMember(name: "failure", value: .string(lease?.failure ?? "")),
        ])
    }
    return .json(.object(["tasks": .array(views)]))
  }

  /// Gives the most urgent task that nobody has, and takes care that nobody else gets it.
  fileprivate func lease(_ call: Call) throws -> HTTPResponse {
    let verifier = try call.signer().key
    let seconds = try call.read { fields throws(WireError) in
      try fields.integer("seconds", in: TaskBoard.leaseSeconds)
    }
    let now = call.milliseconds
    var leases = try board.leases(of: verifier)
    var given: JSONValue?
    for task in tasks(of: verifier) {
      let before = leases.removeValue(forKey: task.name)
      if given != nil || before.map({ $0.until > now || $0.isSetAside(at: now) }) == true {
        continue
      }
      let answer = try answer(to: task, now: now)
      guard answer.isThere || answer.isLate || task.kind == .show else { continue }
      let token = SHA256.digest(
        domain: "assay/lease/v1", [Array(call.request.field("signature")?.utf8 ?? "".utf8)])
      let lease = TaskBoard.Lease(
        token: String(token.hex.prefix(32)), until: now + UInt64(seconds) * 1000,
        attempts: (before?.attempts ?? 0) + 1, failure: before?.failure ?? "")
      try board.put(lease, on: task.name, of: verifier)
      given = .object(
        task.members + [
          JSONMember(name: "lease", value: .string(lease.token)),
          JSONMember(name: "answer", value: .string(task.answerName)),
          JSONMember(name: "withheld", value: .bool(!answer.isThere)),
          JSONMember(name: "attempt", value: .integer(lease.attempts)),
        ])
    }
    // What is left are leases of tasks that are done.
    for task in leases.keys { try board.remove(task, of: verifier) }
    return .json(.object(["task": given ?? .null]))
  }

  /// The worker is still at it.
  fileprivate func renew(_ call: Call) throws -> HTTPResponse {
    let (token, seconds) = try call.read { fields throws(WireError) in
      (
        try fields.string("lease"), try fields.integer("seconds", in: TaskBoard.leaseSeconds)
      )
    }
    return try change(call, token) { lease in
      lease.until = call.milliseconds + UInt64(seconds) * 1000
    }
  }

  /// The worker could not do it; after a while another may try.
  fileprivate func fail(_ call: Call) throws -> HTTPResponse {
    let (token, failure) = try call.read { fields throws(WireError) in
      (try fields.string("lease"), try fields.string("failure"))
    }
    return try change(call, token) { lease in
      lease.token = ""
      lease.until = call.milliseconds + 2_000 << UInt64(min(lease.attempts, 8))
      lease.failure = String(failure.prefix(1_000))
    }
  }

  private func change(
    _ call: Call, _ token: String, _ change: (inout TaskBoard.Lease) -> Void
  ) throws -> HTTPResponse {
    let verifier = try call.signer().key
    let leases = try board.leases(of: verifier)
    let task = tasks(of: verifier).first { task in
      task.job == call.segments[0] && leases[task.name]?.token == token
    }
    guard let task, var lease = leases[task.name], lease.until > call.milliseconds else {
      throw Problem(
        .leaseLost, "the task is done or somebody else's: leave it, and ask for another")
    }
    change(&lease)
    try board.put(lease, on: task.name, of: verifier)
    return .json(.object(["job": .string(task.job), "until": .integer(lease.until / 1000)]))
  }

  /// Tasks that were set aside are given out again.
  fileprivate func retry(_ call: Call) throws -> HTTPResponse {
    let verifier = try call.signer().key
    for task in tasks(of: verifier) where task.job == call.segments[0] {
      try board.remove(task.name, of: verifier)
      return .json(.object(["job": .string(task.job), "until": .integer(0)]))
    }
    throw Problem(.notFound, "there is nothing for you to do in the job “\(call.segments[0])”")
  }
}

extension VerifierTask {
  /// The task for other programs.
  fileprivate var members: [JSONMember] {
    [
      JSONMember(name: "job", value: .string(job)),
      JSONMember(name: "kind", value: .string(kind.rawValue)),
      JSONMember(name: "claim", value: .integer(claim)),
      JSONMember(name: "round", value: .integer(round)),
      JSONMember(name: "deadline", value: .integer(deadline)),
    ]
  }
}
