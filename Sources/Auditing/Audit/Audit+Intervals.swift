internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining

/// A drawn interval as the bundle opens it: consistent with the trace, and not yet executed.
struct OpenedInterval {
  let index: Int
  let drawSeed: Digest
  let steps: ClosedRange<UInt64>
  let start: ModelState
  let startCommitment: StateCommitment
  /// The claimed end.
  let end: StateCommitment
  /// The record that closes the interval.
  let record: TraceRecord
}

/// The execution of the drawn intervals.
extension Audit {
  /// Each of these drawn intervals, executed again from its claimed start, ends in its claimed end.
  func checkIntervals(
    _ chosen: Set<Int>, _ trace: OpenedTrace, _ reader: BundleReader, _ inputs: AuditInputs,
    _ progress: AuditProgress
  ) throws(AuditEnd) {
    let engine = try makeEngine(inputs, backend)
    for (position, index) in reader.layout.intervals.enumerated() where chosen.contains(index) {
      let began = clock()
      let interval = try openInterval(index, at: position, trace, reader, inputs)
      let found = try execute(interval, engine)
      if found.record != interval.record {
        try confirm(interval, found, inputs)
        throw rejection(interval, found, engine)
      }
      progress.reproduce(
        index, seconds: clock() - began, work: found.work, of: chosen.count)
    }
  }

  /// What an interval's execution gave.
  struct Execution {
    let end: StateCommitment
    let record: TraceRecord
    /// What no trace holds of it.
    let work: Digest
  }

  private func makeEngine(
    _ inputs: AuditInputs, _ backend: any Backend
  ) throws(AuditEnd) -> StepEngine {
    guard let dataset = inputs.dataset else {
      preconditionFailure("the data were checked before anything is executed")
    }
    do throws(TrainingError) {
      return try StepEngine(
        spec: spec, dataset: dataset, backend: backend, hasher: hasher,
        weights: inputs.weights, checkingData: false)
    } catch {
      throw .inconclusive(.unsupported, "the verifier cannot execute this spec: \(error)")
    }
  }

  /// Runs the interval's steps from its claimed start.
  func execute(
    _ interval: OpenedInterval, _ engine: StepEngine
  ) throws(AuditEnd) -> Execution {
    do throws(TrainingError) {
      try engine.load(interval.start)
      var work = WorkValue(drawSeed: interval.drawSeed, interval: interval.index)
      let meanLoss = try engine.run(steps: interval.steps) { step, loss throws(TrainingError) in
        try work.add(step: step, loss: loss, in: engine)
      }
      let end = try engine.commitment(step: interval.record.step)
      return Execution(
        end: end,
        record: TraceRecord(
          index: interval.record.index, step: interval.record.step, stateRoot: end.root,
          meanLoss: meanLoss, salt: interval.record.salt),
        work: work.finish())
    } catch {
      throw .inconclusive(
        .unsupported, "the verifier could not execute interval \(interval.index): \(error)")
    }
  }

