internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

// Requests that change nothing.
extension Route {
  static let jobs: [Route] = [
    Route("GET", "/v1/jobs", .signed([])) { try $0.list($1) },
    Route("GET", "/v1/jobs/{job}", .signed([])) { service, call in
      .json(try service.job(call).view)
    },
    Route("GET", "/v1/jobs/{job}/terms", .signed([])) { service, call in
      // Their identity is the hash of these bytes.
      HTTPResponse(
        status: 200, type: "application/json", body: try service.job(call).terms.bytes)
    },
    Route("GET", "/v1/jobs/{job}/events", .signed([])) { try $0.events($1) },
    Route("GET", "/v1/jobs/{job}/transfers", .signed([])) { try $0.transfers($1) },
    Route("GET", "/v1/jobs/{job}/claim", .signed([])) { service, call in
      let job = try service.job(call)
      guard let claim = try service.claimEnvelope(of: job.id) else {
        throw Problem(.notFound, "the job “\(job.id)” has no claim yet")
      }
      return HTTPResponse(status: 200, type: "application/json", body: claim)
    },
    Route("GET", "/v1/jobs/{job}/challenge", .signed([])) { service, call in
      let job = try service.job(call)
      guard let challenge = job.challenge else {
        throw Problem(.notFound, "nothing is drawn before both secrets are revealed")
      }
      return HTTPResponse(status: 200, type: "application/json", body: challenge.encoded)
    },
    Route("GET", "/v1/jobs/{job}/receipt", .signed([])) { try $0.receipt($1) },
  ]

  static let books: [Route] = [
    Route("GET", "/v1/accounts", .signed([])) { try $0.accounts($1) },
    Route("GET", "/v1/transfers", .signed([.operator, .guardian, .auditor])) {
      try $0.allTransfers($1)
    },
  ]

  static let evidence: [Route] = [
    Route("GET", "/v1/log/checkpoint", .anyone) { try $0.checkpoint($1) },
    Route("GET", "/v1/log/entries", .anyone) { try $0.logEntries($1) },
    Route("GET", "/v1/operator/secrets/{job}", .anyone) { try $0.operatorSecretHash($1) },
    Route("GET", "/v1/evidence/{digest}", .signed([])) { service, call in
      let digest = try call.digest(call.segments[0])
      guard let bytes = try service.store.evidence(digest) else {
        throw Problem(.notFound, "there are no bytes with this SHA-256")
      }
      return HTTPResponse(status: 200, type: "application/octet-stream", body: bytes)
    },
    Route("PUT", "/v1/evidence/{digest}", .signed([]), bodyLimit: 16 << 20) { service, call in
      let digest = try call.digest(call.segments[0])
      guard SHA256.digest(of: call.request.body) == digest else {
        throw Problem(.digestMismatch, "the body's SHA-256 is not the one in the path")
      }
      try service.store.keep(evidence: call.request.body)
      return .json(.object(["digest": .digest(digest)]), status: 201)
    },
  ]
}

extension Call {
  /// The most elements of one answer.
  static let pageLimit = 200

  /// A digest in the path.
  func digest(_ text: String) throws(Problem) -> Digest {
    guard let digest = try? Digest(hex: text) else {
      throw Problem(.malformedRequest, "expected 64 lower-case hex digits, found “\(text)”")
    }
    return digest
  }

  /// The values of the query; nothing else may stand there.
  func parameters(_ known: String...) throws(Problem) -> [String: String] {
    let found = request.parameters ?? [:]
    if let strange = found.keys.filter({ !known.contains($0) }).min() {
      throw Problem(
        .malformedRequest,
        "unknown parameter “\(strange)”; known: \(known.joined(separator: ", "))")
    }
    return found
  }

  /// How many elements are wanted.
  func limit(_ parameters: [String: String]) throws(Problem) -> Int {
    guard let text = parameters["limit"] else { return 50 }
    guard let limit = Int(text), (1...Call.pageLimit).contains(limit) else {
      throw Problem(.malformedRequest, "limit: expected 1 to \(Call.pageLimit)")
    }
    return limit
  }

