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
  /// Weights start uniform within ±√(6/inputs) before relu and gelu, ±√(3/inputs) otherwise; biases
  /// start at zero.
  public func model(for data: DataDescription) -> JSONValue {
    var writer = ModelWriter()
    var width = data.exampleShape.elementCount
    var last = writer.node("flat", "flatten", ["features"])
    for (index, next) in hidden.enumerated() {
      let name = "hidden\(index + 1)"
      let gain: Float = activation == .tanh ? 3 : 6
      let sum = writer.dense(
        name, last, inputs: width, outputs: next, weight: .uniform(gain: gain, inputs: width))
      last =
        activation == .gelu
        ? writer.node(name, "gelu", [sum], ["approximate": .string("tanh")])
        : writer.node(name, activation.rawValue, [sum])
      width = next
    }
    let prediction = writer.dense(
      "output", last, inputs: width, outputs: data.outputCount,
      weight: .uniform(gain: 3, inputs: width), output: "prediction")
    return writer.model(prediction: prediction, for: data)
  }
}
