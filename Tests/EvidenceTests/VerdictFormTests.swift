import AssayCryptography
import AssayEvidence
import AssayMerkle
import AssaySpecification
import AssayWire
import Testing

/// What a signed verdict, a policy and a log's evidence look like, form by form.
struct VerdictFormTests {
  private let key: SigningKey
  private let verdict: Verdict

  init() throws {
    key = try SigningKey(seed: [UInt8](repeating: 5, count: 32))
    verdict = Verdict(
      job: "job-1", terms: .zero, claim: .zero, policy: .zero, drawSeed: .zero,
      intervals: [0, 1, 5], outcome: .accepted, device: "test")
  }

  /// Opens the verdict's statement after an edit, signed again.
  private func open(replacing old: String, with new: String) throws -> Verdict {
    let text = String(decoding: verdict.signed(by: key).payload, as: UTF8.self)
    let edited = text.replacing(old, with: new)
    #expect(edited != text, "nothing to edit: \(old)")
    return try Verdict.open(Envelope.sign(payload: Array(edited.utf8), with: key).encoded).verdict
  }

  @Test(arguments: [
    "", "5,0", "0,0", "3-1", "00", "+1", "0,1", "0-0", "1-2-3", "1-", "-1", "0,,2", "0-1048576",
    "0-9223372036854775807", "1048576", "0 ", "a",
  ])
  func intervalsHaveOneWriting(text: String) throws {
    let list = "\"intervals\":\""
    #expect(try open(replacing: list + "0-1,5", with: list + "0-2,1048575").intervals.count == 4)
    #expect(throws: EvidenceError.self) {
      try open(replacing: list + "0-1,5", with: list + text)
    }
  }

  @Test func aListIsNoLongerThanADraw() throws {
    // Numbers of six digits, each by itself: above the limit, and within an envelope's.
    let many = (0..<80_000).map { String(100_000 + 2 * $0) }.joined(separator: ",")
    #expect(throws: EvidenceError.self) {
      try open(replacing: "\"intervals\":\"0-1,5", with: "\"intervals\":\"" + many)
    }
  }

  @Test func hardwareIsOneOfAFewKinds() throws {
    let from = "\"hardware\":\"processor\""
    #expect(
      try open(replacing: from, with: "\"hardware\":\"amdGPU\"").hardware == .amdGPU)
    for text in ["\"hardware\":\"cpu\"", "\"hardware\":null", "\"hardwares\":\"processor\""] {
      #expect(throws: EvidenceError.self) { try open(replacing: from, with: text) }
    }
  }

  @Test func textIsBounded() throws {
    let name = String(repeating: "j", count: 128)
    #expect(try open(replacing: "job-1", with: name).job == name)
    #expect(throws: EvidenceError.self) { try open(replacing: "job-1", with: name + "j") }
  }

  @Test func aVerdictIsAboutOneClaim() throws {
    let honest = try Statement(decoding: verdict.signed(by: key).payload)
    for subjects in [
      [(name: "claims", digest: Digest.zero)],
      [(name: "claim", digest: .zero), (name: "other", digest: .zero)],
    ] {
      let statement = Statement(
        subjects: subjects, predicateType: honest.predicateType, predicate: honest.predicate)
      let envelope = Envelope.sign(payload: statement.encoded, with: key)
      #expect(throws: EvidenceError.self) { try Verdict.open(envelope.encoded) }
    }
  }

  @Test func policiesOfMoreIntervalsThanThereCanBe() {
    let policy = EvidencePolicy(
      selection: .every, adversary: .targeted, confidenceMillionths: 0)
    for intervals in [0, Detection.intervalLimit + 1] {
      #expect(throws: EvidenceError.drawSize(intervals: intervals, drawn: intervals)) {
        try policy.check(intervals: intervals)
      }
    }
  }

  /// The proof of the first of four leaves leads to the root from three leaves too.
  @Test func aProofIsForTheSizeOfTheHead() throws {
    let hashes = (0..<4).map {
      LogEntry.leafHash(.claim, identity: SHA256.digest(of: [UInt8($0)]))
    }
    let honest = MerkleTree.inclusionProof(forLeaf: 0, inLeafHashes: hashes)
    let log = LogIdentity(origin: "log", key: key.verifyingKey)
    let head = try SignedTreeHead(
      signing: TreeHead(
        origin: log.origin, size: 4, root: MerkleTree.root(ofLeafHashes: hashes)),
      name: log.origin, key: key
    ).encoded
    let identity = SHA256.digest(of: [0])
    try LogEvidence(proof: honest, head: head).check(.claim, identity: identity, in: log)
    let shifted = InclusionProof(leafIndex: 0, treeSize: 3, path: honest.path)
    #expect(throws: EvidenceError.self) {
      try LogEvidence(proof: shifted, head: head).check(.claim, identity: identity, in: log)
    }
  }

  @Test func whatWasExecutedIsSaidBesideProofsAlone() {
    #expect(throws: EvidenceError.self) {
      try open(replacing: "\"device\"", with: "\"executed\":\"0-1\",\"device\"")
    }
  }

  @Test func nothingCountsThatWasNotDrawn() throws {
    let challenge = try Challenge(
      job: "job-1", terms: .zero, claim: .zero,
      policy: EvidencePolicy(
        method: .either, selection: .drawn(3), adversary: .targeted, confidenceMillionths: 0),
      source: .secrets(
        buyer: [UInt8](repeating: 3, count: 32), operator: [UInt8](repeating: 4, count: 32)),
      intervalCount: 30)
    let drawn = challenge.indices
    let other = try #require((0..<30).first { !drawn.contains($0) })
    func admit(executed: [Int], proved: [Int]) throws {
      let verdict = Verdict(
        on: challenge, outcome: .accepted, executed: executed.sorted(),
        proved: proved.sorted().map { ProvedInterval(interval: $0, proof: .zero) },
        device: "test")
      _ = try AdmittedVerdict.readmit(
        verdict.signed(by: key).encoded,
        expecting: VerdictExpectation(challenge: challenge, admittedKeys: [key.verifyingKey]))
    }
    try admit(executed: drawn, proved: [drawn[0]])
    #expect(throws: EvidenceError.self) {
      try admit(executed: drawn + [other], proved: [drawn[0]])
    }
    #expect(throws: EvidenceError.self) {
      try admit(executed: drawn, proved: [drawn[0], other])
    }
  }
}
