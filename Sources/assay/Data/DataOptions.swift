internal import AssayDatasets
internal import AssaySpecification

/// Where the examples are.
struct DataOptions: OptionGroup {
  @Option("file", help: "Examples: an IDX or NPY file, or a CSV file; each may be gzipped.")
  var data: String?
  @Option("file", help: "Labels or values for an IDX or NPY file of examples.")
  var targets: String?
  @Option("names", help: "Target columns of a CSV file, by name, separated by commas.")
  var columns: String?

  /// The files that were named, or nil when none was.
  func source() throws -> DataSource? {
    try Self.source(data: data, targets: targets, columns: columns, option: "--data")
  }

  /// The examples that `description` asks for: from the files named, or generated.
  ///
  /// Only sizes and types are checked here; whoever trains or audits checks the root.
  func dataset(for description: DataDescription) throws -> Dataset {
    if let source = try source() { return try Dataset.load(source, target: description.target) }
    guard let task = description.generated else {
      throw UsageError(
        "The spec's data are files; say where they are with --data.",
        hint: "For example: --data images.idx.gz --targets labels.idx.gz")
    }
    return try Dataset.load(.generated(task, count: description.exampleCount))
  }

  static func source(
    data: String?, targets: String?, columns: String?, option: String
  ) throws -> DataSource? {
    guard let data else {
      guard targets == nil, columns == nil else {
        throw UsageError("Targets were named, but no examples.", hint: "Add \(option) FILE.")
      }
      return nil
    }
    if data.hasSuffix(".csv") || data.hasSuffix(".csv.gz") {
      guard targets == nil else {
        throw UsageError("A CSV file holds its own targets.", hint: "Leave out the targets file.")
      }
      let names = columns?.split(separator: ",").map(String.init)
      return .table(
        path: data, layout: TableLayout(targets: names.map { .named($0) } ?? .last))
    }
    guard let targets else {
      throw UsageError(
        "'\(data)' needs a file of labels or values beside it.",
        hint: "Add \(option == "--data" ? "--targets" : "\(option)-targets") FILE.")
    }
    return .arrays(examples: data, targets: targets)
  }
}

/// Examples to evaluate on, which are not trained on.
struct TestDataOptions: OptionGroup {
  @Option("file", help: "Examples to evaluate on: an IDX, NPY or CSV file.")
  var testData: String?
  @Option("file", help: "Labels or values of the examples to evaluate on.")
  var testTargets: String?

  /// How many examples of a generated task are evaluated on.
  private static let generatedCount = 2000

  /// The test set: the files named or, for a generated task, examples that follow the trained ones.
  func dataset(for description: DataDescription) throws -> Dataset? {
    let source = try DataOptions.source(
      data: testData, targets: testTargets, columns: nil, option: "--test-data")
    if let source { return try Dataset.load(source, target: description.target) }
    guard let task = description.generated else { return nil }
    return try Dataset.load(
      .generated(
        DataDescription.GeneratedTask(
          task: task.task, seed: task.seed, first: task.first + UInt64(description.exampleCount)),
        count: Self.generatedCount))
  }
}
