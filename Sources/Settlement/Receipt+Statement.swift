internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification
internal import AssayWire

extension Receipt {
  /// The receipt as an in-toto statement about the terms.
  var statement: Statement {
    var members = [
      JSONMember(name: "job", value: .string(job)),
      JSONMember(name: "ending", value: .string(ending.name)),
      JSONMember(name: "settlement", value: .string(ending.settlement.rawValue)),
      JSONMember(name: "time", value: .integer(time)),
    ]
    members.append(JSONMember(name: "segments", value: .array(segments.map(\.json))))
    members.append(JSONMember(name: "payments", value: .array(payments.map(\.json))))
    if !votes.isEmpty {
      members.append(JSONMember(name: "votes", value: .array(votes.map(\.json))))
    }
    members.append(JSONMember(name: "postings", value: .array(postings.map(\.json))))
    return Statement(
      subjects: [(name: "terms", digest: terms)], predicateType: Receipt.predicateType,
      predicate: .object(members))
  }

  /// Reads a statement whose signature has been checked.
  init(_ statement: Statement) throws(SettlementError) {
    do throws(WireError) {
      guard statement.predicateType == Receipt.predicateType,
        statement.subjects.count == 1, let subject = statement.subjects.first,
        subject.name == "terms"
      else { throw .field(path: "predicateType", reason: "expected a receipt about terms") }
      try self.init(JSONFields(statement.predicate, path: "predicate"), terms: subject.digest)
    } catch { throw .malformed(error) }
  }

  private init(_ object: consuming JSONFields, terms: Digest) throws(WireError) {
    var fields = object
    let job = try fields.string("job")
    let endingName = try fields.string("ending")
    guard let ending = Ending(name: endingName) else {
      throw fields.failure("ending", "expected how a job can end, found “\(endingName.prefix(60))”")
    }
    guard try fields.string("settlement") == ending.settlement.rawValue else {
      throw fields.failure("settlement", "expected “\(ending.settlement.rawValue)”")
    }
    let time = try fields.uint64("time")
    var segments: [Segment] = []
    for entry in try fields.objects("segments") { segments.append(try Segment(entry)) }
    var payments: [Payment] = []
    for entry in try fields.objects("payments") { payments.append(try Payment(entry)) }
    var votes: [Logged] = []
    for entry in try fields.optionalObjects("votes") ?? [] { votes.append(try Logged(entry)) }
    var postings: [Posting] = []
    for entry in try fields.objects("postings") { postings.append(try Posting(entry)) }
    try fields.finish()
    self.init(
      job: job, terms: terms, segments: segments, payments: payments, votes: votes, ending: ending,
      time: time,
      postings: postings)
  }
}

extension Receipt.Segment {
  fileprivate var json: JSONValue {
    var members = [
      JSONMember(name: "claim", value: claim.json),
      JSONMember(name: "lastStep", value: .integer(lastStep)),
      JSONMember(name: "firstRoot", value: .string(firstRoot.hex)),
      JSONMember(name: "lastRoot", value: .string(lastRoot.hex)),
      JSONMember(name: "traceRoot", value: .string(traceRoot.hex)),
    ]
    if let quality { members.append(JSONMember(name: "quality", value: quality.json)) }
    if let challenge {
      members.append(
        JSONMember(
          name: "challenge", value: .string(String(decoding: challenge.encoded, as: UTF8.self))))
    }
    if !verdicts.isEmpty {
      members.append(JSONMember(name: "verdicts", value: .array(verdicts.map(\.json))))
    }
    if !proved.isEmpty {
      members.append(JSONMember(name: "proofs", value: .array(proved.map(\.json))))
    }
    if !rulings.isEmpty {
      members.append(JSONMember(name: "disputes", value: .array(rulings.map(\.json))))
    }
    return .object(members)
  }

  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    claim = try Receipt.Logged(fields.fields("claim"))
    lastStep = try fields.uint64("lastStep")
    firstRoot = try fields.termsDigest("firstRoot")
    lastRoot = try fields.termsDigest("lastRoot")
    traceRoot = try fields.termsDigest("traceRoot")
    quality = fields.contains("quality") ? try Quality(fields.fields("quality")) : nil
    if let text = try fields.optionalString("challenge") {
      do throws(EvidenceError) {
        challenge = try Challenge(decoding: Array(text.utf8))
      } catch { throw fields.failure("challenge", "\(error)") }
    } else {
      challenge = nil
    }
    var verdicts: [Receipt.Logged] = []
    for entry in try fields.optionalObjects("verdicts") ?? [] {
      verdicts.append(try Receipt.Logged(entry))
    }
    self.verdicts = verdicts
    proved = fields.contains("proofs") ? try ProvedInterval.list("proofs", of: &fields) : []
    var rulings: [Receipt.Ruling] = []
    for entry in try fields.optionalObjects("disputes") ?? [] {
      rulings.append(try Receipt.Ruling(entry))
    }
    self.rulings = rulings
    try fields.finish()
  }
}

