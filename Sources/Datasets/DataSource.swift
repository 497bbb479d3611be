public import AssaySpecification

/// Where a data set's bytes are.
public enum DataSource: Hashable, Sendable {
  /// Two array files, each IDX or NPY, possibly gzipped: the examples, and their labels or values.
  case arrays(examples: String, targets: String)
  /// A CSV file, possibly gzipped, with one example in each record.
  case table(path: String, layout: TableLayout)
  /// A text file, possibly gzipped, whose rows of tokens are the examples.
  case text(path: String, layout: TextLayout)
  /// `count` examples of a task that is generated.
  case generated(DataDescription.GeneratedTask, count: Int)
}

extension Dataset {
  /// Reads or generates a data set.
  ///
  /// - Parameter target: what is to be predicted. Where nil, whole-number targets, one for each
  ///   example, are labels of as many classes as the largest one asks for (at least two), and all
  ///   other targets are values.
  /// - Throws: `DatasetError`, saying what was wrong, what was expected and what to do.
  public static func load(
    _ source: DataSource, target: DataDescription.Target? = nil
  ) throws(DatasetError) -> Dataset {
    let dataset =
      switch source {
      case .arrays(let examples, let targets):
        try Dataset(
          examples: NumericArray(FileContents(path: examples)),
          targets: NumericArray(FileContents(path: targets)), target: target)
      case .table(let path, let layout):
        try Dataset(table: FileContents(path: path), layout: layout, target: target)
      case .text(let path, let layout):
        try Dataset(text: FileContents(path: path), layout: layout)
      case .generated(let task, let count):
        try GlyphTask.dataset(task, count: count)
      }
    if let target, dataset.target != target {
      throw .mismatch(property: "target", expected: "\(target)", found: "\(dataset.target)")
    }
    return dataset
  }

  /// Joins an array of examples with an array of targets.
  init(
    examples: NumericArray, targets: NumericArray, target: DataDescription.Target?
  ) throws(DatasetError) {
    for array in [examples, targets] where array.layout.dimensions.isEmpty {
      throw .unsupported(
        file: array.file, found: "a single number without dimensions",
        supported: "an array whose first dimension counts the examples")
    }
    guard examples.count == targets.count else {
      throw .countMismatch(examples: examples.count, targets: targets.count)
    }
    let dimensions = Array(examples.layout.dimensions.dropFirst())
    let shape: Shape
    do throws(SpecificationError) {
      shape = try Shape(dimensions.isEmpty ? [1] : dimensions)
    } catch {
      throw .header(file: examples.file, reason: "\(error)")
    }
    let converted = try Self.targets(targets, as: target)
    let features = try examples.features()
    try self.init(
      elementType: features.type, exampleShape: shape, contents: features.bytes,
      targets: converted)
  }

  private static func targets(
    _ array: NumericArray, as target: DataDescription.Target?
  ) throws(DatasetError) -> Targets {
    let perExample = array.numbersPerExample
    switch target {
    case .label(let classes):
      guard array.isInteger, perExample == 1 else {
        throw .unsupported(
          file: array.file, found: "\(perExample) number(s) for each example, or not whole ones",
          supported: "one whole-number label for each example")
      }
      return .labels(try labels(array, classes: classes), classes: classes)
    case .values:
      return .values(try array.floats(), perExample: perExample)
    case .nextToken:
      throw .unsupported(
        file: array.file, found: "an array of targets for text", supported: "a text file alone")
    case nil where array.isInteger && perExample == 1:
      let labels = try labels(array, classes: DataDescription.classLimit)
      return .labels(labels, classes: classCount(of: labels))
    case nil:
      return .values(try array.floats(), perExample: perExample)
    }
  }

  private static func labels(
    _ array: NumericArray, classes: Int
  ) throws(DatasetError) -> [Int32] {
    var labels: [Int32] = []
    labels.reserveCapacity(array.count)
    for index in 0..<array.count {
      guard let label = array.integer(index), label >= 0, label < Int64(classes) else {
        let found = array.integer(index).map { "\($0)" } ?? "beyond 64 bits"
        throw .labelOutOfRange(example: index, label: found, classes: classes)
      }
      labels.append(Int32(truncatingIfNeeded: label))
    }
    return labels
  }

  /// The fewest classes, at least two, that hold every label.
  static func classCount(of labels: [Int32]) -> Int {
    max(2, Int(labels.max() ?? 0) + 1)
  }
}
