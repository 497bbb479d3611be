internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification
internal import AssayTolerance
internal import AssayWire

/// Checks a signed claim or verdict, or a challenge, and says what it states.
struct StatementChecking {
  let file: String
  let signer: String?

  /// A statement whose signature has been checked.
  private struct Checked {
    var kind: String
    var identity: Digest
    var signer: VerifyingKey
    /// What it states: a name, its value for people, and for programs.
    var fields: [(String, String, JSONValue)]
  }

  func run(_ bytes: [UInt8], _ console: Console) throws -> ExitCode {
    if FileKind(bytes) == .challenge { return try checkChallenge(bytes, console) }
    let expected = try signer.map(KeyFiles.verifyingKey)
    let checked: Checked
    do {
      checked = try check(bytes)
    } catch let refusal as Refusal {
      return try refuse(refusal.reason, console)
    }
    if let expected, expected != checked.signer {
      return try refuse(
        "signed by the key \(checked.signer.keyID.prefix(16))…, expected "
          + "\(expected.keyID.prefix(16))…", console)
    }
    try console.print("signature    valid")
    try console.print("kind         \(checked.kind)")
    try console.print("identity     \(checked.identity)")
    try console.print("signer       \(checked.signer.keyID)")
    for (name, text, _) in checked.fields {
      try console.print(
        name + String(repeating: " ", count: max(1, 13 - name.count))
          + (text.isEmpty ? "none" : text))
    }
    try console.json(
      .object(
        [
          JSONMember(name: "valid", value: .bool(true)),
          JSONMember(name: "kind", value: .string(checked.kind)),
          JSONMember(name: "identity", value: .string(checked.identity.hex)),
          JSONMember(name: "signer", value: .string(checked.signer.keyID)),
        ] + checked.fields.map { JSONMember(name: Self.key($0.0), value: $0.2) }))
    return .success
  }

  /// Draws a challenge again.
  private func checkChallenge(_ bytes: [UInt8], _ console: Console) throws -> ExitCode {
    let challenge: Challenge
    do {
      challenge = try Challenge(decoding: bytes)
    } catch {
      return try refuse("\(error)", console)
    }
    try console.print("challenge    follows from its secrets, which nobody has signed")
    try console.print("job          \(AuditText.printable(challenge.job))")
    try console.print("terms        \(challenge.terms)")
    try console.print("claim        \(challenge.claim)")
    try console.print("evidence     \(challenge.policy.method.rawValue)")
    try console.print(
      "intervals    \(challenge.indices.count) of \(challenge.draw.intervalCount)")
    try console.json(
      .object([
        "valid": .bool(true), "kind": .string("challenge"), "job": .string(challenge.job),
        "claim": .string(challenge.claim.hex), "policy": challenge.policy.json,
        "intervals": .array(challenge.indices.map { .integer($0) }),
      ]))
    return .success
  }

  private struct Refusal: Error {
    var reason: String
  }

  private func refuse(_ reason: String, _ console: Console) throws -> ExitCode {
    console.note("assay: '\(file)' is refused: \(AuditText.printable(reason))")
    try console.json(.object(["valid": .bool(false), "reason": .string(reason)]))
    return .rejected
  }

  private func check(_ bytes: [UInt8]) throws -> Checked {
    let type: String
    do {
      type = try Statement(decoding: Envelope(decoding: bytes).payload).predicateType
    } catch {
      throw Refusal(
        reason: "it is no claim, verdict, receipt, challenge or proof, no signed statement at all: "
          + "\(error)")
    }
    do {
      switch type {
      case ProviderClaim.predicateType: return Self.checked(try ProviderClaim.open(bytes))
      case Verdict.predicateType: return Self.checked(try Verdict.open(bytes))
      case ToleranceClaim.predicateType: return Self.checked(try ToleranceClaim.open(bytes))
      case DisputeOutcome.predicateType: return Self.checked(try DisputeOutcome.open(bytes))
      case ToleranceVerdict.predicateType: return Self.checked(try ToleranceVerdict.open(bytes))
      default: break
      }
    } catch {
      throw Refusal(reason: "\(error)")
    }
    throw Refusal(reason: "expected a claim or a verdict, found a statement of type \(type)")
  }

  private static func checked(_ opened: OpenedClaim) -> Checked {
    let claim = opened.claim
    return Checked(
      kind: "claim", identity: opened.identity, signer: claim.provider,
      fields: [
        text("job", claim.job), digest("terms", claim.terms), digest("spec", claim.spec),
        digest("data root", claim.dataRoot), number("first step", claim.firstStep),
        number("last step", claim.lastStep), digest("first root", claim.firstRoot),
        digest("last root", claim.lastRoot), number("trace size", claim.traceSize),
        digest("trace root", claim.traceRoot), digest("artefact", claim.artefact),
      ] + quality(claim.quality))
  }

