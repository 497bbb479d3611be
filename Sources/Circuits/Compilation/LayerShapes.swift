internal import AssaySpecification

/// How a layer's tensors are indexed, batch left out.
struct LayerShapes {
  /// One dimension of a layer's input and how the product reads it.
  enum Dimension {
    /// Summed with the weight's dimension of the same extent.
    case contracted(Int)
    /// A window slides along it.
    case window(WindowGeometry)
  }

  let input: [Dimension]
  /// [outputs] or [channels, rows, columns], after pooling.
  let output: [Int]
  /// [outputs, …input extents or channels, kernel rows, kernel columns].
  let weight: [Int]
  let pools: Bool

  /// Extents of the layer's input.
  var inputExtents: [Int] {
    input.map { dimension in
      switch dimension {
      case .contracted(let extent): extent
      case .window(let geometry): geometry.input
      }
    }
  }

  /// The shapes of a layer whose input has the extents `input`, its weight `weight`.
  init(
    _ layer: IntegerLayer, input extents: [Int], weight: [Int]
  ) throws(CircuitError) {
    pools = layer.poolsOutput
    output = layer.outputExtents
    self.weight = weight
    switch layer.product {
    case .linear(let inputs, _):
      guard extents.reduce(1, *) == inputs else {
        throw .unsupported(
          what: "layer \(layer.weightName), which reads \(inputs) of \(extents) values",
          instead: "let each layer read all that the layer before writes")
      }
      input = extents.map { .contracted($0) }
    case .convolution(let g):
      guard extents == [g.inputChannels, g.height, g.width], g.groups == 1 else {
        throw .unsupported(
          what: "the convolution \(layer.weightName) over \(extents) in \(g.groups) groups",
          instead: "use one group, over the channels, rows and columns of the layer before")
      }
      let rows = WindowGeometry(
        input: g.height, kernel: g.kernelHeight, output: g.outputHeight, stride: g.stride,
        padding: g.padding)
      let columns = WindowGeometry(
        input: g.width, kernel: g.kernelWidth, output: g.outputWidth, stride: g.stride,
        padding: g.padding)
      input = [.contracted(g.inputChannels), .window(rows), .window(columns)]
    }
  }
}
