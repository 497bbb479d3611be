public import AssayCryptography
public import AssayDatasets
public import AssayEvidence
internal import AssaySpecification
internal import AssayTraining

/// What an audit needs of a proof system, from rooms that know one.
public struct ProofChecks {
  let checker: any ProofChecker
  let dataRoot: (Dataset) throws -> Digest

  /// - Parameters:
  ///   - checker: checks proofs of the spec's intervals, in GMP's arithmetic.
  ///   - dataRoot: the commitment to the data that proofs are about: `ProofOptions.dataRoot` of an
  ///     honest spec.
  public init(checker: any ProofChecker, dataRoot: @escaping (Dataset) throws -> Digest) {
    self.checker = checker
    self.dataRoot = dataRoot
  }
}

/// The proofs that a provider handed in, and the artefact that comes with them.
public struct ProofAnswer {
  let artefact: [UInt8]?
  let isFinal: Bool
  let proof: (_ interval: Int) throws -> [UInt8]?

  /// - Parameters:
  ///   - artefact: the file of the last state; nil when the verifier does not have it.
  ///   - isFinal: the provider was asked and its time is over: what is not there was withheld.
  ///   - proof: the file that proves an interval; nil where none was handed in.
  public init(
    artefact: [UInt8]? = nil, isFinal: Bool = false,
    proof: @escaping (_ interval: Int) throws -> [UInt8]? = { _ in nil }
  ) {
    self.artefact = artefact
    self.isFinal = isFinal
    self.proof = proof
  }
}

/// What is checked where proofs count.
extension Audit {
  /// The proofs of drawn intervals hold, and none is missing that the policy asks for.
  func checkProofs(
    _ claim: [UInt8], _ challenge: Challenge, _ answer: ProofAnswer, _ progress: AuditProgress
  ) throws(AuditEnd) {
    guard let proofs else {
      throw .inconclusive(.unsupported, "this verifier cannot check proofs of this spec")
    }
    var checked: CheckedProofs
    do throws(EvidenceError) {
      checked = try CheckedProofs(claim: claim, checker: proofs.checker)
    } catch { throw .failed(.proofs(error)) }
    for interval in challenge.indices {
      guard let bytes = try read(interval, of: answer, challenge.policy.method) else { continue }
      let proved: ProvedInterval
      do throws(EvidenceError) {
        proved = try checked.check(bytes)
      } catch {
        throw .rejected(
          Rejection(fault: .wrongProof, interval: interval),
          "what was handed in as the proof of interval \(interval) does not hold: \(error)")
      }
      guard proved.interval == interval else {
        throw .rejected(
          Rejection(fault: .wrongProof, interval: interval),
          "what was handed in as the proof of interval \(interval) proves interval "
            + "\(proved.interval)")
      }
      progress.prove(proved)
    }
  }

  /// The bytes of a proof; nil where there is none and none is needed.
  private func read(
    _ interval: Int, of answer: ProofAnswer, _ method: EvidenceMethod
  ) throws(AuditEnd) -> [UInt8]? {
    let bytes: [UInt8]?
    do {
      bytes = try answer.proof(interval)
    } catch {
      throw .inconclusive(
        .missingBundle, "the verifier could not read the proof of interval \(interval): \(error)")
    }
    if let bytes { return bytes }
    if method.isEnough(executed: true, proved: false) { return nil }
    guard answer.isFinal else {
      throw .inconclusive(
        .missingBundle, "the verifier could not get the proof of interval \(interval)")
    }
    throw .rejected(
      Rejection(fault: .withheldOpening, interval: interval),
      "interval \(interval) was drawn, and the provider has not proved it in time")
  }

  /// What is left to check where every drawn interval is proved: nothing is executed again.
  ///
  /// Each proof has shown the trace's first and last record, in their places, with the claim's
  /// roots, and that their salts open to the provider's key.
  func checkWithoutBundle(
    _ claim: ProviderClaim, _ segment: Segment, _ challenge: Challenge, _ submitted: Submitted,
    _ held: Held, _ progress: AuditProgress
  ) throws(AuditEnd) {
    progress.skip([.bundleShape, .intervals])
    if let dataset = held.dataset {
      _ = try checkDataset(dataset)
      progress.pass(.dataset)
    } else {
      progress.skip([.dataset])
    }
    let inputs = try inputs(nil, held.weights)
    progress.pass(.traceInclusion)
    progress.pass(.traceProvider)
    try checkInitialRoot(claim.firstRoot, inputs)
    progress.pass(.initialState)
    progress.pass(.joints)
    guard let artefact = submitted.answer.artefact else {
      guard spec.quality == nil else {
        throw .inconclusive(
          .missingData, "the verifier does not have the artefact, whose quality is claimed")
      }
      return progress.skip([.artefact, .delivery])
    }
    let last = try checkArtefact(artefact, claim)
    progress.pass(.artefact)
    try checkDelivery(claim, last, submitted, challenge, progress)
    if spec.quality != nil {
      try checkQuality(claim, last, held.testSet, inputs, progress)
      progress.pass(.quality)
    }
  }

  /// The spec's commitment to the data for proofs is one to the data that are trained on.
  func checkProvedData(_ dataset: Dataset) throws(AuditEnd) {
    guard let options = spec.proof, let proofs else { return }
    let found: Digest
    do {
      found = try proofs.dataRoot(dataset)
    } catch {
      throw .inconclusive(
        .contradictorySpec, "the spec's data cannot be committed to for proofs: \(error)")
    }
    guard found == options.dataRoot else {
      throw .inconclusive(
        .contradictorySpec,
        "the spec's \"proof\" object commits to other data than those that are trained on: it "
          + "names \(options.dataRoot), their commitment is \(found)")
    }
  }
}
