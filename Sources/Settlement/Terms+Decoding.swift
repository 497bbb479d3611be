internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayWire

extension Terms {
  /// Reads a terms file: strict JSON, version 1, every key known, every rule kept.
  ///
  /// - Throws: `malformed`, or `terms` with the field and what is wrong.
  public init(decoding bytes: [UInt8]) throws(SettlementError) {
    let contents: Contents
    do throws(WireError) {
      contents = try Contents(
        JSONValue.parse(bytes, maximumByteCount: Terms.maximumByteCount))
    } catch { throw .malformed(error) }
    try contents.check()
    self.init(bytes: bytes, contents: contents)
  }

  /// Reads terms whose rules were checked before they were written into state that is kept.
  init(decodingKept bytes: [UInt8]) throws(WireError) {
    self.init(
      bytes: bytes,
      contents: try Contents(JSONValue.parse(bytes, maximumByteCount: Terms.maximumByteCount)))
  }

  /// Writes a terms file.
  ///
  /// - Throws: `terms` where a rule is broken.
  public init(_ contents: Contents) throws(SettlementError) {
    try contents.check()
    self.init(bytes: contents.json.serialized(pretty: true), contents: contents)
  }
}

extension Terms.Contents {
  init(_ value: JSONValue) throws(WireError) {
    var fields = try JSONFields(value)
    _ = try fields.integer("version", in: 1...1)
    job = try fields.string("job")
    var money = try fields.fields("money")
    var assetFields = try money.fields("asset")
    let assetID = try assetFields.string("id")
    let decimals = try assetFields.integer("decimals", in: 0...Asset.decimalsLimit)
    try assetFields.finish()
    do throws(AccountingError) {
      asset = try Asset(id: assetID, decimals: decimals)
    } catch { throw money.failure("asset", "\(error)") }
    price = try money.amount("price")
    fee = try money.amount("fee")
    stake = try money.amount("stake")
    challengeBond = try money.amount("challengeBond")
    slashing = try Terms.Slashing(money.fields("slashing"))
    _ = try money.integer("payoutPolicy", in: Terms.payoutPolicy...Terms.payoutPolicy)
    try money.finish()
    parties = try Terms.Parties(fields.fields("parties"))
    work = try Terms.Work(fields.fields("work"))
    quality =
      fields.contains("quality") ? try QualityCondition(fields.fields("quality")) : nil
    evidence = try EvidencePolicy(fields.value("evidence"))
    var secrets = try fields.fields("secretHashes")
    buyerSecretHash = try secrets.termsDigest("buyer")
    operatorSecretHash = try secrets.termsDigest("operator")
    try secrets.finish()
    economics = try Terms.Economics(fields.fields("economics"))
    deadlines = try Deadlines(fields.fields("deadlines"))
    policy = fields.contains("policy") ? try MarketPolicy(fields.fields("policy")) : .free
    guardians =
      fields.contains("guardians") ? try Terms.Guardians(fields.fields("guardians")) : nil
    panel = fields.contains("panel") ? try Terms.Panel(fields.fields("panel")) : nil
    continuity =
      fields.contains("continuity")
      ? try Terms.Continuity(fields.fields("continuity")) : nil
    dataReceipts = try fields.optionalInteger("dataReceipts", in: 1...Terms.verifierLimit) ?? 0
    delivery = fields.contains("delivery") ? try Terms.Delivery(fields.fields("delivery")) : nil
    replica = fields.contains("replica") ? try Terms.Replica(fields.fields("replica")) : nil
    try fields.finish()
  }

  var json: JSONValue {
    let members: KeyValuePairs<String, JSONValue> = [
      "version": .integer(1), "job": .string(job),
      "money": .object([
        "asset": .object(["id": .string(asset.id), "decimals": .integer(asset.decimals)]),
        "price": .string(price.description), "fee": .string(fee.description),
        "stake": .string(stake.description),
        "challengeBond": .string(challengeBond.description), "slashing": slashing.json,
        "payoutPolicy": .integer(Terms.payoutPolicy),
      ]),
      "parties": parties.json, "work": work.json, "evidence": evidence.json,
      "secretHashes": .object([
        "buyer": .string(buyerSecretHash.hex), "operator": .string(operatorSecretHash.hex),
      ]),
      "economics": economics.json, "deadlines": deadlines.json,
    ]
    let optional = [
      ("quality", quality?.json), ("policy", policy == .free ? nil : policy.json),
      ("panel", panel?.json), ("guardians", guardians?.json),
      ("continuity", continuity?.json), ("delivery", delivery?.json),
      ("dataReceipts", dataReceipts > 0 ? .integer(dataReceipts) : nil),
      ("replica", replica?.json),
    ]
    return .object(
      members.map { JSONMember(name: $0.key, value: $0.value) }
        + optional.compactMap { name, value in value.map { JSONMember(name: name, value: $0) } })
  }
}

