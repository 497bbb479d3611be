import AssayCryptography
import AssayEvidence
import AssaySpecification
import AssayTestSupport
import AssayWire
import Testing

struct VerdictTests {
  private let challenge: Challenge
  private let verifier: SigningKey
  private let outsider: SigningKey

  init() throws {
    challenge = try Challenge(
      job: "job-1", terms: SHA256.digest(of: [1]), claim: SHA256.digest(of: [2]),
      policy: EvidencePolicy(
        selection: .drawn(5), adversary: .targeted, confidenceMillionths: 0),
      source: .secrets(
        buyer: [UInt8](repeating: 3, count: 32), operator: [UInt8](repeating: 4, count: 32)),
      intervalCount: 30)
    verifier = try SigningKey(seed: [UInt8](repeating: 5, count: 32))
    outsider = try SigningKey(seed: [UInt8](repeating: 6, count: 32))
  }

  private func expectation(_ keys: [SigningKey]) -> VerdictExpectation {
    VerdictExpectation(
      challenge: challenge, quality: claimed, admittedKeys: keys.map(\.verifyingKey))
  }

  private let claimed = Quality.accuracy(correct: 9, rows: 10)
  private let measured = Quality(loss: 1.25)

  private func rejection(_ fault: Fault) -> Rejection {
    if fault == .wrongQuality {
      return Rejection(
        fault: fault, interval: challenge.indices[1], claimedRoot: claimed.digest,
        computedRoot: measured.digest)
    }
    return Rejection(
      fault: fault, interval: challenge.indices[1], tensor: "layer.weight",
      claimedRoot: SHA256.digest(of: [7]), computedRoot: SHA256.digest(of: [8]))
  }

  @Test func everyOutcomeReadsBackAndIsAdmitted() throws {
    var outcomes: [Verdict.Outcome] = [.accepted]
    outcomes += Fault.allCases.map { .rejected(rejection($0)) }
    outcomes += InconclusiveReason.allCases.map { .inconclusive($0) }
    for outcome in outcomes {
      let verdict = Verdict(
        on: challenge, outcome: outcome, quality: outcome == .accepted ? claimed : measured,
        device: "cpu avx512 2 threads", note: "“ä” \n \u{0}")
      let envelope = verdict.signed(by: verifier)
      let admitted = try AdmittedVerdict.admit(
        envelope.encoded, expecting: expectation([outsider, verifier]))
      #expect(admitted.verdict == verdict)
      #expect(admitted.verifier == verifier.verifyingKey)
      #expect(admitted.identity == envelope.identity)
    }
  }

  @Test func aVerdictOnEveryIntervalFitsAnEnvelope() throws {
    let whole = try Challenge(
      job: "job-1", terms: .zero, claim: .zero,
      policy: EvidencePolicy(
        selection: .every, adversary: .targeted, confidenceMillionths: 1_000_000),
      source: challenge.source,
      intervalCount: Detection.intervalLimit)
    let envelope = Verdict(on: whole, outcome: .accepted, device: "test").signed(by: verifier)
    #expect(try Verdict.open(envelope.encoded).verdict.intervals == whole.indices)
  }

  @Test func whatAnAcceptanceRestsOnReadsBackAndFitsAnEnvelope() throws {
    let limit = EvidencePolicy.provedLimit
    let whole = try Challenge(
      job: "job-1", terms: .zero, claim: .zero,
      policy: EvidencePolicy(
        method: .both, selection: .drawn(limit), adversary: .targeted, confidenceMillionths: 0),
      source: challenge.source, intervalCount: Detection.intervalLimit)
    let proved = whole.indices.map { ProvedInterval(interval: $0, proof: claimed.digest) }
    for (executed, proofs) in [
      (nil, []), ([], proved), (whole.indices, proved), ([whole.indices[0]], Array(proved[1...])),
    ] as [([Int]?, [ProvedInterval])] {
      for isUnchecked in [false, true] {
        let verdict = Verdict(
          on: whole, outcome: .accepted, executed: executed, proved: proofs,
          isArtefactUnchecked: isUnchecked, device: "test")
        let read = try Verdict.open(verdict.signed(by: verifier).encoded).verdict
        #expect(read == verdict)
        #expect(read.executed == (executed ?? whole.indices) && read.proved == proofs)
      }
    }
  }

