internal import AssayFiles
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

/// Seconds spent, by what they were spent on.
public struct RunTimings: Hashable, Sendable {
  public var training = 0.0
  /// Hashing states and writing the trace.
  public var committing = 0.0
  /// Writing checkpoints.
  public var storing = 0.0

  /// No time spent.
  public init() {}
}

/// Trains a run from where it stands to its end, committing to every interval's state on the way.
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
    var log = try TraceLog(
      appendingTo: run.tracePath, spec: run.spec, segment: run.segment)
    let recorded = log.records.count
    let start = try begin(&log, afterCheckpoint)
    var losses = try LossFile(
      run.lossesPath, keeping: run.segment.step(ofRecord: start) - run.segment.firstStep)
    for interval in start..<retention.segment.intervalCount {
      let record = interval + 1
      let began = clock()
      let meanLoss = try runInterval(interval, &losses, isReplay: record < recorded, afterStep)
      timings.training += clock() - began
      try self.record(record, meanLoss: meanLoss, in: &log)
      if retention.stores(record) {
        try losses.flush()
        try store(record, &log, afterCheckpoint)
      }
    }
    return log.records
  }

  /// Puts the last good state in place, or the first one, and returns its record.
  private mutating func begin(
    _ log: inout TraceLog, _ afterCheckpoint: (ModelState) throws(TrainingError) -> Void
  ) throws(TrainingError) -> Int {
    let stored = try run.nearestCheckpoint(
      atOrBefore: log.records.count - 1, records: log.records, hasher: hasher,
      settingAside: true)
    if let stored {
      try engine.load(stored.state)
      return stored.record
    }
    let state = try run.initialState(hasher)
    try engine.load(state)
    try record(0, meanLoss: 0, in: &log)
    try run.store(state)
    try afterCheckpoint(state)
    return 0
  }

  private func runInterval(
    _ interval: Int, _ losses: inout LossFile, isReplay: Bool,
    _ afterStep: (TrainingProgress) -> Void
  ) throws(TrainingError) -> Float {
    var values: [Float] = []
    let steps = retention.segment.lastStep
    let interval = run.segment.steps(ofInterval: interval)
    let meanLoss = try engine.run(steps: interval) { step, loss throws(TrainingError) in
      guard loss.isFinite else { throw .lossNotFinite(step: step) }
      values.append(loss)
      afterStep(TrainingProgress(step: step, steps: steps, loss: loss, isReplay: isReplay))
    }
    losses.append(values)
    return meanLoss
  }

  /// Commits to the state in place: appends its record, or compares it with the one there.
  private mutating func record(
    _ index: Int, meanLoss: Float, in log: inout TraceLog
  ) throws(TrainingError) {
    let began = clock()
    let step = run.segment.step(ofRecord: index)
    let record = run.record(
      UInt64(index), step: step, stateRoot: engine.commitment(step: step).root,
      meanLoss: meanLoss)
    if index < log.records.count {
      guard log.records[index] == record else { throw .traceMismatch(record: index) }
    } else {
      try log.append(record)
    }
    timings.committing += clock() - began
  }

  private mutating func store(
    _ record: Int, _ log: inout TraceLog,
    _ afterCheckpoint: (ModelState) throws(TrainingError) -> Void
  ) throws(TrainingError) {
    let began = clock()
    let state = engine.state(step: run.segment.step(ofRecord: record))
    try log.flush()
    try run.store(state)
    timings.storing += clock() - began
    try afterCheckpoint(state)
  }
}

/// The file of losses, one float32 per step.
private struct LossFile: ~Copyable {
  private let file: OpenFile
  private var pending: [Float] = []

  init(_ path: String, keeping steps: UInt64) throws(TrainingError) {
    let file = try TrainingError.onFiles { () throws(FileError) in
      try OpenFile(path, for: .appending)
    }
    let size = Int(steps) * 4
    do throws(FileError) {
      // Shorter than the checkpoint it belongs to: the steps in between are unknown, shown as NaN.
      if file.byteCount < size {
        try file.truncate(to: file.byteCount / 4 * 4)
        let missing = (size - file.byteCount) / 4
        try file.append(
          ModelState.littleEndianBytes([Float](repeating: .nan, count: missing)))
      }
      try file.truncate(to: size)
    } catch {
      throw .file(error)
    }
    self.file = file
  }

  mutating func append(_ losses: [Float]) { pending += losses }

  mutating func flush() throws(TrainingError) {
    do throws(FileError) {
      try file.append(ModelState.littleEndianBytes(pending))
    } catch {
      throw .file(error)
    }
    pending.removeAll(keepingCapacity: true)
  }
}