extension Terms.Slashing {
  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    damageMillionths = try fields.integer("damageMillionths", in: 0...1_000_000)
    finderMillionths = try fields.integer("finderMillionths", in: 0...1_000_000)
    livenessMillionths = try fields.integer("livenessMillionths", in: 0...1_000_000)
    try fields.finish()
  }

  fileprivate var json: JSONValue {
    .object([
      "damageMillionths": .integer(damageMillionths),
      "finderMillionths": .integer(finderMillionths),
      "livenessMillionths": .integer(livenessMillionths),
    ])
  }
}

extension Terms.Parties {
  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    buyer = try fields.key("buyer")
    var logFields = try fields.fields("log")
    let origin = try logFields.string("origin")
    log = LogIdentity(origin: origin, key: try logFields.key("operator"))
    try logFields.finish()
    let entries = try fields.array("verifiers")
    guard (1...Terms.verifierLimit).contains(entries.count) else {
      throw fields.failure(
        "verifiers", "expected 1 to \(Terms.verifierLimit) keys, found \(entries.count)")
    }
    var keys: [VerifyingKey] = []
    for (index, entry) in entries.enumerated() {
      keys.append(try entry.key(path: "\(fields.path(of: "verifiers"))[\(index)]"))
    }
    verifiers = keys
    referee = fields.contains("referee") ? try fields.key("referee") : nil
    provider = fields.contains("provider") ? try fields.key("provider") : nil
    try fields.finish()
  }

  fileprivate var json: JSONValue {
    func text(_ key: VerifyingKey) -> JSONValue { .string(Hex.encode(key.bytes)) }
    var members = [
      JSONMember(name: "buyer", value: text(buyer)),
      JSONMember(
        name: "log", value: .object(["origin": .string(log.origin), "operator": text(log.key)])),
      JSONMember(name: "verifiers", value: .array(verifiers.map(text))),
    ]
    if let referee { members.append(JSONMember(name: "referee", value: text(referee))) }
    if let provider { members.append(JSONMember(name: "provider", value: text(provider))) }
    return .object(members)
  }
}

extension Terms.Work {
  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    spec = try fields.termsDigest("spec")
    dataRoot = try fields.termsDigest("dataRoot")
    firstStep = try fields.uint64("firstStep")
    firstRoot = fields.contains("firstRoot") ? try fields.termsDigest("firstRoot") : nil
    lastStep = try fields.uint64("lastStep")
    interval = try fields.uint64("interval")
    try fields.finish()
  }

  fileprivate var json: JSONValue {
    var members = [
      JSONMember(name: "spec", value: .string(spec.hex)),
      JSONMember(name: "dataRoot", value: .string(dataRoot.hex)),
      JSONMember(name: "firstStep", value: .integer(firstStep)),
    ]
    if let firstRoot {
      members.append(JSONMember(name: "firstRoot", value: .string(firstRoot.hex)))
    }
    return .object(
      members + [
        JSONMember(name: "lastStep", value: .integer(lastStep)),
        JSONMember(name: "interval", value: .integer(interval)),
      ])
  }
}

extension Terms.Economics {
  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    workCost = try fields.amount("workCost")
    outsideGain = try fields.amount("outsideGain")
    verifiersMayBeSilenced = try fields.bool("verifiersMayBeSilenced")
    try fields.finish()
  }

  fileprivate var json: JSONValue {
    .object([
      "workCost": .string(workCost.description), "outsideGain": .string(outsideGain.description),
      "verifiersMayBeSilenced": .bool(verifiersMayBeSilenced),
    ])
  }
}
