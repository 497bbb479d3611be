public import AssayWire

/// A network for integer numerics, as the parts of a spec: layers without bias, constants, start.
///
/// Weights start uniform within ±√(6 / inputs), of the last layer ±√(3 / inputs), as whole numbers;
/// a weight's exponent leaves it room to grow eight times. The rate is 8, 4, 2 and 1 times the last
/// one from 0, 50, 70 and 85 % of the steps on. Every k is such that c(t) is that rate, divided by
/// the batch size and rounded to three significant bits, or to fewer where k would exceed 26.
public struct IntegerNetwork: Hashable, Sendable {
  /// The layers of a network.
  public enum Kind: Hashable, Sendable {
    /// Hidden layers of these widths over flattened examples.
    case perceptron(hidden: [Int])
    /// LeNet-5 with average pooling before its relus, for images from 12×12.
    case lenet
    /// VGG-11 (Simonyan and Zisserman 2014, table 1, column A) with average pooling before the
    /// relus and two hidden layers of 512, for images of a multiple of 32.
    case vgg11
  }

  public let kind: Kind
  /// The data that it is for.
  public let data: DataDescription
  public let batchSize: Int
  public let steps: UInt64
  /// Whether the gradients' moving sum, decaying by 7/8, is what weights follow.
  public let hasMomentum: Bool
  /// The first and largest rate, of the batch's mean gradient.
  public let learningRate: Double

  /// The `model` object, constants and rates of a spec.
  public struct Parts: Sendable {
    public let model: JSONValue
    public let settings: IntegerSettings
    public let optimizer: Optimizer
    public let schedule: Schedule
  }

  /// A network.
  ///
  /// - Parameter learningRate: nil for a rate that suits the kind: 1 for perceptrons of a small
  ///   batch, ½ for others; an eighth of it with momentum, whose sum is eight times as large.
  public init(
    _ kind: Kind, data: DataDescription, batchSize: Int, steps: UInt64, hasMomentum: Bool = true,
    learningRate: Double? = nil
  ) {
    self.kind = kind
    self.data = data
    self.batchSize = batchSize
    self.steps = steps
    self.hasMomentum = hasMomentum
    self.learningRate = learningRate ?? Self.suitableRate(kind, batchSize) / (hasMomentum ? 8 : 1)
  }

  private static func suitableRate(_ kind: Kind, _ batchSize: Int) -> Double {
    if case .perceptron = kind, batchSize <= 64 { return 1 }
    return 0.5
  }

  /// The parts of a spec, or nil when the examples are not what the kind is for.
  public func parts() -> Parts? {
    let all = [2, 1, 0].map { parts(lastRate(significantBits: $0)) }
    let fitting = all.first { $0?.settings.weights.allSatisfy { $0.fractionBits <= 26 } ?? false }
    return fitting ?? all[2]
  }

  private func parts(_ lastRate: LastRate) -> Parts? {
    var writer = IntegerWriter(self, lastRate)
    switch kind {
    case .perceptron(let hidden):
      writer.flatten()
      for (index, width) in hidden.enumerated() { writer.dense("hidden\(index + 1)", width) }
    case .lenet:
      guard writer.reshape(multipleOf: 4, atLeast: 12) else { return nil }
      writer.convolution("conv1", 6, kernel: 5, padding: 2, pools: true)
      writer.convolution("conv2", 16, kernel: 5, padding: 0, pools: true)
      writer.flatten()
      writer.dense("dense1", 120)
      writer.dense("dense2", 84)
    case .vgg11:
      guard writer.reshape(multipleOf: 32, atLeast: 32) else { return nil }
      let widths = [64, 128, 256, 256, 512, 512, 512, 512]
      for (index, width) in widths.enumerated() {
        writer.convolution(
          "conv\(index + 1)", width, kernel: 3, padding: 1,
          pools: [0, 1, 3, 5, 7].contains(index))
      }
      writer.flatten()
      writer.dense("dense1", 512)
      writer.dense("dense2", 512)
    }
    return writer.finish()
  }

  /// A last rate of c · 2^−bits for a sum over the batch.
  fileprivate struct LastRate {
    var c: Int
    var bits: Int
  }

  /// The last rate with at most so many bits after the first, as few as it can have.
  private func lastRate(significantBits: Int) -> LastRate {
    let rate = learningRate / (8 * Double(batchSize))
    var bits = significantBits - Int(rate.exponent)
    var c = Int((rate.significand * Double(1 << significantBits)).rounded())
    while c % 2 == 0 && bits > 0 { (c, bits) = (c / 2, bits - 1) }
    return LastRate(c: c, bits: bits)
  }

  fileprivate func schedule(_ c: Int) -> Schedule {
    let starts = [(0, 8), (50, 4), (70, 2), (85, 1)] as [(UInt64, Int)]
    var rates: [IntegerRate] = []
    for (percent, factor) in starts {
      let from = steps * percent / 100 + 1
      if rates.last?.from == from { rates.removeLast() }
      rates.append(IntegerRate(from: from, rate: c * factor))
    }
    return Schedule(rates: rates.filter { $0.from <= steps })
  }
}

/// Collects the layers of an integer network.
private struct IntegerWriter {
  private struct Layer {
    var name: String
    var shape: [Int]
    var product: IntegerLayer.Product
    var pools: Bool
  }

