internal import AssaySpecification

/// Turns an `IntegerStep`, repeated, into a circuit: every operation becomes a relation or a
/// lookup.
///
/// Rounded values, their remainders, activations, masks and gradients are columns; what is linear
/// or bilinear in columns (products, weight gradients, sums) is never committed.
struct StepCompiler {
  let step: IntegerStep
  let shapes: [LayerShapes]
  let exampleCount: Int
  var builder: CircuitBuilder
  /// The examples' values and their labels, one-hot.
  let pixels: ColumnReference
  let labels: ColumnReference

  /// The columns of one layer in one step.
  struct LayerColumns {
    /// W as products read it.
    var weight: ColumnReference?
    /// The activation and its mask; nil for the last layer.
    var activation: ColumnReference?
    var mask: ColumnReference?
    /// The gradient of the layer's rounded output; nil for the last layer.
    var gradient: ColumnReference?
  }

  /// A layer's weights and velocity in one state.
  struct StateColumns {
    let weight: ColumnReference
    let velocity: ColumnReference?
  }

  /// - Parameter split: the tags of tables that two small ones are to stand for.
  init(step: IntegerStep, exampleCount: Int, split: Set<Int64> = []) throws(CircuitError) {
    self.step = step
    self.exampleCount = exampleCount
    builder = CircuitBuilder(split: split)
    guard !step.layers.isEmpty else {
      throw .unsupported(what: "a model without layers", instead: "add a linear layer")
    }
    var shapes: [LayerShapes] = []
    for (index, layer) in step.layers.enumerated() {
      shapes.append(
        try LayerShapes(
          layer, input: step.inputExtents[index], weight: step.weightExtents[index]))
    }
    self.shapes = shapes
    pixels = builder.column(
      "pixels", [exampleCount] + shapes[0].inputExtents, 0...127, in: .data)
    labels = builder.column(
      "labels", [exampleCount, step.loss.classCount], 0...1, in: .data)
  }

  /// Compiles `stepCount` steps, from the columns of the start state to those of the end state.
  mutating func compile(stepCount: Int) -> Circuit {
    var state = stateColumns(in: .start, prefix: "")
    bindVelocities(of: state)
    for index in 0..<stepCount {
      let isLast = index == stepCount - 1
      let name = "step\(index)."
      let next =
        isLast
        ? stateColumns(in: .end, prefix: "") : stateColumns(in: .witness, prefix: name + "after.")
      compileStep(index, name: name, from: state, to: next)
      state = next
    }
    if case .momentum = step.update {
      // The remainders of the last update are only tied down by a bounded state after it.
      for (place, columns) in state.enumerated() {
        _ = roundWeight(place, columns.weight, name: "end.")
      }
    }
    return builder.circuit(stepCount: stepCount)
  }

  private mutating func stateColumns(in oracle: Oracle, prefix: String) -> [StateColumns] {
    step.layers.indices.map { index in
      let layer = step.layers[index]
      let bound = Int64(layer.bounds.weight)
      let weight = builder.column(
        prefix + layer.weightName, shapes[index].weight, -bound...bound, in: oracle)
      guard let name = layer.velocityName, let velocity = layer.bounds.velocity else {
        return StateColumns(weight: weight, velocity: nil)
      }
      let limit = Int64(velocity)
      return StateColumns(
        weight: weight,
        velocity: builder.column(
          prefix + name, shapes[index].weight, -limit...limit, in: oracle))
    }
  }

  /// Bounds the start state's velocities, which no rounding of the first step bounds.
  private mutating func bindVelocities(of state: [StateColumns]) {
    for (index, columns) in state.enumerated() {
      guard let velocity = columns.velocity, let bound = step.layers[index].bounds.velocity else {
        continue
      }
      let name = "start." + (step.layers[index].velocityName ?? "")
      let bits = Int.bitWidth - bound.leadingZeroBitCount
      let shape = shapes[index].weight
      let weights = free(shape)
      let limbs = builder.limbs(name, shape, bits: bits + 1, sign: -1, weights: weights)
      builder.relation(
        name, at: shape, [WeightedColumn(velocity, weights)] + limbs, constant: 1 << Int64(bits))
    }
  }

  private mutating func compileStep(
    _ index: Int, name: String, from state: [StateColumns], to next: [StateColumns]
  ) {
    var layers = [LayerColumns](repeating: LayerColumns(), count: step.layers.count)
    for (place, columns) in state.enumerated() {
      layers[place].weight = roundWeight(place, columns.weight, name: name)
    }
    for place in step.layers.indices.dropLast() {
      activate(place, stepIndex: index, name: name, layers: &layers)
    }
    let loss = compileLoss(stepIndex: index, name: name, layers: layers)
    for place in step.layers.indices.dropFirst().reversed() {
      propagate(place, stepIndex: index, name: name, loss: loss, layers: &layers)
    }
    for place in step.layers.indices {
      update(
        place, stepIndex: index, name: name, loss: loss, layers: layers, from: state[place],
        to: next[place])
    }
  }

  /// W + 2^(k−1) = 2^k · q + r with q in the table that saturates it to W8; returns W8.
  private mutating func roundWeight(
    _ place: Int, _ weight: ColumnReference, name: String
  ) -> ColumnReference {
    let layer = step.layers[place]
    let prefix = name + layer.weightName
    let shape = shapes[place].weight
    let range = IntegerStep.weightRange
    let rounded = builder.column(prefix + ".rounded", shape, bounds(range))
    let quotient = builder.quotient(
      prefix + ".quotient", shape, weights: free(shape), lookedUp: prefix + ".rounded",
      with: [rounded], in: .clamp(low: Int64(range.lowerBound), high: Int64(range.upperBound)))
    round(
      prefix, shape, [WeightedColumn(weight, free(shape))], products: [], to: quotient,
      shift: layer.weightFractionBits)
    return rounded
  }

  /// Demands that `quotient` be `linear + products`, rounded half up by `shift` bits.
  mutating func round(
    _ name: String, _ shape: [Int], _ linear: [WeightedColumn],
    products: [Relation.WeightedProduct], to quotient: CircuitBuilder.Quotient, shift: Int
  ) {
    let limbs = builder.limbs(
      name + ".remainder", shape, bits: shift, sign: -1, weights: free(shape))
    let unit: Int64 = 1 << Int64(shift)
    builder.relation(
      name, at: shape, linear + quotient.terms.map { $0.scaled(by: -unit) } + limbs,
      products: products, constant: unit / 2 - unit * quotient.constant)
  }

  /// Each dimension at its own free axis.
  func free(_ shape: [Int]) -> [Weights] {
    shape.indices.map { .axis(.free($0), extent: shape[$0]) }
  }

  func bounds(_ range: ClosedRange<Int>) -> ClosedRange<Int64> {
    Int64(range.lowerBound)...Int64(range.upperBound)
  }
}
