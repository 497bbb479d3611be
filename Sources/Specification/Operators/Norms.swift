internal import AssayWire

/// Batch normalisation (Ioffe and Szegedy 2015) of [batch×channels×…] per channel.
///
/// Inputs: x, weight, bias, and two statistics of the state, the running mean and variance, which
/// training updates (with the unbiased variance, as PyTorch) and evaluation uses.
struct BatchNorm: Operator {
  static let name = "batch-norm"
  static let inputCount = 5
  static let statisticInputs = 3..<5

  let momentum: Float
  let epsilon: Float

  init(attributes: inout JSONFields) throws(WireError) {
    momentum = try attributes.float("momentum", atLeast: 0, below: 1)
    epsilon = try attributes.float("epsilon", atLeast: 0)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let x = inputs[0].shape.dimensions
    guard inputs.allSatisfy({ $0.elementType == .float32 }), x.count >= 2,
      inputs.dropFirst().allSatisfy({ $0.shape.dimensions == [x[1]] })
    else {
      throw OperatorMisfit(
        reason: "batch-norm expects x [batch×channels×…] and weight, bias, running mean and "
          + "running variance [channels]; found \(inputs.map(\.shape))")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let geometry = node.outputType.shape.channelGeometry
    guard program.isTraining else {
      program.emit(
        .channel(
          .normalizeWith(
            x: node.inputs[0], weight: node.inputs[1], bias: node.inputs[2],
            mean: node.inputs[3], variance: node.inputs[4], out: node.output, epsilon: epsilon),
          geometry))
      return
    }
    program.emit(
      .channel(
        .normalize(
          x: node.inputs[0], weight: node.inputs[1], bias: node.inputs[2],
          runningMean: program.statistic(node.inputs[3]),
          runningVariance: program.statistic(node.inputs[4]), out: node.output,
          mean: program.activation(node.name + "/mean", .vector(geometry.channels)),
          inverse: program.activation(node.name + "/inverse", .vector(geometry.channels)),
          momentum: momentum, epsilon: epsilon), geometry))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let geometry = node.outputType.shape.channelGeometry
    let x = program.scratchGradient(node.inputNames[0], node.outputType.shape)
    let weight = program.scratchGradient(node.inputNames[1], .vector(geometry.channels))
    let bias = program.scratchGradient(node.inputNames[2], .vector(geometry.channels))
    program.emit(
      .channel(
        .normalizeGradient(
          x: node.inputs[0], outputGradient: program.gradient(of: node.name),
          weight: node.inputs[1],
          mean: program.activation(node.name + "/mean", .vector(geometry.channels)),
          inverse: program.activation(node.name + "/inverse", .vector(geometry.channels)),
          out: x, weightGradient: weight, biasGradient: bias), geometry))
    for (name, share) in zip(node.inputNames, [x, weight, bias]).reversed() {
      program.pass(share, to: name)
    }
  }
}

/// Layer normalisation (Ba, Kiros and Hinton 2016) over the last extent.
struct LayerNorm: Operator {
  static let name = "layer-norm"
  static let inputCount = 3

  let epsilon: Float

  init(attributes: inout JSONFields) throws(WireError) {
    epsilon = try attributes.float("epsilon", atLeast: 0)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    try RowNorm.output(of: inputs, name: Self.name, takes: "weight and bias")
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    program.emit(
      .row(
        .layerNorm(
          x: node.inputs[0], weight: node.inputs[1], bias: node.inputs[2], out: node.output,
          mean: program.activation(node.name + "/mean", .vector(rows)),
          inverse: program.activation(node.name + "/inverse", .vector(rows)), epsilon: epsilon),
        rows: rows, columns: columns))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    let gradient = program.gradient(of: node.name)
    let mean = program.activation(node.name + "/mean", .vector(rows))
    let inverse = program.activation(node.name + "/inverse", .vector(rows))
    program.contribute(to: node.inputNames[2]) { out in
      .columnSum(x: gradient, out: out, rows: rows, columns: columns)
    }
    program.contribute(to: node.inputNames[1]) { out in
      .row(
        .weightGradient(
          x: node.inputs[0], outputGradient: gradient, mean: mean, inverse: inverse, out: out),
        rows: rows, columns: columns)
    }
    program.contribute(to: node.inputNames[0]) { out in
      .row(
        .layerNormGradient(
          x: node.inputs[0], outputGradient: gradient, weight: node.inputs[1], mean: mean,
          inverse: inverse, out: out), rows: rows, columns: columns)
    }
  }
}

/// Root-mean-square normalisation (Zhang and Sennrich 2019) over the last extent.
struct RMSNorm: Operator {
  static let name = "rms-norm"
  static let inputCount = 2

  let epsilon: Float

  init(attributes: inout JSONFields) throws(WireError) {
    epsilon = try attributes.float("epsilon", atLeast: 0)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    try RowNorm.output(of: inputs, name: Self.name, takes: "weight")
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    program.emit(
      .row(
        .rmsNorm(
          x: node.inputs[0], weight: node.inputs[1], out: node.output,
          inverse: program.activation(node.name + "/inverse", .vector(rows)), epsilon: epsilon),
        rows: rows, columns: columns))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    let gradient = program.gradient(of: node.name)
    let inverse = program.activation(node.name + "/inverse", .vector(rows))
    program.contribute(to: node.inputNames[1]) { out in
      .row(
        .weightGradient(
          x: node.inputs[0], outputGradient: gradient, mean: nil, inverse: inverse, out: out),
        rows: rows, columns: columns)
    }
    program.contribute(to: node.inputNames[0]) { out in
      .row(
        .rmsNormGradient(
          x: node.inputs[0], outputGradient: gradient, weight: node.inputs[1], inverse: inverse,
          out: out), rows: rows, columns: columns)
    }
  }
}

/// What layer norm and RMS norm ask of their inputs.
private enum RowNorm {
  static func output(
    of inputs: [TensorType], name: String, takes: String
  ) throws(OperatorMisfit) -> TensorType {
    let columns = inputs[0].shape.dimensions.suffix(1)
    guard inputs.allSatisfy({ $0.elementType == .float32 }), inputs[0].shape.dimensions.count >= 2,
      inputs.dropFirst().allSatisfy({ $0.shape.dimensions == Array(columns) })
    else {
      throw OperatorMisfit(
        reason: "\(name) expects x […×columns] and \(takes) [columns], found "
          + "\(inputs.map(\.shape))")
    }
    return inputs[0]
  }
}
