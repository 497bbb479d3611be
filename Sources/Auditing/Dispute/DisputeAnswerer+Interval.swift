public import AssayCryptography
internal import AssayDisputes
internal import AssaySpecification
public import AssayTraining

// The steps of an interval, as the party states them.
extension DisputeAnswerer {
  /// Runs the step after `state`, as the party does it.
  ///
  /// - Returns: the state after it, its root, and its loss.
  public func run(
    after state: ModelState
  ) throws(TrainingError) -> (state: ModelState, root: Digest, loss: Float) {
    let number = state.step + 1
    if history.differs(inStep: number) {
      let (end, loss) = try history.step(after: state)
      return (end, end.commitment(hasher).root, loss)
    }
    try engine.load(state)
    let loss = try engine.run(step: number)
    return (try engine.state(step: number), try engine.commitment(step: number).root, loss)
  }

  func course(of interval: Int) throws(AuditingError) -> IntervalCourse {
    if let course, course.interval == interval { return course }
    let start = try state(ofRecord: interval)
    let end = records[interval + 1]
    let stated = try AuditingError.onTraining { () throws(TrainingError) -> [StepRecord] in
      var found = try run(interval, from: start)
      guard found[found.count - 1].stateRoot != end.stateRoot else { return found }
      unreproducedIntervals.append(interval)
      if let state = try? states.state(ofRecord: interval + 1) {
        try stand(by: state)
        found = try run(interval, from: start)
      }
      return found
    }
    let count = stated.count - 1
    let last = StepRecord(
      step: end.step, stateRoot: end.stateRoot,
      lossSum: Self.sum(stated[count].lossSum, mean: end.meanLoss, count: count))
    let course = IntervalCourse(
      interval: interval, start: start, records: stated.dropLast() + [last])
    self.course = course
    return course
  }

  private func run(
    _ interval: Int, from start: ModelState
  ) throws(TrainingError) -> [StepRecord] {
    var records = [
      StepRecord(step: start.step, stateRoot: self.records[interval].stateRoot, lossSum: 0)
    ]
    var state = start
    var sum: Float = 0
    for _ in segment.steps(ofInterval: interval) {
      let (next, root, loss) = try run(after: state)
      state = next
      sum += loss
      let canonical = sum.isNaN ? Float(bitPattern: 0x7fc0_0000) : sum
      records.append(
        StepRecord(step: state.step, stateRoot: root, lossSum: canonical.bitPattern))
    }
    return records
  }

  /// States that the last step before `state` wrote it, whatever is computed.
  private func stand(by state: ModelState) throws(TrainingError) {
    var contents: [StepEntries.OutputID: [UInt8]] = [:]
    for (writer, bytes) in zip(history.entries.finalWriters, state.contents) {
      contents[writer] = bytes
    }
    history.statements = (state.step, contents)
  }

  /// A sum whose mean over `count` is what the trace states: the computed one if it is.
  private static func sum(_ computed: UInt32, mean: Float, count: Int) -> UInt32 {
    func fits(_ sum: Float) -> Bool {
      let found = sum / Float(count)
      return found.bitPattern == mean.bitPattern || found.isNaN && mean.isNaN
    }
    if fits(Float(bitPattern: computed)) { return computed }
    var candidate = mean * Float(count)
    for _ in 0..<4 { candidate = candidate.nextDown }
    for _ in 0..<8 where !fits(candidate) { candidate = candidate.nextUp }
    return candidate.bitPattern
  }
}
