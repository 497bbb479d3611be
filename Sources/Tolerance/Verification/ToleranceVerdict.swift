public import AssayCryptography
public import AssayEvidence
internal import AssayWire

/// What a provider did not know when it claimed: two secrets of 32 bytes, as for every draw.
public struct ToleranceSecrets: Hashable, Sendable {
  public let buyer: [UInt8]
  public let other: [UInt8]

  public init(buyer: [UInt8], operator other: [UInt8]) {
    self.buyer = buyer
    self.other = other
  }

  /// The draw of `AssayEvidence`, over the job, the terms, the claim and the whole policy.
  func draw(
    job: String, terms: Digest, claim: Digest, policy: TolerancePolicy, intervalCount: Int,
    count: Int
  ) throws(ToleranceError) -> [Int] {
    do throws(EvidenceError) {
      let randomness = try Randomness.combined(buyerSecret: buyer, operatorSecret: other)
      let seed = Draw.seed(
        job: job, terms: terms, claim: claim, policy: policy.digest, randomness: randomness)
      return try Draw(seed: seed, intervalCount: intervalCount, drawn: count).indices
    } catch { throw .draw(error) }
  }

  func draw(
    _ claim: ToleranceClaim, identity: Digest, policy: TolerancePolicy, intervalCount: Int,
    count: Int
  ) throws(ToleranceError) -> [Int] {
    try draw(
      job: claim.job, terms: claim.terms, claim: identity, policy: policy,
      intervalCount: intervalCount, count: count)
  }
}

/// Why a trace was rejected.
public struct ToleranceRejection: Hashable, Sendable {
  public let fault: Fault
  public let interval: Int
  /// In words; nothing depends on it.
  public let reason: String
}

/// What was found of a trace within a tolerance.
///
/// A statement of its own kind, whose class is TOLERANCE: `AdmittedVerdict` never takes it, so that
/// terms which ask for execution with zero tolerance, or for proofs, are never met by it.
public struct ToleranceVerdict: Hashable, Sendable {
  /// The in-toto predicate type.
  public static let predicateType = "https://assay.dev/tolerance-verdict/v1"
  private static let textLimit = 2000

  /// What was found.
  public enum Outcome: Hashable, Sendable {
    /// Every selected interval, executed again, ends within the tolerance of its claimed end.
    case accepted
    case rejected(ToleranceRejection)
    /// Nothing was wrong, and an interval's start would have been taken for its end: no work shown.
    case inconclusive
  }

  public let job: String
  public let terms: Digest
  /// The identity of the claim's envelope.
  public let claim: Digest
  public let policy: TolerancePolicy
  public let intervalCount: Int
  public let secrets: ToleranceSecrets
  public let outcome: Outcome
  /// What was measured, in order of the intervals; of a rejection, up to the false one.
  public let findings: [IntervalFinding]
  /// What cannot be excluded.
  public let weaknesses: [Weakness]
  /// What it was computed on, in words.
  public let device: String

  /// Signs the verdict.
  public func signed(by key: SigningKey) -> Envelope {
    let statement = Statement(
      subjects: [(name: "claim", digest: claim)], predicateType: Self.predicateType,
      predicate: predicate(verifier: key.verifyingKey))
    return Envelope.sign(payload: statement.encoded, with: key)
  }

  private func predicate(verifier: VerifyingKey) -> JSONValue {
    var members = [
      JSONMember(name: "class", value: .string("TOLERANCE")),
      JSONMember(
        name: "verifier", value: .object(["id": .string(Hex.encode(verifier.bytes))])),
      JSONMember(name: "job", value: .string(job)),
      JSONMember(name: "terms", value: .string(terms.hex)),
      JSONMember(name: "policy", value: policy.json),
      JSONMember(name: "intervalCount", value: .integer(intervalCount)),
      JSONMember(name: "buyerSecret", value: .string(Hex.encode(secrets.buyer))),
      JSONMember(name: "operatorSecret", value: .string(Hex.encode(secrets.other))),
      JSONMember(name: "verificationResult", value: .string(result)),
      JSONMember(name: "findings", value: .array(findings.map(\.json))),
      JSONMember(name: "notExcluded", value: .array(weaknesses.map { .string($0.rawValue) })),
      JSONMember(name: "device", value: .string(String(device.prefix(200)))),
    ]
    if case .rejected(let rejection) = outcome {
      members.append(
        JSONMember(
          name: "rejection",
          value: .object([
            "fault": .string(rejection.fault.rawValue), "interval": .integer(rejection.interval),
            "reason": .string(String(rejection.reason.prefix(400))),
          ])))
    }
    return .object(members)
  }

  /// PASSED, FAILED or INCONCLUSIVE.
  public var result: String {
    switch outcome {
    case .accepted: "PASSED"
    case .rejected: "FAILED"
    case .inconclusive: "INCONCLUSIVE"
    }
  }

