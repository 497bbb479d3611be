internal import AssayMerkle
public import AssaySpecification

/// Where a run stands, after a step.
public struct TrainingProgress: Sendable {
  /// Updates made so far, and when training ends.
  public let step: UInt64
  public let steps: UInt64
  /// The step's loss.
  public let loss: Float
  /// Whether the step only repeats what an interrupted process had already recorded.
  public let isReplay: Bool
}

/// Seconds of a run, by what happened to its steps.
public struct RunTimings: Hashable, Sendable {
  /// Steps ran.
  public var training = 0.0
  /// Steps stood still while a state was copied, or until the one before it was hashed.
  public var committing = 0.0
  /// Steps stood still until a checkpoint was written.
  public var storing = 0.0

  /// No time spent.
  public init() {}
}

/// Trains a run from where it stands to its end, committing to every interval's state on the way.
///
/// Steps stand still only while a state is copied, or hashed by the device that has it. The copy is
/// hashed, recorded and stored by `CommitmentLane` beside the steps that follow; they wait where it
/// has not done with the one before. Training and hashing share the cores: a hasher of one thread
/// disturbs the steps least.
///
/// A run that was killed continues from its last whole checkpoint. What the trace already holds
/// after it is computed again and must come out the same: the trace is never shortened, for a
/// claim may rest on it.
public struct TrainingRun {
  private let run: RunDirectory
  private let engine: StepEngine
  private let hasher: any StateHasher
  private let retention: RetentionPlan
  /// Seconds since some moment in the past; never goes back.
  private let clock: () -> Double

  /// What was spent by this process so far.
  public private(set) var timings = RunTimings()

  /// Prepares to train `run` with `engine`, which must be of the run's spec.
  public init(
    _ run: RunDirectory, engine: StepEngine, hasher: any StateHasher, retention: RetentionPlan,
    clock: @escaping () -> Double
  ) {
    precondition(engine.spec.digest == run.spec.digest)
    precondition(retention.segment.firstStep == run.segment.firstStep, "a plan of this run")
    self.run = run
    self.engine = engine
    self.hasher = hasher
    self.retention = retention
    self.clock = clock
  }

  /// Trains to the end of what the retention plan is for.
  ///
  /// - Parameters:
  ///   - afterStep: called after each step.
  ///   - afterCheckpoint: called with each state that is stored.
  /// - Returns: the trace's records.
  public mutating func train(
    afterStep: (TrainingProgress) -> Void = { _ in },
    afterCheckpoint: (ModelState) throws(TrainingError) -> Void = { _ in }
  ) throws(TrainingError) -> [TraceRecord] {
    let log = try TraceLog(
      appendingTo: run.tracePath, spec: run.spec, segment: run.segment)
    let recorded = log.records.count
    let start = try begin(log.records)
    let losses = try LossFile(
      run.lossesPath, keeping: run.segment.step(ofRecord: start ?? 0) - run.segment.firstStep)
    let lane = CommitmentLane(run, log: log, losses: losses, hasher: hasher)
    do throws(TrainingError) {
      if start == nil {
        try commit(CommitmentLane.Work(record: 0, isStored: true), on: lane, afterCheckpoint)
      }
      for interval in (start ?? 0)..<retention.segment.intervalCount {
        let record = interval + 1
        let began = clock()
        var work = try runInterval(interval, isReplay: record < recorded, afterStep)
        timings.training += clock() - began
        work.isStored = retention.stores(record)
        try commit(work, on: lane, afterCheckpoint)
      }
    } catch {
      // What came before the error is recorded.
      lane.close()
      throw error
    }
    let began = clock()
    defer { timings.storing += clock() - began }
    return try lane.finish()
  }

  /// Puts the last good state in place and returns its record; or the first state, and nil.
  private func begin(_ records: [TraceRecord]) throws(TrainingError) -> Int? {
    let stored = try run.nearestCheckpoint(
      atOrBefore: records.count - 1, records: records, hasher: hasher, settingAside: true)
    if let stored {
      try engine.load(stored.state)
    } else {
      try engine.load(run.initialState(hasher))
    }
    return stored?.record
  }

  private func runInterval(
    _ interval: Int, isReplay: Bool, _ afterStep: (TrainingProgress) -> Void
  ) throws(TrainingError) -> CommitmentLane.Work {
    var work = CommitmentLane.Work(record: interval + 1)
    let steps = retention.segment.lastStep
    let interval = run.segment.steps(ofInterval: interval)
    work.meanLoss = try engine.run(steps: interval) { step, loss throws(TrainingError) in
      guard loss.isFinite else { throw .lossNotFinite(step: step) }
      work.losses.append(loss)
      afterStep(TrainingProgress(step: step, steps: steps, loss: loss, isReplay: isReplay))
    }
    return work
  }

  /// Hands the state in place over, after the one before it is done with.
  private mutating func commit(
    _ work: CommitmentLane.Work, on lane: CommitmentLane,
    _ afterCheckpoint: (ModelState) throws(TrainingError) -> Void
  ) throws(TrainingError) {
    let began = clock()
    let wasStoring = try lane.wait()
    let waited = clock()
    let state = try lane.start(work, on: engine)
    timings.committing += clock() - (wasStoring ? waited : began)
    if wasStoring { timings.storing += waited - began }
    if let state { try afterCheckpoint(state) }
  }
}
