public import AssayCryptography
public import AssayDatasets
internal import AssayMerkle
public import AssaySpecification
public import AssayTensors
public import AssayTraining

/// A provider who cheats in each of the ways of `Cheat`, with the library's own tools, so that
/// everything but the cheat is right.
///
/// It has another provider's honest run of the same spec at hand, and spares itself the work that
/// the two would share. Whatever state it ends in, it claims the quality which that state has, but
/// for one cheat.
public struct CheatingProvider {
  let honest: MemoryRun
  let honestClaim: Envelope
  let dataset: Dataset
  let weights: WeightsFile?
  let evaluator: Evaluator?
  let backend: any Backend
  let hasher: any StateHasher
  let key: SigningKey
  let traceSecret: Digest
  let job: String
  let terms: Digest
  let spec: Spec

  /// A provider that was hired for `job`.
  ///
  /// - Precondition: the run has two intervals at least, and a test set is given if the spec
  ///   measures anything.
  /// - Parameters:
  ///   - honest: another provider's run of the same spec, and its signed claim.
  ///   - dataset: the data of the spec.
  ///   - testSet: what the spec measures the last state on.
  ///   - weights: the file that the spec starts from, if it names one.
  ///   - key: the cheat's own key.
  ///   - traceSecret: salts the cheat's traces.
  public init(
    honest: MemoryRun, honestClaim: Envelope, dataset: Dataset, testSet: Dataset? = nil,
    backend: any Backend, hasher: any StateHasher, key: SigningKey, traceSecret: Digest,
    job: String, terms: Digest, weights: WeightsFile? = nil
  ) throws(TrainingError) {
    precondition(honest.spec.intervalCount >= 2, "a run of two intervals at least")
    precondition(honest.spec.quality == nil || testSet != nil, "a test set to measure on")
    var evaluator: Evaluator?
    if let testSet {
      evaluator = try Evaluator.measuring(
        honest.spec, testSet: testSet, backend: backend, weights: weights)
    }
    self.evaluator = evaluator
    self.honest = honest
    self.honestClaim = honestClaim
    self.dataset = dataset
    self.weights = weights
    self.backend = backend
    self.hasher = hasher
    self.key = key
    self.traceSecret = traceSecret
    self.job = job
    self.terms = terms
    spec = honest.spec
  }

  /// Cheats.
  public func submission(_ cheat: Cheat) throws(TrainingError) -> Submission {
    switch cheat {
    case .skippedIntervals: try skippingIntervals()
    case .fewerSteps: try stoppingEarly()
    case .wrongLearningRate: try training(cheat, learningRateFactor: 2)
    case .infinitesimalUpdates: try training(cheat, learningRateFactor: 1e-6)
    case .otherData: try trainingOnInvertedExamples()
    case .flippedLabel: try flippingLabel()
    case .sequentialOrder: try trainingInOrder()
    case .alteredWeight: try alteringWeight()
    case .replacedCheckpoint: replacingCheckpoint()
    case .interpolation: try interpolating()
    case .stolenClaim: signingStolenClaim()
    case .stolenTrace: claimingStolenTrace()
    case .foreignBundle: answeringWithForeignBundle()
    case .forgedSignature: forgingSignature()
    case .inflatedQuality: inflatingQuality()
    }
  }

  var intervalCount: Int { spec.intervalCount }

  /// The record in whose neighbourhood single faults are placed.
  var middle: Int { max(1, intervalCount / 2) }

  func makeEngine(_ dataset: Dataset? = nil) throws(TrainingError) -> StepEngine {
    try StepEngine(
      spec: spec, dataset: dataset ?? self.dataset, backend: backend, hasher: hasher,
      weights: weights, checkingData: false)
  }

  /// A course that starts with the first `count` records of the honest run.
  func course(honestRecords count: Int, _ engine: StepEngine) -> Course {
    Course(
      engine: engine, states: Array(honest.states.prefix(count)),
      meanLosses: honest.records.prefix(count).map(\.meanLoss))
  }

  func submission(
    _ cheat: Cheat, _ course: Course, falseIntervals: [Int]
  ) throws(TrainingError) -> Submission {
    let run = try MemoryRun(
      spec: spec, provider: key.verifyingKey, traceSecret: traceSecret, states: course.states,
      meanLosses: course.meanLosses, hasher: hasher, evaluator: evaluator)
    return Submission(
      cheat: cheat, envelope: run.claim(job: job, terms: terms).signed(by: key), run: run,
      falseIntervals: falseIntervals)
  }
}
