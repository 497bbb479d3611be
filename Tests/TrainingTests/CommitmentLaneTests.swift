import AssayCryptography
import AssayDatasets
import AssayFiles
import AssayMerkle
import AssaySpecification
import AssayTensors
import Foundation
import Testing

@testable import AssayTraining

/// A hasher that keeps the last tensor of each state back until the step after it has run, as it
/// would if steps waited for it.
private final class PatientHasher: StateHasher, @unchecked Sendable {
  // SENDABLE: everything that changes is read and written under the condition's lock.
  private let condition = NSCondition()
  private let plain = PortableLeafHasher()
  private let tensorCount: Int
  private let segment: Segment
  private var hashedCount = 0
  private var stepsRun: UInt64 = 0
  private(set) var isOvertaken = true

  init(_ spec: Spec) {
    tensorCount = spec.stateLayout.tensors.count
    segment = spec.wholeRun
  }

  func didRun(step: UInt64) {
    condition.withLock {
      stepsRun = step
      condition.broadcast()
    }
  }

  func contentsRoot(of contents: RawSpan, descriptor: Digest) -> Digest {
    condition.withLock {
      hashedCount += 1
      let (record, rest) = hashedCount.quotientAndRemainder(dividingBy: tensorCount)
      guard rest == 0 else { return }
      let step = segment.step(ofRecord: record - 1)
      guard step < segment.lastStep else { return }
      let limit = Date(timeIntervalSinceNow: 20)
      while stepsRun <= step, isOvertaken {
        isOvertaken = condition.wait(until: limit)
      }
    }
    return plain.contentsRoot(of: contents, descriptor: descriptor)
  }
}

@Suite struct CommitmentLaneTests {
  private let dataset: Dataset
  private let spec: Spec

  init() throws {
    dataset = try Samples.dataset(.label(classes: 4))
    spec = try Samples.spec(dataset)
  }

  private func create(_ path: String) throws -> RunDirectory {
    try RunDirectory.create(
      path, spec: spec, provider: Samples.provider().verifyingKey,
      traceSecret: SHA256.digest(of: [9]))
  }

  private func train(
    _ run: RunDirectory, hasher: any StateHasher = PortableLeafHasher(),
    afterStep: (TrainingProgress) -> Void = { _ in },
    afterCheckpoint: (ModelState) throws(TrainingError) -> Void = { _ in }
  ) throws -> [TraceRecord] {
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1), hasher: hasher)
    var training = TrainingRun(
      run, engine: engine, hasher: hasher, retention: RetentionPlan(spec: spec, stride: 2),
      clock: { 0 })
    return try training.train(afterStep: afterStep, afterCheckpoint: afterCheckpoint)
  }

  @Test func stepsGoOnWhileAStateIsHashed() throws {
    try Samples.withFolder { folder in
      let plain = try train(create(folder + "/plain"))
      let hasher = PatientHasher(spec)
      let records = try train(
        create(folder + "/run"), hasher: hasher, afterStep: { hasher.didRun(step: $0.step) })
      #expect(hasher.isOvertaken)
      #expect(records == plain)
    }
  }

  /// Each state that is handed out stays as it was, though the copy's memory is used again.
  @Test func statesThatAreKeptDoNotChange() throws {
    try Samples.withFolder { folder in
      var states: [ModelState] = []
      let run = try create(folder + "/run")
      let records = try train(
        run, afterCheckpoint: { (state) throws(TrainingError) in states.append(state) })
      #expect(states.map(\.step) == [0, 8, 16, 24, 30])
      for state in states {
        let record = try #require(spec.record(atStep: state.step))
        #expect(state.commitment(PortableLeafHasher()).root == records[record].stateRoot)
        #expect(try run.checkpoint(step: state.step) == state)
      }
    }
  }

  @Test func aDiskThatFailsStopsTheRunWhichCanGoOnLater() throws {
    try Samples.withFolder { folder in
      let whole = try train(create(folder + "/whole"))
      let run = try create(folder + "/run")
      let checkpoints = folder + "/run/checkpoints"
      var steps: UInt64 = 0
      let error = #expect(throws: TrainingError.self) {
        try train(
          run,
          afterStep: { progress in
            steps = progress.step
            // A file stands where the folder was: nothing can be stored any more.
            guard steps == 14 else { return }
            try? FileAccess.move(checkpoints, to: folder + "/moved")
            try? FileAccess.write([0], to: checkpoints)
          })
      }
      guard case .file? = error else {
        Issue.record("\(error.map { "\($0)" } ?? "")")
        return
      }
      // The state after step 16 could not be stored; its record and those before it are there.
      #expect(steps < 28, "the run went on to step \(steps)")
      #expect(try run.records() == Array(whole.prefix(5)))
      FileAccess.remove(checkpoints)
      try FileAccess.move(folder + "/moved", to: checkpoints)
      #expect(try train(run) == whole)
    }
  }
}
