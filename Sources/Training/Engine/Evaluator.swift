public import AssayDatasets
public import AssaySpecification
public import AssayTensors

/// How well a state does on a data set.
public struct Evaluation: Hashable, Sendable {
  /// Mean loss over the examples; of tokens, over the positions of all rows. What the spec's loss
  /// ignores does not count. `Quality` says in which order it is summed.
  public let loss: Double
  /// How many targets have the largest output: labels, or next tokens at each position; nil where
  /// targets are values, or the prediction does not have one row for each of them.
  public let correctCount: Int?
  /// How many targets count: one for each example, or for each position of tokens, less those that
  /// the spec's loss ignores; 1 where none does.
  public let rowCount: Int
  public let exampleCount: Int

  /// The share of targets that have the largest output.
  public var accuracy: Double? { correctCount.map { Double($0) / Double(rowCount) } }

  /// An evaluation with these figures.
  public init(loss: Double, correctCount: Int?, rowCount: Int, exampleCount: Int) {
    self.loss = loss
    self.correctCount = correctCount
    self.rowCount = rowCount
    self.exampleCount = exampleCount
  }

  /// What a claim states, if this can be measured.
  public func quality(_ metric: QualityMeasure.Metric) -> Quality? {
    switch metric {
    case .accuracy:
      correctCount.map { .accuracy(correct: UInt64($0), rows: UInt64(rowCount)) }
    case .loss: Quality(loss: loss)
    }
  }
}

/// Evaluates states of one spec on one data set, which need not be the one trained on.
public final class Evaluator {
  private let spec: Spec
  private let dataset: Dataset
  private let backend: any Backend
  private let weights: WeightsFile?
  /// Examples of the first batches, and of the last one if that is shorter.
  private let sizes: [Int]
  /// Rows with this label count neither for the loss nor for the accuracy.
  private let ignoredLabel: Int32?
  private var batch: BatchBuffers

  /// Examples of a batch where there are `exampleCount`.
  static func batchSize(_ spec: Spec, exampleCount: Int) -> Int {
    min(spec.quality?.batchSize ?? spec.data.usualEvaluationBatch, exampleCount)
  }

  /// Prepares to evaluate on `dataset`, whose examples must have the shape and target that the
  /// spec's data have.
  public init(
    spec: Spec, dataset: Dataset, backend: any Backend, weights: WeightsFile? = nil
  ) throws(TrainingError) {
    do throws(DatasetError) {
      try dataset.checkKind(against: spec.data)
    } catch {
      throw .dataset(error)
    }
    self.spec = spec
    self.dataset = dataset
    ignoredLabel = spec.model.ignoredLabel
    self.backend = backend
    self.weights = weights
    let size = Self.batchSize(spec, exampleCount: dataset.exampleCount)
    sizes = [size, dataset.exampleCount % size].filter { $0 > 0 }
    batch = BatchBuffers(dataset, spec)
    do throws(SpecificationError) {
      for size in sizes { _ = try StepProgram.evaluation(spec, batch: size) }
    } catch {
      throw .specification(error)
    }
  }

  /// Prepares to measure what `spec` asks for on its test set; nil when it asks for nothing.
  ///
  /// - Throws: `dataset` when the test set is another one than the spec's.
  public static func measuring(
    _ spec: Spec, testSet: Dataset, backend: any Backend, weights: WeightsFile? = nil
  ) throws(TrainingError) -> Evaluator? {
    guard let description = spec.testData else { return nil }
    do throws(DatasetError) {
      try testSet.check(against: description)
    } catch {
      throw .dataset(error)
    }
    return try Evaluator(spec: spec, dataset: testSet, backend: backend, weights: weights)
  }

  /// What the spec asks for of `state`, on the data set that was given; nil when it asks for
  /// nothing.
  public func quality(of state: ModelState) throws(TrainingError) -> Quality? {
    guard let metric = spec.quality?.metric else { return nil }
    return try evaluate(state).quality(metric)
  }

