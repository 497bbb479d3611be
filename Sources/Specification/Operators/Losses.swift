internal import AssayWire

/// The mean of −log softmax(logits)[label] over all rows whose label is not `ignore`; 0 where there
/// are none.
///
/// With `smoothing` ε, a row's loss is (1 − ε) times that and ε times the mean of −log softmax over
/// all classes.
struct SoftmaxCrossEntropy: Operator {
  static let name = "softmax-cross-entropy"
  static let inputCount = 2
  static let isLoss = true

  let labelling: Labelling

  init(attributes: inout JSONFields) throws(WireError) {
    let hasSmoothing = attributes.contains("smoothing")
    let ignores = attributes.contains("ignore")
    labelling = Labelling(
      smoothing: hasSmoothing ? try attributes.float("smoothing", atLeast: 0, below: 1) : 0,
      ignored: ignores ? Int32(try attributes.integer("ignore", in: 0...1 << 24)) : nil)
  }

  var ignoredLabel: Int32? { labelling.ignored }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let logits = inputs[0].shape.dimensions
    guard inputs[0].elementType == .float32, inputs[1].elementType == .int32, logits.count >= 2,
      inputs[1].shape.dimensions == Array(logits.dropLast())
    else {
      throw OperatorMisfit(
        reason: "softmax-cross-entropy expects logits […×classes] and labels […], found "
          + "\(inputs[0].shape) and \(inputs[1].elementType) \(inputs[1].shape)")
    }
    if let ignored = labelling.ignored, let classes = logits.last, Int(ignored) >= classes {
      throw OperatorMisfit(
        reason: "\"ignore\" is \(ignored); expected one of the \(classes) classes, from 0")
    }
    return .float32(.scalar)
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = extents(node)
    let losses = program.activation(node.name + "/losses", .vector(rows))
    program.emit(
      .softmaxCrossEntropy(
        logits: node.inputs[0], labels: node.inputs[1],
        probabilities: probabilities(node, &program),
        losses: losses, rows: rows, columns: columns, labelling: labelling))
    program.emit(
      .mean(x: losses, out: node.output, count: rows, divisor: divisor(rows, program)))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = extents(node)
    let probabilities = probabilities(node, &program)
    let divisor = divisor(rows, program)
    program.contribute(to: node.inputNames[0]) { out in
      .softmaxCrossEntropyGradient(
        probabilities: probabilities, labels: node.inputs[1], out: out, rows: rows,
        columns: columns, labelling: labelling, divisor: divisor)
    }
  }

  private func divisor(_ rows: Int, _ program: ProgramBuilder) -> LossDivisor {
    labelling.ignored == nil ? program.divisor(rows) : .countedRows
  }

  private func probabilities(_ node: LoweredNode, _ program: inout ProgramBuilder) -> BufferID {
    program.activation(node.name + "/probabilities", node.inputTypes[0].shape)
  }

  private func extents(_ node: LoweredNode) -> (rows: Int, columns: Int) {
    node.inputTypes[0].shape.rowsAndColumns
  }
}

/// The mean over the batch and the outputs of (prediction − target)².
struct MeanSquaredError: Operator {
  static let name = "mean-squared-error"
  static let inputCount = 2
  static let isLoss = true

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard inputs.allSatisfy({ $0.elementType == .float32 && $0.shape.dimensions.count == 2 }),
      inputs[0].shape == inputs[1].shape
    else {
      throw OperatorMisfit(
        reason: "mean-squared-error expects prediction and targets, both [batch×values], found "
          + "\(inputs[0].shape) and \(inputs[1].elementType) \(inputs[1].shape)")
    }
    return .float32(.scalar)
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = extents(node)
    let losses = program.activation(node.name + "/losses", .vector(rows))
    program.emit(
      .squaredError(
        prediction: node.inputs[0], target: node.inputs[1], losses: losses, rows: rows,
        columns: columns))
    program.emit(
      .mean(x: losses, out: node.output, count: rows, divisor: program.divisor(rows)))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = extents(node)
    let divisor = program.divisor(rows * columns)
    program.contribute(to: node.inputNames[0]) { out in
      .squaredErrorGradient(
        prediction: node.inputs[0], target: node.inputs[1], out: out, rows: rows,
        columns: columns, divisor: divisor)
    }
  }

  private func extents(_ node: LoweredNode) -> (rows: Int, columns: Int) {
    let prediction = node.inputTypes[0].shape.dimensions
    return (prediction[0], prediction[1])
  }
}