  private let network: IntegerNetwork
  private let lastRate: IntegerNetwork.LastRate
  private var writer = ModelWriter()
  private var layers: [Layer] = []
  private var last = "features"
  private var channels = 1
  private var height = 1
  private var width: Int

  init(_ network: IntegerNetwork, _ lastRate: IntegerNetwork.LastRate) {
    self.network = network
    self.lastRate = lastRate
    width = network.data.exampleShape.elementCount
  }

  mutating func flatten() {
    last = writer.node("flat", "flatten", [last])
    (channels, height, width) = (1, 1, channels * height * width)
  }

  /// Makes images of the examples, if they are such.
  mutating func reshape(multipleOf unit: Int, atLeast least: Int) -> Bool {
    let shape = network.data.exampleShape.dimensions
    guard shape.count == 2 || shape.count == 3 else { return false }
    let image = Array(shape.suffix(2))
    guard image.allSatisfy({ $0 % unit == 0 && $0 >= least }) else { return false }
    (channels, height, width) = (shape.count == 3 ? shape[0] : 1, image[0], image[1])
    if shape.count == 2 {
      last = writer.node(
        "image", "reshape", [last], ["shape": .array([1, height, width].map { .integer($0) })])
    }
    return true
  }

  mutating func convolution(
    _ name: String, _ outputs: Int, kernel: Int, padding: Int, pools: Bool
  ) {
    guard
      let geometry = ConvolutionGeometry(
        batch: network.batchSize, inputChannels: channels, height: height, width: width,
        outputChannels: outputs, kernelHeight: kernel, kernelWidth: kernel, stride: 1,
        padding: padding, groups: 1)
    else { return }
    add(name, [outputs, channels, kernel, kernel], .convolution(geometry), pools: pools)
    (channels, height, width) = (outputs, geometry.outputHeight, geometry.outputWidth)
    last = writer.node(
      "\(name).product", "conv2d", [last, weightName(name)],
      ["stride": .integer(1), "padding": .integer(padding), "groups": .integer(1)])
    if pools {
      last = writer.node(
        "\(name).pool", "average-pool2d", [last],
        ["kernel": .integer(2), "stride": .integer(2), "padding": .integer(0)])
      (height, width) = (height / 2, width / 2)
    }
    last = writer.node(name, "relu", [last])
  }

  mutating func dense(_ name: String, _ outputs: Int) {
    product(name, "\(name).product", outputs)
    last = writer.node(name, "relu", [last])
  }

  private mutating func product(_ name: String, _ node: String, _ outputs: Int) {
    add(name, [outputs, width], .linear(inputs: width, outputs: outputs), pools: false)
    last = writer.node(node, "linear", [last, weightName(name)])
    width = outputs
  }

  private func weightName(_ name: String) -> String { "\(name).weight" }

  private mutating func add(
    _ name: String, _ shape: [Int], _ product: IntegerLayer.Product, pools: Bool
  ) {
    layers.append(Layer(name: name, shape: shape, product: product, pools: pools))
  }

  /// Adds the output and the loss, and works out the constants.
  mutating func finish() -> IntegerNetwork.Parts {
    product("output", "prediction", network.data.outputCount)
    let update: IntegerUpdate = network.hasMomentum ? .momentum(decayShift: 3) : .sgd
    let schedule = network.schedule(lastRate.c)
    let activation: Int
    if case .perceptron = network.kind { activation = -4 } else { activation = -3 }
    var weights: [IntegerSettings.Weight] = []
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      let inputs = layer.shape.dropFirst().reduce(1, *)
      let limit = (Double(isLast ? 3 : 6) / Double(inputs)).squareRoot()
      let exponent = Self.powerAbove(8 * limit / 127)
      let gradient = isLast ? -IntegerStep.probabilityBits : -8 - (layer.pools ? 2 : 0)
      let fraction = exponent - gradient - (index == 0 ? -7 : activation) + lastRate.bits
      // What does not fit, a spec's reading refuses, and says why.
      let bounds = try? IntegerBounds(
        layer.product, batch: network.batchSize, pools: layer.pools, isFirst: index == 0,
        isLast: isLast, forwardShift: 0, gradientShift: nil, fractionBits: max(0, fraction),
        element: .int32, update: update, rate: 8 * lastRate.c)
      let name = weightName(layer.name)
      weights.append(
        IntegerSettings.Weight(
          name: name, exponent: exponent, fractionBits: fraction,
          elementType: bounds == nil ? .int64 : .int32))
      let scale = Double(sign: .plus, exponent: fraction - exponent, significand: 1)
      let bound = Int(min(limit * scale, 0x7fff_ffff))
      _ = writer.parameter(name, layer.shape, .integers(bound: bound))
    }
    return IntegerNetwork.Parts(
      model: writer.model(prediction: last, for: network.data),
      settings: IntegerSettings(
        activationExponent: activation, gradientExponent: -8, weights: weights),
      optimizer: .integer(update), schedule: schedule)
  }

  /// The least e with 2^e ≥ x.
  private static func powerAbove(_ x: Double) -> Int {
    Int(x.exponent) + (x.significand == 1 ? 0 : 1)
  }
}