  /// Reads a signed verdict and checks its signature with the key that it names, its draw, and that
  /// its result follows from what it says was measured.
  public static func open(
    _ envelopeBytes: [UInt8]
  ) throws(ToleranceError) -> OpenedToleranceVerdict {
    let (envelope, statement) = try Envelope.statement(envelopeBytes, type: predicateType)
    let read: (verdict: ToleranceVerdict, verifier: VerifyingKey)
    do throws(WireError) {
      read = try decode(statement)
    } catch { throw .malformed(error) }
    do throws(CryptographyError) {
      _ = try envelope.verify(with: read.verifier)
    } catch { throw .signature(error) }
    try read.verdict.check()
    return OpenedToleranceVerdict(
      verdict: read.verdict, verifier: read.verifier, identity: envelope.identity)
  }

  private static func decode(
    _ statement: Statement
  ) throws(WireError) -> (verdict: ToleranceVerdict, verifier: VerifyingKey) {
    guard statement.subjects.count == 1, let subject = statement.subjects.first,
      subject.name == "claim"
    else { throw .field(path: "subject", reason: "expected one subject named “claim”") }
    var fields = try JSONFields(statement.predicate, path: "predicate")
    guard try fields.string("class") == "TOLERANCE" else {
      throw fields.failure("class", "expected TOLERANCE")
    }
    var who = try fields.fields("verifier")
    let verifier = try who.verifyingKey("id")
    try who.finish()
    let job = try fields.string("job")
    let terms = try fields.digest("terms")
    let policy = try TolerancePolicy(fields.value("policy"), path: "predicate.policy")
    let intervalCount = try fields.integer("intervalCount", in: 1...TraceManifest.checkpointLimit)
    let secrets = ToleranceSecrets(
      buyer: try Hex.decode(try fields.string("buyerSecret")),
      operator: try Hex.decode(try fields.string("operatorSecret")))
    let result = try fields.string("verificationResult")
    var findings: [IntervalFinding] = []
    for entry in try fields.objects("findings") {
      findings.append(
        try IntervalFinding(
          entry, intervalCount: intervalCount, boundCount: policy.bounds.count))
    }
    var weaknesses: [Weakness] = []
    for value in try fields.array("notExcluded") {
      guard case .string(let text) = value, let weakness = Weakness(rawValue: text) else {
        throw fields.failure("notExcluded", "expected names of weaknesses")
      }
      weaknesses.append(weakness)
    }
    let device = try fields.string("device")
    let outcome: Outcome
    switch result {
    case "PASSED": outcome = .accepted
    case "INCONCLUSIVE": outcome = .inconclusive
    case "FAILED": outcome = .rejected(try ToleranceRejection(fields.fields("rejection")))
    default: throw fields.failure("verificationResult", "expected PASSED, FAILED or INCONCLUSIVE")
    }
    try fields.finish()
    let verdict = ToleranceVerdict(
      job: job, terms: terms, claim: subject.digest, policy: policy, intervalCount: intervalCount,
      secrets: secrets, outcome: outcome, findings: findings, weaknesses: weaknesses,
      device: device)
    return (verdict, verifier)
  }

  /// That the result follows from the findings, and the findings are of the drawn intervals.
  private func check() throws(ToleranceError) {
    func refuse(_ path: String, _ reason: String) -> ToleranceError {
      .malformed(.field(path: "predicate.\(path)", reason: reason))
    }
    if case .rejected = outcome { return }
    guard findings.allSatisfy({ $0.isWithin(policy) }) else {
      throw refuse("verificationResult", "a finding is beyond the tolerance")
    }
    let isShown =
      policy.admitsUninformative || !findings.contains { $0.isUninformative(policy) }
    guard isShown == (outcome == .accepted) else {
      throw refuse("verificationResult", "it does not follow from the findings")
    }
    let intervals = findings.map(\.interval)
    let expected: [Int] =
      switch policy.selection {
      case .every: Array(0..<intervalCount)
      case .drawn(let count):
        try secrets.draw(
          job: job, terms: terms, claim: claim, policy: policy, intervalCount: intervalCount,
          count: count)
      case .largest: intervals
      }
    guard intervals == expected, !intervals.isEmpty else {
      throw refuse("findings", "expected the intervals of the draw")
    }
  }
}

/// A verdict whose signature has been checked.
public struct OpenedToleranceVerdict: Hashable, Sendable {
  public let verdict: ToleranceVerdict
  /// Who says so.
  public let verifier: VerifyingKey
  /// SHA-256 of the envelope's pre-authentication encoding.
  public let identity: Digest
}

extension ToleranceRejection {
  fileprivate init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    guard let fault = Fault(rawValue: try fields.string("fault")) else {
      throw fields.failure("fault", "expected the name of a fault")
    }
    self.fault = fault
    interval = try fields.integer("interval", in: 0...TraceManifest.checkpointLimit)
    reason = try fields.string("reason")
    try fields.finish()
  }
}
