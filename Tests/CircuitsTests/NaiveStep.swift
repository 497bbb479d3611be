import AssayTestSupport

@testable import AssayCircuits
@testable import AssaySpecification

/// An integer step by nested loops, written from the definition alone: no kernel, no circuit.
struct NaiveStep {
  let step: IntegerStep
  let examples: ExampleValues

  /// The sums of one step from `state`, and the state after it.
  func run(
    from state: StateValues, batch: [Int], rate: Int64
  ) -> (values: StepValues, next: StateValues) {
    let labels = batch.map { examples.labels[$0] }
    let rounded = zip(step.layers, state.weights).map { layer, weight in
      weight.map {
        clamp(IntegerStep.rounded($0, shift: layer.weightFractionBits), -127, 127)
      }
    }
    var inputs = [
      batch.flatMap { row in
        examples.pixels.integers(in: row * step.featureCount..<(row + 1) * step.featureCount)
      }
    ]
    var products: [[Int64]] = []
    for (place, layer) in step.layers.enumerated() {
      let product = forward(layer, inputs[place], rounded[place])
      products.append(product)
      if let shift = layer.forwardShift {
        inputs.append(product.map { clamp(IntegerStep.rounded($0, shift: shift), 0, 127) })
      }
    }
    var gradient = lossGradient(products[products.count - 1], labels)
    var inputGradients = [[Int64]?](repeating: nil, count: step.layers.count)
    var weightGradients = [[Int64]](repeating: [], count: step.layers.count)
    for place in step.layers.indices.reversed() {
      let layer = step.layers[place]
      let (ofWeight, ofInput) = backward(layer, gradient, inputs[place], rounded[place])
      weightGradients[place] = ofWeight
      guard let shift = layer.gradientShift else { continue }
      inputGradients[place] = ofInput
      gradient = zip(ofInput, inputs[place]).map { value, activation in
        activation > 0 ? clamp(IntegerStep.rounded(value, shift: shift), -128, 127) : 0
      }
    }
    let values = StepValues(
      layers: step.layers.indices.map { place in
        StepValues.Layer(
          weight: state.weights[place],
          velocity: state.velocities.isEmpty ? nil : state.velocities[place],
          product: products[place], inputGradient: inputGradients[place])
      }, labels: labels)
    return (values, update(state, weightGradients, rate))
  }

  private func update(
    _ state: StateValues, _ gradients: [[Int64]], _ rate: Int64
  ) -> StateValues {
    guard case .momentum(let shift) = step.update else {
      return StateValues(
        weights: zip(state.weights, gradients).map { zip($0, $1).map { $0 - rate * $1 } },
        velocities: [])
    }
    let velocities = zip(state.velocities, gradients).map { velocity, gradient in
      zip(velocity, gradient).map { $0 - IntegerStep.rounded($0, shift: shift) + rate * $1 }
    }
    return StateValues(
      weights: zip(state.weights, velocities).map { zip($0, $1).map { $0 - $1 } },
      velocities: velocities)
  }

  private func lossGradient(_ logits: [Int64], _ labels: [Int]) -> [Int64] {
    let classes = step.loss.classCount
    return labels.enumerated().flatMap { row, label in
      let values = Array(logits[row * classes..<(row + 1) * classes])
      let exponentials = values.map { value in
        let d = clamp(IntegerStep.rounded(value - values[label], shift: step.loss.shift), -128, 127)
        return Int64(step.loss.table[Int(d) + 128])
      }
      let sum = exponentials.reduce(0, +)
      return exponentials.enumerated().map { index, value in
        let unit: Int64 = 1 << Int64(step.loss.probabilityBits)
        return (2 * unit * value + sum) / (2 * sum) - (index == label ? unit : 0)
      }
    }
  }

  private func forward(_ layer: IntegerLayer, _ x: [Int64], _ w: [Int64]) -> [Int64] {
    var result = [Int64](repeating: 0, count: step.batchSize * outputCount(layer))
    visit(layer) { z, input, weight in result[z] += x[input] * w[weight] }
    return result
  }

  private func backward(
    _ layer: IntegerLayer, _ gradient: [Int64], _ x: [Int64], _ w: [Int64]
  ) -> (ofWeight: [Int64], ofInput: [Int64]) {
    var ofWeight = [Int64](repeating: 0, count: w.count)
    var ofInput = [Int64](repeating: 0, count: x.count)
    visit(layer) { z, input, weight in
      ofWeight[weight] += gradient[z] * x[input]
      ofInput[input] += gradient[z] * w[weight]
    }
    return (ofWeight, ofInput)
  }

  /// Outputs of a layer per example, after pooling.
  func outputCount(_ layer: IntegerLayer) -> Int {
    switch layer.product {
    case .linear(_, let outputs): outputs
    case .convolution(let g):
      g.outputChannels * g.outputHeight * g.outputWidth / (layer.poolsOutput ? 4 : 1)
    }
  }

  /// Every triple (output, input, weight) that a layer multiplies and adds.
  private func visit(_ layer: IntegerLayer, _ body: (Int, Int, Int) -> Void) {
    for b in 0..<step.batchSize {
      switch layer.product {
      case .linear(let inputs, let outputs):
        for o in 0..<outputs {
          for i in 0..<inputs { body(b * outputs + o, b * inputs + i, o * inputs + i) }
        }
      case .convolution(let g):
        visit(g, example: b, pools: layer.poolsOutput, body)
      }
    }
  }

  private func visit(
    _ g: ConvolutionGeometry, example b: Int, pools: Bool, _ body: (Int, Int, Int) -> Void
  ) {
    let scale = pools ? 2 : 1
    let (rows, columns) = (g.outputHeight / scale, g.outputWidth / scale)
    for o in 0..<g.outputChannels {
      for y in 0..<rows * scale {
        for x in 0..<columns * scale {
          let z = ((b * g.outputChannels + o) * rows + y / scale) * columns + x / scale
          for c in 0..<g.inputChannels {
            for u in 0..<g.kernelHeight {
              for v in 0..<g.kernelWidth {
                let i = g.stride * y + u - g.padding
                let j = g.stride * x + v - g.padding
                guard i >= 0, i < g.height, j >= 0, j < g.width else { continue }
                body(
                  z, ((b * g.inputChannels + c) * g.height + i) * g.width + j,
                  ((o * g.inputChannels + c) * g.kernelHeight + u) * g.kernelWidth + v)
              }
            }
          }
        }
      }
    }
  }

  private func clamp(_ value: Int64, _ low: Int64, _ high: Int64) -> Int64 {
    min(max(value, low), high)
  }
}
