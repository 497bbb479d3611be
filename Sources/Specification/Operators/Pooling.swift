internal import AssayWire

/// The attributes of a pooling over square windows.
struct PoolingWindow {
  let kernel: Int
  let stride: Int
  let padding: Int

  init(attributes: inout JSONFields) throws(WireError) {
    kernel = try attributes.integer("kernel", in: 1...1024)
    stride = try attributes.integer("stride", in: 1...1024)
    padding = try attributes.integer("padding", in: 0...1024)
  }

  func geometry(_ input: TensorType) -> ConvolutionGeometry? {
    let x = input.shape.dimensions
    guard input.elementType == .float32, x.count == 4 else { return nil }
    return ConvolutionGeometry(
      batch: x[0], inputChannels: x[1], height: x[2], width: x[3], outputChannels: x[1],
      kernelHeight: kernel, kernelWidth: kernel, stride: stride, padding: padding, groups: x[1])
  }

  func output(of input: TensorType, _ name: String) throws(OperatorMisfit) -> TensorType {
    guard let geometry = geometry(input) else {
      throw OperatorMisfit(
        reason: "\(name) expects x [batch×channels×height×width] that holds a window of "
          + "\(kernel)×\(kernel), padding below \(kernel); found \(input.shape)")
    }
    return try .float32([
      geometry.batch, geometry.outputChannels, geometry.outputHeight, geometry.outputWidth,
    ])
  }
}

/// The largest element of each window.
struct MaxPool2D: Operator {
  static let name = "max-pool2d"
  static let inputCount = 1

  let window: PoolingWindow

  init(attributes: inout JSONFields) throws(WireError) {
    window = try PoolingWindow(attributes: &attributes)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    try window.output(of: inputs[0], Self.name)
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let geometry = window.geometry(node.inputTypes[0]) else { return }
    program.emit(
      .pooling(
        .maximum(x: node.inputs[0], out: node.output, indices: indices(node, &program)),
        geometry))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let geometry = window.geometry(node.inputTypes[0]) else { return }
    let gradient = program.gradient(of: node.name)
    let indices = indices(node, &program)
    program.contribute(to: node.inputNames[0]) { out in
      .pooling(.maximumGradient(outputGradient: gradient, indices: indices, out: out), geometry)
    }
  }

  private func indices(_ node: LoweredNode, _ program: inout ProgramBuilder) -> BufferID {
    program.activation(node.name + "/indices", node.outputType.shape, .int32)
  }
}

/// The mean of each window, padding included.
struct AveragePool2D: Operator {
  static let name = "average-pool2d"
  static let inputCount = 1

  let window: PoolingWindow

  init(attributes: inout JSONFields) throws(WireError) {
    window = try PoolingWindow(attributes: &attributes)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    try window.output(of: inputs[0], Self.name)
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let geometry = window.geometry(node.inputTypes[0]) else { return }
    program.emit(.pooling(.average(x: node.inputs[0], out: node.output), geometry))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let geometry = window.geometry(node.inputTypes[0]) else { return }
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[0]) { out in
      .pooling(.averageGradient(outputGradient: gradient, out: out), geometry)
    }
  }
}

/// The mean of each channel's plane: [batch × channels].
struct GlobalAveragePool: Operator {
  static let name = "global-average-pool"
  static let inputCount = 1

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard let geometry = geometry(inputs[0]) else {
      throw OperatorMisfit(
        reason: "global-average-pool expects x [batch×channels×height×width], found "
          + "\(inputs[0].shape)")
    }
    return try .float32([geometry.batch, geometry.inputChannels])
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let geometry = geometry(node.inputTypes[0]) else { return }
    program.emit(.pooling(.average(x: node.inputs[0], out: node.output), geometry))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let geometry = geometry(node.inputTypes[0]) else { return }
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[0]) { out in
      .pooling(.averageGradient(outputGradient: gradient, out: out), geometry)
    }
  }

  /// One window that is the whole plane.
  private func geometry(_ input: TensorType) -> ConvolutionGeometry? {
    let x = input.shape.dimensions
    guard input.elementType == .float32, x.count == 4 else { return nil }
    return ConvolutionGeometry(
      batch: x[0], inputChannels: x[1], height: x[2], width: x[3], outputChannels: x[1],
      kernelHeight: x[2], kernelWidth: x[3], stride: 1, padding: 0, groups: x[1])
  }
}
