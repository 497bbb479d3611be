internal import AssayWire

/// y[batch×outputs×h×w] = x[batch×channels×h×w] convolved with
/// weight[outputs × channels/groups × kernel height × kernel width], as PyTorch's `conv2d`.
struct Conv2D: Operator {
  static let name = "conv2d"
  static let inputCount = 2

  let stride: Int
  let padding: Int
  let groups: Int

  init(attributes: inout JSONFields) throws(WireError) {
    stride = try attributes.integer("stride", in: 1...1024)
    padding = try attributes.integer("padding", in: 0...1024)
    groups = try attributes.integer("groups", in: 1...1 << 20)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard inputs.allSatisfy({ $0.elementType == .float32 }), let geometry = geometry(inputs) else {
      throw OperatorMisfit(
        reason: "conv2d expects x [batch×channels×height×width] and weight "
          + "[outputs × channels/\(groups) × kernel height × kernel width] that fits it with "
          + "padding \(padding) below the kernel's size; found \(inputs[0].shape) and "
          + "\(inputs[1].shape)")
    }
    return try .float32([
      geometry.batch, geometry.outputChannels, geometry.outputHeight, geometry.outputWidth,
    ])
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let geometry = geometry(node.inputTypes) else { return }
    program.emit(
      .convolution(
        .forward(x: node.inputs[0], weight: node.inputs[1], out: node.output), geometry))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let geometry = geometry(node.inputTypes) else { return }
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[1]) { out in
      .convolution(
        .weightGradient(outputGradient: gradient, x: node.inputs[0], out: out), geometry)
    }
    program.contribute(to: node.inputNames[0]) { out in
      .convolution(
        .inputGradient(outputGradient: gradient, weight: node.inputs[1], out: out), geometry)
    }
  }

  func geometry(_ inputs: [TensorType]) -> ConvolutionGeometry? {
    let x = inputs[0].shape.dimensions
    let weight = inputs[1].shape.dimensions
    guard x.count == 4, weight.count == 4, x[1] % groups == 0, weight[1] == x[1] / groups else {
      return nil
    }
    return ConvolutionGeometry(
      batch: x[0], inputChannels: x[1], height: x[2], width: x[3], outputChannels: weight[0],
      kernelHeight: weight[2], kernelWidth: weight[3], stride: stride, padding: padding,
      groups: groups)
  }
}

/// y[batch×channels×…] = x + bias[channels].
struct ChannelBias: Operator {
  static let name = "channel-bias"
  static let inputCount = 2

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let x = inputs[0].shape.dimensions
    guard inputs.allSatisfy({ $0.elementType == .float32 }), x.count >= 3,
      inputs[1].shape.dimensions == [x[1]]
    else {
      throw OperatorMisfit(
        reason: "channel-bias expects x [batch×channels×…] and bias [channels], found "
          + "\(inputs[0].shape) and \(inputs[1].shape)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.emit(
      .channel(
        .addBias(x: node.inputs[0], bias: node.inputs[1], out: node.output),
        node.outputType.shape.channelGeometry))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[1]) { out in
      .channel(.sum(x: gradient, out: out), node.outputType.shape.channelGeometry)
    }
    program.pass(gradient, to: node.inputNames[0])
  }
}

extension Shape {
  /// [batch × channels × everything else].
  var channelGeometry: ChannelGeometry {
    ChannelGeometry(
      batch: dimensions[0], channels: dimensions[1],
      spatial: elementCount / (dimensions[0] * dimensions[1]))
  }
}