  /// The interval's start and end, which have the roots that the trace states.
  private func openInterval(
    _ index: Int, at position: Int, _ trace: OpenedTrace, _ reader: BundleReader,
    _ inputs: AuditInputs
  ) throws(AuditEnd) -> OpenedInterval {
    let file: [UInt8]?
    let roots: [Digest]
    do throws(BundleError) {
      file = try reader.startState(at: position)
      roots = try reader.endContentsRoots(at: position)
    } catch {
      throw end(error, interval: index)
    }
    let layout = reader.layout.stateLayout
    let step = reader.layout.segment.step(ofRecord: index)
    let start: ModelState
    if let file {
      do throws(TrainingError) {
        start = try ModelState(safetensors: file, step: step, layout: layout)
      } catch {
        throw .rejected(
          Rejection(fault: .wrongOpening, interval: index),
          "the start of interval \(index) is not the file of a state: \(error)")
      }
    } else if let initial = inputs.initial {
      start = initial
    } else {
      preconditionFailure("a segment that starts later sends every start")
    }
    let commitment = start.commitment(hasher)
    guard let before = trace.records[index], let after = trace.records[index + 1] else {
      throw .rejected(
        Rejection(fault: .withheldOpening, interval: index),
        "the records of interval \(index) are not opened")
    }
    guard commitment.root == before.stateRoot else {
      throw .rejected(
        Rejection(
          fault: .wrongOpening, interval: index, claimedRoot: before.stateRoot,
          computedRoot: commitment.root),
        "the state sent as the start of interval \(index), after step \(step), is not the one "
          + "that was committed to")
    }
    let end = StateCommitment(step: after.step, layout: layout, contentsRoots: roots)
    guard end.root == after.stateRoot else {
      throw .rejected(
        Rejection(
          fault: .wrongOpening, interval: index, claimedRoot: after.stateRoot,
          computedRoot: end.root),
        "the tensors' hashes sent for the end of interval \(index) are not those of the "
          + "committed state")
    }
    return OpenedInterval(
      index: index, drawSeed: reader.drawSeed,
      steps: reader.layout.segment.steps(ofInterval: index), start: start,
      startCommitment: commitment, end: end, record: after)
  }

  /// Executes a failed interval once more by other code, before it is called wrong.
  private func confirm(
    _ interval: OpenedInterval, _ found: Execution, _ inputs: AuditInputs
  ) throws(AuditEnd) {
    guard let referee else { return }
    let again = try execute(interval, try makeEngine(inputs, referee))
    guard again.record != found.record else { return }
    let divergence = settle(interval, referee, inputs)
    throw .inconclusive(
      .deviceDisagreement,
      "interval \(interval.index) gives other bits on '\(backend.name)' than on "
        + "'\(referee.name)': "
        + (divergence.map { "\($0)" } ?? "one of them is wrong, and not every time"), divergence)
  }

  /// Executes an interval once more, instruction by instruction on both back ends, and finds where
  /// they part and which of them is wrong.
  private func settle(
    _ interval: OpenedInterval, _ referee: any Backend, _ inputs: AuditInputs
  ) -> Divergence? {
    guard let both = try? ComparingBackend(backend, referee),
      let engine = try? makeEngine(inputs, both), (try? execute(interval, engine)) != nil
    else { return nil }
    return both.divergence
  }

  /// The rejection that a failed interval makes, naming the first tensor that differs.
  private func rejection(
    _ interval: OpenedInterval, _ found: Execution, _ engine: StepEngine
  ) -> AuditEnd {
    let steps = interval.steps
    let name = "interval \(interval.index) (steps \(steps.lowerBound) to \(steps.upperBound))"
    guard let tensor = interval.end.firstDifference(from: found.end) else {
      if interval.end.root != found.end.root {
        return .rejected(
          Rejection(
            fault: .wrongComputation, interval: interval.index, claimedRoot: interval.end.root,
            computedRoot: found.end.root),
          "\(name), executed again, ends in the claimed tensors, but what is committed to beside "
            + "them for proofs is another state")
      }
      // The states agree, so the loss does not: the record as a whole is what differs.
      return .rejected(
        Rejection(
          fault: .wrongComputation, interval: interval.index,
          claimedRoot: interval.record.leafHash, computedRoot: found.record.leafHash),
        "\(name), executed again, ends in the claimed state, but its mean loss is "
          + "\(found.record.meanLoss), not \(interval.record.meanLoss) as its record states")
    }
    return .rejected(
      Rejection(
        fault: .wrongComputation, interval: interval.index, tensor: tensor,
        claimedRoot: interval.end.root, computedRoot: found.end.root),
      "\(name), executed again from its claimed start, ends in another state than was claimed; "
        + "the first tensor that differs is '\(tensor)'",
      conjecture: Diagnosis(spec: spec).conjecture(interval, found, engine))
  }
}
