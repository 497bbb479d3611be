public import AssayCryptography
internal import AssayMerkle
public import AssaySpecification
public import AssayTraining

/// A run, honest or not, with every state in memory.
public struct MemoryRun: Sendable {
  public let spec: Spec
  /// Whose trace it is.
  public let provider: VerifyingKey
  /// What the trace's salts are derived from.
  public let traceSecret: Digest
  /// The state of each record.
  public private(set) var states: [ModelState]
  /// The hashes that were committed to, of each record.
  public let commitments: [StateCommitment]
  /// The trace.
  public let records: [TraceRecord]
  /// What is claimed of the last state, where the spec measures it.
  public private(set) var quality: Quality?

  /// Commits to `states`, whatever they are, with the losses that the records are to state.
  ///
  /// - Parameter evaluator: measures the last state where the spec asks for it.
  public init(
    spec: Spec, provider: VerifyingKey, traceSecret: Digest, states: [ModelState],
    meanLosses: [Float], hasher: any StateHasher, evaluator: Evaluator? = nil
  ) throws(TrainingError) {
    self.init(
      spec: spec, provider: provider, traceSecret: traceSecret, states: states,
      meanLosses: meanLosses, hasher: hasher,
      quality: try evaluator?.quality(of: states[states.count - 1]))
  }

  private init(
    spec: Spec, provider: VerifyingKey, traceSecret: Digest, states: [ModelState],
    meanLosses: [Float], hasher: any StateHasher, quality: Quality?
  ) {
    self.quality = quality
    precondition(states.count == spec.intervalCount + 1 && meanLosses.count == states.count)
    self.spec = spec
    self.provider = provider
    self.traceSecret = traceSecret
    self.states = states
    let commitments = states.map { $0.commitment(hasher) }
    self.commitments = commitments
    records = states.indices.map { index in
      let opening = TraceRecord.saltOpening(secret: traceSecret, index: UInt64(index))
      return TraceRecord(
        index: UInt64(index), step: states[index].step,
        stateRoot: commitments[index].root, meanLoss: meanLosses[index],
        salt: TraceRecord.salt(opening: opening, provider: provider))
    }
  }

  /// Trains as the spec says.
  ///
  /// - Parameters:
  ///   - engine: an engine of the spec on its data.
  ///   - weights: the file that the spec starts from, if it names one.
  ///   - evaluator: measures the last state where the spec asks for it.
  public static func honest(
    provider: VerifyingKey, traceSecret: Digest, engine: StepEngine, hasher: any StateHasher,
    weights: WeightsFile? = nil, evaluator: Evaluator? = nil
  ) throws(TrainingError) -> MemoryRun {
    let start = try ModelState.initial(engine.spec, weights: weights)
    var course = Course(engine: engine, states: [start], meanLosses: [0])
    try course.finish()
    return try MemoryRun(
      spec: engine.spec, provider: provider, traceSecret: traceSecret, states: course.states,
      meanLosses: course.meanLosses, hasher: hasher, evaluator: evaluator)
  }

  /// The same states as another provider's trace.
  public func resalted(
    provider: VerifyingKey, traceSecret: Digest, hasher: any StateHasher
  ) -> MemoryRun {
    MemoryRun(
      spec: spec, provider: provider, traceSecret: traceSecret, states: states,
      meanLosses: records.map(\.meanLoss), hasher: hasher, quality: quality)
  }

  /// The run, said to end in a state of another quality.
  func claiming(_ quality: Quality?) -> MemoryRun {
    var run = self
    run.quality = quality
    return run
  }

  /// The run with another state in place of that of record `index`, and the trace as it was.
  func replacing(_ state: ModelState, at index: Int) -> MemoryRun {
    var run = self
    run.states[index] = state
    return run
  }

  /// What the salt of a record opens to.
  public func saltOpening(_ index: UInt64) -> Digest {
    TraceRecord.saltOpening(secret: traceSecret, index: index)
  }

  /// The claim over the whole run, for a job.
  public func claim(job: String, terms: Digest) -> ProviderClaim {
    let last = states[states.count - 1]
    return ProviderClaim(
      job: job, terms: terms, provider: provider, spec: spec.digest, dataRoot: spec.data.root,
      firstStep: 0, lastStep: spec.steps, firstRoot: records[0].stateRoot,
      lastRoot: records[records.count - 1].stateRoot, traceSize: UInt64(records.count),
      traceRoot: MerkleTree.root(ofLeafHashes: records.map(\.leafHash)),
      artefact: last.artefactDigest, quality: quality)
  }

  /// Writes the run as a run directory that stores every state.
  ///
  /// - Parameter weights: the file that the spec starts from, if it names one.
  public func write(to path: String, weights: WeightsFile? = nil) throws(TrainingError) {
    let directory = try RunDirectory.create(
      path, spec: spec, provider: provider, traceSecret: traceSecret, weights: weights)
    var log = try TraceLog(
      appendingTo: directory.tracePath, spec: spec, segment: directory.segment)
    for record in records { try log.append(record) }
    try log.flush()
    for state in states { try directory.store(state) }
  }
}

/// States and losses as they come to be, record by record.
struct Course {
  let engine: StepEngine
  private(set) var states: [ModelState]
  private(set) var meanLosses: [Float]

  /// Starts with the first records of another run.
  init(engine: StepEngine, states: [ModelState], meanLosses: [Float]) {
    self.engine = engine
    self.states = states
    self.meanLosses = meanLosses
  }

  /// The interval that comes next.
  var nextInterval: Int { states.count - 1 }

  var isComplete: Bool { nextInterval == engine.spec.intervalCount }

  /// Runs the next interval with the engine.
  mutating func train() throws(TrainingError) {
    let interval = nextInterval
    try engine.load(states[interval])
    meanLosses.append(try engine.run(steps: engine.spec.steps(ofInterval: interval)))
    states.append(try engine.state(step: engine.spec.step(ofRecord: interval + 1)))
  }

  /// Runs every interval that is left.
  mutating func finish() throws(TrainingError) {
    while !isComplete { try train() }
  }

  /// Records the last state and loss once more, as if the next interval had been run.
  mutating func skip() {
    let last = states[nextInterval]
    meanLosses.append(meanLosses[nextInterval])
    states.append(
      ModelState(
        step: engine.spec.step(ofRecord: nextInterval + 1), layout: last.layout,
        contents: last.contents))
  }

  /// Puts another state in place of the last one.
  mutating func replaceLast(with state: ModelState) {
    states[states.count - 1] = state
  }
}
