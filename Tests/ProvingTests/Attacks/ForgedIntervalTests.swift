import AssayCryptography
import AssayMerkle
import AssaySpecification
import AssayVerification
import AssayWire
import Testing

@testable import AssayProving

/// Files that prove an interval, around honest proofs of its steps: each lies in one place about
/// the claim, the trace or the joints.
@Suite struct ForgedIntervalTests {
  /// Refuses a file of the first interval, and names the field that differs.
  private func refuse(
    _ file: IntervalProof, of claim: ProviderClaim, field: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let verifier = try IntervalVerifier(spec: IntervalProofTests.shared.get().spec)
    let error = #expect(throws: ProofError.self, sourceLocation: sourceLocation) {
      try verifier.verify(file, of: claim, arithmetic: .native)
    }
    guard case .statement(field, _, _)? = error else {
      Issue.record(
        "expected \(field), found \(String(describing: error))", sourceLocation: sourceLocation)
      return
    }
  }

  /// The honest claim, but for what is given.
  private func claim(
    spec: Digest? = nil, dataRoot: Digest? = nil, firstStep: UInt64? = nil,
    lastStep: UInt64? = nil, traceSize: UInt64? = nil, traceRoot: Digest? = nil
  ) throws -> ProviderClaim {
    let honest = try IntervalProofTests.claimed.get().claim
    return ProviderClaim(
      job: honest.job, terms: honest.terms, provider: honest.provider, spec: spec ?? honest.spec,
      dataRoot: dataRoot ?? honest.dataRoot, firstStep: firstStep ?? honest.firstStep,
      lastStep: lastStep ?? honest.lastStep, firstRoot: honest.firstRoot,
      lastRoot: honest.lastRoot, traceSize: traceSize ?? honest.traceSize,
      traceRoot: traceRoot ?? honest.traceRoot, artefact: honest.artefact)
  }

  /// The honest file of the first interval around other records of the trace.
  private func forged(
    _ records: [TraceRecord], places: [Int] = [0, 1, 2], traceSize: UInt64 = 3
  ) throws -> (file: IntervalProof, claim: ProviderClaim) {
    let honest = try IntervalProofTests.claimed.get().proofs[0]
    let hashes = records.map(\.leafHash)
    func opening(_ index: Int) -> IntervalProof.Opening {
      IntervalProof.Opening(
        record: records[places[index]],
        inclusion: MerkleTree.inclusionProof(forLeaf: places[index], inLeafHashes: hashes),
        saltOpening: TraceRecord.saltOpening(secret: .zero, index: UInt64(index)))
    }
    func end(_ index: Int, _ end: IntervalProof.End) -> IntervalProof.End {
      IntervalProof.End(opening: opening(index), contentsRoots: end.contentsRoots)
    }
    let file = IntervalProof(
      interval: 0, first: opening(0), last: opening(2), before: end(0, honest.before),
      after: end(1, honest.after), joints: honest.joints, proofs: honest.proofs)
    let root = MerkleTree.root(ofLeafHashes: hashes)
    return (file, try claim(traceSize: traceSize, traceRoot: root))
  }

  private func records() throws -> [TraceRecord] {
    let (first, second) = try (
      IntervalProofTests.claimed.get().proofs[0], IntervalProofTests.claimed.get().proofs[1]
    )
    return [first.before.opening, second.before.opening, second.after.opening].map(\.record)
  }

  private func changed(
    _ record: TraceRecord, index: UInt64? = nil, step: UInt64? = nil, loss: Float? = nil
  ) -> TraceRecord {
    TraceRecord(
      index: index ?? record.index, step: step ?? record.step, stateRoot: record.stateRoot,
      meanLoss: loss ?? record.meanLoss, salt: record.salt)
  }

  @Test func theHonestFileIsAccepted() throws {
    let (file, claim) = try forged(try records())
    let verifier = try IntervalVerifier(spec: IntervalProofTests.shared.get().spec)
    #expect(try verifier.verify(file, of: claim, arithmetic: .native).interval == 0)
    #expect(file == (try IntervalProofTests.claimed.get().proofs[0]))
  }

  @Test func recordsThatSayAnotherPlaceOrStep() throws {
    for place in 0...2 {
      for wrong in [
        changed(try records()[place], index: 7), changed(try records()[place], step: 3),
      ] {
        var records = try records()
        records[place] = wrong
        let (file, claim) = try forged(records)
        try refuse(file, of: claim, field: "record")
      }
    }
  }

  @Test func recordsInAnotherOrder() throws {
    let honest = try records()
    let (file, claim) = try forged([honest[0], honest[2], honest[1]], places: [0, 2, 1])
    try refuse(file, of: claim, field: "record's place")
  }

  @Test func aTraceOfAnotherSize() throws {
    let longer = try records() + [changed(try records()[2], index: 3)]
    let (file, claim) = try forged(longer)
    try refuse(file, of: claim, field: "record's place")
    let (again, larger) = try forged(longer, traceSize: 4)
    try refuse(again, of: larger, field: "steps")
  }

  @Test func aLossBeforeTheFirstStep() throws {
    var records = try records()
    for loss in [1, -0.0] as [Float] {
      records[0] = changed(records[0], loss: loss)
      let (file, claim) = try forged(records)
      try refuse(file, of: claim, field: "loss in record 0")
    }
  }

  @Test func claimsAboutSomethingElse() throws {
    let file = try IntervalProofTests.claimed.get().proofs[0]
    try refuse(file, of: try claim(spec: .zero), field: "spec")
    try refuse(file, of: try claim(dataRoot: .zero), field: "data root")
    for (first, last) in [(0, 3), (1, 4), (4, 4), (4, 0), (0, .max), (.max, 0)]
      as [(UInt64, UInt64)]
    {
      try refuse(file, of: try claim(firstStep: first, lastStep: last), field: "steps")
    }
  }

  /// With a joint more, the proved steps would end in it and not in the record's state.
  @Test func aJointTooMany() throws {
    let honest = try IntervalProofTests.claimed.get()
    let file = honest.proofs[0]
    let end = try #require(file.after.contentsRoots.last)
    let longer = IntervalProof(
      interval: 0, first: file.first, last: file.last, before: file.before, after: file.after,
      joints: file.joints + [end], proofs: file.proofs)
    try refuse(longer, of: honest.claim, field: "stretches")
  }

  /// Before anything of them is read.
  @Test func listsAndFilesLongerThanAnyProof() throws {
    let proof = try IntervalProofTests.claimed.get().proofs[0]
    func refusal(
      roots: [Digest]? = nil, joints: [Digest] = [], proofs: [[UInt8]] = []
    ) -> ProofError? {
      let before = IntervalProof.End(
        opening: proof.before.opening, contentsRoots: roots ?? proof.before.contentsRoots)
      let file = IntervalProof(
        interval: 0, first: proof.first, last: proof.last, before: before, after: proof.after,
        joints: joints, proofs: proofs)
      do throws(ProofError) {
        _ = try IntervalProof(decoding: file.bytes)
        return nil
      } catch { return error }
    }
    func list<T>(_ count: Int, _ value: T) -> [T] { Array(repeating: value, count: count) }
    #expect(refusal(roots: list(1 << 16, .zero)) == nil)
    #expect(
      refusal(roots: list(1 << 16 + 1, .zero))
        == .malformed(.tooLong(limit: 1 << 16, found: 1 << 16 + 1)))
    #expect(refusal(joints: list(4096, .zero), proofs: list(4096, [])) == nil)
    #expect(
      refusal(joints: list(4097, .zero)) == .malformed(.tooLong(limit: 4096, found: 4097)))
    #expect(refusal(proofs: list(4097, [])) == .malformed(.tooLong(limit: 4096, found: 4097)))
    let limit = IntervalProof.byteCountLimit
    #expect(throws: ProofError.malformed(.tooLong(limit: limit, found: limit + 1))) {
      try IntervalProof(decoding: [UInt8](repeating: 0, count: limit + 1))
    }
  }
}
