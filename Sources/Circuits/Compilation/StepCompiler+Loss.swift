internal import AssaySpecification

/// The columns of a step's loss that its gradient is read from.
struct LossColumns {
  /// p: [batch, classes].
  let probability: ColumnReference
}

extension StepCompiler {
  /// The label-anchored softmax of the last layer's Z: see `IntegerLoss`.
  mutating func compileLoss(
    stepIndex: Int, name: String, layers: [LayerColumns]
  ) -> LossColumns {
    let last = step.layers.count - 1
    let loss = step.loss
    let shape = [step.batchSize, loss.classCount]
    let batch = [step.batchSize]
    let both = free(shape)
    let bound = Int64(step.layers[last].bounds.product)
    let prefix = name + "loss."

    let logits = builder.column(prefix + "logits", shape, -bound...bound)
    let product = forward(last, stepIndex: stepIndex, name: name, layers: layers)
    builder.relation(
      prefix + "logits", at: shape, [WeightedColumn(logits, both, times: -1)],
      products: [product])

    // The label's logit: Σ over classes of label · logit.
    let anchor = builder.column(prefix + "anchor", batch, -bound...bound)
    let classes = Weights.axis(.sum(1), extent: loss.classCount)
    let places = Weights.axis(.sum(0), extent: step.batchSize)
    let selected = builder.product(
      prefix + "anchor", over: shape, gate: [Product.Tie(sum: 0, free: 0)],
      [WeightedColumn(labels, [examples(stepIndex, .sum(0)), classes])],
      [WeightedColumn(logits, [places, classes])])
    builder.relation(
      prefix + "anchor", at: batch, [WeightedColumn(anchor, free(batch), times: -1)],
      products: [Relation.WeightedProduct(coefficient: .constant(1), product: selected)])

    let table = loss.table.map { Int64($0) }
    let exponential = builder.column(
      prefix + "exponential", shape, 0...(table.max() ?? 0))
    let difference = builder.quotient(
      prefix + "difference", shape, weights: both, lookedUp: prefix + "exponential",
      with: [exponential], in: .saturated(values: table))
    round(
      prefix + "difference", shape,
      [
        WeightedColumn(logits, both),
        WeightedColumn(
          anchor, [.axis(.free(0), extent: step.batchSize)], times: -1, broadcast: [.free(1)]),
      ], products: [], to: difference, shift: loss.shift)
    return LossColumns(
      probability: divide(exponential, shape: shape, prefix: prefix))
  }

  /// p = ⌊(2^(P+1)·E + S) / 2S⌋: 2S·p + ρ = 2^(P+1)·E + S with 0 ≤ ρ and 0 ≤ 2S − 1 − ρ.
  private mutating func divide(
    _ exponential: ColumnReference, shape: [Int], prefix: String
  ) -> ColumnReference {
    let loss = step.loss
    let both = free(shape)
    let bits = loss.probabilityBits + 1
    let probability = builder.column(
      prefix + "probability", shape, 0...(1 << Int64(bits)) - 1)
    builder.look(up: prefix + "probability", [probability], in: .range(bits: bits))

    // S does not depend on the class: the same at each index of the second axis.
    func sum(_ coefficient: Int64, at axis: Axis, along: Axis) -> WeightedColumn {
      WeightedColumn(
        exponential, [.axis(axis, extent: step.batchSize), .ones(extent: loss.classCount)],
        times: coefficient, broadcast: [along])
    }
    let sumBits = Int.bitWidth - (2 * loss.largestSum - 1).leadingZeroBitCount
    let remainder = builder.limbs(
      prefix + "remainder", shape, bits: sumBits, sign: 1, weights: both)
    let slack = builder.limbs(
      prefix + "slack", shape, bits: sumBits, sign: -1, weights: both)
    let product = builder.product(
      prefix + "quotient", over: shape,
      gate: [Product.Tie(sum: 0, free: 0), Product.Tie(sum: 1, free: 1)],
      [sum(2, at: .sum(0), along: .sum(1))],
      [
        WeightedColumn(
          probability,
          [.axis(.sum(0), extent: shape[0]), .axis(.sum(1), extent: shape[1])])
      ])
    builder.relation(
      prefix + "quotient", at: shape,
      [
        WeightedColumn(exponential, both, times: -(1 << Int64(bits))),
        sum(-1, at: .free(0), along: .free(1)),
      ] + remainder,
      products: [Relation.WeightedProduct(coefficient: .constant(1), product: product)])
    let negated = remainder.map { $0.scaled(by: -1) }
    builder.relation(
      prefix + "remainder", at: shape,
      [sum(2, at: .free(0), along: .free(1))] + negated + slack, constant: -1)
    return probability
  }
}
