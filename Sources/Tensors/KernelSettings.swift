package import AssaySpecification
internal import CAssayTensorKernels

extension UnaryFunction {
  /// The kernels' number of this function.
  var kernelKind: Int32 {
    switch self {
    case .relu: Int32(ASSAY_UNARY_RELU)
    case .tanh: Int32(ASSAY_UNARY_TANH)
    case .gelu: Int32(ASSAY_UNARY_GELU)
    case .geluErf: Int32(ASSAY_UNARY_GELU_ERF)
    case .sigmoid: Int32(ASSAY_UNARY_SIGMOID)
    case .silu: Int32(ASSAY_UNARY_SILU)
    }
  }
}

extension assay_labelling {
  /// The settings of a cross-entropy.
  init(_ labelling: Labelling) {
    self.init(
      smoothing: labelling.smoothing, ignores: labelling.ignored == nil ? 0 : 1,
      ignored: labelling.ignored ?? 0)
  }
}

extension LossDivisor {
  /// The divisor in one step.
  package func value(_ scalars: StepScalars) -> Float {
    switch self {
    case .fixed(let count): Float(count)
    case .countedRows: Float(max(1, scalars.countedRows))
    }
  }
}

extension assay_sgd {
  /// The settings of an `.sgd` instruction in one step.
  init(_ instruction: Instruction, _ scalars: StepScalars) {
    guard case .sgd(_, _, _, _, let momentum, let weightDecay, let nesterov) = instruction else {
      preconditionFailure("not sgd: \(instruction)")
    }
    self.init(
      learning_rate: scalars.learningRate, momentum: momentum, weight_decay: weightDecay,
      nesterov: nesterov ? 1 : 0)
  }
}

extension assay_adam {
  /// The settings of an `.adam` instruction in one step.
  init(_ instruction: Instruction, _ scalars: StepScalars) {
    guard
      case .adam(
        _, _, _, _, _, let beta1, let oneMinusBeta1, let beta2, let oneMinusBeta2, let epsilon,
        let weightDecay, let decoupled) = instruction
    else {
      preconditionFailure("not adam: \(instruction)")
    }
    self.init(
      learning_rate: scalars.learningRate, beta1: beta1, one_minus_beta1: oneMinusBeta1,
      beta2: beta2, one_minus_beta2: oneMinusBeta2, epsilon: epsilon,
      weight_decay: weightDecay, first_moment_correction: scalars.firstMomentCorrection,
      second_moment_correction_root: scalars.secondMomentCorrectionRoot,
      decoupled: decoupled ? 1 : 0)
  }
}
