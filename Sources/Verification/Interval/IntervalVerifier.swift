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
    self.init(settings: try SpecSettings(spec: spec))
  }

  /// Prepares to check proofs in the settings of a spec.
  public init(settings: SpecSettings) {
    self.settings = settings
    options = settings.options
    spec = settings.spec
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
    try checkEnds(of: proof, segment, claim)
    let start = try root(of: proof.before, record: interval, segment, claim)
    let end = try root(of: proof.after, record: interval + 1, segment, claim)
    let steps = segment.steps(ofInterval: interval)
    guard let stretches = options.stretches(of: steps, count: proof.proofs.count),
      proof.joints.count == stretches.count - 1
    else {
      throw .statement(
        field: "stretches",
        expected: "\(options.stretches(of: steps).count), or more that are as long as one another",
        found: "\(proof.proofs.count) between \(proof.joints.count) roots")
    }
    let roots = [start] + proof.joints + [end]
    var bits = Int.max
    var setting = try settings.setting(stepCount: stretches[0].count)
    for (index, stretch) in stretches.enumerated() {
      if stretch.count != setting.circuit.stepCount {
        setting = try settings.setting(stepCount: stretch.count)
      }
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

  /// The trace starts and ends in the states that the claim states.
  private func checkEnds(
    of proof: IntervalProof, _ segment: Segment, _ claim: ProviderClaim
  ) throws(ProofError) {
    for (opening, index, stated) in [
      (proof.first, 0, claim.firstRoot), (proof.last, segment.intervalCount, claim.lastRoot),
    ] {
      try check(opening, record: index, segment, claim)
      guard opening.record.stateRoot == stated else {
        throw .statement(
          field: "state \(index)", expected: "\(stated)", found: "\(opening.record.stateRoot)")
      }
    }
    let loss = proof.first.record.meanLoss
    guard loss.bitPattern == 0 else {
      throw .statement(
        field: "loss in record 0", expected: "0, since nothing precedes it", found: "\(loss)")
    }
  }

  /// The record is number `index` of the claimed trace, which was made for who claims it.
  private func check(
    _ opening: IntervalProof.Opening, record index: Int, _ segment: Segment,
    _ claim: ProviderClaim
  ) throws(ProofError) {
    let record = opening.record
    guard record.index == UInt64(index), record.step == segment.step(ofRecord: index) else {
      throw .statement(
        field: "record", expected: "number \(index) after step \(segment.step(ofRecord: index))",
        found: "number \(record.index) after step \(record.step)")
    }
    let inclusion = opening.inclusion
    guard inclusion.leafIndex == record.index, inclusion.treeSize == claim.traceSize else {
      throw .statement(
        field: "record's place", expected: "\(index) of \(claim.traceSize)",
        found: "\(inclusion.leafIndex) of \(inclusion.treeSize)")
    }
    do throws(MerkleError) {
      try inclusion.verify(leafHash: record.leafHash, root: claim.traceRoot)
    } catch {
      throw .statement(
        field: "record \(index)", expected: "one under the claim's trace root", found: "\(error)")
    }
    let salt = TraceRecord.salt(opening: opening.saltOpening, provider: claim.provider)
    guard salt == record.salt else {
      throw .statement(
        field: "salt of record \(index)", expected: "one that opens to the claiming provider's key",
        found: "a trace made by or for somebody else")
    }
  }

  /// The polynomial root of one end, after opening its record and its state's commitment.
  private func root(
    of end: IntervalProof.End, record index: Int, _ segment: Segment, _ claim: ProviderClaim
  ) throws(ProofError) -> Digest {
    try check(end.opening, record: index, segment, claim)
    let record = end.opening.record
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
    return root
  }
}
