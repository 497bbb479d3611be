internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySettlement
internal import AssayWire

extension JSONValue {
  static func key(_ key: VerifyingKey) -> JSONValue { .string(Hex.encode(key.bytes)) }
  static func digest(_ digest: Digest) -> JSONValue { .string(digest.hex) }
  static func amount(_ amount: Amount) -> JSONValue { .string(amount.description) }
}

extension Job {
  /// The job for other programs.
  var view: JSONValue {
    let contents = terms.contents
    var members: [(String, JSONValue?)] = [
      ("job", .string(id)), ("terms", .digest(terms.digest)),
      ("state", .string(phase.name.rawValue)),
      ("deadline", phase.deadline.map { .integer($0) } ?? .null),
      ("asset", .string(contents.asset.id)), ("decimals", .integer(contents.asset.decimals)),
      ("price", .amount(contents.price)), ("fee", .amount(contents.fee)),
      ("stake", .amount(contents.stake)), ("buyer", .key(contents.parties.buyer)),
      ("operator", .key(contents.parties.log.key)),
      ("verifiers", .array(contents.parties.verifiers.map { .key($0) })),
      ("referee", contents.parties.referee.map { .key($0) }),
      ("provider", (provider ?? contents.parties.provider).map { .key($0) }),
      ("spec", .digest(contents.work.spec)),
      ("verifiedStep", .integer(progress.verifiedStep)),
      ("verifiedRoot", verifiedRoot.map { .digest($0) }),
      ("acceptedClaims", .integer(progress.acceptedClaims)),
      ("released", .amount(progress.released)), ("retained", .amount(progress.retained)),
      ("intervalCount", .integer(terms.intervalCount)),
    ]
    if case .sampling(let role, _) = phase { members.append(("awaiting", .string(role.rawValue))) }
    if let claim {
      members.append(("claim", .digest(claim.identity)))
      members.append(("traceRoot", .digest(claim.traceRoot)))
    }
    if let claimLogIndex { members.append(("claimLogIndex", .integer(claimLogIndex))) }
    if let draw {
      members.append(("seed", .digest(draw.seed)))
      members.append(("intervals", .array(draw.indices.map { .integer($0) })))
      members.append(("panel", .array(panelists.map { .key($0) })))
    }
    if let verdict {
      members.append(("verdict", .string(verdict.text)))
      members.append(("verifier", .key(verdict.verifier)))
      members.append(("verdictLogIndex", .integer(verdict.logIndex)))
    }
    if let deliveryKey { members.append(("deliveryKey", .string(Hex.encode(deliveryKey)))) }
    if case .settled(let ending, let time) = phase {
      members.append(("ending", .string(ending.name)))
      members.append(("settlement", .string(ending.settlement.rawValue)))
      members.append(("settledAt", .integer(time)))
    }
    return .object(
      members.compactMap { name, value in
        value.map { JSONMember(name: name, value: $0) }
      })
  }
}

extension StandingVerdict {
  /// What was found, in a few words.
  var text: String {
    switch outcome {
    case .accepted: "accepted"
    case .rejected(let rejection):
      "rejected: \(rejection.fault.rawValue)"
        + (rejection.interval.map { ", interval \($0)" } ?? "")
    case .inconclusive(let reason): "inconclusive: \(reason.rawValue)"
    }
  }
}

extension Applied {
  /// What a command did, for other programs.
  var view: JSONValue {
    var members = [
      JSONMember(name: "sequence", value: .integer(sequence)),
      JSONMember(name: "time", value: .integer(time)),
    ]
    if let job { members.append(JSONMember(name: "job", value: .string(job))) }
    if let phase { members.append(JSONMember(name: "state", value: .string(phase.rawValue))) }
    members.append(
      JSONMember(name: "transfers", value: .array(transfers.map { .string($0.name) })))
    return .object(members)
  }
}

extension Account {
  /// The account for other programs.
  var view: JSONValue {
    .object([
      "account": .string(id.name), "asset": .string(asset.id),
      "decimals": .integer(asset.decimals), "balance": .amount(balance),
      "available": .amount(available), "debitsPending": .amount(Amount(debitsPending)),
      "debitsPosted": .amount(Amount(debitsPosted)),
      "creditsPending": .amount(Amount(creditsPending)),
      "creditsPosted": .amount(Amount(creditsPosted)),
    ])
  }
}

extension Transfer {
  /// The transfer for other programs.
  var view: JSONValue {
    var members: [(String, String)] = [("transfer", id.name)]
    switch action {
    case .move(let debit, let credit, let amount):
      members += [
        ("kind", "move"), ("debit", debit.name), ("credit", credit.name),
        ("amount", amount.description),
      ]
    case .hold(let debit, let credit, let amount, _):
      members += [
        ("kind", "hold"), ("debit", debit.name), ("credit", credit.name),
        ("amount", amount.description),
      ]
    case .post(let hold, let amount):
      members += [("kind", "post"), ("hold", hold.name), ("amount", amount.description)]
    case .void(let hold): members += [("kind", "void"), ("hold", hold.name)]
    case .expire(let hold): members += [("kind", "expire"), ("hold", hold.name)]
    }
    return .object(
      members.map { JSONMember(name: $0.0, value: .string($0.1)) }
        + [JSONMember(name: "time", value: .integer(time))])
  }
}

extension Party {
  /// The party for other programs.
  var view: JSONValue {
    .object([
      "key": .key(key), "name": .string(name),
      "roles": .array(roles.map(\.rawValue).sorted().map { .string($0) }),
    ])
  }
}
