internal import AssayCryptography
internal import AssaySpecification
internal import AssayWire

extension Verdict {
  /// The predicate's JSON, with the key that will sign it.
  func predicate(verifier: VerifyingKey) -> JSONValue {
    var members = [
      JSONMember(
        name: "verifier", value: .object(["id": .string(Hex.encode(verifier.bytes))])),
      JSONMember(name: "job", value: .string(job)),
      JSONMember(name: "terms", value: .string(terms.hex)),
      JSONMember(name: "policy", value: .string(policy.hex)),
      JSONMember(name: "drawSeed", value: .string(drawSeed.hex)),
      JSONMember(name: "intervals", value: .string(IntervalList.text(intervals))),
    ]
    switch outcome {
    case .accepted:
      members.append(JSONMember(name: "verificationResult", value: .string("PASSED")))
    case .rejected(let rejection):
      members.append(JSONMember(name: "verificationResult", value: .string("FAILED")))
      members.append(JSONMember(name: "rejection", value: rejection.json))
    case .inconclusive(let reason):
      members.append(JSONMember(name: "verificationResult", value: .string("INCONCLUSIVE")))
      members.append(JSONMember(name: "reason", value: .string(reason.rawValue)))
    }
    if !proved.isEmpty {
      if !executed.isEmpty {
        members.append(
          JSONMember(name: "executed", value: .string(IntervalList.text(executed))))
      }
      members.append(JSONMember(name: "proofs", value: .array(proved.map(\.json))))
    }
    if isArtefactUnchecked {
      members.append(JSONMember(name: "artefact", value: .string("unchecked")))
    }
    if let quality { members.append(JSONMember(name: "quality", value: quality.json)) }
    if let delivery {
      members.append(JSONMember(name: "delivery", value: .string(delivery.hex)))
    }
    if let work { members.append(JSONMember(name: "work", value: .string(work.hex))) }
    members.append(JSONMember(name: "device", value: .string(device)))
    members.append(JSONMember(name: "hardware", value: .string(hardware.rawValue)))
    members.append(JSONMember(name: "note", value: .string(note)))
    return .object(members)
  }

  /// Reads a verdict and the key that it names.
  static func decode(
    _ statement: Statement
  ) throws(WireError) -> (Verdict, VerifyingKey) {
    guard statement.subjects.count == 1, let subject = statement.subjects.first,
      subject.name == "claim"
    else { throw .field(path: "subject", reason: "expected one subject named “claim”") }
    var fields = try JSONFields(statement.predicate, path: "predicate")
    var who = try fields.fields("verifier")
    let verifier = try who.evidenceKey("id")
    try who.finish()
    let job = try fields.boundedString("job", limit: 128)
    let terms = try fields.evidenceDigest("terms")
    let policy = try fields.evidenceDigest("policy")
    let drawSeed = try fields.evidenceDigest("drawSeed")
    let intervals = try fields.intervals("intervals")
    let outcome: Outcome
    switch try fields.string("verificationResult") {
    case "PASSED": outcome = .accepted
    case "FAILED": outcome = .rejected(try Rejection(fields.fields("rejection")))
    case "INCONCLUSIVE":
      outcome = .inconclusive(try fields.choice("reason", as: InconclusiveReason.self))
    case let other:
      throw fields.failure(
        "verificationResult",
        "expected PASSED, FAILED or INCONCLUSIVE, found “\(other.prefix(60))”")
    }
    let executed = fields.contains("executed") ? try fields.intervals("executed") : nil
    let proved = fields.contains("proofs") ? try ProvedInterval.list("proofs", of: &fields) : []
    guard executed == nil || !proved.isEmpty else {
      throw fields.failure("executed", "expected proofs of the other intervals")
    }
    let artefact = try fields.optionalString("artefact")
    guard artefact == nil || artefact == "unchecked" else {
      throw fields.failure("artefact", "expected “unchecked” or nothing")
    }
    let quality = fields.contains("quality") ? try Quality(fields.fields("quality")) : nil
    let delivery = try fields.optionalEvidenceDigest("delivery")
    let work = try fields.optionalEvidenceDigest("work")
    guard outcome == .accepted || (work ?? delivery) == nil else {
      throw fields.failure(
        work == nil ? "delivery" : "work", "expected nothing, where the work was not accepted")
    }
    let device = try fields.boundedString("device", limit: textLimit)
    let hardware = try fields.choice("hardware", as: Hardware.self)
    let note = try fields.boundedString("note", limit: textLimit)
    try fields.finish()
    let verdict = Verdict(
      job: job, terms: terms, claim: subject.digest, policy: policy, drawSeed: drawSeed,
      intervals: intervals, outcome: outcome, executed: proved.isEmpty ? nil : executed ?? [],
      proved: proved, isArtefactUnchecked: artefact != nil, quality: quality, delivery: delivery,
      work: work, device: device, hardware: hardware, note: note)
    return (verdict, verifier)
  }
}

extension Rejection {
  var json: JSONValue {
    var members = [JSONMember(name: "fault", value: .string(fault.rawValue))]
    if let interval { members.append(JSONMember(name: "interval", value: .integer(interval))) }
    if let tensor { members.append(JSONMember(name: "tensor", value: .string(tensor))) }
    if let claimedRoot {
      members.append(JSONMember(name: "claimedRoot", value: .string(claimedRoot.hex)))
    }
    if let computedRoot {
      members.append(JSONMember(name: "computedRoot", value: .string(computedRoot.hex)))
    }
    return .object(members)
  }

  init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    let fault = try fields.choice("fault", as: Fault.self)
    let interval = try fields.optionalInteger("interval", in: 0...Detection.intervalLimit)
    let tensor =
      fields.contains("tensor")
      ? try fields.boundedString("tensor", limit: Rejection.tensorLimit) : nil
    let claimedRoot = try fields.optionalEvidenceDigest("claimedRoot")
    let computedRoot = try fields.optionalEvidenceDigest("computedRoot")
    try fields.finish()
    self.init(
      fault: fault, interval: interval, tensor: tensor, claimedRoot: claimedRoot,
      computedRoot: computedRoot)
  }
}
