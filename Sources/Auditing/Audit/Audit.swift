internal import AssayCryptography
public import AssayDatasets
public import AssayEvidence
internal import AssayMerkle
public import AssaySpecification
public import AssayTensors
public import AssayTraining

/// Examines a claim: executes the drawn intervals again and compares every bit, or checks proofs.
///
/// Takes the claim, the challenge, the bundle, the spec and the data, or proofs in place of bundle
/// and data where the challenge's policy lets them count, and believes nothing of what
/// comes from the provider. The checks are made in the order of `AuditCheck`; the first that fails
/// is the verdict. Whatever is wrong with the provider's bytes is a rejection, whatever the
/// verifier lacks is inconclusive, and what shows neither is an `AuditingError`.
///
/// - Soundness: acceptance says that the drawn intervals, the start, the joints, the artefact and
///   its quality are right to the bit. Of proved intervals it says nothing of the losses in their
///   records, and of an artefact that the verifier did not have it says so. A false interval that
///   was not drawn is not seen: `AuditReport.detection` says how likely that is. That the
///   challenge's secrets were unknown to the provider when it claimed is for whoever logged the
///   claim to know.
public struct Audit {
  let spec: Spec
  let expectation: AuditExpectation
  let backend: any Backend
  let referee: (any Backend)?
  let hasher: any StateHasher
  let proofs: ProofChecks?
  let clock: () -> Double

  /// Prepares to audit claims about `spec`.
  ///
  /// - Parameters:
  ///   - expectation: what the terms say.
  ///   - backend: executes the drawn intervals.
  ///   - referee: executes an interval once more, by other code, before it is called wrong; when
  ///     the two disagree, the verifier's devices are at fault and the audit is inconclusive. Which
  ///     of them, and in which operator, integer arithmetic then decides.
  ///   - proofs: what is needed where proofs count, or where the spec commits to data for them.
  ///   - clock: seconds since some moment in the past; never goes back.
  public init(
    spec: Spec, expectation: AuditExpectation, backend: any Backend, referee: (any Backend)?,
    hasher: any StateHasher, proofs: ProofChecks? = nil, clock: @escaping () -> Double
  ) {
    self.spec = spec
    self.expectation = expectation
    self.backend = backend
    self.referee = referee
    self.hasher = hasher
    self.proofs = proofs
    self.clock = clock
  }

  /// Examines a claim.
  ///
  /// - Parameters:
  ///   - claim: the signed claim's bytes.
  ///   - challenge: the draw; its claim must be this one.
  ///   - bundle: the provider's answer; nil when the verifier could not get it.
  ///   - answer: the provider's proofs, and the artefact, which a bundle has in it.
  ///   - deliveryKey: the key with which the provider has sealed the artefact, where the claim says
  ///     that it has; nil when the verifier could not get it.
  ///   - dataset: the data to train on; nil when the verifier could not get them.
  ///   - weights: the file that the spec starts from; nil when it names none, or the verifier could
  ///     not get it.
  ///   - testSet: what the spec measures the last state on; nil when it measures nothing, or the
  ///     verifier could not get it.
  ///   - onEvent: told what has passed.
  /// - Throws: `AuditingError` when these do not belong together, so that nothing can be said.
  public func examine(
    claim: [UInt8], challenge: Challenge, bundle: (any BundleSource)?,
    answer: ProofAnswer = ProofAnswer(), deliveryKey: [UInt8]? = nil, dataset: Dataset?,
    testSet: Dataset? = nil, weights: WeightsFile? = nil,
    onEvent: @escaping (AuditEvent) -> Void = { _ in }
  ) throws(AuditingError) -> AuditReport {
    let start = clock()
    let progress = AuditProgress(onEvent)
    var outcome = Verdict.Outcome.accepted
    var sentence: String?
    var conjecture: String?
    var divergence: Divergence?
    do throws(AuditEnd) {
      try check(
        claim, challenge, Submitted(bundle: bundle, answer: answer, deliveryKey: deliveryKey),
        Held(dataset: dataset, testSet: testSet, weights: weights), progress)
    } catch {
      switch error {
      case .rejected(let rejection, let reason, let guess):
        outcome = .rejected(rejection)
        (sentence, conjecture) = (reason, guess)
      case .inconclusive(let kind, let reason, let found):
        outcome = .inconclusive(kind)
        (sentence, divergence) = (reason, found)
      case .failed(let error):
        throw error
      }
    }
    return AuditReport(
      challenge: challenge, outcome: outcome, passedChecks: progress.passed,
      failedCheck: outcome == .accepted ? nil : progress.failed, proved: progress.proved,
      isArtefactUnchecked: outcome == .accepted && !progress.passed.contains(.artefact),
      quality: progress.quality, delivery: outcome == .accepted ? progress.delivery : nil,
      work: outcome == .accepted ? WorkValue.total(progress.work) : nil,
      sentence: sentence ?? progress.acceptance(of: challenge),
      conjecture: conjecture, divergence: divergence, timings: progress.timings,
      seconds: clock() - start)
  }