  @Test func whatAVerdictRestsOnHasOneWriting() throws {
    let proved = challenge.indices.prefix(2).map {
      ProvedInterval(interval: $0, proof: claimed.digest)
    }
    let verdict = Verdict(
      on: challenge, outcome: .accepted, executed: Array(challenge.indices.dropFirst(2)),
      proved: proved, isArtefactUnchecked: true, device: "test")
    let text = String(decoding: verdict.signed(by: verifier).payload, as: UTF8.self)
    let entries = proved.map {
      #"{"interval":\#($0.interval),"proof":"\#($0.proof.hex)"}"#
    }
    let proofs = #""proofs":[\#(entries[0]),\#(entries[1])]"#
    for (from, to) in [
      (proofs, #""proofs":[]"#), (proofs, #""proofs":{}"#), (proofs, #""none":[]"#),
      (proofs, #""proofs":[\#(entries[1]),\#(entries[0])]"#),
      (proofs, #""proofs":[\#(entries[0]),\#(entries[0])]"#),
      (#""interval":\#(proved[0].interval)"#, #""interval":-1"#),
      (#""interval":\#(proved[1].interval)"#, #""interval":\#(Detection.intervalLimit + 1)"#),
      (#","proof":"#, #","other":"#), (claimed.digest.hex, String(claimed.digest.hex.dropLast())),
      (#""artefact":"unchecked""#, #""artefact":"checked""#),
      (#""executed":""#, #""executed":"5,"#),
    ] {
      let edited = text.replacing(from, with: to)
      #expect(edited != text, "nothing to edit: \(from)")
      let envelope = Envelope.sign(payload: Array(edited.utf8), with: verifier)
      #expect(throws: EvidenceError.self, "\(from) → \(to)") { try Verdict.open(envelope.encoded) }
    }
    // More proofs than a verdict may list.
    let many = (0...EvidencePolicy.provedLimit).map {
      #"{"interval":\#($0),"proof":"\#(claimed.digest.hex)"}"#
    }.joined(separator: ",")
    let edited = text.replacing(proofs, with: #""proofs":[\#(many)]"#)
    let envelope = Envelope.sign(payload: Array(edited.utf8), with: verifier)
    #expect(throws: EvidenceError.self) { try Verdict.open(envelope.encoded) }
  }

  @Test func longTextIsCutBetweenCharactersAndReadsBack() throws {
    let long = String(repeating: "👩‍👩‍👧‍👦é", count: 2_000)
    let rejection = Rejection(
      fault: .withheldOpening, interval: challenge.indices[0], tensor: long)
    let verdict = Verdict(
      on: challenge, outcome: .rejected(rejection), device: long, note: long)
    for text in [verdict.device, verdict.note] {
      #expect((1_900...2_000).contains(text.utf8.count))
      #expect(long.hasPrefix(text))
    }
    let read = try Verdict.open(verdict.signed(by: verifier).encoded)
    #expect(read.verdict == verdict)
  }

  @Test func everyFaultNeedsItsEvidence() throws {
    for fault in Fault.allCases {
      let full = rejection(fault)
      let required = fault.requiredEvidence
      let variants = [
        (
          !required.interval,
          Rejection(
            fault: fault, claimedRoot: full.claimedRoot, computedRoot: full.computedRoot)
        ),
        (
          !required.roots,
          Rejection(fault: fault, interval: full.interval, computedRoot: full.computedRoot)
        ),
        (
          !required.roots,
          Rejection(
            fault: fault, interval: full.interval, claimedRoot: full.claimedRoot,
            computedRoot: full.claimedRoot)
        ),
        (
          false,
          Rejection(
            fault: fault, interval: (0..<30).first { !challenge.indices.contains($0) },
            claimedRoot: full.claimedRoot, computedRoot: full.computedRoot)
        ),
      ]
      for (isAdmitted, rejection) in variants {
        let envelope = Verdict(
          on: challenge, outcome: .rejected(rejection), quality: measured, device: "test"
        ).signed(by: verifier).encoded
        let isFound =
          (try? AdmittedVerdict.admit(envelope, expecting: expectation([verifier]))) != nil
        #expect(isFound == isAdmitted, "\(fault)")
      }
    }
  }

  @Test func anAlteredEnvelopeIsRefusedBitByBit() throws {
    let envelope = Verdict(on: challenge, outcome: .accepted, device: "test")
      .signed(by: verifier)
    for (name, bytes) in Mutations.bitFlips(of: envelope.encoded) {
      let admitted = try? AdmittedVerdict.admit(bytes, expecting: expectation([verifier]))
      #expect(admitted == nil, "\(name)")
    }
  }

  @Test func aVerdictThatNamesAnotherKeyThanItsSignersIsRefused() throws {
    let honest = Verdict(on: challenge, outcome: .accepted, device: "test").signed(by: verifier)
    let forged = Envelope.sign(payload: honest.payload, with: outsider)
    #expect(throws: EvidenceError.self) {
      try AdmittedVerdict.admit(forged.encoded, expecting: expectation([verifier, outsider]))
    }
    #expect(throws: EvidenceError.keyNotAdmitted(found: verifier.verifyingKey.description)) {
      try AdmittedVerdict.admit(honest.encoded, expecting: expectation([outsider]))
    }
    #expect(throws: EvidenceError.self) {
      try AdmittedVerdict.admit(honest.encoded, expecting: expectation([]))
    }
  }

  @Test func anotherStatementIsNoVerdict() throws {
    let statement = Statement(
      subjects: [(name: "claim", digest: .zero)], predicateType: "https://assay.dev/claim/v1",
      predicate: .object([]))
    let envelope = Envelope.sign(payload: statement.encoded, with: verifier)
    #expect(
      throws: EvidenceError.predicateType(
        expected: Verdict.predicateType, found: "https://assay.dev/claim/v1")
    ) { try Verdict.open(envelope.encoded) }
  }
}
