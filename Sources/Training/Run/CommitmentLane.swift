internal import AssayCryptography
internal import AssaySpecification
internal import Dispatch

/// Hashes, records and stores states on a thread of its own, beside the steps of a run.
///
/// One state is on its way at a time, as a copy in memory that is used again for the next; whoever
/// brings another one waits. Records and checkpoints are written in the order in which their states
/// came, each checkpoint after the records up to it: whenever the process dies, the trace covers
/// what is stored. After the first error nothing more is written.
// SENDABLE: everything that changes is touched either by the work under way or, while there is
// none (`idle` has been waited for), by the caller, who is one thread.
final class CommitmentLane: @unchecked Sendable {
  /// What is to be done with a state, and what its interval gave.
  struct Work {
    let record: Int
    var meanLoss: Float = 0
    /// The losses of the interval's steps.
    var losses: [Float] = []
    /// Whether the state itself is stored, besides its record.
    var isStored = false
    /// The state's root, where it was computed already.
    var root: Digest?
  }

  /// The files that are written; they are this process's as long as they are open.
  private struct Files: ~Copyable {
    var log: TraceLog
    var losses: LossFile
  }

  private let run: RunDirectory
  private let hasher: any StateHasher
  private let layout: StateLayout
  private let queue = DispatchQueue(label: "assay.commitments")
  private let idle = DispatchSemaphore(value: 1)
  private var files: Files?
  private var copy: [[UInt8]] = []
  private var failure: TrainingError?
  private var wasStoring = false

  init(
    _ run: RunDirectory, log: consuming TraceLog, losses: consuming LossFile,
    hasher: any StateHasher
  ) {
    self.run = run
    self.hasher = hasher
    layout = run.spec.stateLayout
    files = Files(log: log, losses: losses)
  }

  /// Returns when nothing is under way, and says whether the last work stored a state.
  ///
  /// - Throws: what went wrong with an earlier state.
  func wait() throws(TrainingError) -> Bool {
    idle.wait()
    idle.signal()
    if let failure { throw failure }
    return wasStoring
  }

  /// Sets the work on the state that `engine` has going, and returns a copy of it if it is stored.
  /// What hashes its state in place is not asked for a copy otherwise.
  ///
  /// - Precondition: `wait` has returned since the last start.
  /// - Throws: when the state cannot be read.
  func start(_ work: Work, on engine: StepEngine) throws(TrainingError) -> ModelState? {
    idle.wait()
    var work = work
    do throws(TrainingError) {
      if engine.hashesInPlace {
        work.root = try engine.commitment(step: run.segment.step(ofRecord: work.record)).root
      }
      if work.root == nil || work.isStored { try engine.copyState(into: &copy) }
    } catch {
      idle.signal()
      throw error
    }
    queue.async { [self, work] in
      do throws(TrainingError) {
        try perform(work)
      } catch {
        failure = error
      }
      wasStoring = work.isStored
      idle.signal()
    }
    return work.isStored ? state(work) : nil
  }

  /// Ends the work and closes the files.
  ///
  /// - Returns: the trace's records.
  func finish() throws(TrainingError) -> [TraceRecord] {
    defer { close() }
    _ = try wait()
    return files?.log.records ?? []
  }

  /// Waits for the work under way and closes the files.
  func close() {
    idle.wait()
    files = nil
    idle.signal()
  }

  private func state(_ work: Work) -> ModelState {
    ModelState(
      step: run.segment.step(ofRecord: work.record), layout: layout, contents: copy)
  }

  private func perform(_ work: Work) throws(TrainingError) {
    let record = run.record(
      UInt64(work.record), step: run.segment.step(ofRecord: work.record),
      stateRoot: work.root ?? state(work).commitment(hasher).root, meanLoss: work.meanLoss)
    files?.losses.append(work.losses)
    if work.record < files?.log.records.count ?? 0 {
      guard files?.log.records[work.record] == record else {
        throw .traceMismatch(record: work.record)
      }
    } else {
      try files?.log.append(record)
    }
    guard work.isStored else { return }
    try files?.losses.flush()
    try files?.log.flush()
    try run.store(state(work))
  }
}