  private func check(
    _ claimBytes: [UInt8], _ challenge: Challenge, _ submitted: Submitted, _ held: Held,
    _ progress: AuditProgress
  ) throws(AuditEnd) {
    let method = challenge.policy.method
    if spec.quality == nil { progress.skip([.quality]) }
    if !method.admitsProofs { progress.skip([.proofs]) }
    try checkChallenge(challenge)
    let claim = try openClaim(claimBytes, challenge)
    progress.pass(.claimSignature)
    try checkBinding(claim, challenge)
    progress.pass(.claimBinding)
    let segment = try checkSegment(claim, challenge)
    progress.pass(.segment)
    if method.admitsProofs {
      try checkProofs(claimBytes, challenge, submitted.answer, progress)
      progress.pass(.proofs)
    }
    let proved = Set(progress.proved.map(\.interval))
    let again = challenge.indices.filter {
      !method.isEnough(executed: false, proved: proved.contains($0))
    }
    if again.isEmpty {
      try checkWithoutBundle(claim, segment, challenge, submitted, held, progress)
    } else {
      try checkBundle(claim, segment, challenge, submitted, held, again, progress)
    }
  }

  /// What is left to check where some drawn intervals are executed again.
  private func checkBundle(
    _ claim: ProviderClaim, _ segment: Segment, _ challenge: Challenge,
    _ submitted: Submitted, _ held: Held, _ again: [Int], _ progress: AuditProgress
  ) throws(AuditEnd) {
    let dataset = try checkDataset(held.dataset)
    let inputs = try inputs(dataset, held.weights)
    progress.pass(.dataset)
    let layout = BundleLayout(spec: spec, segment: segment, intervals: challenge.indices)
    let reader = try openBundle(submitted.bundle, layout, challenge)
    progress.pass(.bundleShape)
    let trace = try openTrace(claim, reader)
    progress.pass(.traceInclusion)
    try checkProvider(claim, trace)
    progress.pass(.traceProvider)
    try checkInitialState(trace, inputs)
    progress.pass(.initialState)
    try checkJoints(claim, trace)
    progress.pass(.joints)
    let last = try checkArtefact(claim, in: reader)
    progress.pass(.artefact)
    try checkDelivery(claim, last, submitted, challenge, progress)
    if spec.quality != nil {
      try checkQuality(claim, last, held.testSet, inputs, progress)
      progress.pass(.quality)
    }
    try checkIntervals(Set(again), trace, reader, inputs, progress)
    progress.pass(.intervals)
  }
}

/// What the provider handed in.
struct Submitted {
  let bundle: (any BundleSource)?
  let answer: ProofAnswer
  let deliveryKey: [UInt8]?
}

/// What the verifier has itself, as far as it could be had.
struct Held {
  let dataset: Dataset?
  let testSet: Dataset?
  let weights: WeightsFile?
}

/// What the verifier has itself and has checked: nobody needs to be believed about it.
struct AuditInputs {
  /// Nil where nothing is executed again.
  let dataset: Dataset?
  let weights: WeightsFile?
  /// The state that the spec starts from; nil where the segment starts later.
  let initial: ModelState?
  /// The root of the state that the segment starts from.
  let firstRoot: Digest
}

/// Why an audit ends before all checks have passed.
enum AuditEnd: Error {
  case rejected(Rejection, String, conjecture: String? = nil)
  case inconclusive(InconclusiveReason, String, Divergence? = nil)
  /// The audit cannot be held as it was asked for.
  case failed(AuditingError)
}
