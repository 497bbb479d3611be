internal import AssayAccounting
internal import AssayCryptography
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage
internal import AssayWire

// Invitations, bids and reputations.
extension Route {
  static let market: [Route] = [
    Route("GET", "/v1/market/invitations", .signed([])) { try $0.invitations($1) },
    Route(
      "POST", "/v1/market/invitations", .signed([.buyer]), bodyLimit: Terms.maximumByteCount
    ) { try $0.invite($1) },
    Route("GET", "/v1/market/invitations/{job}", .signed([])) { service, call in
      .json(service.view(of: try service.invitation(call), at: call.milliseconds / 1000))
    },
    Route("GET", "/v1/market/invitations/{job}/terms", .signed([])) { service, call in
      // A bid names the hash of these bytes.
      HTTPResponse(
        status: 200, type: "application/json", body: try service.invitation(call).terms.bytes)
    },
    Route("POST", "/v1/market/invitations/{job}/bid", .signed([.provider]), bodyLimit: 4 << 10) {
      try $0.bid($1)
    },
    Route("POST", "/v1/market/invitations/{job}/retract", .signed([])) { service, call in
      try service.apply(.retract(job: call.segments[0], by: try call.signer().key), call)
    },
    Route("POST", "/v1/market/invitations/{job}/match", .signed([])) { service, call in
      try service.apply(.match(job: call.segments[0]), call)
    },
    Route("GET", "/v1/market/reputations/{provider}", .signed([])) { try $0.reputations($1) },
  ]
}

extension Hardware {
  fileprivate static var expectation: String {
    "one of " + allCases.map(\.rawValue).joined(separator: ", ")
  }
}

extension MarketService {
  fileprivate func invitation(_ call: Call) throws(Problem) -> Invitation {
    guard let invitation = store.machine.invitations[call.segments[0]] else {
      throw Problem(.notFound, "no bids are invited for a job “\(call.segments[0])”")
    }
    return invitation
  }

  /// Whoever may be a provider sees every invitation, by the jobs' names.
  fileprivate func invitations(_ call: Call) throws -> HTTPResponse {
    let parameters = try call.parameters("cursor", "limit")
    let limit = try call.limit(parameters)
    let invitations = try store.invitations(
      after: parameters["cursor"] ?? "", limit: limit + 1)
    let shown = invitations.prefix(limit)
    return page(
      "invitations", shown.map { view(of: $0, at: call.milliseconds / 1000) },
      next: invitations.count > limit ? shown.last?.terms.contents.job : nil)
  }

  /// Invites bids under the terms in the body, on the conditions in the query.
  fileprivate func invite(_ call: Call) throws -> HTTPResponse {
    let parameters = try call.parameters(
      "seconds", "hardware", "regions", "leastReputation", "halvingReputation", "replicas")
    func amount(_ name: String) throws(Problem) -> Amount? {
      guard let text = parameters[name] else { return nil }
      do throws(AccountingError) {
        return try Amount(decimal: text)
      } catch { throw Problem(.malformedRequest, "\(name): \(error)") }
    }
    guard let seconds = parameters["seconds"].flatMap({ UInt32($0) }) else {
      throw Problem(.malformedRequest, "seconds: expected for how long there may be bids")
    }
    guard let replicas = Int(parameters["replicas"] ?? "1") else {
      throw Problem(.malformedRequest, "replicas: expected how many providers do the work")
    }
    var hardware: [Hardware] = []
    for name in (parameters["hardware"] ?? "").split(separator: ",") {
      guard let kind = Hardware(rawValue: String(name)) else {
        throw Problem(.malformedRequest, "hardware: expected \(Hardware.expectation)")
      }
      hardware.append(kind)
    }
    let conditions = BidConditions(
      hardware: hardware,
      regions: (parameters["regions"] ?? "").split(separator: ",").map(String.init),
      leastReputation: try amount("leastReputation") ?? .zero,
      halvingReputation: try amount("halvingReputation"), replicas: replicas)
    return try apply(
      .invite(
        terms: call.request.body, by: try call.signer().key, conditions: conditions,
        seconds: seconds), call, status: 201)
  }

  fileprivate func bid(_ call: Call) throws -> HTTPResponse {
    let provider = try call.signer().key
    let action = try call.read { fields throws(WireError) -> Command.Action in
      let terms = try fields.hex("terms", byteCount: Digest.byteCount)
      let digits = try fields.string("price")
      guard let price = try? Amount(decimal: digits), let digest = try? Digest(bytes: terms)
      else { throw fields.failure("price", "expected digits of the asset's smallest unit") }
      guard let hardware = Hardware(rawValue: try fields.string("hardware")) else {
        throw fields.failure("hardware", "expected \(Hardware.expectation)")
      }
      return .bid(
        job: call.segments[0], terms: digest, by: provider, price: price,
        hardware: hardware, region: try fields.string("region"),
        seconds: UInt32(try fields.integer("seconds", in: 1...Deadlines.limitSeconds)))
    }
    return try apply(action, call)
  }

  fileprivate func reputations(_ call: Call) throws -> HTTPResponse {
    guard let bytes = try? Hex.decode(call.segments[0]),
      let provider = try? VerifyingKey(bytes: bytes)
    else { throw Problem(.malformedRequest, "expected a public key in 64 hex digits") }
    let now = call.milliseconds / 1000
    let views = try store.reputations(of: provider).map { key, reputation in
      JSONValue.object([
        "verifier": .key(key.verifier), "asset": .string(key.asset),
        "amount": .amount(reputation.amount(at: now)),
        "accepted": .integer(Int(reputation.accepted)),
        "rejected": .integer(Int(reputation.rejected)),
        "missed": .integer(Int(reputation.missed)),
      ])
    }
    return .json(.object(["provider": .key(provider), "reputations": .array(views)]))
  }

  /// An invitation with its bids, for other programs.
  fileprivate func view(of invitation: Invitation, at now: UInt64) -> JSONValue {
    let contents = invitation.terms.contents
    let conditions = invitation.conditions
    let bids = invitation.bids.map { bid in
      JSONValue.object([
        "provider": .key(bid.provider), "price": .amount(bid.price),
        "hardware": .string(bid.hardware.rawValue), "region": .string(bid.region),
        "until": .integer(bid.until),
        "reputation": .amount(
          store.machine.reputation(of: bid.provider, under: invitation.terms, now: now)),
      ])
    }
    return .object([
      "job": .string(contents.job), "terms": .digest(invitation.terms.digest),
      "asset": .string(contents.asset.id), "decimals": .integer(contents.asset.decimals),
      "price": .amount(contents.price), "stake": .amount(contents.stake),
      "until": .integer(invitation.until), "replicas": .integer(conditions.replicas),
      "hardware": .array(conditions.hardware.map { .string($0.rawValue) }),
      "regions": .array(conditions.regions.map { .string($0) }),
      "leastReputation": .amount(conditions.leastReputation),
      "halvingReputation": conditions.halvingReputation.map { .amount($0) } ?? .null,
      "bids": .array(bids),
    ])
  }
}
