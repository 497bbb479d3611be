public import AssayWire

/// A multilayer perceptron as the `model` object of a spec.
public struct MultilayerPerceptron: Hashable, Sendable {
  /// The function between layers.
  public enum Activation: String, CaseIterable, Sendable {
    case relu, tanh, gelu
  }

  /// Widths of the hidden layers, first to last; none makes a linear model.
  public let hidden: [Int]
  public let activation: Activation

  /// A perceptron with these hidden layers.
  public init(hidden: [Int], activation: Activation) {
    self.hidden = hidden
    self.activation = activation
  }

  /// The graph for data of this description: features, flattened, through the layers to a softmax
  /// cross-entropy over classes or a mean squared error over values.
  ///
  /// Weights start uniform within ±√(6/inputs) (He et al. 2015, equation 10) before relu and gelu,
  /// ±√(3/inputs) otherwise; biases start at zero.
  public func model(for data: DataDescription) -> JSONValue {
    let (outputs, loss) =
      switch data.target {
      case .label(let classes): (classes, "softmax-cross-entropy")
      case .values(let count): (count, "mean-squared-error")
      }
    let widths = [data.exampleShape.elementCount] + hidden + [outputs]
    var parameters: [JSONValue] = []
    var nodes = [Self.node("flat", "flatten", ["features"])]
    var last = "flat"
    for layer in 1..<widths.count {
      let isOutput = layer == widths.count - 1
      let name = isOutput ? "output" : "hidden\(layer)"
      let (inputs, width) = (widths[layer - 1], widths[layer])
      let gain: Float = !isOutput && activation != .tanh ? 6 : 3
      let bound = (gain / Float(inputs)).squareRoot()
      parameters.append(
        Self.parameter(
          "\(name).weight", [width, inputs], ["kind": .string("uniform"), "bound": .float(bound)]))
      parameters.append(
        Self.parameter(
          "\(name).bias", [width], ["kind": .string("constant"), "value": .integer(0)]))
      nodes.append(Self.node("\(name).product", "linear", [last, "\(name).weight"]))
      last = isOutput ? "prediction" : "\(name).sum"
      nodes.append(Self.node(last, "bias", ["\(name).product", "\(name).bias"]))
      if !isOutput {
        nodes.append(Self.node(name, activation.rawValue, [last], attributes))
        last = name
      }
    }
    nodes.append(Self.node("loss", loss, [last, "targets"]))
    return .object(
      [
        "parameters": .array(parameters), "nodes": .array(nodes), "loss": .string("loss"),
        "prediction": .string("prediction"),
      ] as KeyValuePairs)
  }

  private var attributes: [JSONMember] {
    activation == .gelu ? [JSONMember(name: "approximate", value: .string("tanh"))] : []
  }

  private static func parameter(
    _ name: String, _ shape: [Int], _ initializer: KeyValuePairs<String, JSONValue>
  ) -> JSONValue {
    .object(
      [
        "name": .string(name), "shape": .array(shape.map { .integer($0) }),
        "init": .object(initializer),
      ] as KeyValuePairs)
  }

  private static func node(
    _ name: String, _ operation: String, _ inputs: [String], _ attributes: [JSONMember] = []
  ) -> JSONValue {
    .object(
      [
        JSONMember(name: "name", value: .string(name)),
        JSONMember(name: "op", value: .string(operation)),
        JSONMember(name: "inputs", value: .array(inputs.map { .string($0) })),
      ] + attributes)
  }
}
