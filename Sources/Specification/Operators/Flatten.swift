internal import AssayWire

/// The same numbers as [batch × everything else]; no arithmetic, no copy.
struct Flatten: Operator {
  static let name = "flatten"
  static let inputCount = 1
  static let isAlias = true

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard let batch = inputs[0].shape.dimensions.first else {
      throw OperatorMisfit(reason: "flatten expects at least one dimension, found a scalar")
    }
    return TensorType(
      elementType: inputs[0].elementType,
      shape: .matrix(batch, inputs[0].shape.elementCount / batch))
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.alias(node.name, to: node.inputNames[0])
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.pass(program.gradient(of: node.name), to: node.inputNames[0])
  }
}
