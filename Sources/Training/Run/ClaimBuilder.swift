public import AssayCryptography
internal import AssayMerkle
public import AssaySpecification

extension RunDirectory {
  /// The claim over what the run has done so far, or over the first `lastStep` steps of it.
  ///
  /// The segment ends at the last stored state that the trace confirms, for the artefact of a
  /// claim is a stored state.
  ///
  /// - Parameters:
  ///   - evaluator: measures the last state where the spec asks for it; see
  ///     `Evaluator.measuring`.
  ///   - seal: seals the artefact's bytes where the terms ask for a delivery.
  /// - Throws: `TrainingError.runDirectory` when nothing was trained, or not up to `lastStep`, or
  ///   the spec asks for a measurement and there is no evaluator.
  public func claim(
    job: String, terms: Digest, upTo lastStep: UInt64? = nil,
    hasher: any StateHasher, evaluator: Evaluator? = nil,
    sealing seal: (([UInt8]) throws(TrainingError) -> Delivery)? = nil
  ) throws(TrainingError) -> ProviderClaim {
    let records = try records()
    var last = records.count - 1
    if let lastStep {
      guard let record = segment.record(atStep: lastStep), record < records.count else {
        throw .runDirectory(
          reason: "the trace has no state after step \(lastStep); it has \(records.count) states, "
            + "one every \(spec.interval) steps")
      }
      last = record
    }
    guard
      let end = try nearestCheckpoint(atOrBefore: last, records: records, hasher: hasher),
      end.record > 0
    else {
      throw .runDirectory(
        reason: "'\(path)' has no stored state after its first one yet; train it first")
    }
    if let lastStep, end.state.step != lastStep {
      throw .runDirectory(
        reason: "the state after step \(lastStep) is not stored; the nearest one before it is "
          + "that after step \(end.state.step)")
    }
    guard spec.quality == nil || evaluator != nil else {
      throw .runDirectory(
        reason: "the spec measures its last state on a test set; say where that is")
    }
    let covered = records.prefix(end.record + 1)
    return ProviderClaim(
      job: job, terms: terms, provider: provider, spec: spec.digest, dataRoot: spec.data.root,
      firstStep: segment.firstStep, lastStep: end.state.step, firstRoot: covered[0].stateRoot,
      lastRoot: covered[end.record].stateRoot, traceSize: UInt64(covered.count),
      traceRoot: MerkleTree.root(ofLeafHashes: covered.map(\.leafHash)),
      artefact: end.state.artefactDigest, quality: try evaluator?.quality(of: end.state),
      delivery: try seal?(end.state.safetensors))
  }
}
