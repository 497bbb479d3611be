public import AssayCryptography
public import AssayEvidence
internal import AssayFiles
internal import AssayMerkle
public import AssaySpecification
internal import AssayTraining

/// Answers a challenge with a bundle, after checking that the answer is right.
public struct BundlePacker {
  private let spec: Spec
  private let challenge: Challenge
  private let claim: ProviderClaim
  private let records: [TraceRecord]
  private let saltOpening: (UInt64) -> Digest
  private let layout: BundleLayout

  /// Prepares to answer.
  ///
  /// - Parameters:
  ///   - claimEnvelope: the signed claim that was made.
  ///   - records: the run's trace; what it holds beyond the claim is left aside.
  ///   - saltOpening: what the salt of a record opens to.
  /// - Throws: `AuditingError` when challenge, claim and run do not belong together.
  public init(
    spec: Spec, claimEnvelope: [UInt8], challenge: Challenge, records: [TraceRecord],
    saltOpening: @escaping (UInt64) -> Digest
  ) throws(AuditingError) {
    let opened: OpenedClaim
    do throws(SpecificationError) {
      opened = try ProviderClaim.open(claimEnvelope)
    } catch { throw .claim(error) }
    guard opened.identity == challenge.claim else {
      throw .otherClaim(challenge: challenge.claim, claim: opened.identity)
    }
    let claim = opened.claim
    guard claim.spec == spec.digest else {
      throw .otherRun(reason: "the claim is about another spec")
    }
    guard let segment = spec.segment(from: claim.firstStep, to: claim.lastStep) else {
      throw .otherRun(
        reason:
          "the claim covers the steps from \(claim.firstStep) to \(claim.lastStep), which the "
          + "spec does not record")
    }
    guard claim.traceSize == segment.traceSize, claim.traceSize <= UInt64(records.count) else {
      throw .otherRun(
        reason: "the claim covers \(claim.traceSize) records, the trace has \(records.count)")
    }
    let covered = Array(records.prefix(Int(claim.traceSize)))
    guard MerkleTree.root(ofLeafHashes: covered.map(\.leafHash)) == claim.traceRoot else {
      throw .otherRun(reason: "the trace's root is not the one in the claim")
    }
    guard challenge.draw.intervalCount == covered.count - 1 else {
      throw .challenge(
        reason: "it draws from \(challenge.draw.intervalCount) intervals, the claim has "
          + "\(covered.count - 1)")
    }
    self.spec = spec
    self.challenge = challenge
    self.claim = claim
    self.records = covered
    self.saltOpening = saltOpening
    layout = BundleLayout(spec: spec, segment: segment, intervals: challenge.indices)
  }

  /// Bytes that the bundle will have.
  public var byteCount: Int {
    let proof = MerkleTree.multiProof(
      forLeaves: layout.recordIndices, inLeafHashes: records.map(\.leafHash))
    return layout.byteCount(nodeCount: proof.nodes.count)
  }

  /// Writes the bundle piece by piece, one state in memory at a time.
  ///
  /// - Parameters:
  ///   - states: the states of the run.
  ///   - hasher: hashes each state, to compare it with the trace before it is sent.
  ///   - progress: called after each interval with how many are done.
  ///   - sink: takes the bytes.
  public func pack(
    states: any StateSource, hasher: any StateHasher, progress: (Int) -> Void = { _ in },
    to sink: ([UInt8]) throws(AuditingError) -> Void
  ) throws(AuditingError) {
    let writer = BundleWriter(layout)
    try writer.writeHeader(
      challenge: challenge, records: records, saltOpening: saltOpening, to: sink)
    for (position, interval) in layout.intervals.enumerated() {
      let start = try Self.training { () throws(TrainingError) in
        try states.state(ofRecord: interval)
      }
      try check(start.commitment(hasher), record: interval)
      let end = try Self.training { () throws(TrainingError) in
        try states.commitment(ofRecord: interval + 1)
      }
      try check(end, record: interval + 1)
      try writer.writeInterval(interval, start: start, end: end, to: sink)
      progress(position + 1)
    }
    let last = try Self.training { () throws(TrainingError) in
      try states.state(ofRecord: records.count - 1)
    }
    try check(last.commitment(hasher), record: records.count - 1)
    guard last.artefactDigest == claim.artefact else {
      throw .otherRun(reason: "the last state's file is not the artefact in the claim")
    }
    try writer.writeArtefact(last, to: sink)
  }

  private static func training<Value>(
    _ body: () throws(TrainingError) -> Value
  ) throws(AuditingError) -> Value {
    do throws(TrainingError) {
      return try body()
    } catch {
      throw .training(error)
    }
  }

  private func check(_ commitment: StateCommitment, record: Int) throws(AuditingError) {
    guard commitment.root == records[record].stateRoot else {
      throw .training(.traceMismatch(record: record))
    }
  }

  /// Packs into a file, which has its name only when it is whole.
  public func pack(
    states: any StateSource, hasher: any StateHasher, progress: (Int) -> Void = { _ in },
    toFile path: String
  ) throws(AuditingError) {
    let partial = path + ".part"
    FileAccess.remove(partial)
    let file = try PartialFile(partial)
    try pack(states: states, hasher: hasher, progress: progress, to: file.append)
    try file.finish(as: path)
  }
}
