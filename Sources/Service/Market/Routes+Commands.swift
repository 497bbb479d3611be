internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

// Requests that change something: each becomes one command of the machine's.
extension Route {
  /// The most bytes of a small JSON body.
  static let small = 4 << 10

  static let commands: [Route] = [
    Route("POST", "/v1/deposits", .signed([.operator]), bodyLimit: small) { service, call in
      let (party, money) = try call.read { fields throws(WireError) in
        (try fields.verifyingKey("party"), try Money(&fields))
      }
      return try service.apply(
        .deposit(party: party, asset: money.asset, amount: money.amount), call)
    },
    Route("POST", "/v1/withdrawals", .signed([]), bodyLimit: small) { service, call in
      let money = try call.read { fields throws(WireError) in try Money(&fields) }
      return try service.apply(
        .withdraw(party: try call.signer().key, asset: money.asset, amount: money.amount), call)
    },
    Route("POST", "/v1/jobs", .signed([.buyer]), bodyLimit: Terms.maximumByteCount) {
      try $0.offer($1)
    },
    Route("POST", "/v1/jobs/{job}/fund", .signed([.buyer])) { service, call in
      try service.apply(.fund(job: call.segments[0], by: try call.signer().key), call)
    },
    Route("POST", "/v1/jobs/{job}/cancel", .signed([.buyer])) { service, call in
      try service.apply(.cancel(job: call.segments[0], by: try call.signer().key), call)
    },
    Route("POST", "/v1/jobs/{job}/accept", .signed([.provider])) { service, call in
      try service.apply(.accept(job: call.segments[0], by: try call.signer().key), call)
    },
    Route("POST", "/v1/jobs/{job}/heartbeat", .signed([.provider])) { service, call in
      try service.apply(.heartbeat(job: call.segments[0], by: try call.signer().key), call)
    },
    Route("POST", "/v1/jobs/{job}/stop", .signed([.provider])) { service, call in
      try service.apply(.stop(job: call.segments[0], by: try call.signer().key), call)
    },
    Route("POST", "/v1/jobs/{job}/resume", .signed([.provider])) { service, call in
      try service.apply(.resume(job: call.segments[0], by: try call.signer().key), call)
    },
    Route("POST", "/v1/jobs/{job}/challenge", .signed([])) { service, call in
      try service.apply(.challenge(job: call.segments[0], by: try call.signer().key), call)
    },
    Route("POST", "/v1/jobs/{job}/close", .signed([])) { service, call in
      try service.apply(.close(job: call.segments[0]), call)
    },
    Route("POST", "/v1/jobs/{job}/expire", .signed([])) { service, call in
      try service.apply(.expire(job: call.segments[0]), call)
    },
    Route(
      "POST", "/v1/jobs/{job}/claim", .signed([.provider]),
      bodyLimit: Envelope.maximumByteCount
    ) { service, call in
      try service.apply(.commit(job: call.segments[0], claim: call.request.body), call)
    },
    Route("POST", "/v1/jobs/{job}/reveal", .signed([.buyer, .operator]), bodyLimit: small) {
      try $0.reveal($1)
    },
    Route(
      "POST", "/v1/jobs/{job}/data-receipt", .signed([.verifier]),
      bodyLimit: Envelope.maximumByteCount
    ) { service, call in
      try service.apply(
        .confirmData(job: service.job(call).id, receipt: call.request.body), call)
    },
    Route("POST", "/v1/jobs/{job}/deliver", .signed([.provider]), bodyLimit: small) {
      service, call in
      let key = try call.read { fields throws(WireError) in
        try fields.hex("key", byteCount: SealedHeader.keyByteCount)
      }
      return try service.apply(.deliver(job: service.job(call).id, key: key), call)
    },
    Route("POST", "/v1/jobs/{job}/answer", .signed([.verifier]), bodyLimit: small) {
      service, call in
      let bytes = try call.read { fields throws(WireError) in
        try fields.hex("commitment", byteCount: Digest.byteCount)
      }
      guard let commitment = try? Digest(bytes: bytes) else {
        throw Problem(.malformedBody, "commitment: expected a SHA-256")
      }
      return try service.apply(
        .answer(job: call.segments[0], by: try call.signer().key, commitment: commitment), call)
    },
    Route(
      "POST", "/v1/jobs/{job}/verdict", .signed([.verifier]),
      bodyLimit: Envelope.maximumByteCount
    ) { try $0.verdict($1) },
    Route(
      "POST", "/v1/jobs/{job}/ruling", .signed([]), bodyLimit: Envelope.maximumByteCount
    ) { try $0.ruling($1) },
    Route(
      "POST", "/v1/jobs/{job}/quarantine", .signed([]), bodyLimit: Envelope.maximumByteCount
    ) { try $0.quarantine($1) },
  ]
}

