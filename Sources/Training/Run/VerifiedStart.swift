public import AssayCryptography
internal import AssayFiles
internal import AssayMerkle
public import AssaySpecification
internal import AssayWire

/// Another provider's checkpoint to continue from, shown to be the state that was verified.
public struct VerifiedStart: Sendable {
  /// The state; its step is the first of the segment that is to be trained.
  public let state: ModelState
  /// The root of the state.
  public let root: Digest

  /// Checks a checkpoint.
  ///
  /// - Parameters:
  ///   - checkpoint: a state's file, in its canonical writing.
  ///   - claim: the claim whose verified last state it must be.
  /// - Throws: `TrainingError.checkpoint` when the claim is about another spec, or the file is not
  ///   the state that it ends with.
  public init(
    checkpoint: [UInt8], endOf claim: ProviderClaim, spec: Spec, hasher: any StateHasher
  ) throws(TrainingError) {
    guard claim.spec == spec.digest else {
      throw .checkpoint(
        reason: "the claim to continue is about the spec \(claim.spec), not about \(spec.digest)")
    }
    let state = try ModelState(
      safetensors: checkpoint, step: claim.lastStep, layout: spec.stateLayout)
    let root = state.commitment(hasher).root
    guard root == claim.lastRoot else {
      throw .checkpoint(
        reason: "its root is \(root), the claim to continue ends in \(claim.lastRoot)")
    }
    self.state = state
    self.root = root
  }

  /// The bytes of `segment.json`.
  var record: [UInt8] {
    JSONValue.object(["firstStep": .integer(state.step), "firstRoot": .string(root.hex)])
      .serialized(pretty: true)
  }

  /// What a `segment.json` says; nil where there is none.
  static func read(_ path: String) throws(TrainingError) -> (step: UInt64, root: Digest)? {
    guard FileAccess.exists(path) else { return nil }
    let bytes = try TrainingError.onFiles { () throws(FileError) in
      try FileAccess.read(path, limit: 4096)
    }
    do {
      var fields = try JSONFields(JSONValue.parse(bytes))
      let step = try fields.uint64("firstStep")
      let root = try Digest(hex: fields.string("firstRoot"))
      try fields.finish()
      return (step, root)
    } catch {
      throw .runDirectory(reason: "'\(path)': \(error)")
    }
  }
}

extension Spec {
  /// The rest of the run after a step.
  func segment(from firstStep: UInt64) throws(TrainingError) -> Segment {
    guard let segment = segment(from: firstStep, to: steps) else {
      throw .runDirectory(
        reason: "the spec records a state every \(interval) steps and ends after \(steps); no run "
          + "can continue after step \(firstStep)")
    }
    return segment
  }
}
