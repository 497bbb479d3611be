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
  var texts = TextOptions()
  @Option(
    "share", in: 0...0.9,
    help: "For a new spec: the last share of a text that is not trained on; 0.1 if left out.")
  var testShare: Double?

  /// The share of a text that a new spec keeps for testing unless another one is asked for.
  static let defaultTestShare = 0.1

  /// The files that were named, as a new spec takes them, or nil when none was.
  func source() throws -> DataSource? {
    let text = try texts.newSource(testShare: testShare ?? Self.defaultTestShare)
    guard text != nil || testShare == nil else {
      throw UsageError(
        "--test-share is for texts.", hint: "Name other examples to test on with --test-data.")
    }
    let files = try fileSource(besides: text)
    return text ?? files
  }

  /// The files of examples and targets, which a text excludes.
  private func fileSource(besides text: DataSource?) throws -> DataSource? {
    let source = try Self.source(
      data: data, targets: targets, columns: columns, option: "--data")
    guard text == nil || source == nil else {
      throw UsageError("Both a text and other data were named.", hint: "Name one of them.")
    }
    return source
  }

  /// The data to audit with; nil where proofs are enough and nobody said where the data are.
  func dataset(for spec: Spec, ifProofsSuffice: Bool, secret: String?) throws -> Dataset? {
    // Without the secret nobody compares data with a root that hides them.
    let canCompare = spec.proof?.isHiding != true || secret != nil
    if ifProofsSuffice, try source() == nil, spec.data.generated == nil || !canCompare {
      return nil
    }
    return try dataset(for: spec.data)
  }

  /// The examples that `description` asks for: from the files named, or generated.
  ///
  /// Only sizes and types are checked here; whoever trains or audits checks the root.
  func dataset(for description: DataDescription) throws -> Dataset {
    guard testShare == nil else {
      throw UsageError(
        "The spec says what is trained on.", hint: "Leave out --test-share; it is for a new spec.")
    }
    let text = try texts.trainedSource(description)
    let files = try fileSource(besides: text)
    if let source = text ?? files {
      return try Dataset.load(source, target: description.target)
    }
    guard let task = description.generated else {
      if case .nextToken = description.target {
        throw UsageError(
          "The spec's data are a text; say where it is.", hint: "For example: --text corpus.txt")
      }
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