  /// Where to go on.
  func cursor(_ parameters: [String: String]) throws(Problem) -> Int? {
    guard let text = parameters["cursor"] else { return nil }
    guard let cursor = Int(text), cursor >= 0 else {
      throw Problem(.malformedRequest, "cursor: expected the “next” of another answer")
    }
    return cursor
  }
}

/// A page of a longer list.
func page(_ name: String, _ values: [JSONValue], next: String?) -> HTTPResponse {
  .json(
    .object([name: .array(values), "next": next.map { .string($0) } ?? .null]))
}

extension MarketService {
  fileprivate func list(_ call: Call) throws(Problem) -> HTTPResponse {
    let party = try call.signer()
    let parameters = try call.parameters("state", "cursor", "limit")
    let limit = try call.limit(parameters)
    var phases: [PhaseName]?
    if let text = parameters["state"] {
      guard let phase = PhaseName(rawValue: text) else {
        let names = PhaseName.allCases.map(\.rawValue).joined(separator: ", ")
        throw Problem(.malformedRequest, "state: expected one of \(names)")
      }
      phases = [phase]
    }
    // Offers are everybody's to see; else a party has its own jobs.
    let isOpen = phases.map { Job.openPhases.isSuperset(of: $0) } ?? false
    let seesAll = party.seesEverything || (isOpen && party.roles.contains(.provider))
    let below = try call.cursor(parameters) ?? Int.max
    var jobs: [JSONValue] = []
    var last: Int?
    for position in index.positions(in: phases, of: seesAll ? nil : party.key, below: below) {
      if jobs.count == limit { return page("jobs", jobs, next: last.map(String.init)) }
      if let job = store.machine.jobs[index.entries[position].name], job.isVisible(to: party) {
        jobs.append(job.view)
      }
      last = position
    }
    return page("jobs", jobs, next: nil)
  }

  fileprivate func events(_ call: Call) throws -> HTTPResponse {
    let job = try job(call)
    let events = try history(of: job.id).map { event in
      JSONValue.object([
        "sequence": .integer(event.applied.sequence), "time": .integer(event.applied.time),
        "command": .string(event.command.name),
        "state": event.applied.phase.map { .string($0.rawValue) } ?? .null,
        "transfers": .array(event.applied.transfers.map { .string($0.name) }),
      ])
    }
    return .json(.object(["job": .string(job.id), "events": .array(events)]))
  }

  /// What happened in a job, in order.
  func history(of name: String) throws -> [(command: Command, applied: Applied)] {
    try (index[name]?.events ?? []).compactMap { sequence in
      guard let entry = try store.journalEntries(from: sequence, limit: 1).first,
        let command = try? Command(decoding: entry.command),
        case .applied(let applied)? = store.machine.outcome(underKey: entry.key)
      else { return nil }
      return (command, applied)
    }
  }

  fileprivate func transfers(_ call: Call) throws -> HTTPResponse {
    let job = try job(call)
    let names = try history(of: job.id).flatMap(\.applied.transfers)
    let ledger = store.machine.ledger
    return .json(
      .object([
        "job": .string(job.id),
        "transfers": .array(names.compactMap { ledger.transfer($0)?.view }),
      ]))
  }

  fileprivate func receipt(_ call: Call) throws -> HTTPResponse {
    let job = try job(call)
    let key = try operatorKey()
    guard job.terms.contents.parties.log.key == key.verifyingKey else {
      throw Problem(.operatorKeyMissing, "the terms name another operator")
    }
    guard let receipt = try store.receipt(of: job) else {
      throw Problem(.wrongState, "the job “\(job.id)” is not settled yet")
    }
    return HTTPResponse(
      status: 200, type: "application/json", body: receipt.signed(by: key).encoded)
  }