/// An amount of an asset, in its smallest unit.
private struct Money {
  let asset: Asset
  let amount: Amount

  init(_ fields: inout JSONFields) throws(WireError) {
    let id = try fields.string("asset")
    let decimals = try fields.integer("decimals", in: 0...Asset.decimalsLimit)
    let digits = try fields.string("amount")
    do throws(AccountingError) {
      asset = try Asset(id: id, decimals: decimals)
      amount = try Amount(decimal: digits)
    } catch { throw .notCanonical("\(error)") }
  }
}

extension Call {
  /// What the body holds: a JSON object whose every member is read.
  func read<Value>(
    _ body: (inout JSONFields) throws(WireError) -> Value
  ) throws(Problem) -> Value {
    do throws(WireError) {
      var fields = try JSONFields(try JSONValue.parse(request.body))
      let value = try body(&fields)
      try fields.finish()
      return value
    } catch { throw Problem(.malformedBody, "\(error)") }
  }

  /// The key under which the machine keeps the request: the client's own, within the party's.
  fileprivate func commandKey() throws(Problem) -> String {
    let limit = 64
    guard let key = request.field("idempotency-key") else {
      throw Problem(
        .idempotencyKeyMissing,
        "expected an Idempotency-Key of 1 to \(limit) visible characters: under the same one a "
          + "repeated request changes nothing")
    }
    guard (1...limit).contains(key.utf8.count),
      key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else {
      throw Problem(
        .idempotencyKeyMissing, "expected 1 to \(limit) visible ASCII characters")
    }
    return "\(Hex.encode(Array(try signer().key.bytes.prefix(16))))/\(key)"
  }
}

extension MarketService {
  /// Applies a command of the party that asks, and says what it did.
  func apply(
    _ action: Command.Action, _ call: Call, status: Int = 200
  ) throws -> HTTPResponse {
    let command = try command(call.commandKey(), action)
    switch try apply(command, at: call.milliseconds) {
    case .applied(let applied): return .json(applied.view, status: status)
    case .refused(let refusal): throw Problem(refusal)
    }
  }

  func command(_ key: String, _ action: Command.Action) throws(Problem) -> Command {
    do throws(SettlementError) {
      return try Command(key: key, action: action)
    } catch { throw Problem(.malformedRequest, "\(error)") }
  }

  /// Applies a command and takes it up in the index.
  func apply(_ command: Command, at milliseconds: UInt64) throws -> Outcome {
    let now = max(milliseconds / 1000, store.machine.lastTime)
    let outcome = try store.apply(command, now: now)
    if case .applied(let applied) = outcome {
      if applied.sequence == index.next { index.note(applied, in: store) }
      try index.catchUp(with: store)
      if let job = applied.job { try clerk(job, at: milliseconds) }
    }
    return outcome
  }

  fileprivate func offer(_ call: Call) throws -> HTTPResponse {
    let buyer = try call.signer().key
    let terms: Terms
    do throws(SettlementError) {
      terms = try Terms(decoding: call.request.body)
    } catch { throw Problem(.termsRefused, "\(error)") }
    guard terms.contents.parties.buyer == buyer else {
      throw Problem(.wrongParty, "these terms name another buyer: \(terms.contents.parties.buyer)")
    }
    let response = try apply(.offer(terms: call.request.body), call, status: 201)
    var created = response
    created.fields.append(HTTPField("location", "/v1/jobs/\(terms.contents.job)"))
    return created
  }

  fileprivate func reveal(_ call: Call) throws -> HTTPResponse {
    let (role, secret) = try call.read { fields throws(WireError) in
      guard let role = RevealRole(rawValue: try fields.string("role")) else {
        throw fields.failure("role", "expected buyer or operator")
      }
      return (role, try fields.hex("secret", byteCount: Randomness.secretByteCount))
    }
    let job = try job(call)
    let parties = job.terms.contents.parties
    let owner = role == .buyer ? parties.buyer : parties.log.key
    guard try call.signer().key == owner else {
      throw Problem(.wrongParty, "expected the job's \(role.rawValue) to reveal its own secret")
    }
    return try apply(.reveal(job: job.id, role: role, secret: secret), call)
  }

