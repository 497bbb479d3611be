internal import AssayDatasets
internal import AssaySpecification
internal import AssayTraining

/// Other work than was agreed.
extension CheatingProvider {
  func training(
    _ cheat: Cheat, learningRateFactor factor: Float
  ) throws(TrainingError) -> Submission {
    let engine = try makeEngine()
    engine.scalarsOverride = { [spec] step in
      var scalars = spec.scalars(step: step)
      scalars.learningRate *= factor
      return scalars
    }
    return try trainingThroughout(cheat, engine)
  }

  func trainingOnInvertedExamples() throws(TrainingError) -> Submission {
    var contents = dataset.contents
    if case .nextToken(let vocabulary) = dataset.targets {
      for place in stride(from: 0, to: contents.count, by: dataset.elementType.byteCount) {
        write(token: vocabulary - 1 - token(at: place, in: contents), at: place, to: &contents)
      }
    } else if dataset.elementType == .uint8 {
      for place in contents.indices { contents[place] = ~contents[place] }
    } else {
      // The sign is the highest bit of a float's last byte.
      for place in stride(from: 3, to: contents.count, by: 4) { contents[place] ^= 0x80 }
    }
    return try trainingThroughout(
      .otherData, try makeEngine(try changed(contents: contents, targets: dataset.targets)))
  }

  /// The token whose bytes begin at `place`.
  private func token(at place: Int, in contents: [UInt8]) -> Int {
    contents[place..<place + dataset.elementType.byteCount].reversed()
      .reduce(0) { $0 << 8 | Int($1) }
  }

  private func write(token: Int, at place: Int, to contents: inout [UInt8]) {
    for index in 0..<dataset.elementType.byteCount {
      contents[place + index] = UInt8(truncatingIfNeeded: token >> (8 * index))
    }
  }

  func trainingInOrder() throws(TrainingError) -> Submission {
    let engine = try makeEngine()
    let size = UInt64(spec.batchSize)
    let count = UInt64(spec.data.exampleCount)
    engine.batchOverride = { step in
      (0..<size).map { Int(((step &- 1) &* size &+ $0) % count) }
    }
    return try trainingThroughout(.sequentialOrder, engine)
  }

  private func trainingThroughout(
    _ cheat: Cheat, _ engine: StepEngine
  ) throws(TrainingError) -> Submission {
    var course = course(honestRecords: 1, engine)
    try course.finish()
    return try submission(cheat, course, falseIntervals: Array(0..<intervalCount))
  }

  func flippingLabel() throws(TrainingError) -> Submission {
    // An example that is used in the middle of the run, so that something precedes it.
    let order = spec.batchOrder
    let example = order.batch(step: spec.steps(ofInterval: middle - 1).lowerBound)[0]
    let falseIntervals = (0..<intervalCount).filter { interval in
      spec.steps(ofInterval: interval).contains { order.batch(step: $0).contains(example) }
    }
    let engine = try makeEngine(try dataWithTargetChanged(at: example))
    var course = course(honestRecords: (falseIntervals.first ?? 0) + 1, engine)
    try course.finish()
    return try submission(.flippedLabel, course, falseIntervals: falseIntervals)
  }

  /// The data with another target for one example: the next class, another value, or another
  /// last token.
  private func dataWithTargetChanged(at example: Int) throws(TrainingError) -> Dataset {
    var contents = dataset.contents
    var targets = dataset.targets
    switch dataset.targets {
    case .labels(var labels, let classes):
      labels[example] = (labels[example] + 1) % Int32(classes)
      targets = .labels(labels, classes: classes)
    case .values(var values, let perExample):
      values[example * perExample] += 1
      targets = .values(values, perExample: perExample)
    case .nextToken(let vocabulary):
      let place = (example + 1) * dataset.exampleByteCount - dataset.elementType.byteCount
      let next = (token(at: place, in: contents) + 1) % vocabulary
      write(token: next, at: place, to: &contents)
    }
    return try changed(contents: contents, targets: targets)
  }

  private func changed(
    contents: [UInt8], targets: Dataset.Targets
  ) throws(TrainingError) -> Dataset {
    do throws(DatasetError) {
      return try Dataset(
        elementType: dataset.elementType, exampleShape: dataset.exampleShape, contents: contents,
        targets: targets)
    } catch {
      throw .dataset(error)
    }
  }

  func alteringWeight() throws(TrainingError) -> Submission {
    var course = course(honestRecords: middle + 1, try makeEngine())
    course.replaceLast(with: altered(honest.states[middle]))
    try course.finish()
    return try submission(.alteredWeight, course, falseIntervals: [middle - 1])
  }

  /// The state with one element changed: the first of its last tensor, in the middle of its
  /// significand.
  func altered(_ state: ModelState) -> ModelState {
    let tensor = state.layout.tensors.count - 1
    var bytes = state.contents[tensor]
    bytes[1] ^= 0x40
    return state.replacing(tensor: tensor, with: bytes)
  }
}
