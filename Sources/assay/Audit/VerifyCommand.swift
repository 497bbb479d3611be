internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySpecification
internal import AssayVerification
internal import AssayWire

/// `assay verify`: checks a signed claim or verdict, or the proof of an interval.
struct VerifyCommand: Command {
  static let description = CommandDescription(
    name: "verify",
    abstract: "Check a signed claim or verdict, or a proof, and print what it says.",
    discussion: """
      Of a signed statement it says who states what. Whether a claim is true is what `assay audit`
      finds out; whether a verdict counts depends on the terms of its job.

      Of a proof (assay prove) it says which steps of a claim were computed exactly. Checking takes
      milliseconds, and neither data nor weights, but the claim and the spec. Arithmetic is GMP's
      unless --arithmetic native asks for the second verifier.
      """,
    examples: [
      CommandExample("assay verify run/claim.json", "Shows a claim."),
      CommandExample(
        "assay verify verdict.json --signer verifier.pub", "Also checks who signed it."),
      CommandExample(
        "assay verify interval-3.proof --claim claim.json --spec spec.json", "Checks a proof."),
    ])

  @Argument(help: "The file with the signed statement or the proof.") var file: String
  @Option("file", help: "Public key of who must have signed.") var signer: String?
  @Option("file", help: "Of a proof: the claim whose interval it proves.") var claim: String?
  @Option("file", help: "Of a proof: the claim's spec.") var spec: String?
  @Option("name", help: "Of a proof: gmp or native.") var arithmetic: Arithmetic = .gmp

  /// A statement whose signature has been checked.
  private struct Checked {
    var kind: String
    var identity: Digest
    var signer: VerifyingKey
    /// What it states: a name, its value for people, and for programs.
    var fields: [(String, String, JSONValue)]
  }

  func run(_ console: Console) throws -> ExitCode {
    let bytes = try FileAccess.read(file, limit: IntervalProof.byteCountLimit)
    if bytes.starts(with: IntervalProof.magic) {
      guard let claim, let spec else {
        throw UsageError(
          "'\(file)' is the proof of an interval; say of which claim and spec.",
          hint: "Add --claim claim.json --spec spec.json.")
      }
      return try ProofChecking(
        file: file, claimPath: claim, specPath: spec, arithmetic: arithmetic
      ).run(bytes, console)
    }
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
      throw Refusal(reason: "it is no signed statement: \(error)")
    }
    do {
      switch type {
      case ProviderClaim.predicateType: return Self.checked(try ProviderClaim.open(bytes))
      case Verdict.predicateType: return Self.checked(try Verdict.open(bytes))
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
    fields += [text("device", verdict.device), text("note", verdict.note)]
    return Checked(
      kind: "verdict", identity: opened.identity, signer: opened.verifier, fields: fields)
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
