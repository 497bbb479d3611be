internal import AssayCryptography
internal import AssayDisputes
internal import AssayFiles
internal import AssaySpecification
internal import AssayWire

/// A dispute in a folder that both parties and the referee can write to.
///
/// | file | what |
/// |---|---|
/// | `spec.json` | the spec |
/// | `challenger.claim.json`, `defender.claim.json` | the claims |
/// | `rules.json` | how long each may take for all its answers |
/// | `answers/0007-defender.json` | signed answers; one more with another ending may be shown |
/// | `arrivals.json` | when the referee saw which answer first, in its own clock |
struct DisputeFolder {
  let path: String
  let spec: Spec
  let claims: Pair<[UInt8]>
  let rules: Dispute.Rules

  private static func claimPath(_ path: String, _ party: Party) -> String {
    "\(path)/\(party.rawValue).claim.json"
  }
  private var answersPath: String { path + "/answers" }
  private var arrivalsPath: String { path + "/arrivals.json" }

  /// Writes the folder of a new dispute.
  static func create(
    _ path: String, spec: Spec, claims: Pair<[UInt8]>, rules: Dispute.Rules
  ) throws -> DisputeFolder {
    guard !FileAccess.exists(path + "/rules.json") else {
      throw OperationError("'\(path)' already holds a dispute; name a new folder.")
    }
    // Claims that cannot be disputed are refused before anything is written.
    _ = try Dispute(
      spec: spec, challenger: claims.challenger, defender: claims.defender, rules: rules, now: 0)
    try FileAccess.makeFolder(path + "/answers")
    try FileAccess.write(spec.bytes, to: path + "/spec.json")
    for party in Party.allCases {
      try FileAccess.write(claims[party], to: claimPath(path, party))
    }
    try FileAccess.write(
      JSONValue.object(["allowanceSeconds": .integer(rules.allowanceSeconds)])
        .serialized(pretty: true), to: path + "/rules.json")
    return DisputeFolder(path: path, spec: spec, claims: claims, rules: rules)
  }

  /// Reads the folder of a dispute.
  static func open(_ path: String) throws -> DisputeFolder {
    guard FileAccess.exists(path + "/rules.json") else {
      throw OperationError(
        "'\(path)' holds no dispute: there is no rules.json in it; see assay dispute open.")
    }
    var fields = try JSONFields(
      JSONValue.parse(FileAccess.read(path + "/rules.json", limit: 4096)))
    let allowance = try fields.uint64("allowanceSeconds")
    try fields.finish()
    func claim(_ party: Party) throws -> [UInt8] {
      try FileAccess.read(claimPath(path, party), limit: Envelope.maximumByteCount)
    }
    return DisputeFolder(
      path: path,
      spec: try Spec(
        decoding: FileAccess.read(path + "/spec.json", limit: Spec.byteCountLimit)),
      claims: Pair(challenger: try claim(.challenger), defender: try claim(.defender)),
      rules: Dispute.Rules(allowanceSeconds: allowance))
  }

  private init(path: String, spec: Spec, claims: Pair<[UInt8]>, rules: Dispute.Rules) {
    self.path = path
    self.spec = spec
    self.claims = claims
    self.rules = rules
  }

  /// Where a party's answer to a question belongs.
  private func answerName(_ number: Int, _ party: Party) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "-"
      + party.rawValue
  }

  /// Writes a signed answer.
  func write(_ envelope: [UInt8], number: Int, _ party: Party) throws {
    try FileAccess.write(envelope, to: "\(answersPath)/\(answerName(number, party)).json")
  }

  /// Holds the dispute as far as the answers go.
  ///
  /// - Parameter arrivals: when answers came; nil where time does not count.
  /// - Returns: the dispute, and what was wrong with answers that do not count.
  func held(
    arrivals: Arrivals? = nil
  ) throws -> (dispute: Dispute, refused: [String]) {
    var dispute = try Dispute(
      spec: spec, challenger: claims.challenger, defender: claims.defender, rules: rules,
      now: arrivals?.opened ?? 0)
    var refused: [String] = []
    let names = FileAccess.names(in: answersPath).sorted()
    // One more answer to a question that has been answered shows that its party equivocates; so the
    // answers are taken in order of the questions, the usual names first.
    let ordered = names.filter { $0.hasSuffix(".json") }.map { name in
      (number: Int(name.prefix { $0 != "-" }) ?? Int.max, name: name)
    }.sorted { ($0.number, $0.name.count, $0.name) < ($1.number, $1.name.count, $1.name) }
    for (_, name) in ordered where dispute.question != nil {
      guard let party = Party.allCases.first(where: { name.contains("-\($0.rawValue).") }) else {
        refused.append("\(name): no party's answer has this name")
        continue
      }
      let bytes = try FileAccess.read(answersPath + "/" + name, limit: Envelope.maximumByteCount)
      do throws(DisputeError) {
        try dispute.take(bytes, from: party, now: arrivals?.times[name] ?? arrivals?.now ?? 0)
      } catch { refused.append("\(name): \(error)") }
    }
    if let arrivals { dispute.expire(now: arrivals.now) }
    return (dispute, refused)
  }

  /// What the referee saw when, in seconds of its clock.
  struct Arrivals {
    /// When it saw the dispute first.
    var opened: UInt64
    /// When it looked last.
    var looked: UInt64
    /// When each answer came, at the earliest.
    var times: [String: UInt64]
    var now: UInt64
  }

  /// Reads when answers came, and notes the new ones. An answer that is there now may have come
  /// right after the referee looked last, so that is when it counts as having come; only one that
  /// is missing is late.
  func noteArrivals(now: UInt64) throws -> Arrivals {
    var arrivals = Arrivals(opened: now, looked: now, times: [:], now: now)
    if FileAccess.exists(arrivalsPath) {
      var fields = try JSONFields(
        JSONValue.parse(FileAccess.read(arrivalsPath, limit: 1 << 24)))
      arrivals.opened = try fields.uint64("opened")
      arrivals.looked = try fields.uint64("looked")
      for var entry in try fields.objects("answers") {
        arrivals.times[try entry.string("file")] = try entry.uint64("seconds")
        try entry.finish()
      }
      try fields.finish()
    }
    // A clock that was set back does not make anything come earlier than what came before it.
    arrivals.now = max(now, arrivals.looked, arrivals.opened)
    for name in FileAccess.names(in: answersPath) where arrivals.times[name] == nil {
      arrivals.times[name] = arrivals.looked
    }
    let answers = arrivals.times.sorted { $0.key < $1.key }.map { name, time in
      JSONValue.object(["file": .string(name), "seconds": .integer(time)])
    }
    try FileAccess.write(
      JSONValue.object([
        "opened": .integer(arrivals.opened), "looked": .integer(arrivals.now),
        "answers": .array(answers),
      ]).serialized(pretty: true), to: arrivalsPath)
    return arrivals
  }
}