  /// The loss and accuracy of `state` over every example.
  ///
  /// Memory is taken for one size of batch at a time, and given back at the end.
  public func evaluate(_ state: ModelState) throws(TrainingError) -> Evaluation {
    var totals = Totals()
    var start = 0
    for size in sizes {
      let part = try StateEvaluation(spec, backend, batch: size, weights: weights)
      do throws(BackendError) {
        try evaluate(state, part, from: &start, &totals)
      } catch {
        throw .backend(error)
      }
    }
    return Evaluation(
      loss: totals.loss / Double(max(1, totals.weight)),
      correctCount: totals.hasAccuracy ? totals.correct : nil, rowCount: max(1, totals.rows),
      exampleCount: dataset.exampleCount)
  }

  private struct Totals {
    var loss = 0.0
    /// What the loss is to be divided by.
    var weight = 0
    var correct = 0
    var rows = 0
    var hasAccuracy = true
  }

  /// Adds as many whole batches from `start` on as there are.
  private func evaluate(
    _ state: ModelState, _ part: StateEvaluation, from start: inout Int, _ totals: inout Totals
  ) throws(BackendError) {
    try part.load(state)
    let size = part.program.batchSize
    if !part.predictsEachLabel { totals.hasAccuracy = false }
    while start + size <= dataset.exampleCount {
      try batch.load(Array(start..<start + size), at: nil, into: part.executor, part.program)
      let counted = batch.rowLabels.count { $0 != ignoredLabel }
      try part.executor.run(StepScalars(learningRate: 0, countedRows: counted))
      // Without rows that are ignored, each example weighs the same.
      let share = ignoredLabel == nil ? size : counted
      totals.loss += Double(try part.executor.scalar(part.program.loss)) * Double(share)
      if totals.hasAccuracy { totals.correct += try correctCount(part) }
      totals.rows += counted
      totals.weight += share
      start += size
    }
  }

  /// How many of the prediction's rows have their largest output (the first of equals) at the
  /// label.
  private func correctCount(
    _ evaluation: StateEvaluation
  ) throws(BackendError) -> Int {
    guard let columns = evaluation.outputCount else { return 0 }
    let labels = batch.rowLabels
    let prediction = evaluation.program.prediction
    let isInteger = evaluation.program.declaration(of: prediction).elementType == .int32
    return try evaluation.executor.withContents(of: prediction) { contents in
      var correct = 0
      for (row, label) in labels.enumerated() where label != ignoredLabel {
        let largest =
          isInteger
          ? contents.largestInteger(inRow: row, columns: columns)
          : contents.largest(inRow: row, columns: columns)
        if largest == Int(label) { correct += 1 }
      }
      return correct
    }
  }
}

extension RawSpan {
  /// The float32 at place `index`.
  ///
  /// - Precondition: the span is longer than 4·`index` + 3 bytes.
  func float(_ index: Int) -> Float {
    precondition(index >= 0 && index < byteCount / 4, "no such element")
    // SAFETY: the element lies within the span, and any bits are a float.
    return Float(
      bitPattern: unsafe unsafeLoadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
  }

  /// The int32 at place `index`.
  ///
  /// - Precondition: the span is longer than 4·`index` + 3 bytes.
  func integer(_ index: Int) -> Int32 {
    precondition(index >= 0 && index < byteCount / 4, "no such element")
    // SAFETY: the element lies within the span, and any bits are an int32.
    return unsafe unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Int32.self)
  }

  /// The column of the largest int32 in a row of `columns`: the first of equals.
  func largestInteger(inRow row: Int, columns: Int) -> Int {
    var best = 0
    for column in 1..<max(1, columns)
    where integer(row * columns + column) > integer(row * columns + best) {
      best = column
    }
    return best
  }

  /// The column of the largest float32 in a row of `columns`: the first of equals; 0 where none
  /// is above −∞.
  func largest(inRow row: Int, columns: Int) -> Int {
    var best = (column: 0, value: -Float.infinity)
    for column in 0..<columns {
      let value = float(row * columns + column)
      if value > best.value { best = (column, value) }
    }
    return best.column
  }
}

extension DataDescription {
  /// How many examples are evaluated at once where nothing else asks for a number: fewer of text,
  /// whose every position has an output for each token.
  public var usualEvaluationBatch: Int {
    if case .nextToken = target { 32 } else { 500 }
  }
}
