internal import AssaySpecification

extension StepCompiler {
  /// The input of layer `place` under weights: the examples, or the layer before's activation.
  ///
  /// - Parameter batch: the axis of places in the batch.
  func input(
    of place: Int, stepIndex: Int, layers: [LayerColumns], batch: Axis, others: [Weights]
  ) -> WeightedColumn {
    if place > 0, let activation = layers[place - 1].activation {
      return WeightedColumn(activation, [.axis(batch, extent: step.batchSize)] + others)
    }
    return WeightedColumn(pixels, [examples(stepIndex, batch)] + others)
  }

  func examples(_ stepIndex: Int, _ places: Axis) -> Weights {
    .examples(step: stepIndex, places: places, batchSize: step.batchSize, extent: exampleCount)
  }

  /// Z of layer `place` at the free axes (batch, …output), as a product to be summed.
  mutating func forward(
    _ place: Int, stepIndex: Int, name: String, layers: [LayerColumns]
  ) -> Relation.WeightedProduct {
    let shape = shapes[place]
    var sumExtents: [Int] = []
    var read: [Weights] = []
    // The axis after batch is the output's channel or unit; rows and columns follow.
    var weights: [Weights] = [.axis(.free(1), extent: shape.weight[0])]
    for (index, dimension) in shape.input.enumerated() {
      let sum = Axis.sum(index)
      switch dimension {
      case .contracted(let extent):
        sumExtents.append(extent)
        read.append(.axis(sum, extent: extent))
        weights.append(.axis(sum, extent: extent))
      case .window(let geometry):
        sumExtents.append(geometry.kernel)
        let output = Weights.axis(.free(index + 1), extent: shape.output[index])
        read.append(
          .convolutionInput(
            output: shape.pools ? .spread(output) : output,
            kernel: .axis(sum, extent: geometry.kernel), geometry: geometry))
        weights.append(.axis(sum, extent: geometry.kernel))
      }
    }
    let left = input(
      of: place, stepIndex: stepIndex, layers: layers, batch: .free(0), others: read)
    let right = weight(of: place, layers, weights)
    let product = builder.product(
      "\(name)\(step.layers[place].weightName).forward", over: sumExtents, [left], right)
    return Relation.WeightedProduct(coefficient: .constant(1), product: product)
  }

  private func weight(
    of place: Int, _ layers: [LayerColumns], _ weights: [Weights]
  ) -> [WeightedColumn] {
    layers[place].weight.map { [WeightedColumn($0, weights)] } ?? []
  }

  /// A = sat(rs(Z, shift), 0, 127) and its mask.
  mutating func activate(
    _ place: Int, stepIndex: Int, name: String, layers: inout [LayerColumns]
  ) {
    let layer = step.layers[place]
    let prefix = "\(name)\(layer.weightName)"
    let shape = [step.batchSize] + shapes[place].output
    let product = forward(place, stepIndex: stepIndex, name: name, layers: layers)
    let high = Int64(IntegerStep.activationRange.upperBound)
    let activation = builder.column(prefix + ".activation", shape, 0...high)
    let mask = builder.column(prefix + ".mask", shape, 0...1)
    let quotient = builder.quotient(
      prefix + ".output", shape, weights: free(shape), lookedUp: prefix + ".activation",
      with: [activation, mask], in: .rectifier(high: high))
    round(
      prefix + ".output", shape, [], products: [product], to: quotient,
      shift: layer.forwardShift ?? 0)
    layers[place].activation = activation
    layers[place].mask = mask
  }

  /// The gradient of layer `place`'s rounded output at (batch, unit, rows and columns of weights):
  /// a column for hidden layers, for the last p − 2^P · label.
  func gradient(
    of place: Int, stepIndex: Int, loss: LossColumns, layers: [LayerColumns], batch: Axis,
    others: [Weights]
  ) -> [WeightedColumn] {
    if let gradient = layers[place].gradient {
      return [WeightedColumn(gradient, [.axis(batch, extent: step.batchSize)] + others)]
    }
    return [
      WeightedColumn(loss.probability, [.axis(batch, extent: step.batchSize)] + others),
      WeightedColumn(
        labels, [examples(stepIndex, batch)] + others,
        times: -(1 << Int64(step.loss.probabilityBits))),
    ]
  }

  /// The gradient behind layer `place`, rounded, masked and saturated: G of the layer before.
  mutating func propagate(
    _ place: Int, stepIndex: Int, name: String, loss: LossColumns, layers: inout [LayerColumns]
  ) {
    guard let mask = layers[place - 1].mask else { return }
    let shape = shapes[place]
    let unit = Weights.axis(.sum(0), extent: shape.weight[0])
    var sumExtents = [shape.weight[0]]
    var read = [unit]
    var weights = [unit]
    for (index, dimension) in shape.input.enumerated() {
      let free = Axis.free(index + 1)
      switch dimension {
      case .contracted(let extent):
        weights.append(.axis(free, extent: extent))
      case .window(let geometry):
        let sum = Weights.axis(.sum(sumExtents.count), extent: geometry.kernel)
        sumExtents.append(geometry.kernel)
        weights.append(sum)
        let output = Weights.convolutionOutput(
          input: .axis(free, extent: geometry.input), kernel: sum, geometry: geometry)
        read.append(shape.pools ? .paired(output) : output)
      }
    }
    let prefix = "\(name)\(step.layers[place].weightName)"
    let product = builder.product(
      prefix + ".backward", over: sumExtents,
      gradient(
        of: place, stepIndex: stepIndex, loss: loss, layers: layers, batch: .free(0),
        others: read),
      weight(of: place, layers, weights))
    let extents = [step.batchSize] + shape.inputExtents
    let range = IntegerStep.gradientRange
    let gradient = builder.column(prefix + ".masked-gradient", extents, bounds(range))
    let quotient = builder.quotient(
      prefix + ".input-gradient", extents, weights: free(extents),
      lookedUp: prefix + ".masked-gradient", with: [mask, gradient],
      in: .maskedClamp(low: Int64(range.lowerBound), high: Int64(range.upperBound)))
    round(
      prefix + ".input-gradient", extents, [],
      products: [Relation.WeightedProduct(coefficient: .constant(1), product: product)],
      to: quotient, shift: step.layers[place].gradientShift ?? 0)
    layers[place - 1].gradient = gradient
  }
}
