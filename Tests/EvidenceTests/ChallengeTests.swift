import AssayCryptography
import AssayEvidence
import AssayTestSupport
import AssayWire
import Testing

struct ChallengeTests {
  private static let buyerSecret = [UInt8](repeating: 3, count: 32)
  private static let operatorSecret = [UInt8](repeating: 4, count: 32)

  private func challenge(
    _ selection: EvidencePolicy.Selection = .drawn(7), intervals: Int = 50
  ) throws -> Challenge {
    try Challenge(
      job: "job-1", terms: SHA256.digest(of: [1]), claim: SHA256.digest(of: [2]),
      policy: EvidencePolicy(
        selection: selection, adversary: .lazy(fractionMillionths: 100_000),
        confidenceMillionths: 0),
      source: .secrets(buyer: Self.buyerSecret, operator: Self.operatorSecret),
      intervalCount: intervals)
  }

  @Test func aChallengeReadsBackAndDrawsTheSame() throws {
    for challenge in [
      try challenge(), try challenge(.every), try challenge(.every, intervals: 1),
      try challenge(.drawn(1 << 16), intervals: 1 << 20), try challenge(.every, intervals: 1 << 20),
    ] {
      #expect(try Challenge(decoding: challenge.encoded) == challenge)
      #expect(challenge.encoded.count < Challenge.maximumByteCount)
    }
  }

