internal import AssayDatasets
internal import AssaySpecification

/// Examples to evaluate on, which are not trained on.
struct TestDataOptions: OptionGroup {
  @Option("file", help: "Examples to evaluate on: an IDX, NPY or CSV file.")
  var testData: String?
  @Option("file", help: "Labels or values of the examples to evaluate on.")
  var testTargets: String?
  @Option("file", help: "A text to evaluate on; what follows the trained part if left out.")
  var testText: String?

  /// How many examples of a generated task are evaluated on.
  private static let generatedCount = 2000

  /// Whether files were named.
  var isNamed: Bool { testData != nil || testText != nil }

  /// The test set: the files named; or, of a text, the rows that follow the trained ones; or, of a
  /// generated task, those that the spec measures, or examples that follow the trained ones. Nil
  /// where there is none.
  ///
  /// - Parameter texts: the text that was trained on.
  func dataset(for spec: Spec, texts: TextOptions) throws -> Dataset? {
    if !isNamed, let committed = spec.testData, let task = committed.generated {
      return try Dataset.load(.generated(task, count: committed.exampleCount))
    }
    return try dataset(for: spec.data, texts: texts)
  }

  /// The test set that the spec measures the last state on; nil where it measures nothing.
  ///
  /// Whoever claims or audits checks the root.
  func committed(for spec: Spec, texts: TextOptions) throws -> Dataset? {
    guard spec.quality != nil else { return nil }
    guard let dataset = try dataset(for: spec, texts: texts) else {
      throw UsageError(
        "The spec measures its last state on a test set; say where that is.",
        hint: "Name it with --test-data and --test-targets, with --text, or with --test-text.")
    }
    return dataset
  }

  /// The test set, as above, for a spec with these data that is still to be written.
  func dataset(for description: DataDescription, texts: TextOptions) throws -> Dataset? {
    let source = try DataOptions.source(
      data: testData, targets: testTargets, columns: nil, option: "--test-data")
    if let testText {
      guard source == nil else {
        throw UsageError(
          "Both --test-text and --test-data were named.", hint: "Name one of them.")
      }
      let layout = TextLayout(
        context: try TextOptions.context(of: description), vocabularyPath: texts.vocabulary)
      return try Dataset.load(
        .text(path: testText, layout: layout), target: description.target)
    }
    if let source { return try Dataset.load(source, target: description.target) }
    if let following = try texts.followingSource(description) {
      do throws(DatasetError) {
        return try Dataset.load(following, target: description.target)
      } catch .tooFewTokens {
        return nil
      }
    }
    guard let task = description.generated else { return nil }
    return try Dataset.load(
      .generated(Self.generated(after: task, description), count: Self.generatedCount))
  }

  /// The examples of a generated task that follow the trained ones.
  static func generated(
    after task: DataDescription.GeneratedTask, _ description: DataDescription
  ) -> DataDescription.GeneratedTask {
    DataDescription.GeneratedTask(
      task: task.task, seed: task.seed, first: task.first + UInt64(description.exampleCount))
  }
}
