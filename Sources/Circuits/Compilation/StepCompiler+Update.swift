internal import AssaySpecification

extension StepCompiler {
  /// W′ and V′ from W, V and the weight's exact gradient D.
  mutating func update(
    _ place: Int, stepIndex: Int, name: String, loss: LossColumns, layers: [LayerColumns],
    from state: StateColumns, to next: StateColumns
  ) {
    let shape = shapes[place].weight
    let weights = free(shape)
    let prefix = "\(name)\(step.layers[place].weightName)"
    let product = weightGradient(
      place, stepIndex: stepIndex, name: prefix + ".gradient", loss: loss, layers: layers)
    func rated(_ factor: Int64) -> [Relation.WeightedProduct] {
      [
        Relation.WeightedProduct(
          coefficient: .rate(step: stepIndex, factor: factor), product: product)
      ]
    }
    guard case .momentum(let shift) = step.update, let velocity = state.velocity,
      let nextVelocity = next.velocity
    else {
      // W′ − W + c·D = 0
      builder.relation(
        prefix + ".update", at: shape,
        [
          WeightedColumn(next.weight, weights),
          WeightedColumn(state.weight, weights, times: -1),
        ], products: rated(1))
      return
    }
    // With V + 2^(s−1) = 2^s·u + r: 2^s·V′ = 2^s·V − (V + 2^(s−1) − r) + 2^s·c·D. V and V′ = W − W′
    // are bounded integers, so r is the remainder and no fraction passes.
    let unit: Int64 = 1 << Int64(shift)
    let remainder = builder.limbs(
      prefix + ".velocity.remainder", shape, bits: shift, sign: -1, weights: weights)
    builder.relation(
      prefix + ".velocity", at: shape,
      [
        WeightedColumn(nextVelocity, weights, times: unit),
        WeightedColumn(velocity, weights, times: 1 - unit),
      ] + remainder, products: rated(-unit), constant: shift == 0 ? 0 : unit / 2)
    builder.relation(
      prefix + ".update", at: shape,
      [
        WeightedColumn(next.weight, weights),
        WeightedColumn(state.weight, weights, times: -1),
        WeightedColumn(nextVelocity, weights),
      ])
  }

  /// D = Gᵀ · X at the free axes of the weight, summed over batch and places.
  private mutating func weightGradient(
    _ place: Int, stepIndex: Int, name: String, loss: LossColumns, layers: [LayerColumns]
  ) -> Int {
    let shape = shapes[place]
    var sumExtents = [step.batchSize]
    var gradients: [Weights] = [.axis(.free(0), extent: shape.weight[0])]
    var read: [Weights] = []
    for (index, dimension) in shape.input.enumerated() {
      let free = Axis.free(index + 1)
      switch dimension {
      case .contracted(let extent):
        read.append(.axis(free, extent: extent))
      case .window(let geometry):
        let places = shape.pools ? 2 * shape.output[index] : shape.output[index]
        let sum = Weights.axis(.sum(sumExtents.count), extent: places)
        sumExtents.append(places)
        gradients.append(shape.pools ? .paired(sum) : sum)
        read.append(
          .convolutionInput(
            output: sum, kernel: .axis(free, extent: geometry.kernel), geometry: geometry))
      }
    }
    let left = gradient(
      of: place, stepIndex: stepIndex, loss: loss, layers: layers, batch: .sum(0),
      others: gradients)
    let right = input(
      of: place, stepIndex: stepIndex, layers: layers, batch: .sum(0), others: read)
    return builder.product(name, over: sumExtents, left, [right])
  }
}
