import AssayDatasets
import AssaySpecification
import AssayWire

@testable import AssayTraining

/// Small models of text for tests.
enum TextSamples {
  /// A table of outputs, one row for each token that is read: the simplest model of text.
  static func bigram(_ vocabulary: Int) throws -> JSONValue {
    try JSONValue.parse(
      Array(
        """
        {"parameters": [{"name": "table", "shape": [\(vocabulary), \(vocabulary)],
        "init": {"kind": "normal", "deviation": 1}}],
        "nodes": [{"name": "prediction", "op": "embedding", "inputs": ["features", "table"]},
        {"name": "loss", "op": "softmax-cross-entropy", "inputs": ["prediction", "targets"]}],
        "loss": "loss", "prediction": "prediction"}
        """.utf8))
  }

  /// A spec for `dataset`; the model is a bigram table unless a template is given.
  static func spec(
    _ dataset: Dataset, template: GPT? = nil, steps: UInt64 = 30, learningRate: Float = 0.05,
    update: UpdateOptions = UpdateOptions()
  ) throws -> Spec {
    guard case .nextToken(let vocabulary) = dataset.target else {
      throw WireError.field(path: "target", reason: "the data are no text")
    }
    let data = dataset.description(scale: dataset.standardScale)
    let model = try template?.model(for: data) ?? bigram(vocabulary)
    return try Spec(
      decoding: Spec.json(
        seed: 5, steps: steps, interval: steps, batchSize: 8, model: model, data: data,
        optimizer: .adam(
          beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupled: true),
        schedule: Schedule(kind: .constant, learningRate: learningRate), update: update))
  }

  /// Rows of `row` tokens below `vocabulary`: drawn, or counting up and starting over.
  static func dataset(
    rows: Int, row: Int = 6, vocabulary: Int = 7, isCounting: Bool = false
  ) throws -> Dataset {
    let generator = Philox4x32(seed: 17)
    let contents = (0..<rows * row).map { place in
      let word = generator.block(purpose: .generatedTask, step: 0, index: UInt64(place)).0
      return UInt8((isCounting ? place % row + place / row : Int(word >> 4)) % vocabulary)
    }
    return try Dataset(
      elementType: .uint8, exampleShape: Shape([row]), contents: contents,
      targets: .nextToken(vocabulary: vocabulary))
  }
}
