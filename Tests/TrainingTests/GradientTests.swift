import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import Testing

@testable import AssayTraining

@Suite struct GradientTests {
  @Test(
    arguments: [
      DataDescription.Target.label(classes: 4), .values(count: 3),
    ], MultilayerPerceptron.Activation.allCases)
  func gradientsAgreeWithDifferencesInDoublePrecision(
    target: DataDescription.Target, activation: MultilayerPerceptron.Activation
  ) throws {
    let dataset = try Samples.dataset(target)
    let spec = try Samples.spec(
      dataset, hidden: [6, 5], activation: activation,
      optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0), batch: 6)
    try check(spec, dataset, try ModelState.initial(spec))
  }

  /// Adapters, whose second factor is not at 0 any more: then the first one's gradient is.
  @Test func gradientsOfAdaptersAgreeWithDifferencesInDoublePrecision() throws {
    let dataset = try Samples.dataset(.label(classes: 4))
    let (spec, weights) = try Samples.adapted(
      dataset, optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0))
    var state = try ModelState.initial(spec, weights: weights)
    for (index, tensor) in state.layout.tensors.enumerated() where tensor.name.contains("lora_B") {
      let values = (0..<tensor.shape.elementCount).map { Float($0 % 7) / 10 - 0.3 }
      state = state.replacing(tensor: index, with: ModelState.littleEndianBytes(values))
    }
    #expect(state.layout.tensors.count == 4)
    try check(spec, dataset, state, weights)
  }

  private func check(
    _ spec: Spec, _ dataset: Dataset, _ state: ModelState, _ weights: WeightsFile? = nil
  ) throws {
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1),
      hasher: PortableLeafHasher(), weights: weights)
    // With a learning rate of −1 and no momentum, one step adds the gradient to each parameter.
    engine.scalarsOverride = { _ in StepScalars(learningRate: -1) }
    try engine.load(state)
    let loss = try engine.run(step: 1)
    let after = try engine.state(step: 1)

    let forward = try StepProgram.evaluation(spec, batch: spec.batchSize)
    var interpreter = try interpreter(forward, dataset, spec, state)
    for (buffer, declaration) in forward.frozenBuffers {
      interpreter.values[buffer] = try #require(weights)
        .floats(of: declaration.name, shape: declaration.shape).map(Double.init)
    }
    for constant in forward.constants {
      interpreter.values[constant.buffer] = constant.values.map(Double.init)
    }
    interpreter.run(forward)
    #expect(abs(interpreter.value(forward.loss)[0] - Double(loss)) < 1e-5)
    for (index, tensor) in state.layout.tensors.enumerated() {
      let (before, moved) = (state.floats(ofTensor: index), after.floats(ofTensor: index))
      let buffer = try #require(
        forward.stateBuffers.first { $0.declaration.name == tensor.name }?.buffer)
      for element in before.indices {
        var sides: [Double] = []
        for side in [1e-5, -1e-5] {
          var nudged = interpreter
          nudged.values[buffer]?[element] += side
          nudged.run(forward)
          sides.append(nudged.value(forward.loss)[0])
        }
        let difference = (sides[0] - sides[1]) / 2e-5
        let gradient = Double(moved[element]) - Double(before[element])
        #expect(
          abs(gradient - difference) < 2e-6 + 1e-4 * abs(difference),
          "\(tensor.name)[\(element)]: \(gradient), expected \(difference)")
      }
    }
  }

  private func interpreter(
    _ program: StepProgram, _ dataset: Dataset, _ spec: Spec, _ state: ModelState
  ) throws -> DoubleInterpreter {
    let reader = BatchReader(dataset, scale: spec.data.scale)
    let indices = spec.batchOrder.batch(step: 1)
    var features: [Float] = []
    var result = DoubleInterpreter()
    switch spec.data.target {
    case .label:
      var labels: [Int32] = []
      reader.gatherLabels(indices, into: &labels)
      result.values[program.targets] = labels.map(Double.init)
      reader.gatherFeatures(indices, into: &features)
    case .values:
      reader.gatherFeatures(indices, into: &features)
      var values: [Float] = []
      reader.gatherValues(indices, into: &values)
      result.values[program.targets] = values.map(Double.init)
    case .nextToken:
      var tokens: [Int32] = []
      var labels: [Int32] = []
      reader.gatherTokens(indices, features: &tokens, targets: &labels)
      features = tokens.map { Float($0) }
      result.values[program.targets] = labels.map(Double.init)
    }
    result.values[program.features] = features.map(Double.init)
    for (index, tensor) in state.layout.tensors.enumerated() {
      let buffer = program.stateBuffers.first { $0.declaration.name == tensor.name }?.buffer
      result.values[try #require(buffer)] = state.floats(ofTensor: index).map(Double.init)
    }
    return result
  }
}
