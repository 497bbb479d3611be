import AssayTestSupport

@testable import AssayCircuits
@testable import AssaySpecification

/// A random small integer step with data, a start state and a few steps run from it.
struct RandomStep {
  let step: IntegerStep
  /// The features of the examples.
  let bytes: [UInt8]
  let examples: ExampleValues
  let circuit: Circuit
  /// The same with no table cut in two, as if all were looked up often.
  let whole: Circuit
  let inputs: PublicInputs
  let steps: [StepValues]
  let end: StateValues

  /// The columns as the assembler fills them.
  func values(of circuit: Circuit? = nil) throws -> ColumnValues {
    try WitnessAssembler.assemble(
      step: step, circuit: circuit ?? self.circuit, examples: examples, steps: steps, end: end)
  }

  init(_ generator: inout SeededGenerator, convolutions: Int, momentum: Bool) throws {
    let batch = Int.random(in: 1...3, using: &generator)
    let classes = Int.random(in: 2...4, using: &generator)
    let exampleCount = Int.random(in: 3...6, using: &generator)
    let stepCount = Int.random(in: 1...3, using: &generator)
    var shape = [
      Int.random(in: 1...2, using: &generator), Int.random(in: 4...6, using: &generator),
      Int.random(in: 4...7, using: &generator),
    ]
    let featureCount = shape.reduce(1, *)
    var products: [(product: IntegerLayer.Product, pools: Bool)] = []
    for _ in 0..<convolutions {
      guard let g = Self.geometry(&generator, batch: batch, input: shape) else { continue }
      let pools = g.outputHeight % 2 == 0 && g.outputWidth % 2 == 0
      products.append((.convolution(g), pools))
      let scale = pools ? 2 : 1
      shape = [g.outputChannels, g.outputHeight / scale, g.outputWidth / scale]
    }
    let width = shape.reduce(1, *)
    let hidden = Int.random(in: 1...5, using: &generator)
    products += [
      (.linear(inputs: width, outputs: hidden), false),
      (.linear(inputs: hidden, outputs: classes), false),
    ]
    step = IntegerStep(
      batchSize: batch, featureCount: featureCount,
      layers: products.indices.map { place in
        Self.layer(
          &generator, place, products[place], isLast: place == products.count - 1,
          momentum: momentum)
      },
      loss: IntegerLoss(
        classCount: classes, shift: Int.random(in: 0...5, using: &generator), probabilityBits: 7,
        table: IntegerLoss.exponentials),
      update: momentum ? .momentum(decayShift: 3) : .sgd, rates: [IntegerRate(from: 1, rate: 3)])
    bytes = (0..<exampleCount * featureCount).map { _ in
      UInt8(Int64.random(in: 0...255, using: &generator))
    }
    examples = ExampleValues(
      bytes: bytes,
      labels: (0..<exampleCount).map { _ in .random(in: 0..<classes, using: &generator) })
    circuit = try Circuit(step: step, exampleCount: exampleCount, stepCount: stepCount)
    var compiler = try StepCompiler(step: step, exampleCount: exampleCount)
    whole = compiler.compile(stepCount: stepCount)
    inputs = PublicInputs(
      rates: (0..<stepCount).map { _ in .random(in: 1...3, using: &generator) },
      batches: (0..<stepCount).map { _ in
        (0..<batch).map { _ in .random(in: 0..<exampleCount, using: &generator) }
      })
    var state = Self.start(&generator, step)
    var steps: [StepValues] = []
    let naive = NaiveStep(step: step, examples: examples)
    for index in 0..<stepCount {
      let (values, next) = naive.run(
        from: state, batch: inputs.batches[index], rate: inputs.rates[index])
      steps.append(values)
      state = next
    }
    self.steps = steps
    end = state
  }

  private static func geometry(
    _ generator: inout SeededGenerator, batch: Int, input: [Int]
  ) -> ConvolutionGeometry? {
    let kernel = Int.random(in: 1...min(3, input[1], input[2]), using: &generator)
    return ConvolutionGeometry(
      batch: batch, inputChannels: input[0], height: input[1], width: input[2],
      outputChannels: Int.random(in: 1...3, using: &generator), kernelHeight: kernel,
      kernelWidth: kernel, stride: Int.random(in: 1...2, using: &generator),
      padding: Int.random(in: 0..<kernel, using: &generator), groups: 1)
  }

  private static func layer(
    _ generator: inout SeededGenerator, _ place: Int,
    _ product: (product: IntegerLayer.Product, pools: Bool), isLast: Bool, momentum: Bool
  ) -> IntegerLayer {
    IntegerLayer(
      weightName: "w\(place)", velocityName: momentum ? "w\(place).velocity" : nil,
      product: product.product, elementType: .int64, poolsOutput: product.pools,
      weightFractionBits: Int.random(in: 8...18, using: &generator),
      forwardShift: isLast ? nil : Int.random(in: 3...9, using: &generator),
      gradientShift: place == 0 ? nil : Int.random(in: 0...9, using: &generator),
      bounds: IntegerBounds(
        product: 1 << 24, inputGradient: 1 << 24, weightGradient: 1 << 24, weight: 1 << 35,
        velocity: momentum ? 1 << 29 : nil))
  }

  private static func start(
    _ generator: inout SeededGenerator, _ step: IntegerStep
  ) -> StateValues {
    let weights = step.layers.map { layer in
      let limit: Int64 = 140 << Int64(layer.weightFractionBits)
      return (0..<layer.weightCount).map { _ in
        Int64.random(in: -limit...limit, using: &generator)
      }
    }
    guard case .momentum = step.update else { return StateValues(weights: weights, velocities: []) }
    return StateValues(
      weights: weights,
      velocities: zip(step.layers, weights).map { layer, weight in
        let limit: Int64 = 4 << Int64(layer.weightFractionBits)
        return weight.map { _ in Int64.random(in: -limit...limit, using: &generator) }
      })
  }
}
