public import AssayWire

/// How a parameter follows from its gradient; see `Instruction.sgd` and `Instruction.adam`.
public enum Optimizer: Hashable, Sendable {
  /// Stochastic gradient descent; no velocity is kept when `momentum` is 0.
  case sgd(momentum: Float, nesterov: Bool, weightDecay: Float)
  /// Adam, or AdamW where `decoupled`.
  case adam(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, decoupled: Bool)
  /// The updates of integer numerics.
  case integer(IntegerUpdate)

  /// Names of what is kept per parameter beside its value.
  var slots: [String] {
    switch self {
    case .sgd(let momentum, _, _): momentum == 0 ? [] : ["velocity"]
    case .adam: ["first-moment", "second-moment"]
    case .integer(.sgd): []
    case .integer(.momentum): ["velocity"]
    }
  }

  /// The name in the state of `slot` for parameter `parameter`. A slash cannot occur in a
  /// parameter's name.
  static func stateName(slot: String, parameter: String) -> String {
    "optimizer/\(slot)/\(parameter)"
  }

  /// The bias corrections of step `step` ≥ 1: 1 − βᵗ and √(1 − β₂ᵗ) in double, rounded once.
  func scalars(step: UInt64, learningRate: Float) -> StepScalars {
    guard case .adam(let beta1, let beta2, _, _, _) = self else {
      return StepScalars(step: step, learningRate: learningRate)
    }
    let first = 1 - ElementaryFunctions.power(Double(beta1), step)
    let second = 1 - ElementaryFunctions.power(Double(beta2), step)
    return StepScalars(
      step: step, learningRate: learningRate, firstMomentCorrection: Float(first),
      secondMomentCorrectionRoot: Float(second.squareRoot()))
  }

  /// Writes the update of one parameter from its gradient, without weight decay unless it `decays`.
  func lower(
    _ parameter: ModelGraph.Parameter, gradient: BufferID, decays: Bool,
    _ program: inout ProgramBuilder
  ) {
    let state = slots.map { slot in
      program.declare(
        Self.stateName(slot: slot, parameter: parameter.name), .float32, parameter.shape,
        .optimizerState)
    }
    let value = program.place(of: parameter.name)
    let count = parameter.shape.elementCount
    switch self {
    case .sgd(let momentum, let nesterov, let weightDecay):
      program.emit(
        .sgd(
          parameter: value, gradient: gradient, velocity: state.first, count: count,
          momentum: momentum, weightDecay: decays ? weightDecay : 0, nesterov: nesterov))
    case .adam(let beta1, let beta2, let epsilon, let weightDecay, let decoupled):
      program.emit(
        .adam(
          parameter: value, gradient: gradient, firstMoment: state[0], secondMoment: state[1],
          count: count, beta1: beta1, oneMinusBeta1: 1 - beta1, beta2: beta2,
          oneMinusBeta2: 1 - beta2, epsilon: epsilon,
          weightDecay: decays ? weightDecay : 0, decoupled: decoupled))
    case .integer:
      preconditionFailure("a float32 program has a float32 optimiser")
    }
  }
}

extension Optimizer {
  init(fields: inout JSONFields) throws(WireError) {
    switch try fields.string("kind") {
    case "sgd":
      self = .sgd(
        momentum: try fields.float("momentum", atLeast: 0, below: 1),
        nesterov: try fields.bool("nesterov"),
        weightDecay: try fields.float("weightDecay", atLeast: 0))
    case let kind where kind == "adam" || kind == "adamw":
      self = .adam(
        beta1: try fields.float("beta1", atLeast: 0, below: 1),
        beta2: try fields.float("beta2", atLeast: 0, below: 1),
        epsilon: try fields.float("epsilon", atLeast: .leastNonzeroMagnitude),
        weightDecay: try fields.float("weightDecay", atLeast: 0), decoupled: kind == "adamw")
    case "integer-sgd":
      self = .integer(.sgd)
    case "integer-momentum":
      self = .integer(.momentum(decayShift: try fields.integer("decayShift", in: 1...4)))
    case let kind:
      throw fields.failure(
        "kind",
        "expected \"sgd\", \"adam\", \"adamw\", \"integer-sgd\" or \"integer-momentum\", found "
          + "\"\(kind)\"")
    }
    try fields.finish()
  }

  /// The `optimizer` object of a spec.
  public var json: JSONValue {
    switch self {
    case .sgd(let momentum, let nesterov, let weightDecay):
      .object([
        "kind": .string("sgd"), "momentum": .float(momentum), "nesterov": .bool(nesterov),
        "weightDecay": .float(weightDecay),
      ])
    case .adam(let beta1, let beta2, let epsilon, let weightDecay, let decoupled):
      .object([
        "kind": .string(decoupled ? "adamw" : "adam"), "beta1": .float(beta1),
        "beta2": .float(beta2), "epsilon": .float(epsilon),
        "weightDecay": .float(weightDecay),
      ])
    case .integer(.sgd):
      .object(["kind": .string("integer-sgd")])
    case .integer(.momentum(let shift)):
      .object(["kind": .string("integer-momentum"), "decayShift": .integer(shift)])
    }
  }
}
