internal import AssayWire

/// x + y, element by element: what joins a residual branch.
struct Add: Operator {
  static let name = "add"
  static let inputCount = 2

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard inputs[0].elementType == .float32, inputs[0] == inputs[1] else {
      throw OperatorMisfit(
        reason: "add expects two tensors of one shape, found \(inputs[0].shape) and "
          + "\(inputs[1].shape)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.emit(
      .add(
        x: node.inputs[0], y: node.inputs[1], out: node.output,
        count: node.outputType.shape.elementCount))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let gradient = program.gradient(of: node.name)
    program.pass(gradient, to: node.inputNames[1])
    program.pass(gradient, to: node.inputNames[0])
  }
}

/// x · factor, element by element.
struct Scale: Operator {
  static let name = "scale"
  static let inputCount = 1

  let factor: Float

  init(attributes: inout JSONFields) throws(WireError) {
    factor = try attributes.float("factor")
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard inputs[0].elementType == .float32 else {
      throw OperatorMisfit(reason: "scale expects float32, found \(inputs[0].elementType)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.emit(instruction(node.inputs[0], node.output, node, place(&program)))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let gradient = program.gradient(of: node.name)
    let factor = place(&program)
    program.contribute(to: node.inputNames[0]) { out in
      instruction(gradient, out, node, factor)
    }
  }

  private func place(_ program: inout ProgramBuilder) -> BufferID {
    program.constant("factor/\(factor)", .vector(1)) { [factor] }
  }

  private func instruction(
    _ x: BufferID, _ out: BufferID, _ node: LoweredNode, _ factor: BufferID
  ) -> Instruction {
    .update(
      .scale(x: x, scale: factor, out: out, count: node.outputType.shape.elementCount))
  }
}

/// Softmax over the last extent.
struct Softmax: Operator {
  static let name = "softmax"
  static let inputCount = 1

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard inputs[0].elementType == .float32, !inputs[0].shape.dimensions.isEmpty else {
      throw OperatorMisfit(reason: "softmax expects float32 […×columns], found \(inputs[0].shape)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    program.emit(
      .row(.softmax(x: node.inputs[0], out: node.output), rows: rows, columns: columns))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[0]) { out in
      .row(
        .softmaxGradient(y: node.output, outputGradient: gradient, out: out), rows: rows,
        columns: columns)
    }
  }
}

/// Sets elements to +0 with probability `rate` while training, and scales the others by
/// 1 / (1 − rate); evaluation leaves all as they are.
struct Dropout: Operator {
  static let name = "dropout"
  static let inputCount = 1

  /// The most elements of a whole batch: the address of a draw has room for no more.
  static let elementLimit = 1 << 34

  let rate: Float

  init(attributes: inout JSONFields) throws(WireError) {
    rate = try attributes.float("rate", atLeast: 0, below: 1)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard inputs[0].elementType == .float32, inputs[0].shape.elementCount <= 1 << 33 else {
      throw OperatorMisfit(reason: "dropout expects float32, found \(inputs[0].elementType)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard program.isTraining, rate > 0 else {
      program.alias(node.name, to: node.inputNames[0])
      return
    }
    program.emit(instruction(node.inputs[0], node.output, node, draw: program.draw(of: node.name)))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let gradient = program.gradient(of: node.name)
    guard program.isTraining, rate > 0 else {
      program.pass(gradient, to: node.inputNames[0])
      return
    }
    let draw = program.draw(of: node.name)
    program.contribute(to: node.inputNames[0]) { out in
      instruction(gradient, out, node, draw: draw)
    }
  }

  private func instruction(
    _ x: BufferID, _ out: BufferID, _ node: LoweredNode, draw: (seed: UInt64, node: UInt32)
  ) -> Instruction {
    .sequence(
      .dropout(
        x: x, out: out, count: node.outputType.shape.elementCount, seed: draw.seed,
        node: draw.node, threshold: UInt32(Double(rate) * 0x1p32), scale: 1 / (1 - rate)))
  }
}
