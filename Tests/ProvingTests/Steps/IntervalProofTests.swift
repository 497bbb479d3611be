import AssayCryptography
import AssayMerkle
import AssaySpecification
import AssayTestSupport
import Testing

@testable import AssayProving
@testable import AssayVerification

struct IntervalProofTests {
  static let shared = Result { try ProvableRun(.perceptron(hidden: [4]), hasMomentum: true) }
  static let claimed = Result { try shared.get().claim() }

  @Test("each interval of a claim is proved, from a file that decodes to itself")
  func honest() throws {
    let (claim, proofs) = try Self.claimed.get()
    let verifier = try IntervalVerifier(spec: try Self.shared.get().spec)
    for (index, proof) in proofs.enumerated() {
      let decoded = try IntervalProof(decoding: proof.bytes)
      #expect(decoded == proof)
      for arithmetic in Arithmetic.allCases {
        let verified = try verifier.verify(decoded, of: claim, arithmetic: arithmetic)
        #expect(verified.interval == index)
        #expect(verified.steps == UInt64(2 * index + 1)...UInt64(2 * index + 2))
        #expect(verified.securityBits >= 100)
      }
    }
  }

  @Test("with less memory an interval takes more proofs of fewer steps, between the same states")
  func limited() throws {
    let run = try ProvableRun(.perceptron(hidden: [4]), hasMomentum: true, proofSteps: 2)
    let verifier = try IntervalVerifier(spec: run.spec)
    for limit in [1, 2] {
      let (claim, proofs) = try run.claim(limit: limit)
      #expect(proofs.allSatisfy { $0.proofs.count == 2 / limit })
      for proof in proofs {
        for arithmetic in Arithmetic.allCases {
          _ = try verifier.verify(proof, of: claim, arithmetic: arithmetic)
        }
      }
    }
  }

  @Test("steps are cut into stretches of one length, which follows from their number")
  func stretches() {
    let options = ProofOptions(
      steps: 4, rows: ProofRows(rowBits: 4, rateBits: 1, dataRowBits: 4, dataRateBits: 1),
      dataRoot: .zero)
    #expect(options.stretches(of: 11...19) == [11...13, 14...16, 17...19])
    #expect(options.stretches(of: 11...20, limit: 9) == [11...14, 15...18, 19...20])
    #expect(options.stretches(of: 11...19, limit: 2).map(\.count) == [2, 2, 2, 2, 1])
    #expect(options.stretches(of: 11...11, limit: 0) == [11...11])
    for interval in [1...1, 1...4, 11...19, 5...24] as [ClosedRange<UInt64>] {
      for limit in 1...5 {
        let cut = options.stretches(of: interval, limit: limit)
        #expect(options.stretches(of: interval, count: cut.count) == cut)
      }
    }
    // Two would have five steps, four follow from no length, and ten are too many.
    for count in [Int.min, -1, 0, 1, 2, 4, 6, 10, .max] {
      #expect(options.stretches(of: 11...19, count: count) == nil, "\(count)")
    }
  }

