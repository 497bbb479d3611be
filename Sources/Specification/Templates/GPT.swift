public import AssayWire

/// A decoder-only transformer with learned positions, pre-norm blocks and GELU, as GPT-2 (Radford
/// et
/// al. 2019); the output layer is the transposed token embedding.
public struct GPT: Hashable, Sendable {
  public let layers: Int
  public let width: Int
  public let heads: Int
  /// The share of activations that are dropped while training.
  public let dropout: Float

  /// A transformer; `width` must be a multiple of `heads`.
  public init(layers: Int, width: Int, heads: Int, dropout: Float = 0) {
    self.layers = layers
    self.width = width
    self.heads = heads
    self.dropout = dropout
  }

  /// The `model` object for text, or nil when the data are no tokens.
  ///
  /// Weights start normal with deviation 0.02, those that end a residual branch with
  /// 0.02 / √(2 · layers); biases at 0.
  public func model(for data: DataDescription) -> JSONValue? {
    guard case .nextToken(let vocabulary) = data.target, width % heads == 0,
      let tokens = data.exampleShape.dimensions.first
    else { return nil }
    let context = tokens - 1
    var writer = ModelWriter()
    let table = writer.parameter("tokens", [vocabulary, width], .normal(deviation: 0.02))
    let positions = writer.parameter("positions", [context, width], .normal(deviation: 0.02))
    var stream = writer.node("embedded", "embedding", ["features", table])
    stream = writer.node("placed", "position-embedding", [stream, positions])
    stream = dropped(&writer, "placed", stream)
    for layer in 1...layers {
      stream = block(&writer, "block\(layer)", stream)
    }
    let normed = norm(&writer, "final", stream)
    let prediction = writer.node("prediction", "linear", [normed, table])
    return writer.model(prediction: prediction, for: data)
  }

  private func block(_ writer: inout ModelWriter, _ name: String, _ x: String) -> String {
    let small = Initializer.normal(deviation: 0.02)
    let ending = Initializer.normal(deviation: 0.02 / Float(2 * layers).squareRoot())
    var branch = norm(&writer, "\(name).attention.norm", x)
    branch = writer.dense(
      "\(name).attention.input", branch, inputs: width, outputs: 3 * width, weight: small)
    branch = writer.node(
      "\(name).attention", "self-attention", [branch],
      ["heads": .integer(heads), "causal": .bool(true)])
    branch = writer.dense(
      "\(name).attention.output", branch, inputs: width, outputs: width, weight: ending)
    branch = dropped(&writer, "\(name).attention", branch)
    let middle = writer.node("\(name).middle", "add", [x, branch])
    branch = norm(&writer, "\(name).dense.norm", middle)
    branch = writer.dense(
      "\(name).dense.input", branch, inputs: width, outputs: 4 * width, weight: small)
    branch = writer.node("\(name).dense", "gelu", [branch], ["approximate": .string("tanh")])
    branch = writer.dense(
      "\(name).dense.output", branch, inputs: 4 * width, outputs: width, weight: ending)
    branch = dropped(&writer, "\(name).dense", branch)
    return writer.node(name, "add", [middle, branch])
  }

  private func norm(_ writer: inout ModelWriter, _ name: String, _ x: String) -> String {
    let weight = writer.parameter("\(name).weight", [width], .constant(value: 1))
    let bias = writer.parameter("\(name).bias", [width], .constant(value: 0))
    return writer.node(name, "layer-norm", [x, weight, bias], ["epsilon": .float(1e-5)])
  }

  private func dropped(_ writer: inout ModelWriter, _ name: String, _ x: String) -> String {
    dropout == 0
      ? x : writer.node("\(name).dropped", "dropout", [x], ["rate": .float(dropout)])
  }
}
