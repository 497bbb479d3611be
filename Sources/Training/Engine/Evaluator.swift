public import AssayDatasets
public import AssaySpecification
public import AssayTensors

/// How well a state does on a data set.
public struct Evaluation: Hashable, Sendable {
  /// Mean loss over the examples; of tokens, over the positions of all rows. What the spec's loss
  /// ignores does not count.
  public let loss: Double
  /// Share of examples whose largest output is their label, or of positions whose largest output
  /// is the next token; nil where targets are values, or the prediction does not have one row for
  /// each of them.
  public let accuracy: Double?
  public let exampleCount: Int

  /// An evaluation with these figures.
  public init(loss: Double, accuracy: Double?, exampleCount: Int) {
    self.loss = loss
    self.accuracy = accuracy
    self.exampleCount = exampleCount
  }
}

/// Evaluates states of one spec on one data set, which need not be the one trained on.
public final class Evaluator {
  private let dataset: Dataset
  private let full: StateEvaluation
  private let rest: StateEvaluation?
  /// Rows with this label count neither for the loss nor for the accuracy.
  private let ignoredLabel: Int32?
  private var batch: BatchBuffers

  /// Examples in a batch: fewer of text, whose every position has an output for each token.
  private static func batchSize(_ data: DataDescription) -> Int {
    if case .nextToken = data.target { return 32 }
    return 500
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
    self.dataset = dataset
    ignoredLabel = spec.model.ignoredLabel
    let size = min(Self.batchSize(spec.data), dataset.exampleCount)
    full = try StateEvaluation(spec, backend, batch: size, weights: weights)
    let remainder = dataset.exampleCount % size
    rest =
      remainder == 0
      ? nil : try StateEvaluation(spec, backend, batch: remainder, weights: weights)
    batch = BatchBuffers(dataset, spec)
  }

  /// The loss and accuracy of `state` over every example.
  public func evaluate(_ state: ModelState) throws(TrainingError) -> Evaluation {
    do throws(BackendError) {
      var loss = 0.0
      var correct = 0
      var rows = 0
      var weight = 0
      let hasAccuracy = [full, rest].compactMap { $0 }.allSatisfy(\.predictsEachLabel)
      for part in [full, rest].compactMap({ $0 }) {
        try part.load(state)
        let size = part.program.batchSize
        let first = size == full.program.batchSize ? 0 : dataset.exampleCount - size
        var start = first
        while start + size <= dataset.exampleCount {
          try batch.load(
            Array(start..<start + size), at: nil, into: part.executor, part.program)
          let counted = batch.rowLabels.count { $0 != ignoredLabel }
          try part.executor.run(StepScalars(learningRate: 0, countedRows: counted))
          // Without rows that are ignored, each example weighs the same.
          let share = ignoredLabel == nil ? size : counted
          loss += Double(part.executor.scalar(part.program.loss)) * Double(share)
          if hasAccuracy { correct += correctCount(part) }
          rows += counted
          weight += share
          start += size
        }
      }
      let accuracy: Double? = hasAccuracy ? Double(correct) / Double(max(1, rows)) : nil
      return Evaluation(
        loss: loss / Double(max(1, weight)), accuracy: accuracy,
        exampleCount: dataset.exampleCount)
    } catch {
      throw .backend(error)
    }
  }

  /// How many of the prediction's rows have their largest output (the first of equals) at the
  /// label.
  private func correctCount(_ evaluation: StateEvaluation) -> Int {
    guard let columns = evaluation.outputCount else { return 0 }
    let labels = batch.rowLabels
    return evaluation.executor.withContents(of: evaluation.program.prediction) { contents in
      var correct = 0
      for (row, label) in labels.enumerated() where label != ignoredLabel {
        if contents.largest(inRow: row, columns: columns) == Int(label) { correct += 1 }
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