  @Test func aChangedChallengeIsRefused() throws {
    let challenge = try challenge()
    let text = String(decoding: challenge.encoded, as: UTF8.self)
    let other = SHA256.digest(of: [9]).hex
    let edits = [
      ("\"job\":\"job-1\"", "\"job\":\"job-2\""), (challenge.terms.hex, other),
      (challenge.claim.hex, other), (challenge.draw.seed.hex, other),
      ("\"intervals\":7", "\"intervals\":8"),
      ("\"fractionMillionths\":100000", "\"fractionMillionths\":100001"),
      ("\"intervalCount\":50", "\"intervalCount\":51"),
      (Hex.encode(Self.buyerSecret), other), (Hex.encode(Self.operatorSecret), other),
      ("\"version\":1", "\"version\":2"), ("{\"version\"", "{ \"version\""), ("}\n", "}"),
      ("\"version\":1", "\"version\":1,\"extra\":1"),
      (
        "\"intervals\":\"\(challenge.indices[0])", "\"intervals\":\"0\(challenge.indices[0])"
      ),
    ]
    for (from, to) in edits {
      let edited = text.replacing(from, with: to)
      #expect(edited != text, "nothing to edit: \(from)")
      #expect(throws: EvidenceError.self, "\(from)") {
        try Challenge(decoding: Array(edited.utf8))
      }
    }
    // What follows from the rest is compared by name.
    let indices = challenge.indices
    let last = indices[indices.count - 1]
    for (field, from, to) in [
      ("seed", challenge.draw.seed.hex, other), ("intervals", ",\(last)\"", "\""),
    ] {
      let error = #expect(throws: EvidenceError.self) {
        try Challenge(decoding: Array(text.replacing(from, with: to).utf8))
      }
      guard case .mismatch(field, _, _)? = error else {
        Issue.record("expected \(field), found \(String(describing: error))")
        continue
      }
    }
    for (name, bytes) in Mutations.bitFlips(of: challenge.encoded) {
      #expect(throws: EvidenceError.self, "\(name)") { try Challenge(decoding: bytes) }
    }
  }

  @Test func theSecretsMustBeTheCommittedOnes() throws {
    let challenge = try challenge()
    let buyer = try Randomness.commitment(to: Self.buyerSecret, by: .buyer)
    let operatorHash = try Randomness.commitment(to: Self.operatorSecret, by: .operator)
    try challenge.checkSecrets(buyerSecretHash: buyer, operatorSecretHash: operatorHash)
    #expect(throws: EvidenceError.self) {
      try challenge.checkSecrets(buyerSecretHash: operatorHash, operatorSecretHash: buyer)
    }
    // The same secret has another hash in another role.
    let secret = [UInt8](repeating: 5, count: 32)
    #expect(
      try Randomness.commitment(to: secret, by: .buyer)
        != Randomness.commitment(to: secret, by: .operator))
    for count in [0, 31, 33] {
      #expect(throws: EvidenceError.secretByteCount(found: count)) {
        try Randomness.commitment(to: [UInt8](repeating: 0, count: count), by: .buyer)
      }
    }
  }

  @Test func policiesReadBackAndOnesThatPromiseTooMuchAreRefused() throws {
    for policy in [
      EvidencePolicy(
        selection: .drawn(44), adversary: .lazy(fractionMillionths: 100_000),
        confidenceMillionths: 990_000),
      EvidencePolicy(selection: .every, adversary: .targeted, confidenceMillionths: 1_000_000),
      EvidencePolicy(
        method: .proof, selection: .every, adversary: .targeted, confidenceMillionths: 1_000_000),
      EvidencePolicy(
        method: .either, selection: .drawn(5), adversary: .targeted, confidenceMillionths: 4_000),
      EvidencePolicy(
        method: .both, selection: .drawn(5), adversary: .targeted, confidenceMillionths: 4_000,
        hardware: .differing),
      EvidencePolicy(
        selection: .drawn(5), adversary: .targeted, confidenceMillionths: 4_000, hardware: .gpu),
    ] {
      let again = try EvidencePolicy(policy.json)
      #expect(again == policy)
      #expect(again.digest == policy.digest)
      try policy.check(intervals: 1_000)
    }
    let greedy = EvidencePolicy(
      selection: .drawn(44), adversary: .targeted, confidenceMillionths: 990_000)
    #expect(throws: EvidenceError.self) { try greedy.check(intervals: 1_000) }
    #expect(throws: EvidenceError.drawSize(intervals: 43, drawn: 44)) {
      try greedy.check(intervals: 43)
    }
    for method in [EvidenceMethod.proof, .either] {
      let idle = EvidencePolicy(
        method: method, selection: .every, adversary: .targeted, confidenceMillionths: 0,
        hardware: .gpu)
      #expect(throws: EvidenceError.hardwareWithoutExecution(method)) {
        try idle.check(intervals: 10)
      }
    }
    // Proofs count of as many intervals as a verdict can list.
    for method in EvidenceMethod.allCases {
      let every = EvidencePolicy(
        method: method, selection: .every, adversary: .targeted, confidenceMillionths: 0)
      let limit = EvidencePolicy.provedLimit
      try every.check(intervals: limit)
      guard method != .recompute else {
        try every.check(intervals: limit + 1)
        continue
      }
      #expect(throws: EvidenceError.proof(.tooMany(limit: limit, found: limit + 1))) {
        try every.check(intervals: limit + 1)
      }
    }
    for text in [
      "{}", "[]",
      #"{"method":"proofs","intervals":1,"adversary":"targeted","confidenceMillionths":0}"#,
      #"{"method":"","intervals":1,"adversary":"targeted","confidenceMillionths":0}"#,
      #"{"intervals":1,"adversary":"targeted","confidenceMillionths":0}"#,
      #"{"method":"recompute","intervals":0,"adversary":"targeted","confidenceMillionths":0}"#,
      #"{"method":"recompute","intervals":"all","adversary":"targeted","confidenceMillionths":0}"#,
      #"{"method":"recompute","intervals":1,"adversary":"nobody","confidenceMillionths":0}"#,
      #"{"method":"recompute","intervals":1,"adversary":"lazy","confidenceMillionths":0}"#,
      #"{"method":"recompute","intervals":1,"adversary":"targeted","#
        + #""confidenceMillionths":0,"hardware":"cpu"}"#,
      #"{"method":"recompute","intervals":1,"adversary":"targeted","#
        + #""confidenceMillionths":1000001}"#,
      #"{"method":"recompute","intervals":1,"adversary":"targeted","fractionMillionths":1,"#
        + #""confidenceMillionths":0}"#,
    ] {
      #expect(throws: WireError.self, "\(text)") {
        try EvidencePolicy(JSONValue.parse(Array(text.utf8)))
      }
    }
  }
}
