internal import AssayAlgebra
internal import AssayCircuits
internal import AssayCryptography
internal import AssayMerkle
public import AssaySpecification

/// Which arithmetic a proof is checked with.
public enum Arithmetic: String, Hashable, Sendable, CaseIterable {
  /// GNU MP's: what money is released on.
  case gmp
  /// Plain Swift, which shares no formula with it.
  case native
}

/// Checks proofs of a claim's intervals; keeps the settings of one spec between them.
public struct IntervalVerifier: Sendable {
  public let spec: Spec
  private let options: ProofOptions
  private let settings: SpecSettings

  /// Prepares to check proofs for a spec.
  ///
  /// - Throws: `ProofError.circuit` when the spec wants no proofs or has none.
  public init(spec: Spec) throws(ProofError) {
    settings = try SpecSettings(spec: spec)
    options = settings.options
    self.spec = spec
  }

  /// What an accepted proof says.
  public struct Verified: Hashable, Sendable {
    /// The interval in the claim's segment, and its steps.
    public let interval: Int
    public let steps: ClosedRange<UInt64>
    /// Bits of security of the weakest stretch.
    public let securityBits: Int
  }

  /// Checks that `proof` proves its interval of `claim`.
  ///
  /// - Throws: `ProofError` naming the first rule that fails.
  public func verify(
    _ proof: IntervalProof, of claim: ProviderClaim, arithmetic: Arithmetic = .gmp
  ) throws(ProofError) -> Verified {
    let segment = try segment(of: claim)
    guard proof.interval < UInt64(segment.intervalCount) else {
      throw .statement(
        field: "interval", expected: "one below \(segment.intervalCount)",
        found: "\(proof.interval)")
    }
    let interval = Int(proof.interval)
    let start = try root(of: proof.before, record: interval, segment, claim)
    let end = try root(of: proof.after, record: interval + 1, segment, claim)
    let steps = segment.steps(ofInterval: interval)
    let stretches = options.stretches(of: steps)
    guard proof.proofs.count == stretches.count, proof.joints.count == stretches.count - 1 else {
      throw .statement(
        field: "stretches", expected: "\(stretches.count)", found: "\(proof.proofs.count)")
    }
    let roots = [start] + proof.joints + [end]
    var bits = Int.max
    for (index, stretch) in stretches.enumerated() {
      let setting = try settings.setting(stepCount: stretch.count)
      let statement = StepStatement(
        spec: spec.digest, data: options.dataRoot, start: roots[index], end: roots[index + 1],
        firstStep: stretch.lowerBound, stepCount: stretch.count)
      let inputs = try settings.inputs(stretch)
      switch arithmetic {
      case .gmp:
        try StepVerifier<GMPGoldilocksExtension>.verify(
          proof.proofs[index], of: statement, setting: setting, inputs: inputs)
      case .native:
        try StepVerifier<GoldilocksExtension>.verify(
          proof.proofs[index], of: statement, setting: setting, inputs: inputs)
      }
      bits = min(bits, setting.security.bits)
    }
    return Verified(interval: interval, steps: steps, securityBits: bits)
  }

  /// The claim's stretch of the run, after checking that the claim is about the spec.
  private func segment(of claim: ProviderClaim) throws(ProofError) -> Segment {
    guard claim.spec == spec.digest else {
      throw .statement(field: "spec", expected: "\(spec.digest)", found: "\(claim.spec)")
    }
    guard claim.dataRoot == spec.data.root else {
      throw .statement(
        field: "data root", expected: "\(spec.data.root)", found: "\(claim.dataRoot)")
    }
    guard let segment = spec.segment(from: claim.firstStep, to: claim.lastStep),
      claim.traceSize == segment.traceSize
    else {
      throw .statement(
        field: "steps", expected: "a segment of the spec's run",
        found: "\(claim.firstStep) to \(claim.lastStep) in \(claim.traceSize) records")
    }
    return segment
  }

  /// The polynomial root of one end, after opening its record and its state's commitment.
  private func root(
    of end: IntervalProof.End, record index: Int, _ segment: Segment, _ claim: ProviderClaim
  ) throws(ProofError) -> Digest {
    let record = end.record
    guard record.index == UInt64(index), record.step == segment.step(ofRecord: index) else {
      throw .statement(
        field: "record", expected: "number \(index) after step \(segment.step(ofRecord: index))",
        found: "number \(record.index) after step \(record.step)")
    }
    guard end.inclusion.leafIndex == record.index, end.inclusion.treeSize == claim.traceSize else {
      throw .statement(
        field: "record's place", expected: "\(index) of \(claim.traceSize)",
        found: "\(end.inclusion.leafIndex) of \(end.inclusion.treeSize)")
    }
    do throws(MerkleError) {
      try end.inclusion.verify(leafHash: record.leafHash, root: claim.traceRoot)
    } catch {
      throw .statement(
        field: "record \(index)", expected: "one under the claim's trace root", found: "\(error)")
    }
    let layout = spec.stateLayout
    guard end.contentsRoots.count == layout.rootCount else {
      throw .statement(
        field: "roots of state \(index)", expected: "\(layout.rootCount)",
        found: "\(end.contentsRoots.count)")
    }
    let state = StateCommitment(
      step: record.step, layout: layout, contentsRoots: end.contentsRoots)
    guard state.root == record.stateRoot, let root = state.polynomialRoot else {
      throw .statement(
        field: "state \(index)", expected: "\(record.stateRoot)", found: "\(state.root)")
    }
    // Both ends of the claim are stated in it as well.
    let stated = index == 0 ? claim.firstRoot : claim.lastRoot
    if index == 0 || index == segment.intervalCount {
      guard record.stateRoot == stated else {
        throw .statement(
          field: "state \(index)", expected: "\(stated)", found: "\(record.stateRoot)")
      }
    }
    return root
  }
}