  fileprivate func accounts(_ call: Call) throws -> HTTPResponse {
    let party = try call.signer()
    let parameters = try call.parameters("cursor", "limit")
    let limit = try call.limit(parameters)
    let prefix = party.seesEverything ? "" : "party/\(Hex.encode(party.key.bytes))/"
    let names = try store.accountNames(
      startingWith: prefix, after: parameters["cursor"] ?? "", limit: limit + 1)
    let ledger = store.machine.ledger
    let views = names.prefix(limit).compactMap { name in
      (try? AccountID(name)).flatMap { ledger[$0] }?.view
    }
    return page("accounts", views, next: names.count > limit ? names[limit - 1] : nil)
  }

  fileprivate func allTransfers(_ call: Call) throws -> HTTPResponse {
    let parameters = try call.parameters("cursor", "limit")
    let limit = try call.limit(parameters)
    let first = UInt64(try call.cursor(parameters) ?? 0)
    let transfers = try store.transfers(from: first, limit: limit + 1)
    return page(
      "transfers", transfers.prefix(limit).map(\.view),
      next: transfers.count > limit ? "\(first + UInt64(limit))" : nil)
  }

  fileprivate func logEntries(_ call: Call) throws -> HTTPResponse {
    let parameters = try call.parameters("cursor", "limit")
    let limit = try call.limit(parameters)
    let count = try store.logCount()
    let first = min(UInt64(try call.cursor(parameters) ?? 0), count)
    let end = min(first + UInt64(limit), count)
    let views = try store.logEntries(first..<end).map { entry in
      JSONValue.object([
        "index": .integer(entry.index), "kind": .string(entry.kind.rawValue),
        "identity": .digest(entry.identity),
      ])
    }
    return page("entries", views, next: end < count ? "\(end)" : nil)
  }

  fileprivate func checkpoint(_ call: Call) throws -> HTTPResponse {
    let key = try operatorKey()
    let count = try store.logCount()
    guard count > 0, let last = try store.logEntries(count - 1..<count).last else {
      throw Problem(.notFound, "the log has no entry yet")
    }
    let evidence = try store.proveInLog(
      last.identity, origin: configuration.logOrigin, signingWith: key)
    return HTTPResponse(
      status: 200, type: "text/plain; charset=utf-8", body: evidence.head)
  }

  fileprivate func operatorSecretHash(_ call: Call) throws -> HTTPResponse {
    let job = call.segments[0]
    let claims = Int(try call.parameters("claims")["claims"] ?? "1") ?? 0
    guard job.utf8.count <= 64, (1...Randomness.linkLimit).contains(claims) else {
      throw Problem(
        .malformedRequest,
        "expected a job's name of at most 64 bytes, and claims from 1 to \(Randomness.linkLimit)")
    }
    let secret = Self.operatorSecret(of: job, key: try operatorKey())
    let hash = try Randomness.commitment(to: secret, by: .operator, claims: claims)
    return .json(.object(["job": .string(job), "operatorSecretHash": .digest(hash)]))
  }

  /// What a client must know to write terms.
  func market() -> HTTPResponse {
    .json(
      .object([
        "logOrigin": .string(configuration.logOrigin),
        "operator": configuration.operatorKey.map { .key($0.verifyingKey) } ?? .null,
      ]))
  }

  func ready(_ call: Call) throws(Problem) -> HTTPResponse {
    guard isReady else { throw Problem(.unavailable, "the last write failed") }
    return .json(
      .object([
        "status": .string("ok"), "sequence": .integer(store.machine.sequence),
        "jobs": .integer(index.entries.count),
      ]))
  }

  func metricsPage() throws -> HTTPResponse {
    let phases = PhaseName.allCases.map {
      ("{state=\"\($0.rawValue)\"}", index.count(in: $0))
    }
    let text = metrics.text([
      ("assay_jobs", "Jobs by their state.", phases),
      ("assay_commands", "Commands in the journal.", [("", Int(store.machine.sequence))]),
      (
        "assay_transfers", "Transfers in the books.",
        [("", Int(clamping: try store.transferCount()))]
      ),
    ])
    return HTTPResponse(
      status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
  }
}
