/// From a spec's model graph to the program of a step.
extension StepProgram {
  /// One training step: forward, backward by reverse-mode differentiation, then the update of each
  /// parameter in the order of declaration.
  public static func training(_ spec: Spec) throws(SpecificationError) -> StepProgram {
    var lowering = try GraphLowering(spec, batch: spec.batchSize, isTraining: true)
    lowering.forward(upTo: spec.model.loss)
    lowering.backward()
    spec.update.lower(spec, &lowering.builder)
    return lowering.program()
  }

  /// The prediction and the mean loss of `batch` examples; nothing is changed.
  public static func evaluation(
    _ spec: Spec, batch: Int
  ) throws(SpecificationError) -> StepProgram {
    var lowering = try GraphLowering(spec, batch: batch, isTraining: false)
    lowering.forward(upTo: spec.model.loss)
    return lowering.program()
  }
}

/// Lowers the nodes of one graph at one batch size.
private struct GraphLowering {
  let graph: ModelGraph
  let types: [String: TensorType]
  let batch: Int
  var builder: ProgramBuilder
  var lowered: [(node: ModelGraph.Node, place: LoweredNode)] = []
  let features: BufferID
  let targets: BufferID

  init(_ spec: Spec, batch: Int, isTraining: Bool) throws(SpecificationError) {
    guard spec.numerics == .float32 else {
      throw .value(path: "numerics", reason: "an integer step has no float32 program")
    }
    builder = ProgramBuilder(isTraining: isTraining, seed: spec.seed)
    graph = spec.model
    self.batch = batch
    types = try graph.types(batch: batch, data: spec.data)
    let featureType = types[ModelGraph.features] ?? .float32(.scalar)
    features = builder.declare(
      ModelGraph.features, featureType.elementType, featureType.shape, .features)
    let targetType = types[ModelGraph.targets] ?? .float32(.scalar)
    targets = builder.declare(
      ModelGraph.targets, targetType.elementType, targetType.shape, .targets)
    for parameter in graph.parameters {
      _ = builder.declare(parameter.name, .float32, parameter.shape, .parameter)
      builder.markDifferentiable(parameter.name)
    }
    for statistic in graph.statistics {
      _ = builder.declare(statistic.name, .float32, statistic.shape, .statistic)
    }
    for tensor in graph.frozen {
      _ = builder.declare(tensor.name, .float32, tensor.shape, .frozen)
    }
  }

  mutating func forward(upTo last: String) {
    for node in graph.nodes {
      guard let outputType = types[node.name] else { continue }
      if node.inputs.contains(where: builder.differentiable.contains) {
        builder.markDifferentiable(node.name)
      }
      let isAlias = type(of: node.operation).isAlias
      let output =
        isAlias
        ? builder.place(of: node.inputs[0])
        : builder.declare(
          node.name, outputType.elementType, outputType.shape,
          node.name == graph.loss ? .loss : .activation)
      let place = LoweredNode(
        name: node.name, inputNames: node.inputs,
        inputs: node.inputs.map(builder.place(of:)),
        inputTypes: node.inputs.compactMap { types[$0] }, output: output, outputType: outputType)
      node.operation.forward(place, &builder)
      lowered.append((node, place))
      if node.name == last { return }
    }
  }

  /// Visits the nodes from the loss back; the loss's own gradient is 1 and is not written down.
  mutating func backward() {
    for (node, place) in lowered.reversed() where builder.differentiable.contains(node.name) {
      let reached = node.name == graph.loss || builder.hasGradient(node.name)
      if reached { node.operation.backward(place, &builder) }
    }
  }

  func program() -> StepProgram {
    StepProgram(
      buffers: builder.buffers, instructions: builder.instructions, features: features,
      targets: targets, prediction: builder.place(of: graph.prediction),
      loss: builder.place(of: graph.loss), batchSize: batch, constants: builder.constants)
  }
}
