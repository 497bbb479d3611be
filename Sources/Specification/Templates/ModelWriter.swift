internal import AssayWire

/// Collects the parts of a `model` object while a template writes it.
struct ModelWriter {
  private(set) var parameters: [JSONValue] = []
  private var statistics: [JSONValue] = []
  private(set) var nodes: [JSONValue] = []

  /// Declares a parameter and gives back its name.
  mutating func parameter(_ name: String, _ shape: [Int], _ initializer: Initializer) -> String {
    parameters.append(Self.tensor(name, shape, initializer))
    return name
  }

  /// Declares a statistic and gives back its name.
  mutating func statistic(_ name: String, _ shape: [Int], _ initializer: Initializer) -> String {
    statistics.append(Self.tensor(name, shape, initializer))
    return name
  }

  /// Adds a node that is written already.
  mutating func add(_ node: JSONValue) { nodes.append(node) }

  /// Adds a node and gives back its name, which is its output's.
  mutating func node(
    _ name: String, _ operation: String, _ inputs: [String],
    _ attributes: KeyValuePairs<String, JSONValue> = [:]
  ) -> String {
    nodes.append(
      .object(
        [
          JSONMember(name: "name", value: .string(name)),
          JSONMember(name: "op", value: .string(operation)),
          JSONMember(name: "inputs", value: .array(inputs.map { .string($0) })),
        ] + attributes.map { JSONMember(name: $0.key, value: $0.value) }))
    return name
  }

  /// x · weightᵀ + bias, with the parameters `name`.weight and `name`.bias.
  mutating func dense(
    _ name: String, _ x: String, inputs: Int, outputs: Int, weight: Initializer,
    output: String? = nil, hasBias: Bool = true
  ) -> String {
    let weightName = parameter("\(name).weight", [outputs, inputs], weight)
    guard hasBias else { return node(output ?? name, "linear", [x, weightName]) }
    let product = node("\(name).product", "linear", [x, weightName])
    let bias = parameter("\(name).bias", [outputs], .constant(value: 0))
    return node(output ?? "\(name).sum", "bias", [product, bias])
  }

  /// The loss over `prediction` that suits the data, and the finished model.
  mutating func model(prediction: String, for data: DataDescription) -> JSONValue {
    let loss =
      switch data.target {
      case .label, .nextToken: "softmax-cross-entropy"
      case .values: "mean-squared-error"
      }
    _ = node("loss", loss, [prediction, "targets"])
    var members = [JSONMember(name: "parameters", value: .array(parameters))]
    if !statistics.isEmpty {
      members.append(JSONMember(name: "statistics", value: .array(statistics)))
    }
    return .object(
      members + [
        JSONMember(name: "nodes", value: .array(nodes)),
        JSONMember(name: "loss", value: .string("loss")),
        JSONMember(name: "prediction", value: .string(prediction)),
      ])
  }

  private static func tensor(
    _ name: String, _ shape: [Int], _ initializer: Initializer
  ) -> JSONValue {
    .object(
      [
        "name": .string(name), "shape": .array(shape.map { .integer($0) }),
        "init": initializer.json,
      ] as KeyValuePairs)
  }
}

extension Initializer {
  /// Uniform within ±√(gain / inputs): gain 6 before relu and its kin (He et al. 2015, equation
  /// 10),
  /// 3 for unit variance, 1 as PyTorch's layers start.
  static func uniform(gain: Float, inputs: Int) -> Initializer {
    .uniform(bound: (gain / Float(inputs)).squareRoot())
  }

  /// The `init` object of a parameter.
  var json: JSONValue {
    switch self {
    case .constant(let value): .object(["kind": .string("constant"), "value": .float(value)])
    case .uniform(let bound): .object(["kind": .string("uniform"), "bound": .float(bound)])
    case .normal(let deviation):
      .object(["kind": .string("normal"), "deviation": .float(deviation)])
    case .integers(let bound): .object(["kind": .string("integers"), "bound": .integer(bound)])
    case .weights(let tensor):
      .object(["kind": .string("weights"), "tensor": .string(tensor)])
    }
  }
}

extension DataDescription {
  /// Numbers that a model predicts: classes, values, or the vocabulary at each position.
  var outputCount: Int {
    switch target {
    case .label(let classes): classes
    case .values(let count): count
    case .nextToken(let vocabulary): vocabulary
    }
  }
}
