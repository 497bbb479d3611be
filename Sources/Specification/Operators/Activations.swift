internal import AssayWire

/// An operator that applies one `UnaryFunction` to each element.
protocol Activation: Operator {
  static var function: UnaryFunction { get }
}

extension Activation {
  static var inputCount: Int { 1 }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard inputs[0].elementType == .float32 else {
      throw OperatorMisfit(reason: "\(Self.name) expects float32, found \(inputs[0].elementType)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.emit(
      .unary(
        Self.function, x: node.inputs[0], out: node.output,
        count: node.outputType.shape.elementCount))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[0]) { out in
      .unaryGradient(
        Self.function, x: node.inputs[0], y: node.output, outputGradient: gradient, out: out,
        count: node.outputType.shape.elementCount)
    }
  }
}

/// max(x, 0).
struct ReLU: Activation {
  static let name = "relu"
  static let function = UnaryFunction.relu

  init(attributes: inout JSONFields) throws(WireError) {}
}

/// tanh x.
struct Tanh: Activation {
  static let name = "tanh"
  static let function = UnaryFunction.tanh

  init(attributes: inout JSONFields) throws(WireError) {}
}

/// GELU in its tanh form; the form is spelt out in the spec, since the two differ in every bit.
struct GELU: Activation {
  static let name = "gelu"
  static let function = UnaryFunction.gelu

  init(attributes: inout JSONFields) throws(WireError) {
    let form = try attributes.string("approximate")
    guard form == "tanh" else {
      throw attributes.failure("approximate", "expected \"tanh\", found \"\(form)\"")
    }
  }
}
