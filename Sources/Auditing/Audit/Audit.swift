internal import AssayCryptography
public import AssayDatasets
public import AssayEvidence
internal import AssayMerkle
public import AssaySpecification
public import AssayTensors
public import AssayTraining

/// Examines a claim: executes the drawn intervals again and compares every bit.
///
/// Takes the claim, the challenge, the bundle, the spec and the data, and believes nothing of what
/// comes from the provider. The checks are made in the order of `AuditCheck`; the first that fails
/// is the verdict. Whatever is wrong with the provider's bytes is a rejection, whatever the
/// verifier lacks is inconclusive, and what shows neither is an `AuditingError`.
///
/// - Soundness: acceptance says that the drawn intervals, the start, the joints, the artefact and
///   its quality are right to the bit. A false interval that was not drawn is not seen:
///   `AuditReport.detection` says how likely that is. That the challenge's secrets were unknown to
///   the provider when it claimed is for whoever logged the claim to know.
public struct Audit {
  let spec: Spec
  let expectation: AuditExpectation
  let backend: any Backend
  let referee: (any Backend)?
  let hasher: any StateHasher
  let clock: () -> Double

  /// Prepares to audit claims about `spec`.
  ///
  /// - Parameters:
  ///   - expectation: what the terms say.
  ///   - backend: executes the drawn intervals.
  ///   - referee: executes an interval once more, by other code, before it is called wrong; when
  ///     the two disagree, the verifier's devices are at fault and the audit is inconclusive.
  ///   - clock: seconds since some moment in the past; never goes back.
  public init(
    spec: Spec, expectation: AuditExpectation, backend: any Backend, referee: (any Backend)?,
    hasher: any StateHasher, clock: @escaping () -> Double
  ) {
    self.spec = spec
    self.expectation = expectation
    self.backend = backend
    self.referee = referee
    self.hasher = hasher
    self.clock = clock
  }

  /// Examines a claim.
  ///
  /// - Parameters:
  ///   - claim: the signed claim's bytes.
  ///   - challenge: the draw; its claim must be this one.
  ///   - bundle: the provider's answer; nil when the verifier could not get it.
  ///   - dataset: the data to train on; nil when the verifier could not get them.
  ///   - weights: the file that the spec starts from; nil when it names none, or the verifier could
  ///     not get it.
  ///   - testSet: what the spec measures the last state on; nil when it measures nothing, or the
  ///     verifier could not get it.
  ///   - onEvent: told what has passed.
  /// - Throws: `AuditingError` when these do not belong together, so that nothing can be said.
  public func examine(
    claim: [UInt8], challenge: Challenge, bundle: (any BundleSource)?, dataset: Dataset?,
    testSet: Dataset? = nil, weights: WeightsFile? = nil,
    onEvent: @escaping (AuditEvent) -> Void = { _ in }
  ) throws(AuditingError) -> AuditReport {
    let start = clock()
    let progress = AuditProgress(onEvent)
    var outcome = Verdict.Outcome.accepted
    var sentence =
      "all \(challenge.indices.count) drawn intervals of "
      + "\(challenge.draw.intervalCount) were reproduced to the bit"
    var conjecture: String?
    do throws(AuditEnd) {
      try check(claim, challenge, bundle, dataset, testSet, weights, progress)
    } catch {
      switch error {
      case .rejected(let rejection, let reason, let guess):
        outcome = .rejected(rejection)
        (sentence, conjecture) = (reason, guess)
      case .inconclusive(let kind, let reason):
        outcome = .inconclusive(kind)
        sentence = reason
      case .failed(let error):
        throw error
      }
    }
    return AuditReport(
      challenge: challenge, outcome: outcome, passedChecks: progress.passed,
      failedCheck: outcome == .accepted
        ? nil
        : AuditCheck.allCases.first { check in
          !progress.passed.contains(check) && (check != .quality || spec.quality != nil)
        },
      quality: progress.quality, sentence: sentence, conjecture: conjecture,
      timings: progress.timings, seconds: clock() - start)
  }

  private func check(
    _ claimBytes: [UInt8], _ challenge: Challenge, _ bundle: (any BundleSource)?,
    _ dataset: Dataset?, _ testSet: Dataset?, _ weights: WeightsFile?,
    _ progress: AuditProgress
  ) throws(AuditEnd) {
    try checkChallenge(challenge)
    let claim = try openClaim(claimBytes, challenge)
    progress.pass(.claimSignature)
    try checkBinding(claim, challenge)
    progress.pass(.claimBinding)
    let segment = try checkSegment(claim, challenge)
    progress.pass(.segment)
    let inputs = try inputs(dataset, weights)
    progress.pass(.dataset)
    let layout = BundleLayout(spec: spec, segment: segment, intervals: challenge.indices)
    let reader = try openBundle(bundle, layout, challenge)
    progress.pass(.bundleShape)
    let trace = try openTrace(claim, reader)
    progress.pass(.traceInclusion)
    try checkProvider(claim, trace)
    progress.pass(.traceProvider)
    try checkInitialState(trace, inputs)
    progress.pass(.initialState)
    try checkJoints(claim, trace)
    progress.pass(.joints)
    let last = try checkArtefact(claim, reader)
    progress.pass(.artefact)
    if spec.quality != nil {
      try checkQuality(claim, last, testSet, inputs, progress)
      progress.pass(.quality)
    }
    try checkIntervals(trace, reader, inputs, progress)
    progress.pass(.intervals)
  }
}

/// What the verifier has itself, and needs to believe nobody about.
struct AuditInputs {
  let dataset: Dataset
  let weights: WeightsFile?
  /// The state that the spec starts from; nil where the segment starts later.
  let initial: ModelState?
  /// The root of the state that the segment starts from.
  let firstRoot: Digest
}

/// Why an audit ends before all checks have passed.
enum AuditEnd: Error {
  case rejected(Rejection, String, conjecture: String? = nil)
  case inconclusive(InconclusiveReason, String)
  /// The audit cannot be held as it was asked for.
  case failed(AuditingError)
}

/// What has passed so far, kept for the report and told to whoever watches.
final class AuditProgress {
  private(set) var passed: [AuditCheck] = []
  private(set) var timings: [AuditReport.IntervalTiming] = []
  var quality: Quality?
  private let onEvent: (AuditEvent) -> Void

  init(_ onEvent: @escaping (AuditEvent) -> Void) { self.onEvent = onEvent }

  func pass(_ check: AuditCheck) {
    passed.append(check)
    onEvent(.passed(check))
  }

  func reproduce(_ interval: Int, seconds: Double, of count: Int) {
    timings.append(AuditReport.IntervalTiming(interval: interval, seconds: seconds))
    onEvent(.reproduced(interval: interval, count: timings.count, of: count))
  }
}
