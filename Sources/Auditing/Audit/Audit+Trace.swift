internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySpecification
internal import AssayTraining

/// The opened records of a trace, shown to be in it.
struct OpenedTrace {
  let records: [Int: TraceRecord]
  let saltOpenings: [Int: Digest]
  let last: Int
}

/// What is checked of the bundle before anything is executed.
extension Audit {
  /// The bundle answers this draw on this claim, and has the size that follows.
  func openBundle(
    _ source: (any BundleSource)?, _ layout: BundleLayout, _ challenge: Challenge
  ) throws(AuditEnd) -> BundleReader {
    guard let source else {
      throw .inconclusive(.missingBundle, "the verifier could not get the provider's bundle")
    }
    do throws(BundleError) {
      return try BundleReader(
        source, layout: layout, claim: challenge.claim, drawSeed: challenge.draw.seed)
    } catch {
      throw end(error, interval: layout.intervals.first)
    }
  }

  /// What a bundle's error says of the provider.
  func end(_ error: BundleError, interval: Int?) -> AuditEnd {
    switch error {
    case .unreadable:
      .inconclusive(.missingBundle, "the verifier could not read the bundle: \(error)")
    case .truncated(_, _, let missing):
      .rejected(
        Rejection(fault: .withheldOpening, interval: missing ?? interval), "\(error)")
    default:
      .rejected(Rejection(fault: .wrongOpening, interval: interval), "\(error)")
    }
  }

  /// The opened records are in the claimed trace, each in the place that the spec gives it.
  func openTrace(_ claim: ProviderClaim, _ reader: BundleReader) throws(AuditEnd) -> OpenedTrace {
    let layout = reader.layout
    var records: [Int: TraceRecord] = [:]
    var saltOpenings: [Int: Digest] = [:]
    var leafHashes: [Digest] = []
    let opened: [(bytes: [UInt8], saltOpening: Digest)]
    let proof: MultiProof
    do throws(BundleError) {
      opened = try reader.openedRecords()
      proof = try reader.proof()
    } catch {
      throw end(error, interval: layout.intervals.first)
    }
    for (index, entry) in zip(layout.recordIndices, opened) {
      leafHashes.append(MerkleTree.leafHash(entry.bytes))
      let record: TraceRecord
      do throws(SpecificationError) {
        record = try TraceRecord(decoding: entry.bytes)
      } catch {
        throw wrongOpening(layout, record: index, "record \(index) is malformed: \(error)")
      }
      let step = layout.segment.step(ofRecord: index)
      guard record.index == UInt64(index), record.step == step else {
        throw wrongOpening(
          layout, record: index,
          "record \(index), after step \(step), is shown as record "
            + "\(record.index), after step \(record.step)")
      }
      records[index] = record
      saltOpenings[index] = entry.saltOpening
    }
    do throws(MerkleError) {
      try proof.verify(leafHashes: leafHashes, root: claim.traceRoot)
    } catch {
      throw wrongOpening(
        layout, record: nil, "the opened records are not those of the claimed trace: \(error)")
    }
    return OpenedTrace(
      records: records, saltOpenings: saltOpenings, last: layout.traceSize - 1)
  }

  /// A fault of the opening, at the first drawn interval that needs `record`.
  private func wrongOpening(
    _ layout: BundleLayout, record: Int?, _ sentence: String
  ) -> AuditEnd {
    let interval = layout.intervals.first { interval in
      record.map { $0 == interval || $0 == interval + 1 } ?? false
    }
    return .rejected(
      Rejection(fault: .wrongOpening, interval: interval ?? layout.intervals.first), sentence)
  }

  /// The trace was made for the provider that claims it.
  func checkProvider(_ claim: ProviderClaim, _ trace: OpenedTrace) throws(AuditEnd) {
    for (index, record) in trace.records.sorted(by: { $0.key < $1.key }) {
      guard let opening = trace.saltOpenings[index],
        TraceRecord.salt(opening: opening, provider: claim.provider) == record.salt
      else {
        throw .rejected(
          Rejection(fault: .foreignTrace),
          "the salt of record \(index) does not open to the key of the provider who claims the "
            + "trace: it was made by or for somebody else")
      }
    }
  }

