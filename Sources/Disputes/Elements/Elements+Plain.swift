internal import AssaySpecification

extension Instruction {
  /// Products, sums and functions of elements.
  func appendPlain(_ element: Int, _ scalars: StepScalars, to program: inout ElementProgram) {
    switch self {
    case .matmul(let a, let b, _, let m, let n, let k, let transposeA, let transposeB):
      program.appendProduct(
        a, b, m: m, n: n, k: k, (transposeA, transposeB), at: element, of: .float)
    case .addBias(let x, let bias, _, _, let columns):
      program.append { s throws(DisputeError) in
        try s.input(x, element) + s.input(bias, element % columns)
      }
    case .columnSum(let x, _, let rows, let columns):
      _ = program.lanes(rows) { row, sum, s throws(DisputeError) in
        try sum + s.input(x, row * columns + element)
      }
    case .unary(let function, let x, _, _):
      program.append { s throws(DisputeError) in
        ScalarFunctions.apply(function, try s.input(x, element))
      }
    case .unaryGradient(let function, let x, let y, let gradient, _, _):
      program.append { s throws(DisputeError) in
        ScalarFunctions.gradient(
          function, x: try s.input(x, element), y: try s.input(y, element),
          gradient: try s.input(gradient, element))
      }
    case .add(let x, let y, _, _):
      program.append { s throws(DisputeError) in try s.input(x, element) + s.input(y, element) }
    case .mean(let x, _, let count, let divisor):
      let sum = program.lanes(count) { i, sum, s throws(DisputeError) in try sum + s.input(x, i) }
      program.append { s throws(DisputeError) in
        try s.float(sum) / divisor.value(scalars)
      }
    default: break
    }
  }

  /// The losses and their gradients.
  func appendLoss(
    _ output: BufferID, _ element: Int, _ scalars: StepScalars, to program: inout ElementProgram
  ) {
    switch self {
    case .softmaxCrossEntropy(
      let logits, let labels, let probabilities, _, _, let columns, let labelling):
      let row = output == probabilities ? element / columns : element
      let softmax = SoftmaxTerms(logits, row: row, columns: columns, &program)
      if output == probabilities {
        softmax.appendProbability(element, &program)
      } else {
        appendCrossEntropy(
          logits, labels, row: row, columns: columns, labelling, softmax, &program)
      }
    case .softmaxCrossEntropyGradient(
      let probabilities, let labels, _, _, let columns, let labelling, let divisor):
      let share = labelling.smoothing / Float(columns)
      program.append { s throws(DisputeError) in
        let label = try s.integer(labels, element / columns)
        if labelling.ignores(label) { return 0 }
        let expected = label == element % columns ? 1 - labelling.smoothing : 0
        return try ((s.input(probabilities, element) - share) - expected)
          / divisor.value(scalars)
      }
    case .squaredError(let prediction, let target, _, _, let columns):
      let sum = program.lanes(columns) { c, sum, s throws(DisputeError) in
        let place = element * columns + c
        let d = try s.input(prediction, place) - s.input(target, place)
        return ScalarFunctions.fma(d, d, sum)
      }
      program.append { s throws(DisputeError) in try s.float(sum) / Float(columns) }
    case .squaredErrorGradient(let prediction, let target, _, _, _, let divisor):
      program.append { s throws(DisputeError) in
        try 2 * (s.input(prediction, element) - s.input(target, element))
          / divisor.value(scalars)
      }
    default: break
    }
  }

  private func appendCrossEntropy(
    _ logits: BufferID, _ labels: BufferID, row: Int, columns: Int, _ labelling: Labelling,
    _ softmax: SoftmaxTerms, _ program: inout ElementProgram
  ) {
    let smoothing = labelling.smoothing
    let margins = program.lanes(columns) { c, sum, s throws(DisputeError) in
      try sum + (s.input(logits, row * columns + c) - s.float(softmax.largest))
    }
    program.append { s throws(DisputeError) in
      let label = try s.integer(labels, row)
      if labelling.ignores(label) { return 0 }
      guard (0..<columns).contains(label) else {
        throw .noSuchElement(index: label, count: columns)
      }
      let margin = try s.input(logits, row * columns + label) - s.float(softmax.largest)
      let logarithm = ScalarFunctions.log(try s.float(softmax.sum))
      let loss = logarithm - margin
      if smoothing == 0 { return loss }
      let smooth = logarithm - (try s.float(margins)) / Float(columns)
      return ScalarFunctions.fma(smoothing, smooth, (1 - smoothing) * loss)
    }
  }

  /// An element of a parameter, or of what the optimiser keeps for it.
  func appendOptimizer(
    _ output: BufferID, _ element: Int, _ step: StepScalars, to program: inout ElementProgram
  ) {
    let fma = ScalarFunctions.fma
    switch self {
    case .sgd(let parameter, let gradient, let velocity, _, let momentum, let decay, let nesterov):
      program.append { s throws(DisputeError) in
        let p = try s.input(parameter, element)
        var d = try s.input(gradient, element)
        if decay != 0 { d = fma(decay, p, d) }
        if let velocity {
          let v = fma(momentum, try s.input(velocity, element), d)
          if output == velocity { return v }
          d = nesterov ? fma(momentum, v, d) : v
        }
        return fma(-step.learningRate, d, p)
      }
    case .adam(
      let parameter, let gradient, let first, let second, _, let beta1, let rest1, let beta2,
      let rest2, let epsilon, let decay, let decoupled):
      program.append { s throws(DisputeError) in
        var p = try s.input(parameter, element)
        var g = try s.input(gradient, element)
        if decoupled {
          p = p * fma(-step.learningRate, decay, 1)
        } else if decay != 0 {
          g = fma(decay, p, g)
        }
        let m = fma(beta1, try s.input(first, element), rest1 * g)
        let v = fma(beta2, try s.input(second, element), rest2 * (g * g))
        if output == first { return m }
        if output == second { return v }
        let d = v.squareRoot() / step.secondMomentCorrectionRoot + epsilon
        return fma(-(step.learningRate / step.firstMomentCorrection), m / d, p)
      }
    default: break
    }
  }
}

/// The maximum of a row and the lane sum of exp(x − maximum).
struct SoftmaxTerms {
  let x: BufferID
  let largest: ElementProgram.Term
  let sum: ElementProgram.Term

  init(_ x: BufferID, row: Int, columns: Int, _ program: inout ElementProgram) {
    self.x = x
    let largest = program.chain(columns, from: -.infinity) { c, largest, s throws(DisputeError) in
      ScalarFunctions.larger(largest, try s.input(x, row * columns + c))
    }
    self.largest = largest
    sum = program.lanes(columns) { c, sum, s throws(DisputeError) in
      try sum + ScalarFunctions.exp(s.input(x, row * columns + c) - s.float(largest))
    }
  }

  /// The probability at `element`, which lies in the row.
  func appendProbability(_ element: Int, _ program: inout ElementProgram) {
    let (x, largest, sum) = (x, largest, sum)
    program.append { s throws(DisputeError) in
      try ScalarFunctions.exp(s.input(x, element) - s.float(largest)) / s.float(sum)
    }
  }
}

extension Labelling {
  /// Whether rows with this label do not count.
  func ignores(_ label: Int) -> Bool { ignored.map { Int($0) == label } ?? false }
}

extension LossDivisor {
  /// The divisor in one step.
  func value(_ scalars: StepScalars) -> Float {
    switch self {
    case .fixed(let count): Float(count)
    case .countedRows: Float(max(1, scalars.countedRows))
    }
  }
}
