internal import AssayMerkle
public import AssaySpecification
public import AssayTraining

/// The states of a run by their place in its trace.
public protocol StateSource {
  /// The state that record `index` is about.
  func state(ofRecord index: Int) throws(TrainingError) -> ModelState

  /// The hashes of the state that record `index` is about.
  func commitment(ofRecord index: Int) throws(TrainingError) -> StateCommitment
}

/// The states of a run directory: stored ones are read, the others recomputed from the nearest
/// stored one before them.
///
/// States are had at least cost in ascending order, for then the engine goes on from where it is.
public final class RecordedStates: StateSource {
  private let run: RunDirectory
  private let records: [TraceRecord]
  private let engine: StepEngine
  private let hasher: any StateHasher
  private let storedRecords: [Int]
  /// The record whose state is in the engine.
  private var position: Int?
  /// The hashes of that state, once they are known.
  private var placed: StateCommitment?
  /// Intervals that were recomputed so far.
  public private(set) var recomputedIntervalCount = 0

  /// Reads the states of `run`, whose trace is `records`, and recomputes with `engine`.
  public init(
    _ run: RunDirectory, records: [TraceRecord], engine: StepEngine, hasher: any StateHasher
  ) {
    precondition(engine.spec.digest == run.spec.digest, "an engine of the run's spec")
    self.run = run
    self.records = records
    self.engine = engine
    self.hasher = hasher
    storedRecords = run.checkpointSteps().compactMap { run.segment.record(atStep: $0) }
  }

  public func state(ofRecord index: Int) throws(TrainingError) -> ModelState {
    try move(to: index)
    return try engine.state(step: run.segment.step(ofRecord: index))
  }

  public func commitment(ofRecord index: Int) throws(TrainingError) -> StateCommitment {
    try move(to: index)
    if let placed { return placed }
    let commitment = try engine.commitment(step: run.segment.step(ofRecord: index))
    placed = commitment
    return commitment
  }

  /// Brings the engine to the state of record `target`.
  private func move(to target: Int) throws(TrainingError) {
    guard records.indices.contains(target) else {
      throw .runDirectory(
        reason: "the trace has \(records.count) records, and record \(target) is asked for")
    }
    if position == target { return }
    placed = nil
    let stored = storedRecords.last { $0 <= target }
    if position.map({ $0 > target || $0 < stored ?? 0 }) ?? true {
      let found = try run.nearestCheckpoint(
        atOrBefore: target, records: records, hasher: hasher)
      // Without any usable file the run is repeated from the start.
      let state = if let found { found.state } else { try run.initialState(hasher) }
      try engine.load(state)
      position = found?.record ?? 0
      if position == target { return }
    }
    for interval in (position ?? 0)..<target {
      // Should a step fail, the engine holds no record's state.
      position = nil
      _ = try engine.run(steps: run.segment.steps(ofInterval: interval))
      recomputedIntervalCount += 1
      position = interval + 1
    }
    // One comparison at the end is enough: what is handed out is the state of record `target`.
    let commitment = try engine.commitment(step: run.segment.step(ofRecord: target))
    guard commitment.root == records[target].stateRoot else {
      position = nil
      throw .traceMismatch(record: target)
    }
    placed = commitment
  }
}