  @Test("no part of a file can be another's")
  func spliced() throws {
    let (claim, proofs) = try Self.claimed.get()
    let verifier = try IntervalVerifier(spec: try Self.shared.get().spec)
    let (first, second) = (proofs[0], proofs[1])
    func refused(
      _ name: String, interval: UInt64? = nil, start: IntervalProof.Opening? = nil,
      last: IntervalProof.Opening? = nil, before: IntervalProof.End? = nil,
      after: IntervalProof.End? = nil, joints: [Digest]? = nil, proofs: [[UInt8]]? = nil,
      claim other: ProviderClaim? = nil
    ) {
      let file = IntervalProof(
        interval: interval ?? first.interval, first: start ?? first.first,
        last: last ?? first.last, before: before ?? first.before,
        after: after ?? first.after, joints: joints ?? first.joints,
        proofs: proofs ?? first.proofs)
      #expect(throws: ProofError.self, "\(name)") {
        try verifier.verify(file, of: other ?? claim, arithmetic: .native)
      }
    }
    func opening(
      _ opening: IntervalProof.Opening, record: TraceRecord? = nil,
      inclusion: InclusionProof? = nil, salt: Digest? = nil
    ) -> IntervalProof.Opening {
      IntervalProof.Opening(
        record: record ?? opening.record, inclusion: inclusion ?? opening.inclusion,
        saltOpening: salt ?? opening.saltOpening)
    }
    func end(
      _ end: IntervalProof.End, opening: IntervalProof.Opening? = nil, roots: [Digest]? = nil
    ) -> IntervalProof.End {
      IntervalProof.End(
        opening: opening ?? end.opening, contentsRoots: roots ?? end.contentsRoots)
    }
    refused("another interval", interval: 1)
    refused("an interval that is not there", interval: 2)
    refused("a huge interval", interval: .max)
    refused("another start", before: second.before)
    refused("another end", after: second.after)
    refused("proofs of another interval", proofs: second.proofs)
    refused("proofs in another order", proofs: first.proofs.reversed())
    refused("a joint of another interval", joints: second.joints)
    refused("no joint", joints: [])
    refused("a proof too few", proofs: [first.proofs[0]])
    let (start, joint, finish) = (first.before.opening, second.before.opening, first.last)
    for (name, other) in [
      ("another record's proof", opening(start, inclusion: finish.inclusion)),
      ("another record", opening(start, record: joint.record)),
      ("a salt that does not open", opening(start, salt: joint.saltOpening)),
    ] {
      refused(name, before: end(first.before, opening: other))
      refused("\(name) at the start of the trace", start: other)
    }
    refused("a trace that starts elsewhere", start: joint)
    refused("a trace that ends elsewhere", last: joint)
    refused("a last record that is not the trace's", last: opening(finish, record: joint.record))
    refused("somebody else's trace", claim: claim.changed(provider: try Self.otherKey()))
    refused("another first state", claim: claim.changed(firstRoot: claim.lastRoot))
    refused("another last state", claim: claim.changed(lastRoot: claim.firstRoot))
    // A state that is proved but not committed to, and one that is committed to but not proved.
    let other = second.before.contentsRoots
    refused("another state's roots", after: end(first.after, roots: first.before.contentsRoots))
    refused(
      "another state's polynomials",
      before: end(
        first.before, roots: first.before.contentsRoots.dropLast() + [other[other.count - 1]]))
    refused("a root too few", before: end(first.before, roots: Array(other.dropLast())))
  }

  private static func otherKey() throws -> VerifyingKey {
    try SigningKey(seed: [UInt8](repeating: 8, count: 32)).verifyingKey
  }

  @Test("states for execution and states for proofs cannot be two chains")
  func twoChains() throws {
    let run = try Self.shared.get()
    let (_, commitments) = try run.states()
    // A record that holds one state's chunks and another's polynomials is neither state's root, so
    // whoever executes again finds the difference, and whoever checks proofs needs the latter.
    let mixed = StateCommitment(
      step: commitments[1].step, layout: run.spec.stateLayout,
      contentsRoots: commitments[1].contentsRoots.dropLast()
        + [commitments[2].contentsRoots[commitments[2].contentsRoots.count - 1]])
    #expect(mixed.root != commitments[1].root)
    #expect(mixed.polynomialRoot != commitments[1].polynomialRoot)
    #expect(mixed.firstDifference(from: commitments[1]) == nil)
    #expect(mixed.contentsRoots != commitments[1].contentsRoots)
  }

  /// Sets members of the shared spec's `proof` object, and decodes it.
  private func decode(_ members: [(name: String, value: Int)]) throws {
    var text = String(decoding: try Self.shared.get().spec.bytes, as: UTF8.self)
    for (name, value) in members {
      let member = try Regex("\"\(name)\": \\d+")
      try #require(text.firstMatch(of: member) != nil)
      text = text.replacing(member, with: "\"\(name)\": \(value)")
    }
    _ = try Spec(decoding: Array(text.utf8))
  }

  @Test(
    "a spec that asks for rows nobody should make room for is refused",
    arguments: ["rowBits", "dataRowBits"], [1, 16, 60])
  func boundedRows(name: String, rowBits: Int) throws {
    #expect(throws: SpecificationError.self) { try decode([(name, rowBits)]) }
  }

  @Test("rows of one length have one rate")
  func oneRate() throws {
    try decode([("rowBits", 9), ("dataRowBits", 10), ("rateBits", 3), ("dataRateBits", 4)])
    try decode([("rowBits", 9), ("dataRowBits", 9), ("rateBits", 4), ("dataRateBits", 4)])
    #expect(throws: SpecificationError.self) {
      try decode([("rowBits", 9), ("dataRowBits", 9), ("rateBits", 3), ("dataRateBits", 4)])
    }
  }

  @Test("a file cut short, altered or lengthened does not trap")
  func junk() throws {
    let (claim, proofs) = try Self.claimed.get()
    let verifier = try IntervalVerifier(spec: try Self.shared.get().spec)
    let bytes = proofs[0].bytes
    var generator = SeededGenerator()
    for count in [0, 10, 24, 40, 200, bytes.count - 1] {
      #expect(throws: ProofError.self) { try IntervalProof(decoding: Array(bytes.prefix(count))) }
    }
    #expect(throws: ProofError.self) { try IntervalProof(decoding: bytes + [0]) }
    for _ in 0..<200 {
      // The header, records and roots: the first kilobyte.
      var altered = bytes
      let bit = Int.random(in: 0..<8 * 1000, using: &generator)
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: ProofError.self, "seed \(generator.seed): bit \(bit)") {
        let file = try IntervalProof(decoding: altered)
        _ = try verifier.verify(file, of: claim, arithmetic: .native)
      }
    }
  }
}

extension ProviderClaim {
  /// The claim with another provider or other ends.
  fileprivate func changed(
    provider: VerifyingKey? = nil, firstRoot: Digest? = nil, lastRoot: Digest? = nil
  ) -> ProviderClaim {
    ProviderClaim(
      job: job, terms: terms, provider: provider ?? self.provider, spec: spec, dataRoot: dataRoot,
      firstStep: firstStep, lastStep: lastStep, firstRoot: firstRoot ?? self.firstRoot,
      lastRoot: lastRoot ?? self.lastRoot, traceSize: traceSize, traceRoot: traceRoot,
      artefact: artefact)
  }
}