  private static func checked(_ opened: OpenedVerdict) -> Checked {
    let verdict = opened.verdict
    var fields = [
      text("outcome", AuditText.name(of: verdict.outcome)), text("job", verdict.job),
      digest("terms", verdict.terms), digest("claim", verdict.claim),
      digest("policy", verdict.policy), digest("draw seed", verdict.drawSeed),
    ]
    if !verdict.proved.isEmpty {
      fields.append(
        (
          "proofs", "\(verdict.proved.count), checked by whoever releases money",
          .array(verdict.proved.map(\.json))
        ))
    }
    if verdict.isArtefactUnchecked { fields.append(text("artefact", "unchecked")) }
    fields.append(
      ("intervals", "\(verdict.intervals.count)", .array(verdict.intervals.map { .integer($0) })))
    switch verdict.outcome {
    case .accepted: break
    case .rejected(let rejection):
      fields.append(text("fault", rejection.fault.rawValue))
      if let interval = rejection.interval { fields.append(number("interval", interval)) }
      if let tensor = rejection.tensor { fields.append(text("tensor", tensor)) }
      if let root = rejection.claimedRoot { fields.append(digest("claimed", root)) }
      if let root = rejection.computedRoot { fields.append(digest("computed", root)) }
    case .inconclusive(let reason):
      fields.append(text("reason", reason.rawValue))
    }
    fields += quality(verdict.quality)
    fields += [
      text("device", verdict.device), text("hardware", verdict.hardware.rawValue),
      text("note", verdict.note),
    ]
    return Checked(
      kind: "verdict", identity: opened.identity, signer: opened.verifier, fields: fields)
  }

  private static func checked(_ opened: OpenedDisputeOutcome) -> Checked {
    let outcome = opened.outcome
    let transcript = outcome.transcript.map { digest("transcript", $0) }
    return Checked(
      kind: "dispute outcome", identity: opened.identity, signer: opened.signer,
      fields: [
        text("job", outcome.job), digest("terms", outcome.terms), digest("claim", outcome.claim),
        text("challenger", outcome.challenger.keyID), text("defender", outcome.defender.keyID),
        text("loser", outcome.challengerLost ? "challenger" : "defender"),
        text("fault", outcome.fault.rawValue), text("about", outcome.subject),
        transcript ?? ("transcript", "none: it is the signer's word", .null),
      ])
  }

  private static func checked(_ opened: OpenedToleranceClaim) -> Checked {
    let claim = opened.claim
    return Checked(
      kind: "TOLERANCE claim", identity: opened.identity, signer: claim.provider,
      fields: [
        text("job", claim.job), digest("terms", claim.terms), digest("manifest", claim.manifest),
        number("first step", claim.firstStep), number("last step", claim.lastStep),
        number("trace size", claim.traceSize), digest("trace root", claim.traceRoot),
        digest("artefact", claim.artefact),
      ])
  }

  private static func checked(_ opened: OpenedToleranceVerdict) -> Checked {
    let verdict = opened.verdict
    var fields = [
      text("outcome", "\(verdict.result) within a TOLERANCE"), text("job", verdict.job),
      digest("terms", verdict.terms), digest("claim", verdict.claim),
      digest("policy", verdict.policy.digest),
      (
        "intervals", "\(verdict.findings.count) of \(verdict.intervalCount)",
        .array(verdict.findings.map(\.json))
      ),
    ]
    if case .rejected(let rejection) = verdict.outcome {
      fields += [
        text("fault", rejection.fault.rawValue), number("interval", rejection.interval),
        text("reason", rejection.reason),
      ]
    }
    let names = verdict.weaknesses.map(\.rawValue)
    fields.append(
      ("not excluded", names.joined(separator: ", "), .array(names.map { .string($0) })))
    fields.append(text("device", verdict.device))
    return Checked(
      kind: "TOLERANCE verdict", identity: opened.identity, signer: opened.verifier,
      fields: fields)
  }

  private static func quality(_ quality: Quality?) -> [(String, String, JSONValue)] {
    quality.map { [("quality", "\($0)", $0.json)] } ?? []
  }

  private static func text(_ name: String, _ value: String) -> (String, String, JSONValue) {
    (name, AuditText.printable(value), .string(value))
  }

  private static func digest(_ name: String, _ value: Digest) -> (String, String, JSONValue) {
    (name, value.hex, .string(value.hex))
  }

  private static func number(
    _ name: String, _ value: some BinaryInteger
  ) -> (String, String, JSONValue) {
    (name, "\(value)", .integer(value))
  }

  /// `data root` as `dataRoot`.
  private static func key(_ name: String) -> String {
    let words = name.split(separator: " ")
    return words.prefix(1).joined()
      + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
