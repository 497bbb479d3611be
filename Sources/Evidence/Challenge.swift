public import AssayCryptography
internal import AssayWire

/// Which intervals a provider must open, with everything from which anyone can draw them again.
///
/// A JSON file in one canonical writing. Nothing in it needs to be believed: reading it recomputes
/// the seed and the intervals; who has the terms checks the secrets against their hashes.
///
/// - Soundness: says that the draw follows from these secrets. That they are the ones committed to
///   in the terms is checked by `checkSecrets`, that they were revealed after the claim was logged
///   by the settlement machine.
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
  /// The buyer's secret, 32 bytes.
  public let buyerSecret: [UInt8]
  /// The operator's secret, 32 bytes.
  public let operatorSecret: [UInt8]
  /// The seed and the intervals.
  public let draw: Draw

  /// The hash of both secrets.
  public let randomness: Digest

  /// The drawn intervals, ascending.
  public var indices: [Int] { draw.indices }

  /// Draws the intervals of a claim.
  ///
  /// - Throws: `secretByteCount`, or `drawSize` where the policy draws more than there is.
  public init(
    job: String, terms: Digest, claim: Digest, policy: EvidencePolicy, buyerSecret: [UInt8],
    operatorSecret: [UInt8], intervalCount: Int
  ) throws(EvidenceError) {
    self.job = job
    self.terms = terms
    self.claim = claim
    self.policy = policy
    self.buyerSecret = buyerSecret
    self.operatorSecret = operatorSecret
    randomness = try Randomness.combined(
      buyerSecret: buyerSecret, operatorSecret: operatorSecret)
    let seed = Draw.seed(
      job: job, terms: terms, claim: claim, policy: policy.digest, randomness: randomness)
    draw = try Draw(seed: seed, intervalCount: intervalCount, policy: policy)
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
      buyerSecret: read.buyerSecret, operatorSecret: read.operatorSecret,
      intervalCount: read.intervalCount)
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
    JSONValue.object([
      "version": .integer(1), "job": .string(job), "terms": .string(terms.hex),
      "claim": .string(claim.hex), "policy": policy.json,
      "buyerSecret": .string(Hex.encode(buyerSecret)),
      "operatorSecret": .string(Hex.encode(operatorSecret)), "seed": .string(draw.seed.hex),
      "intervalCount": .integer(draw.intervalCount),
      "intervals": .string(IntervalList.text(draw.indices)),
    ]).serialized() + [UInt8(ascii: "\n")]
  }

  /// Checks both secrets against the hashes that stand in the terms.
  public func checkSecrets(
    buyerSecretHash: Digest, operatorSecretHash: Digest
  ) throws(EvidenceError) {
    try Randomness.check(buyerSecret, by: .buyer, against: buyerSecretHash)
    try Randomness.check(operatorSecret, by: .operator, against: operatorSecretHash)
  }

  private struct Contents {
    let job: String
    let terms: Digest
    let claim: Digest
    let policy: EvidencePolicy
    let buyerSecret: [UInt8]
    let operatorSecret: [UInt8]
    let seed: Digest
    let intervalCount: Int
    let indices: [Int]

    init(_ value: JSONValue) throws(WireError) {
      var fields = try JSONFields(value)
      _ = try fields.integer("version", in: 1...1)
      job = try fields.boundedString("job", limit: 128)
      terms = try fields.evidenceDigest("terms")
      claim = try fields.evidenceDigest("claim")
      policy = try EvidencePolicy(fields.value("policy"), path: "policy")
      buyerSecret = try Hex.decode(fields.boundedString("buyerSecret", limit: 64))
      operatorSecret = try Hex.decode(fields.boundedString("operatorSecret", limit: 64))
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
