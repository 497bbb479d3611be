public import AssayCryptography
internal import AssayWire

/// Which intervals a provider must open, with everything from which anyone can draw them again.
///
/// A JSON file in one canonical writing. Nothing in it needs to be believed: reading it recomputes
/// the seed and the intervals; who has the terms checks the secrets against their hashes.
///
/// - Soundness: says that the draw follows from these secrets, or from the delay's one output. That
///   secrets are the ones committed to in the terms is checked by `checkSecrets`, that they were
///   revealed after the claim was logged by the settlement machine.
public struct Challenge: Hashable, Sendable {
  /// Larger files are refused unread.
  public static let maximumByteCount = 1 << 20

  /// The job's name.
  public let job: String
  /// SHA-256 of the terms' exact bytes.
  public let terms: Digest
  /// The identity of the claim's envelope.
  public let claim: Digest
  /// What evidence is asked for.
  public let policy: EvidencePolicy
  /// What the provider did not know when it claimed.
  public let source: DrawSource
  /// How many rounds of verifiers could not say; each draws more intervals.
  public let round: Int
  /// The seed and the intervals.
  public let draw: Draw

  /// The most rounds of verifiers on one claim.
  public static let roundLimit = 16

  /// What follows from the source.
  public let randomness: Digest

  /// The drawn intervals, ascending.
  public var indices: [Int] { draw.indices }

  /// Draws the intervals of a claim.
  ///
  /// - Throws: `secretByteCount`, `delay`, or `drawSize` where the policy draws more than there is.
  public init(
    job: String, terms: Digest, claim: Digest, policy: EvidencePolicy, source: DrawSource,
    intervalCount: Int, round: Int = 0
  ) throws(EvidenceError) {
    self.job = job
    self.round = round
    self.terms = terms
    self.claim = claim
    self.policy = policy
    self.source = source
    randomness = try source.randomness(
      delayInput: DrawSource.delayInput(
        job: job, terms: terms, claim: claim, policy: policy.digest))
    let seed = Draw.seed(
      job: job, terms: terms, claim: claim, policy: policy.digest, randomness: randomness)
    draw = try Draw(seed: seed, intervalCount: intervalCount, policy: policy, round: round)
  }

  /// Reads a challenge file and draws again.
  ///
  /// - Throws: `malformed`; `mismatch` where seed or intervals are not what follows from the rest.
  public init(decoding bytes: [UInt8]) throws(EvidenceError) {
    let read: Contents
    do throws(WireError) {
      read = try Contents(
        JSONValue.parse(bytes, maximumByteCount: Challenge.maximumByteCount))
    } catch { throw .malformed(error) }
    try self.init(
      job: read.job, terms: read.terms, claim: read.claim, policy: read.policy,
      source: read.source, intervalCount: read.intervalCount, round: read.round)
    guard read.seed == draw.seed else {
      throw .mismatch(field: "seed", expected: draw.seed.hex, found: read.seed.hex)
    }
    guard read.indices == draw.indices else {
      throw .mismatch(
        field: "intervals", expected: abbreviated(draw.indices), found: abbreviated(read.indices))
    }
    guard encoded == bytes else {
      throw .malformed(.notCanonical("a challenge has one writing, and this is another"))
    }
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    let subject: [JSONMember] = [
      JSONMember(name: "version", value: .integer(1)),
      JSONMember(name: "job", value: .string(job)),
      JSONMember(name: "terms", value: .string(terms.hex)),
      JSONMember(name: "claim", value: .string(claim.hex)),
      JSONMember(name: "policy", value: policy.json),
    ]
    let rounds = round > 0 ? [JSONMember(name: "round", value: .integer(round))] : []
    let drawn: [JSONMember] =
      rounds + [
        JSONMember(name: "seed", value: .string(draw.seed.hex)),
        JSONMember(name: "intervalCount", value: .integer(draw.intervalCount)),
        JSONMember(name: "intervals", value: .string(IntervalList.text(draw.indices))),
      ]
    return JSONValue.object(subject + source.members + drawn).serialized() + [UInt8(ascii: "\n")]
  }

  /// Checks both secrets against the hashes that stand in the terms; a hash that is nil stands
  /// nowhere.
  ///
  /// - Soundness: where a job has several claims, an earlier claim's secrets pass as well. That
  ///   they are this claim's is checked by the settlement machine, and by who has the receipt.
  ///
  /// - Throws: `wrongSecret`, or `secretsExpected` where a delay was drawn from instead.
  public func checkSecrets(
    buyerSecretHash: Digest?, operatorSecretHash: Digest?
  ) throws(EvidenceError) {
    if buyerSecretHash == nil, operatorSecretHash == nil { return }
    guard case .secrets(let buyer, let other) = source else { throw .secretsExpected }
    for (secret, role, hash) in [
      (buyer, RevealRole.buyer, buyerSecretHash), (other, .operator, operatorSecretHash),
    ] {
      // A later claim's secret leads to the hash through those of the claims before it.
      guard let hash, try Randomness.secret(behind: hash, from: secret, by: role) == nil else {
        continue
      }
      try Randomness.check(secret, by: role, against: hash)
    }
  }

  private struct Contents {
    let job: String
    let terms: Digest
    let claim: Digest
    let policy: EvidencePolicy
    let source: DrawSource
    let seed: Digest
    let intervalCount: Int
    let round: Int
    let indices: [Int]

    init(_ value: JSONValue) throws(WireError) {
      var fields = try JSONFields(value)
      _ = try fields.integer("version", in: 1...1)
      job = try fields.boundedString("job", limit: 128)
      terms = try fields.evidenceDigest("terms")
      claim = try fields.evidenceDigest("claim")
      policy = try EvidencePolicy(fields.value("policy"), path: "policy")
      source = try DrawSource(&fields)
      round = try fields.optionalInteger("round", in: 1...Challenge.roundLimit - 1) ?? 0
      seed = try fields.evidenceDigest("seed")
      intervalCount = try fields.integer("intervalCount", in: 1...Detection.intervalLimit)
      indices = try fields.intervals("intervals")
      try fields.finish()
    }
  }
}

/// A few interval numbers, for a message.
func abbreviated(_ intervals: [Int]) -> String {
  let shown = intervals.prefix(8).map(String.init).joined(separator: ", ")
  return intervals.count > 8 ? "\(shown), … (\(intervals.count) in all)" : "[\(shown)]"
}