  /// Hands in a verdict of somebody whose word counts in this job.
  fileprivate func verdict(_ call: Call) throws -> HTTPResponse {
    let parameters = try call.parameters("nonce")
    guard let nonce = try? Hex.decode(parameters["nonce"] ?? "") else {
      throw Problem(.malformedRequest, "nonce: expected hex digits")
    }
    let (name, envelope) = (call.segments[0], call.request.body)
    return try submit(.verdict, call) { job in
      let opened = try Verdict.open(envelope)
      let parties = job.terms.contents.parties
      let phases: [PhaseName] = [.verifying, .revealing, .inconclusive, .disputed]
      guard parties.verifiers.contains(opened.verifier) || parties.referee == opened.verifier,
        opened.verdict.job == name, phases.contains(job.phase.name)
      else {
        throw Problem(
          .wrongParty, "no verdict of \(opened.verifier) is expected in the job “\(name)” now")
      }
    } as: {
      .verdict(job: name, envelope: envelope, evidence: $0, nonce: nonce)
    }
  }

  /// Hands in how a dispute ended.
  fileprivate func ruling(_ call: Call) throws -> HTTPResponse {
    let (name, envelope) = (call.segments[0], call.request.body)
    return try submit(.dispute, call) { job in
      guard job.phase.name == .disputed else {
        throw Problem(.wrongState, "nothing is to be ruled in the job “\(name)” now")
      }
      let opened = try DisputeOutcome.open(envelope)
      let (outcome, referee) = (opened.outcome, job.terms.contents.parties.referee)
      // A party may show by a transcript what else is the referee's word.
      let parties = outcome.transcript == nil ? [] : [outcome.challenger, outcome.defender]
      guard ([referee].compactMap(\.self) + parties).contains(opened.signer), outcome.job == name
      else {
        throw Problem(
          .wrongParty,
          "no outcome signed by \(opened.signer) is expected in the job “\(name)” now")
      }
    } as: {
      .ruling(job: name, envelope: envelope, evidence: $0)
    }
  }

  /// Hands in a guardian's vote to stop a job.
  fileprivate func quarantine(_ call: Call) throws -> HTTPResponse {
    let (name, envelope) = (call.segments[0], call.request.body)
    return try submit(.quarantine, call) { job in
      guard let guardians = job.terms.contents.guardians, job.phase.deadline != nil else {
        throw Problem(.wrongState, "the job “\(name)” cannot be stopped")
      }
      _ = try QuarantineVote.admit(
        envelope, job: name, terms: job.terms.digest, guardians: guardians.keys)
    } as: {
      .quarantine(job: name, envelope: envelope, evidence: $0)
    }
  }

  /// Logs a signed statement that is expected in a job, then hands it to the machine.
  ///
  /// The evidence of a repeated one is another, since the log has grown; the statement is not.
  private func submit(
    _ kind: LogEntry.Kind, _ call: Call, expected: (Job) throws -> Void,
    as action: (LogEvidence) -> Command.Action
  ) throws -> HTTPResponse {
    if let entry = try store.journalEntry(underKey: try call.commandKey()),
      let before = try? Command(decoding: entry.command).action,
      case .applied(let applied)? = store.machine.outcome(underKey: entry.key)
    {
      guard let evidence = before.logEvidence, action(evidence) == before else {
        throw Problem(.idempotencyKeyReused, "another statement was handed in under this key")
      }
      return .json(applied.view)
    }
    let job = try job(call)
    do {
      try expected(job)
    } catch let error as EvidenceError { throw Problem(.evidenceRefused, "\(error)") }
    return try apply(action(try log(kind, call.request.body, of: job)), call)
  }

  /// The job that the path names, where the party may see it.
  func job(_ call: Call) throws(Problem) -> Job {
    let name = call.segments[0]
    guard let job = store.machine.jobs[name], job.isVisible(to: try call.signer()) else {
      // Whether there is one is nobody else's business.
      throw Problem(.notFound, "there is no job “\(name)” that you have a part in")
    }
    return job
  }
}

extension Command.Action {
  /// What shows that the action's statement is in the log.
  fileprivate var logEvidence: LogEvidence? {
    switch self {
    case .verdict(_, _, let evidence, _), .ruling(_, _, let evidence),
      .quarantine(_, _, let evidence):
      evidence
    default: nil
    }
  }
}