  /// The first record is the state that the spec starts from, or the one verified before.
  func checkInitialState(_ trace: OpenedTrace, _ inputs: AuditInputs) throws(AuditEnd) {
    guard let first = trace.records[0] else { return }
    try checkInitialRoot(first.stateRoot, inputs)
    guard first.meanLoss.bitPattern == 0 else {
      throw .rejected(
        Rejection(fault: .brokenTrace), "record 0 states a loss, and nothing precedes it")
    }
  }

  /// A trace that starts in this state starts where it should.
  func checkInitialRoot(_ root: Digest, _ inputs: AuditInputs) throws(AuditEnd) {
    guard root == inputs.firstRoot else {
      let step = expectation.firstStep
      throw .rejected(
        Rejection(fault: .wrongInitialState, claimedRoot: root, computedRoot: inputs.firstRoot),
        step == 0
          ? "the run does not start in the state that the spec gives"
          : "the segment does not start in the state that was verified after step \(step)")
    }
  }

  /// The roots in the claim are those of the trace's ends.
  func checkJoints(_ claim: ProviderClaim, _ trace: OpenedTrace) throws(AuditEnd) {
    let joints = [("first", 0, claim.firstRoot), ("last", trace.last, claim.lastRoot)]
    for (name, index, root) in joints {
      guard let record = trace.records[index], record.stateRoot == root else {
        throw .rejected(
          Rejection(
            fault: .brokenTrace, claimedRoot: root, computedRoot: trace.records[index]?.stateRoot),
          "the claim's \(name) root is not that of record \(index)")
      }
    }
  }

  /// The artefact in the bundle is the file of the last state, byte for byte.
  ///
  /// - Returns: the last state.
  func checkArtefact(
    _ claim: ProviderClaim, in reader: BundleReader
  ) throws(AuditEnd) -> ModelState {
    let bytes: [UInt8]
    do throws(BundleError) {
      bytes = try reader.artefact()
    } catch {
      throw end(error, interval: reader.layout.intervals.last)
    }
    return try checkArtefact(bytes, claim)
  }

  /// These bytes are the file of the last state, byte for byte.
  ///
  /// - Returns: the last state.
  func checkArtefact(_ bytes: [UInt8], _ claim: ProviderClaim) throws(AuditEnd) -> ModelState {
    let digest = SHA256.digest(of: bytes)
    guard digest == claim.artefact else {
      throw wrongArtefact(
        claim.artefact, digest, "the artefact's bytes do not have the digest that was claimed")
    }
    let layout = spec.stateLayout
    let state: ModelState
    do throws(TrainingError) {
      state = try ModelState(safetensors: bytes, step: claim.lastStep, layout: layout)
    } catch {
      let contents = Self.contents(bytes, layout)
      throw wrongArtefact(
        digest, ModelState(step: claim.lastStep, layout: layout, contents: contents).artefactDigest,
        "the artefact is not written as a state of this spec is: \(error)")
    }
    guard hasher.canHash(layout) else {
      throw .inconclusive(.unsupported, "\(TrainingError.noSecret)")
    }
    let root = state.commitment(hasher).root
    guard root == claim.lastRoot else {
      throw wrongArtefact(
        claim.lastRoot, root, "the artefact is not the state with which the trace ends")
    }
    return state
  }

  /// The last bytes of a file, as many as a state's tensors have, cut into tensors.
  private static func contents(_ file: [UInt8], _ layout: StateLayout) -> [[UInt8]] {
    var rest = file.suffix(layout.byteCount)
    return layout.tensors.map { tensor in
      let bytes = Array(rest.prefix(tensor.byteCount))
      rest = rest.dropFirst(tensor.byteCount)
      return bytes
    }
  }

  private func wrongArtefact(
    _ claimed: Digest, _ computed: Digest, _ sentence: String
  ) -> AuditEnd {
    .rejected(
      Rejection(fault: .wrongArtefact, claimedRoot: claimed, computedRoot: computed), sentence)
  }
}
