internal import AssayCryptography
internal import AssayMerkle
internal import AssaySpecification
internal import AssayTraining

/// Less work than was agreed.
extension CheatingProvider {
  func skippingIntervals() throws(TrainingError) -> Submission {
    let skipped = (0..<intervalCount).filter { $0 % 5 == min(2, intervalCount - 1) }
    var course = course(honestRecords: (skipped.first ?? 0) + 1, try makeEngine())
    while !course.isComplete {
      if skipped.contains(course.nextInterval) { course.skip() } else { try course.train() }
    }
    return try submission(.skippedIntervals, course, falseIntervals: skipped)
  }

  func stoppingEarly() throws(TrainingError) -> Submission {
    let done = intervalCount / 2
    var course = course(honestRecords: done + 1, try makeEngine())
    while !course.isComplete { course.skip() }
    return try submission(.fewerSteps, course, falseIntervals: Array(done..<intervalCount))
  }

  func interpolating() throws(TrainingError) -> Submission {
    let first = honest.states[0]
    let last = honest.states[intervalCount]
    let states = (0...intervalCount).map { index in
      let contents = first.layout.tensors.indices.map { tensor in
        interpolated(tensor, from: first, to: last, at: index)
      }
      return ModelState(
        step: spec.step(ofRecord: index), layout: first.layout, contents: contents)
    }
    let run = try MemoryRun(
      spec: spec, provider: key.verifyingKey, traceSecret: traceSecret, states: states,
      meanLosses: honest.records.map(\.meanLoss), hasher: hasher, evaluator: evaluator)
    return Submission(
      cheat: .interpolation, envelope: run.claim(job: job, terms: terms).signed(by: key), run: run,
      falseIntervals: Array(0..<intervalCount))
  }

  /// A tensor of the state that lies `index` intervals along the line.
  private func interpolated(
    _ tensor: Int, from first: ModelState, to last: ModelState, at index: Int
  ) -> [UInt8] {
    let type = first.layout.tensors[tensor].elementType
    guard type == .float32 else {
      let values = zip(first.integers(ofTensor: tensor), last.integers(ofTensor: tensor))
      return ModelState.littleEndianBytes(
        values.map {
          index == intervalCount ? $1 : $0 + ($1 - $0) / Int64(intervalCount) * Int64(index)
        }, as: type)
    }
    let part = Float(index) / Float(intervalCount)
    return ModelState.littleEndianBytes(
      zip(first.floats(ofTensor: tensor), last.floats(ofTensor: tensor)).map { start, end in
        part == 1 ? end : start + part * (end - start)
      })
  }
}