extension Receipt.Ruling {
  fileprivate var json: JSONValue {
    var members = [
      JSONMember(name: "outcome", value: outcome.json),
      JSONMember(name: "loser", value: .string(challengerLost ? "challenger" : "defender")),
      JSONMember(name: "fault", value: .string(fault.rawValue)),
    ]
    if let transcript {
      members.append(JSONMember(name: "transcript", value: .string(transcript.hex)))
    }
    return .object(members)
  }

  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    outcome = try Receipt.Logged(fields.fields("outcome"))
    let loser = try fields.string("loser")
    guard ["challenger", "defender"].contains(loser) else {
      throw fields.failure("loser", "expected “challenger” or “defender”")
    }
    challengerLost = loser == "challenger"
    let name = try fields.string("fault")
    guard let fault = DisputeFault(rawValue: name) else {
      throw fields.failure("fault", "expected how a dispute is lost, found “\(name.prefix(60))”")
    }
    self.fault = fault
    transcript = fields.contains("transcript") ? try fields.termsDigest("transcript") : nil
    try fields.finish()
  }
}

extension Payment {
  fileprivate var json: JSONValue {
    var members = [JSONMember(name: "occasion", value: .string(payout.name))]
    if case .instalment(let released) = payout {
      members.append(JSONMember(name: "released", value: .string(released.description)))
    }
    if !deciders.isEmpty {
      let keys = deciders.map { JSONValue.string(Hex.encode($0.bytes)) }
      members.append(JSONMember(name: "deciders", value: .array(keys)))
    }
    for (name, key) in [("provider", provider), ("finder", finder)] {
      if let key { members.append(JSONMember(name: name, value: .string(Hex.encode(key.bytes)))) }
    }
    members.append(JSONMember(name: "acceptedClaims", value: .integer(acceptedClaims)))
    return .object(members)
  }

  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    let occasion = try fields.string("occasion")
    if occasion == "instalment" {
      payout = .instalment(released: try fields.amount("released"))
    } else if let departure = Departure(rawValue: occasion) {
      payout = .departure(departure)
    } else if let ending = Ending(name: occasion) {
      payout = .ending(ending)
    } else {
      throw fields.failure(
        "occasion", "expected why money moved, found “\(occasion.prefix(60))”")
    }
    provider = fields.contains("provider") ? try fields.key("provider") : nil
    let path = fields.path(of: "deciders")
    var deciders: [VerifyingKey] = []
    for (index, entry) in (try fields.optionalArray("deciders") ?? []).enumerated() {
      deciders.append(try entry.key(path: "\(path)[\(index)]"))
    }
    self.deciders = deciders
    finder = fields.contains("finder") ? try fields.key("finder") : nil
    acceptedClaims = try fields.integer("acceptedClaims", in: 0...Randomness.linkLimit)
    try fields.finish()
  }
}

extension Receipt.Logged {
  fileprivate var json: JSONValue {
    .object([
      "identity": .string(identity.hex), "signer": .string(Hex.encode(signer.bytes)),
      "logIndex": .integer(logIndex),
    ])
  }

  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    identity = try fields.termsDigest("identity")
    signer = try fields.key("signer")
    logIndex = try fields.uint64("logIndex")
    try fields.finish()
  }
}

extension Receipt.Posting {
  fileprivate var json: JSONValue {
    .object([
      "transfer": .string(transfer), "debit": .string(debit), "credit": .string(credit),
      "amount": .string(amount),
    ])
  }

  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    transfer = try fields.string("transfer")
    debit = try fields.string("debit")
    credit = try fields.string("credit")
    amount = try fields.string("amount")
    try fields.finish()
  }
}
