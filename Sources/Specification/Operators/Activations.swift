internal import AssayWire

/// An operator that applies one `UnaryFunction` to each element.
protocol Activation: Operator {
  var function: UnaryFunction { get }
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
        function, x: node.inputs[0], out: node.output,
        count: node.outputType.shape.elementCount))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let gradient = program.gradient(of: node.name)
    // What is not read need not be kept until here.
    let x = function.gradientSeesOutputOnly ? node.output : node.inputs[0]
    program.contribute(to: node.inputNames[0]) { out in
      .unaryGradient(
        function, x: x, y: node.output, outputGradient: gradient, out: out,
        count: node.outputType.shape.elementCount)
    }
  }
}

/// max(x, 0).
struct ReLU: Activation {
  static let name = "relu"
  let function = UnaryFunction.relu

  init(attributes: inout JSONFields) throws(WireError) {}
}

/// tanh x.
struct Tanh: Activation {
  static let name = "tanh"
  let function = UnaryFunction.tanh

  init(attributes: inout JSONFields) throws(WireError) {}
}

/// GELU, by tanh or by the error function; the form is spelt out in the spec, since the two differ
/// in every bit.
struct GELU: Activation {
  static let name = "gelu"
  let function: UnaryFunction

  init(attributes: inout JSONFields) throws(WireError) {
    switch try attributes.string("approximate") {
    case "tanh": function = .gelu
    case "none": function = .geluErf
    case let form:
      throw attributes.failure(
        "approximate", "expected \"tanh\" or \"none\", found \"\(form)\"")
    }
  }
}

/// 1 / (1 + exp(−x)).
struct Sigmoid: Activation {
  static let name = "sigmoid"
  let function = UnaryFunction.sigmoid

  init(attributes: inout JSONFields) throws(WireError) {}
}

/// x · sigmoid(x).
struct SiLU: Activation {
  static let name = "silu"
  let function = UnaryFunction.silu

  init(attributes: inout JSONFields) throws(WireError) {}
}
