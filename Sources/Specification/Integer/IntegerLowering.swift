/// From an integer step to its program.
struct IntegerLowering {
  private let spec: Spec
  private let step: IntegerStep
  private let batch: Int
  /// What is made within the step: a trace reads it afterwards.
  private let role: BufferDeclaration.Role
  private var builder: ProgramBuilder
  private let features: BufferID
  private let targets: BufferID
  private let loss: BufferID
  private var weights: [BufferID] = []
  /// Of each layer: what it reads, and what its product gives.
  private var inputs: [BufferID] = []
  private var products: [BufferID] = []

  init(_ spec: Spec, _ step: IntegerStep, batch: Int, isTraining: Bool, isTraced: Bool = false) {
    self.spec = spec
    self.step = step
    self.batch = batch
    role = isTraced ? .traced : .activation
    builder = ProgramBuilder(
      isTraining: isTraining, seed: spec.seed, microBatchCount: 1)
    features = builder.declare(
      ModelGraph.features, .int8, .matrix(batch, step.featureCount), .features)
    targets = builder.declare(ModelGraph.targets, .int32, .vector(batch), .targets)
    loss = builder.declare(spec.model.loss, .float32, .scalar, .loss)
  }

  /// The whole step; nothing of the state is written before every rounding has been checked.
  mutating func training() -> StepProgram {
    let gradient = forward()
    backward(gradient)
    return program()
  }

  mutating func evaluation() -> StepProgram {
    _ = forward()
    return program()
  }

  private func program() -> StepProgram {
    StepProgram(
      buffers: builder.buffers, instructions: builder.instructions, features: features,
      targets: targets, prediction: products[products.count - 1], loss: loss, batchSize: batch)
  }

  private mutating func declare(
    _ kind: String, _ layer: IntegerLayer, _ type: ElementType, _ count: Int
  ) -> BufferID {
    builder.declare("\(kind)/\(layer.weightName)", type, .vector(count), role)
  }

  /// Writes the forward pass and the loss; gives the gradient of the last product.
  private mutating func forward() -> BufferID {
    for layer in step.layers {
      let master = builder.declare(
        layer.weightName, layer.elementType, .vector(layer.weightCount), .parameter)
      let rounded = declare("rounded", layer, .int8, layer.weightCount)
      builder.emit(
        .integer(
          .roundWeights(
            weight: master, elementType: layer.elementType, out: rounded,
            count: layer.weightCount, shift: layer.weightFractionBits)))
      weights.append(rounded)
    }
    var input = features
    for (index, layer) in step.layers.enumerated() {
      inputs.append(input)
      let product = declare("product", layer, .int32, batch * layer.outputCount)
      products.append(product)
      builder.emit(.integer(forward(layer, input, weights[index], product)))
      guard let shift = layer.forwardShift else { continue }
      let count = batch * layer.activationCount
      input = declare("activation", layer, .int8, count)
      if layer.poolsOutput, case .convolution(let geometry) = layer.product {
        builder.emit(
          .integer(
            .poolActivate(
              x: product, out: input, planes: batch * geometry.outputChannels,
              height: geometry.outputHeight / 2, width: geometry.outputWidth / 2, shift: shift)))
      } else {
        builder.emit(.integer(.activate(x: product, out: input, count: count, shift: shift)))
      }
    }
    let last = products.count - 1
    let gradient = declare(
      "gradient", step.layers[last], .int8, batch * step.loss.classCount)
    builder.emit(
      .integer(
        .loss(
          logits: products[last], labels: targets, gradient: gradient, loss: loss, rows: batch,
          step.loss)))
    return gradient
  }

  private func forward(
    _ layer: IntegerLayer, _ x: BufferID, _ weight: BufferID, _ out: BufferID
  ) -> IntegerInstruction {
    switch layer.product {
    case .linear(let inputs, let outputs):
      .matmul(
        a: x, b: weight, out: out, m: batch, n: outputs, k: inputs, transposeA: false,
        transposeB: true)
    case .convolution(let geometry):
      .convolution(.forward(x: x, weight: weight, out: out), geometry.with(batch: batch))
    }
  }

