internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification
internal import AssayWire

extension Receipt {
  /// The receipt as an in-toto statement about the terms.
  var statement: Statement {
    func text(_ key: VerifyingKey) -> JSONValue { .string(Hex.encode(key.bytes)) }
    var members = [
      JSONMember(name: "job", value: .string(job)),
      JSONMember(name: "ending", value: .string(ending.name)),
      JSONMember(name: "settlement", value: .string(ending.settlement.rawValue)),
      JSONMember(name: "time", value: .integer(time)),
    ]
    if let provider { members.append(JSONMember(name: "provider", value: text(provider))) }
    if let claim { members.append(JSONMember(name: "claim", value: claim.json)) }
    if let traceRoot {
      members.append(JSONMember(name: "traceRoot", value: .string(traceRoot.hex)))
    }
    if let quality { members.append(JSONMember(name: "quality", value: quality.json)) }
    if let challenge {
      members.append(
        JSONMember(
          name: "challenge", value: .string(String(decoding: challenge.encoded, as: UTF8.self))))
    }
    if let verdict { members.append(JSONMember(name: "verdict", value: verdict.json)) }
    if !proved.isEmpty {
      members.append(JSONMember(name: "proofs", value: .array(proved.map(\.json))))
    }
    if let finder { members.append(JSONMember(name: "finder", value: text(finder))) }
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
    let provider = fields.contains("provider") ? try fields.key("provider") : nil
    let claim = fields.contains("claim") ? try Logged(fields.fields("claim")) : nil
    let traceRoot = fields.contains("traceRoot") ? try fields.termsDigest("traceRoot") : nil
    let quality = fields.contains("quality") ? try Quality(fields.fields("quality")) : nil
    var challenge: Challenge?
    if let text = try fields.optionalString("challenge") {
      do throws(EvidenceError) {
        challenge = try Challenge(decoding: Array(text.utf8))
      } catch { throw fields.failure("challenge", "\(error)") }
    }
    let verdict = fields.contains("verdict") ? try Logged(fields.fields("verdict")) : nil
    let proved = fields.contains("proofs") ? try ProvedInterval.list("proofs", of: &fields) : []
    let finder = fields.contains("finder") ? try fields.key("finder") : nil
    var postings: [Posting] = []
    for entry in try fields.objects("postings") { postings.append(try Posting(entry)) }
    try fields.finish()
    self.init(
      job: job, terms: terms, provider: provider, claim: claim, traceRoot: traceRoot,
      quality: quality, challenge: challenge, verdict: verdict, proved: proved, finder: finder,
      ending: ending, time: time, postings: postings)
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
