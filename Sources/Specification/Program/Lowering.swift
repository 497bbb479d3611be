/// From a spec's model graph to the program of a step.
extension StepProgram {
  /// One training step: forward, backward by reverse-mode differentiation, and the update of each
  /// parameter.
  ///
  /// A parameter is updated when its gradient is complete, which frees the gradient's memory. Where
  /// gradients are clipped, or summed over micro-batches, all are updated at the end, in order of
  /// declaration. No bit depends on which it is.
  ///
  /// - Parameter segmentCount: Into how many segments the nodes are cut. With more than one, only
  ///   what a later segment reads is kept for the way back; the rest of each segment but the last
  ///   is computed again when its gradients are due, with the same bits (Chen et al. 2016,
  ///   "Training deep nets with sublinear memory cost"). An execution's choice, not the spec's; an
  ///   integer step has one segment.
  public static func training(
    _ spec: Spec, segmentCount: Int = 1
  ) throws(SpecificationError) -> StepProgram {
    if let step = spec.integerStep {
      var lowering = IntegerLowering(spec, step, batch: spec.batchSize, isTraining: true)
      return lowering.training()
    }
    var lowering = try GraphLowering(
      spec, batch: spec.microBatchSize, microBatchCount: spec.update.microBatchCount,
      isTraining: true)
    lowering.forward(upTo: spec.model.loss)
    lowering.backward(segmentCount: segmentCount) { parameter, builder in
      if spec.update.microBatchCount > 1 {
        builder.accumulateGradient(of: parameter.name)
      } else if spec.update.clipNorm == nil {
        let gradient = builder.gradient(of: parameter.name)
        spec.update.lower(parameter, gradient: gradient, spec, &builder)
      }
    }
    let updateStart = lowering.builder.instructions.count
    if spec.update.microBatchCount > 1 || spec.update.clipNorm != nil {
      spec.update.lower(spec, &lowering.builder)
    }
    return lowering.program(updateStart: updateStart)
  }

  /// The prediction and the mean loss of `batch` examples; nothing is changed.
  public static func evaluation(
    _ spec: Spec, batch: Int
  ) throws(SpecificationError) -> StepProgram {
    if let step = spec.integerStep {
      var lowering = IntegerLowering(spec, step, batch: batch, isTraining: false)
      return lowering.evaluation()
    }
    var lowering = try GraphLowering(
      spec, batch: batch, microBatchCount: 1, isTraining: false)
    lowering.forward(upTo: spec.model.loss)
    return lowering.program(updateStart: lowering.builder.instructions.count)
  }
}

extension StepProgram {
  /// The training step of an integer spec, all of whose tensors can be read after a run.
  ///
  /// - Throws: for a float32 spec.
  public static func traced(_ spec: Spec) throws(SpecificationError) -> StepProgram {
    guard let step = spec.integerStep else {
      throw .value(path: "numerics", reason: "only integer steps are traced")
    }
    var lowering = IntegerLowering(
      spec, step, batch: spec.batchSize, isTraining: true, isTraced: true)
    return lowering.training()
  }
}

/// Lowers the nodes of one graph at one batch size.
private struct GraphLowering {
  let graph: ModelGraph
  let types: [String: TensorType]
  let batch: Int
  var builder: ProgramBuilder
  var lowered: [Lowered] = []
  let features: BufferID
  let targets: BufferID
  /// A node, its places, and the buffers that its forward pass declared.
  struct Lowered {
    var node: ModelGraph.Node
    var place: LoweredNode
    var buffers: Range<Int>
  }

  /// The mean loss of the step, once `forward` has run.
  private var loss = BufferID(index: 0)

  init(
    _ spec: Spec, batch: Int, microBatchCount: Int, isTraining: Bool
  ) throws(SpecificationError) {
    builder = ProgramBuilder(
      isTraining: isTraining, seed: spec.seed, microBatchCount: microBatchCount)
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
      if node.inputs.contains(where: builder.differentiable.contains) {
        builder.markDifferentiable(node.name)
      }
      if let result = lower(node) { lowered.append(result) }
      if node.name == last { break }
    }
    loss = builder.place(of: graph.loss)
    if builder.microBatchCount > 1 {
      let total = builder.declare(graph.loss + "/total", .float32, .scalar, .loss)
      builder.emit(.update(.accumulate(x: loss, out: total, count: 1)))
      loss = total
    }
  }

  private mutating func lower(_ node: ModelGraph.Node) -> Lowered? {
    guard let outputType = types[node.name] else { return nil }
    let first = builder.buffers.count
    let isTotal = node.name == graph.loss && builder.microBatchCount == 1
    let output =
      type(of: node.operation).isAlias
      ? builder.place(of: node.inputs[0])
      : builder.declare(
        node.name, outputType.elementType, outputType.shape, isTotal ? .loss : .activation)
    let place = LoweredNode(
      name: node.name, inputNames: node.inputs,
      inputs: node.inputs.map(builder.place(of:)),
      inputTypes: node.inputs.compactMap { types[$0] }, output: output, outputType: outputType)
    node.operation.forward(place, &builder)
    return Lowered(node: node, place: place, buffers: first..<builder.buffers.count)
  }

  /// Visits the nodes from the loss back; the loss's own gradient is 1 and is not written down.
  ///
  /// - Parameter whenComplete: called with each parameter as soon as every node that reads it has
  ///   contributed to its gradient.
  mutating func backward(
    segmentCount: Int, whenComplete: (ModelGraph.Parameter, inout ProgramBuilder) -> Void
  ) {
    var firstReaders: [String: Int] = [:]
    for (index, lowered) in lowered.enumerated() {
      for input in lowered.node.inputs where firstReaders[input] == nil {
        firstReaders[input] = index
      }
    }
    let completed = Dictionary(grouping: graph.parameters) { firstReaders[$0.name] ?? 0 }
    let cuts = RecomputationCuts(
      lowered.map { ($0.node, builder.byteCount(of: $0.buffers)) }, segmentCount: segmentCount)
    for (number, segment) in cuts.segments.enumerated().reversed() {
      if number < cuts.segments.count - 1 { recompute(segment, keeping: cuts.kept) }
      for index in segment.reversed() {
        let (node, place) = (lowered[index].node, lowered[index].place)
        if builder.differentiable.contains(node.name) {
          let reached = node.name == graph.loss || builder.hasGradient(node.name)
          if reached { node.operation.backward(place, &builder) }
        }
        for parameter in completed[index] ?? [] { whenComplete(parameter, &builder) }
      }
    }
  }

  /// Computes the nodes of a segment again into new buffers, but for single outputs that were kept.
  private mutating func recompute(_ segment: Range<Int>, keeping kept: Set<String>) {
    builder.isRecomputing = true
    defer { builder.isRecomputing = false }
    for index in segment {
      let (node, buffers) = (lowered[index].node, lowered[index].buffers)
      if kept.contains(node.name), buffers.count == 1 { continue }
      builder.forget(buffers)
      if let again = lower(node) { lowered[index] = again }
    }
  }

  func program(updateStart: Int) -> StepProgram {
    StepProgram(
      buffers: builder.buffers, instructions: builder.instructions, features: features,
      targets: targets, prediction: builder.place(of: graph.prediction), loss: loss,
      batchSize: batch, microBatchCount: builder.microBatchCount, updateStart: updateStart,
      constants: builder.constants)
  }
}
