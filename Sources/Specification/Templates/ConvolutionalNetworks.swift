public import AssayWire

/// LeNet-5 (LeCun et al. 1998, figure 2) with relu and max pooling, for images of any size from
/// 12×12.
public struct LeNet: Hashable, Sendable {
  /// The network.
  public init() {}

  /// The `model` object for images [height × width] or [channels × height × width], or nil when the
  /// examples are no such images.
  public func model(for data: DataDescription) -> JSONValue? {
    guard let image = ImageShape(data), image.height >= 12, image.width >= 12 else { return nil }
    var writer = ModelWriter()
    var last = image.input(&writer)
    var (channels, height, width) = (image.channels, image.height, image.width)
    for (index, outputs) in [6, 16].enumerated() {
      let name = "conv\(index + 1)"
      let padding = index == 0 ? 2 : 0
      let inputs = channels * 25
      let weight = writer.parameter(
        "\(name).weight", [outputs, channels, 5, 5], .uniform(gain: 6, inputs: inputs))
      let bias = writer.parameter("\(name).bias", [outputs], .constant(value: 0))
      last = writer.node(
        "\(name).product", "conv2d", [last, weight],
        ["stride": .integer(1), "padding": .integer(padding), "groups": .integer(1)])
      last = writer.node("\(name).sum", "channel-bias", [last, bias])
      last = writer.node(name, "relu", [last])
      last = writer.node(
        "pool\(index + 1)", "max-pool2d", [last],
        ["kernel": .integer(2), "stride": .integer(2), "padding": .integer(0)])
      channels = outputs
      height = (height + 2 * padding - 4) / 2
      width = (width + 2 * padding - 4) / 2
    }
    last = writer.node("flat", "flatten", [last])
    var inputs = channels * height * width
    for (index, outputs) in [120, 84].enumerated() {
      let name = "dense\(index + 1)"
      let sum = writer.dense(
        name, last, inputs: inputs, outputs: outputs, weight: .uniform(gain: 6, inputs: inputs))
      last = writer.node(name, "relu", [sum])
      inputs = outputs
    }
    let prediction = writer.dense(
      "output", last, inputs: inputs, outputs: data.outputCount,
      weight: .uniform(gain: 3, inputs: inputs), output: "prediction")
    return writer.model(prediction: prediction, for: data)
  }
}

/// The residual network of 6n + 2 layers for small images (He et al. 2016, section 4.2), with a 1×1
/// convolution where a branch changes its shape. `ResNet(blocks: 3)` is ResNet-20.
public struct ResNet: Hashable, Sendable {
  /// Blocks of two layers in each of the three stages.
  public let blocks: Int

  /// A network of 6·`blocks` + 2 layers.
  public init(blocks: Int) { self.blocks = blocks }

  /// The `model` object for images, or nil when the examples are no images of 8×8 or more.
  public func model(for data: DataDescription) -> JSONValue? {
    guard let image = ImageShape(data), image.height >= 8, image.width >= 8 else { return nil }
    var writer = ModelWriter()
    var last = image.input(&writer)
    last = Self.convolution(&writer, "stem", last, image.channels, 16, kernel: 3, stride: 1)
    last = writer.node("stem", "relu", [last])
    var channels = 16
    for (stage, width) in [16, 32, 64].enumerated() {
      for block in 1...blocks {
        let name = "stage\(stage + 1).block\(block)"
        let stride = stage > 0 && block == 1 ? 2 : 1
        last = Self.block(&writer, name, last, channels, width, stride: stride)
        channels = width
      }
    }
    last = writer.node("pool", "global-average-pool", [last])
    let prediction = writer.dense(
      "output", last, inputs: channels, outputs: data.outputCount,
      weight: .uniform(gain: 1, inputs: channels), output: "prediction")
    return writer.model(prediction: prediction, for: data)
  }

  private static func block(
    _ writer: inout ModelWriter, _ name: String, _ x: String, _ inputs: Int, _ outputs: Int,
    stride: Int
  ) -> String {
    var branch = convolution(
      &writer, "\(name).first", x, inputs, outputs, kernel: 3, stride: stride)
    branch = writer.node("\(name).middle", "relu", [branch])
    branch = convolution(&writer, "\(name).second", branch, outputs, outputs, kernel: 3, stride: 1)
    let shortcut =
      stride == 1 && inputs == outputs
      ? x : convolution(&writer, "\(name).shortcut", x, inputs, outputs, kernel: 1, stride: stride)
    let sum = writer.node("\(name).sum", "add", [branch, shortcut])
    return writer.node(name, "relu", [sum])
  }

  /// A convolution without bias and its batch normalisation.
  private static func convolution(
    _ writer: inout ModelWriter, _ name: String, _ x: String, _ inputs: Int, _ outputs: Int,
    kernel: Int, stride: Int
  ) -> String {
    let weight = writer.parameter(
      "\(name).weight", [outputs, inputs, kernel, kernel],
      .normal(deviation: (2 / Float(inputs * kernel * kernel)).squareRoot()))
    let product = writer.node(
      "\(name).product", "conv2d", [x, weight],
      ["stride": .integer(stride), "padding": .integer(kernel / 2), "groups": .integer(1)])
    let scale = writer.parameter("\(name).norm.weight", [outputs], .constant(value: 1))
    let shift = writer.parameter("\(name).norm.bias", [outputs], .constant(value: 0))
    let mean = writer.statistic("\(name).norm.mean", [outputs], .constant(value: 0))
    let variance = writer.statistic("\(name).norm.variance", [outputs], .constant(value: 1))
    return writer.node(
      "\(name).norm", "batch-norm", [product, scale, shift, mean, variance],
      ["momentum": .float(0.1), "epsilon": .float(1e-5)])
  }
}

/// Examples as images.
private struct ImageShape {
  let channels: Int
  let height: Int
  let width: Int
  private let isFlat: Bool

  init?(_ data: DataDescription) {
    let shape = data.exampleShape.dimensions
    switch shape.count {
    case 2: (channels, height, width, isFlat) = (1, shape[0], shape[1], true)
    case 3: (channels, height, width, isFlat) = (shape[0], shape[1], shape[2], false)
    default: return nil
    }
  }

  /// The features as [batch × channels × height × width].
  func input(_ writer: inout ModelWriter) -> String {
    guard isFlat else { return "features" }
    return writer.node(
      "image", "reshape", ["features"],
      ["shape": .array([channels, height, width].map { .integer($0) })])
  }
}
