internal import AssayWire

/// y[…×columns] = x + bias[columns], the same for every row.
///
/// Backwards: dx = dy; dbias is the lane sum of dy over the rows.
struct Bias: Operator {
  static let name = "bias"
  static let inputCount = 2

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let x = inputs[0].shape.dimensions
    let bias = inputs[1].shape.dimensions
    guard inputs.allSatisfy({ $0.elementType == .float32 }), x.count >= 2, bias == x.suffix(1)
    else {
      throw OperatorMisfit(
        reason: "bias expects x […×columns] and bias [columns], "
          + "found \(inputs[0].shape) and \(inputs[1].shape)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    program.emit(
      .addBias(
        x: node.inputs[0], bias: node.inputs[1], out: node.output, rows: rows, columns: columns))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[1]) { out in
      .columnSum(x: gradient, out: out, rows: rows, columns: columns)
    }
    program.pass(gradient, to: node.inputNames[0])
  }
}
