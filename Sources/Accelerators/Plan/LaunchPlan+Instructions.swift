internal import AssaySpecification
internal import AssayTensors

extension LaunchPlan {
  /// Adds the launches of one instruction; `number` is what a failure of it is reported by.
  mutating func add(_ instruction: Instruction, number: Int) throws(BackendError) {
    let number = try int(number)
    switch instruction {
    case .matmul(let a, let b, let out, let m, let n, let k, let transposeA, let transposeB):
      try addMatmul(
        "", a, b, out, m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB)
    case .addBias(let x, let bias, let out, let rows, let columns):
      try launch(
        "add_periodic", elements: rows * columns,
        [at(x), at(bias), at(out), .long(rows * columns), .long(columns)])
    case .columnSum(let x, let out, let rows, let columns):
      try launch(
        "column_sum", groups: [(columns + 3) / 4], items: 256,
        [at(x), at(out), .long(rows * columns), .long(columns)])
    case .unary(let function, let x, let out, let count):
      try launch(
        "unary_" + function.kernelName, elements: count, [at(x), at(out), .long(count)])
    case .unaryGradient(let function, let x, let y, let outputGradient, let out, let count):
      try launch(
        "unary_" + function.kernelName + "_gradient", elements: count,
        [at(x), at(y), at(outputGradient), at(out), .long(count)])
    case .add(let x, let y, let out, let count):
      try launch("add", elements: count, [at(x), at(y), at(out), .long(count)])
    case .mean(let x, let out, let count, let divisor):
      try launch("mean", sums: 1, [at(x), at(out), .long(count), self.divisor(divisor)])
    case .softmaxCrossEntropy, .softmaxCrossEntropyGradient, .squaredError, .squaredErrorGradient:
      try addLoss(instruction, number)
    case .sgd, .adam:
      try addOptimizer(instruction)
    case .convolution(let instruction, let geometry): try addConvolution("", instruction, geometry)
    case .pooling(let instruction, let geometry): try add(instruction, geometry, number)
    case .channel(let instruction, let geometry): try add(instruction, geometry)
    case .row(let instruction, let rows, let columns): try add(instruction, rows, columns)
    case .attention(let instruction, let geometry): try add(instruction, geometry)
    case .sequence(let instruction): try add(instruction, number)
    case .update(let instruction): try add(instruction)
    case .integer(let instruction): try add(instruction, number)
    }
  }

  private mutating func addLoss(
    _ instruction: Instruction, _ number: Launch.Argument
  ) throws(BackendError) {
    switch instruction {
    case .softmaxCrossEntropy(
      let logits, let labels, let probabilities, let losses, let rows, let columns,
      let labelling):
      try launch(
        "softmax_cross_entropy", sums: rows,
        [at(logits), at(labels), at(probabilities), at(losses), .long(columns)]
          + self.labelling(labelling) + [number])
    case .softmaxCrossEntropyGradient(
      let probabilities, let labels, let out, let rows, let columns, let labelling, let divisor):
      try launch(
        "softmax_cross_entropy_gradient", elements: rows * columns,
        [at(probabilities), at(labels), at(out), .long(rows * columns), .long(columns)]
          + self.labelling(labelling) + [self.divisor(divisor), number])
    case .squaredError(let prediction, let target, let losses, let rows, let columns):
      try launch(
        "squared_error", sums: rows, [at(prediction), at(target), at(losses), .long(columns)])
    case .squaredErrorGradient(
      let prediction, let target, let out, let rows, let columns, let divisor):
      try launch(
        "squared_error_gradient", elements: rows * columns,
        [at(prediction), at(target), at(out), .long(rows * columns), self.divisor(divisor)])
    default: preconditionFailure("not a loss: \(instruction)")
    }
  }

  private mutating func addOptimizer(_ instruction: Instruction) throws(BackendError) {
    switch instruction {
    case .sgd(
      let parameter, let gradient, let velocity, let count, let momentum, let weightDecay,
      let nesterov):
      guard let velocity else {
        return try launch(
          "sgd", elements: count,
          [at(parameter), at(gradient), .long(count), .float(weightDecay)])
      }
      try launch(
        "sgd_momentum", elements: count,
        [
          at(parameter), at(gradient), at(velocity), .long(count), .float(weightDecay),
          .float(momentum), flag(nesterov),
        ])
    case .adam(
      let parameter, let gradient, let firstMoment, let secondMoment, let count, let beta1,
      let oneMinusBeta1, let beta2, let oneMinusBeta2, let epsilon, let weightDecay,
      let decoupled):
      try launch(
        "adam", elements: count,
        [
          at(parameter), at(gradient), at(firstMoment), at(secondMoment), .long(count),
          .float(beta1), .float(oneMinusBeta1), .float(beta2), .float(oneMinusBeta2),
          .float(epsilon), .float(weightDecay), flag(decoupled),
        ])
    default: preconditionFailure("not an update: \(instruction)")
    }
  }

  mutating func add(_ instruction: UpdateInstruction) throws(BackendError) {
    switch instruction {
    case .clipScale(let gradients, _, let out, let limit):
      let sums = room(4 * gradients.count)
      try launch(
        "sums_of_squares", sums: gradients.count, [.long(table(of: gradients)), .long(sums)])
      try launch(
        "clip_scale", groups: [1], items: 1,
        [.long(sums), at(out), int(gradients.count), .float(limit)])
    case .scale(let x, let scale, let out, let count):
      try launch("scale", elements: count, [at(x), at(scale), at(out), .long(count)])
    case .accumulate(let x, let out, let count):
      try launch("accumulate", elements: count, [at(x), at(out), .long(count)])
    case .movingAverage(let parameter, let average, let count, let rate):
      try launch(
        "moving_average", elements: count,
        [at(parameter), at(average), .long(count), .float(rate)])
    }
  }
}

extension UnaryFunction {
  fileprivate var kernelName: String {
    switch self {
    case .relu: "relu"
    case .tanh: "tanh"
    case .gelu: "gelu"
    case .geluErf: "gelu_erf"
    case .sigmoid: "sigmoid"
    case .silu: "silu"
    }
  }
}
