internal import AssayWire

/// y[…×outputs] = x[…×inputs] · weight[outputs×inputs]ᵀ, the same for every row.
///
/// The weight is laid out as PyTorch lays out `Linear.weight`. Backwards: dx = dy · weight,
/// dweight = dyᵀ · x.
struct Linear: Operator {
  static let name = "linear"
  static let inputCount = 2

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let x = inputs[0].shape.dimensions
    let weight = inputs[1].shape.dimensions
    guard inputs.allSatisfy({ $0.elementType == .float32 }), x.count >= 2, weight.count == 2,
      x.last == weight[1]
    else {
      throw OperatorMisfit(
        reason: "linear expects x […×inputs] and weight [outputs×inputs], "
          + "found \(inputs[0].shape) and \(inputs[1].shape)")
    }
    return try .float32(x.dropLast() + [weight[0]])
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (batch, inputs, outputs) = extents(node)
    program.emit(
      .matmul(
        a: node.inputs[0], b: node.inputs[1], out: node.output, m: batch, n: outputs, k: inputs,
        transposeA: false, transposeB: true))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (batch, inputs, outputs) = extents(node)
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[1]) { out in
      .matmul(
        a: gradient, b: node.inputs[0], out: out, m: outputs, n: inputs, k: batch,
        transposeA: true, transposeB: false)
    }
    program.contribute(to: node.inputNames[0]) { out in
      .matmul(
        a: gradient, b: node.inputs[1], out: out, m: batch, n: inputs, k: outputs,
        transposeA: false, transposeB: false)
    }
  }

  private func extents(_ node: LoweredNode) -> (batch: Int, inputs: Int, outputs: Int) {
    let (rows, inputs) = node.inputTypes[0].shape.rowsAndColumns
    return (rows, inputs, node.outputType.shape.rowsAndColumns.columns)
  }
}
