public import AssayCryptography
internal import AssayWire

/// What is measured of a state, and on which examples: the `quality` of a spec.
///
/// The examples are a test set, committed to as the training data are and of their kind: element
/// type, shape, target and scale are those of `data`. `Quality` defines the result to the bit.
public struct QualityMeasure: Hashable, Sendable {
  /// What is measured.
  public enum Metric: String, Hashable, Sendable, CaseIterable {
    /// How many targets have the largest output.
    case accuracy
    /// The mean of the model's loss.
    case loss
  }

  public let metric: Metric
  /// Merkle root over the test set's examples.
  public let root: Digest
  public let exampleCount: Int
  /// Consecutive examples whose mean loss is taken at once; the last batch may be smaller.
  public let batchSize: Int
  /// Where the examples come from when they are generated; nil for files.
  public let generated: DataDescription.GeneratedTask?

  /// Measures `metric` on a test set.
  public init(
    metric: Metric, root: Digest, exampleCount: Int, batchSize: Int,
    generated: DataDescription.GeneratedTask? = nil
  ) {
    self.metric = metric
    self.root = root
    self.exampleCount = exampleCount
    self.batchSize = batchSize
    self.generated = generated
  }
}

extension QualityMeasure {
  /// Reads the `quality` object of a spec with these data.
  init(_ object: consuming JSONFields, data: DataDescription) throws(WireError) {
    var fields = object
    let name = try fields.string("metric")
    guard let metric = Metric(rawValue: name) else {
      throw fields.failure("metric", "expected \"accuracy\" or \"loss\", found \"\(name)\"")
    }
    if metric == .accuracy, case .values = data.target {
      throw fields.failure("metric", "values have no accuracy; measure \"loss\"")
    }
    self.metric = metric
    root = try fields.digest("root")
    exampleCount = try fields.integer("examples", in: 1...DataDescription.exampleCountLimit)
    batchSize = try fields.integer("batch", in: 1...exampleCount)
    generated =
      fields.contains("generated")
      ? try DataDescription.GeneratedTask(fields.fields("generated")) : nil
    try fields.finish()
    guard exampleCount <= Int(Quality.rowLimit) / data.targetsPerExample else {
      throw fields.failure("examples", "the test set would have more than 2^53 targets")
    }
  }

  /// The `quality` object of a spec.
  var json: JSONValue {
    var members = [
      JSONMember(name: "metric", value: .string(metric.rawValue)),
      JSONMember(name: "root", value: .string(root.hex)),
      JSONMember(name: "examples", value: .integer(exampleCount)),
      JSONMember(name: "batch", value: .integer(batchSize)),
    ]
    if let generated { members.append(JSONMember(name: "generated", value: generated.json)) }
    return .object(members)
  }
}

extension DataDescription {
  /// Labels of one example: one, or the tokens that are to be predicted.
  var targetsPerExample: Int {
    if case .nextToken = target { exampleShape.elementCount - 1 } else { 1 }
  }
}

extension Spec {
  /// The test set, described as training data are; nil where nothing is measured.
  public var testData: DataDescription? {
    quality.map { quality in
      DataDescription(
        root: quality.root, exampleCount: quality.exampleCount, elementType: data.elementType,
        exampleShape: data.exampleShape, target: data.target, scale: data.scale,
        generated: quality.generated)
    }
  }

  /// Checks that the model can be measured: its batches have a size, and for the accuracy each
  /// target an output for every class.
  func checkQuality() throws(SpecificationError) {
    guard let quality else { return }
    let types = try model.types(batch: quality.batchSize, data: data)
    try Self.checkSize(types)
    guard quality.metric == .accuracy else { return }
    let rows = types[model.prediction].map { $0.shape.elementCount / data.outputCount }
    guard rows == types[ModelGraph.targets]?.shape.elementCount else {
      throw .value(
        path: "quality.metric",
        reason: "the prediction does not have one row for each target; measure \"loss\"")
    }
  }
}
