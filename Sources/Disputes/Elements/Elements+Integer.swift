internal import AssaySpecification

extension IntegerInstruction {
  var written: [BufferID] {
    switch self {
    case .roundWeights(_, _, let out, _, _), .matmul(_, _, let out, _, _, _, _, _),
      .activate(_, let out, _, _), .poolActivate(_, let out, _, _, _, _),
      .maskGradient(_, _, let out, _, _), .spread(_, let out, _, _, _):
      [out]
    case .convolution(let instruction, _): instruction.written
    case .loss(_, _, let gradient, let loss, _, _): [gradient, loss]
    case .update(let weight, let velocity, _, _, _, _):
      [weight] + (velocity.map { [$0] } ?? [])
    }
  }

  func append(
    _ output: BufferID, _ element: Int, _ step: StepScalars, to program: inout ElementProgram
  ) {
    switch self {
    case .roundWeights(let weight, _, _, _, let shift):
      program.appendWhole { s throws(DisputeError) in
        Self.rounded(try s.integer(weight, element), shift, IntegerStep.weightRange)
      }
    case .matmul(let a, let b, _, let m, let n, let k, let transposeA, let transposeB):
      program.appendProduct(
        a, b, m: m, n: n, k: k, (transposeA, transposeB), at: element, of: .whole)
    case .convolution(let instruction, let geometry):
      instruction.append(element, geometry, of: .whole, to: &program)
    case .activate(let x, _, _, let shift):
      program.appendWhole { s throws(DisputeError) in
        Self.rounded(try s.integer(x, element), shift, IntegerStep.activationRange)
      }
    case .poolActivate(let x, _, _, _, let width, let shift):
      let (row, column) = element.quotientAndRemainder(dividingBy: width)
      program.appendWhole { s throws(DisputeError) in
        var sum = 0
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
          sum &+= try s.integer(x, (2 * row + i) * 2 * width + 2 * column + j)
        }
        return Self.rounded(sum, shift, IntegerStep.activationRange)
      }
    case .maskGradient(let gradient, let activation, _, _, let shift):
      program.appendWhole { s throws(DisputeError) in
        try s.integer(activation, element) > 0
          ? Self.rounded(s.integer(gradient, element), shift, IntegerStep.gradientRange) : 0
      }
    case .spread(let x, _, _, _, let width):
      let (row, column) = element.quotientAndRemainder(dividingBy: 2 * width)
      program.appendUnchanged(x, row / 2 * width + column / 2)
    case .loss(let logits, let labels, let gradient, _, let rows, let loss):
      let terms = IntegerLossTerms(logits: logits, labels: labels, loss: loss)
      if output == gradient {
        terms.appendGradient(element, &program)
      } else {
        terms.appendMean(rows: rows, &program)
      }
    case .update(let weight, let velocity, let gradient, let type, _, let decayShift):
      let rate = Int(step.learningRate)
      program.appendWhole { s throws(DisputeError) in
        var change = try rate &* s.integer(gradient, element)
        if let velocity {
          let old = try s.integer(velocity, element)
          change = type.wrapping(old &- Self.rounded(old, decayShift) &+ change)
          if output == velocity { return change }
        }
        return type.wrapping(try s.integer(weight, element) &- change)
      }
    }
  }

  /// sat(rs(x, shift)), or rs alone; a step in which it had to wrap has no next one.
  fileprivate static func rounded(_ x: Int, _ shift: Int, _ range: ClosedRange<Int>? = nil) -> Int {
    let whole = shift == 0 ? x : (x &+ 1 << (shift - 1)) >> shift
    return range.map { min(max(whole, $0.lowerBound), $0.upperBound) } ?? whole
  }
}

/// What `IntegerLoss` makes of the logits of a row.
private struct IntegerLossTerms: Sendable {
  let logits: BufferID
  let labels: BufferID
  let loss: IntegerLoss

  /// The label of a row.
  private func label(_ row: Int, _ s: Scalars) throws(DisputeError) -> Int {
    let label = try s.integer(labels, row)
    guard (0..<loss.classCount).contains(label) else {
      throw .noSuchElement(index: label, count: loss.classCount)
    }
    return label
  }

  /// E_j of a row.
  private func exponential(_ row: Int, _ j: Int, _ s: Scalars) throws(DisputeError) -> Int {
    let first = row * loss.classCount
    let anchor = try s.integer(logits, first + label(row, s))
    let margin = try s.integer(logits, first + j) &- anchor
    return loss.table[
      IntegerInstruction.rounded(margin, loss.shift, IntegerStep.gradientRange) + 128]
  }

  /// Appends the chain of a row's E_j and returns the place of S.
  private func appendSum(_ row: Int, _ program: inout ElementProgram) -> Int {
    let terms = self
    return program.wholeChain(loss.classCount) { j, sum, s throws(DisputeError) in
      try sum &+ terms.exponential(row, j, s)
    }
  }

  /// p_j of a row whose S is value `sum`.
  private func probability(
    _ row: Int, _ j: Int, sum: Int, _ s: Scalars
  ) throws(DisputeError) -> Int {
    let total = try s.integer(sum)
    guard (1...1 << 40).contains(total) else {
      throw .incomplete(reason: "a sum of exponentials is \(total)")
    }
    return try (exponential(row, j, s) << (loss.probabilityBits + 1) + total) / (2 * total)
  }

  func appendGradient(_ element: Int, _ program: inout ElementProgram) {
    let (terms, (row, j)) = (self, element.quotientAndRemainder(dividingBy: loss.classCount))
    let sum = appendSum(row, &program)
    program.appendWhole { s throws(DisputeError) in
      let p = try terms.probability(row, j, sum: sum, s)
      return try j == terms.label(row, s) ? p - 1 << terms.loss.probabilityBits : p
    }
  }

  func appendMean(rows: Int, _ program: inout ElementProgram) {
    let terms = self
    let one = 1 << loss.probabilityBits
    var missing: Int?
    for row in 0..<rows {
      let sum = appendSum(row, &program)
      let before = missing
      missing = program.appendWhole { s throws(DisputeError) in
        let p = try terms.probability(row, terms.label(row, s), sum: sum, s)
        let sofar = try before.map { place throws(DisputeError) in try s.integer(place) } ?? 0
        return sofar &+ one &- p
      }
    }
    let last = missing
    program.append { s throws(DisputeError) in
      let total = try last.map { place throws(DisputeError) in try s.integer(place) } ?? 0
      return Float(total) / Float(one * rows)
    }
  }
}

extension ElementProgram {
  /// Appends a value that is a whole number.
  @discardableResult
  mutating func appendWhole(
    _ body: @escaping @Sendable (Scalars) throws(DisputeError) -> Int
  ) -> Int {
    append(1) { (_: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
      Scalars.bits(try body(scalars))
    }
  }

  /// A chain of whole numbers from 0 on; returns the place of the last.
  ///
  /// - Precondition: it has a link.
  mutating func wholeChain(
    _ count: Int, _ link: @escaping @Sendable (Int, Int, Scalars) throws(DisputeError) -> Int
  ) -> Int {
    let first = self.count
    append(count) { (index: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
      let sum = index == 0 ? 0 : try scalars.integer(first + index - 1)
      return Scalars.bits(try link(index, sum, scalars))
    }
    return first + count - 1
  }
}

extension ElementType {
  /// What is left of a whole number where the type has fewer bits.
  fileprivate func wrapping(_ x: Int) -> Int {
    self == .int32 ? Int(Int32(truncatingIfNeeded: x)) : x
  }
}