  /// Writes the backward pass, then the updates.
  private mutating func backward(_ last: BufferID) {
    var gradient = last
    var updates: [IntegerInstruction] = []
    for (index, layer) in step.layers.enumerated().reversed() {
      let weightGradient = declare("weight-gradient", layer, .int32, layer.weightCount)
      builder.emit(.integer(weightProduct(layer, gradient, inputs[index], weightGradient)))
      updates.append(update(layer, weightGradient))
      guard let shift = layer.gradientShift else { continue }
      let below = step.layers[index - 1]
      let count = batch * below.activationCount
      let inputGradient = declare("input-gradient", layer, .int32, count)
      builder.emit(.integer(inputProduct(layer, gradient, weights[index], inputGradient)))
      gradient = declare("gradient", below, .int8, count)
      builder.emit(
        .integer(
          .maskGradient(
            gradient: inputGradient, activation: inputs[index], out: gradient, count: count,
            shift: shift)))
      if below.poolsOutput, case .convolution(let geometry) = below.product {
        let spread = declare("spread-gradient", below, .int8, batch * below.outputCount)
        builder.emit(
          .integer(
            .spread(
              x: gradient, out: spread, planes: batch * geometry.outputChannels,
              height: geometry.outputHeight / 2, width: geometry.outputWidth / 2)))
        gradient = spread
      }
    }
    for update in updates.reversed() { builder.emit(.integer(update)) }
  }

  private func weightProduct(
    _ layer: IntegerLayer, _ gradient: BufferID, _ x: BufferID, _ out: BufferID
  ) -> IntegerInstruction {
    switch layer.product {
    case .linear(let inputs, let outputs):
      .matmul(
        a: gradient, b: x, out: out, m: outputs, n: inputs, k: batch, transposeA: true,
        transposeB: false)
    case .convolution(let geometry):
      .convolution(
        .weightGradient(outputGradient: gradient, x: x, out: out), geometry.with(batch: batch))
    }
  }

  private func inputProduct(
    _ layer: IntegerLayer, _ gradient: BufferID, _ weight: BufferID, _ out: BufferID
  ) -> IntegerInstruction {
    switch layer.product {
    case .linear(let inputs, let outputs):
      .matmul(
        a: gradient, b: weight, out: out, m: batch, n: inputs, k: outputs, transposeA: false,
        transposeB: false)
    case .convolution(let geometry):
      .convolution(
        .inputGradient(outputGradient: gradient, weight: weight, out: out),
        geometry.with(batch: batch))
    }
  }

  private mutating func update(
    _ layer: IntegerLayer, _ gradient: BufferID
  ) -> IntegerInstruction {
    var velocity: BufferID?
    var decayShift = 0
    if case .momentum(let shift) = step.update, let name = layer.velocityName {
      velocity = builder.declare(
        name, layer.elementType, .vector(layer.weightCount), .optimizerState)
      decayShift = shift
    }
    return .update(
      weight: builder.place(of: layer.weightName), velocity: velocity, gradient: gradient,
      elementType: layer.elementType, count: layer.weightCount, decayShift: decayShift)
  }
}

extension IntegerLayer {
  /// Elements of Z for one example.
  public var outputCount: Int {
    switch product {
    case .linear(_, let outputs): outputs
    case .convolution(let geometry): geometry.outputCount / geometry.batch
    }
  }

  /// Elements of A for one example: of Z, or of its pooled sums.
  public var activationCount: Int { poolsOutput ? outputCount / 4 : outputCount }
}

extension ConvolutionGeometry {
  /// The same for another number of images.
  fileprivate func with(batch: Int) -> ConvolutionGeometry {
    ConvolutionGeometry(
      batch: batch, inputChannels: inputChannels, height: height, width: width,
      outputChannels: outputChannels, kernelHeight: kernelHeight, kernelWidth: kernelWidth,
      stride: stride, padding: padding, groups: groups) ?? self
  }
}
