internal import AssayCryptography
internal import AssaySpecification
public import AssayTensors
internal import AssayTraining
internal import AssayWire

/// Compares every operator of a back end with the processor's plain kernels, one by one, on a step
/// of small models that have all of them; where two differ, integer arithmetic says which is wrong.
public enum OperatorTest {
  /// Where the back end parts from the processor first; nil where it never does.
  ///
  /// - Throws: what the back end throws when it cannot run an operator.
  public static func run(on backend: any Backend) throws(BackendError) -> Divergence? {
    for program in programs {
      let both = try ComparingBackend(backend, CPUBackend(path: .portable, threads: 1))
      let executor = try both.makeExecutor(for: program.step)
      for (index, buffer) in program.step.buffers.enumerated() {
        guard let contents = program.contents[index] ?? numbers(for: buffer, program.classes) else {
          continue
        }
        // SAFETY: bytes have no padding.
        try executor.load(unsafe contents.span.bytes, into: BufferID(index: index))
      }
      for microBatch in 0..<program.step.microBatchCount {
        var scalars = program.scalars
        scalars.microBatch = microBatch
        try executor.run(scalars)
      }
      if let divergence = both.divergence { return divergence }
    }
    return nil
  }

  /// A step, the state that it starts from, and how many classes its labels have.
  struct Program {
    var step: StepProgram
    var contents: [Int: [UInt8]]
    var scalars: StepScalars
    var classes: Int
  }

  /// What a batch holds; nil for what a step makes itself.
  private static func numbers(for buffer: BufferDeclaration, _ classes: Int) -> [UInt8]? {
    guard buffer.role == .features || buffer.role == .targets else { return nil }
    return (0..<buffer.shape.elementCount).flatMap { index -> [UInt8] in
      let drawn = UInt32(truncatingIfNeeded: (index &+ 1) &* 0x9e37_79b9) >> 8
      let bits =
        switch buffer.elementType {
        case .float32: (Float(drawn % 4096) / 1024 - 2).bitPattern
        default: drawn % UInt32(classes)
        }
      return (0..<buffer.elementType.byteCount).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
  }

  /// Steps that have every operator of the templates between them.
  static let programs: [Program] = {
    let classes = 5
    let features = data(.float32, [12], classes), values = data(.float32, [12], nil)
    let images = data(.uint8, [1, 14, 14], classes)
    let text = DataDescription(
      root: .zero, exampleCount: 40, elementType: .uint8, exampleShape: shape([10]),
      target: .nextToken(vocabulary: 20), scale: DataDescription.Scale())
    let accumulating = UpdateOptions(microBatchCount: 2, clipNorm: 1, averageDecay: 0.9)
    var specs: [(Spec?, Int)] = []
    for activation in MultilayerPerceptron.Activation.allCases {
      let model = MultilayerPerceptron(hidden: [9], activation: activation)
      specs.append((spec(model.model(for: features), features), classes))
    }
    specs.append(
      (spec(MultilayerPerceptron(hidden: [7], activation: .tanh).model(for: values), values), 1))
    specs.append((spec(LeNet().model(for: images), images, momentum: true), classes))
    specs.append(
      (spec(ResNet(blocks: 1).model(for: images), images, update: accumulating), classes))
    let gpt = GPT(layers: 1, width: 12, heads: 2, dropout: 0.2)
    specs.append((spec(gpt.model(for: text), text, update: accumulating), 20))
    for kind in [IntegerNetwork.Kind.lenet, .perceptron(hidden: [9])] {
      specs.append((integerSpec(kind, images), classes))
    }
    return specs.compactMap { spec, classes in
      guard let spec, let step = try? StepProgram.training(spec),
        let state = try? ModelState.initial(spec)
      else { return nil }
      let places = Dictionary(
        uniqueKeysWithValues: step.stateBuffers.map { ($0.declaration.name, $0.buffer.index) })
      var contents: [Int: [UInt8]] = [:]
      for (tensor, bytes) in zip(spec.stateLayout.tensors, state.contents) {
        if let place = places[tensor.name] { contents[place] = bytes }
      }
      var scalars = spec.scalars(step: 1)
      scalars.countedRows = 1
      return Program(step: step, contents: contents, scalars: scalars, classes: classes)
    }
  }()

  private static func spec(
    _ model: JSONValue?, _ data: DataDescription, momentum: Bool = false,
    update: UpdateOptions = UpdateOptions()
  ) -> Spec? {
    guard let model else { return nil }
    let optimizer: Optimizer =
      momentum
      ? .sgd(momentum: 0.9, nesterov: true, weightDecay: 0.01)
      : .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decoupled: true)
    return try? Spec(
      decoding: Spec.json(
        seed: 6, steps: 8, interval: 2, batchSize: 4, model: model, data: data,
        optimizer: optimizer,
        schedule: Schedule(kind: .cosine(final: 0), learningRate: 0.01, warmupSteps: 0),
        update: update))
  }

  private static func integerSpec(_ kind: IntegerNetwork.Kind, _ data: DataDescription) -> Spec? {
    let network = IntegerNetwork(kind, data: data, batchSize: 4, steps: 8)
    return network.parts().flatMap { parts in
      try? Spec(
        decoding: Spec.json(
          seed: 6, steps: 8, interval: 2, batchSize: 4, model: parts.model, data: data,
          optimizer: parts.optimizer, schedule: parts.schedule, integer: parts.settings))
    }
  }

  private static func shape(_ extents: [Int]) -> Shape {
    guard let shape = try? Shape(extents) else { preconditionFailure("small extents") }
    return shape
  }

  private static func data(
    _ type: ElementType, _ extents: [Int], _ classes: Int?
  ) -> DataDescription {
    DataDescription(
      root: .zero, exampleCount: 40, elementType: type, exampleShape: shape(extents),
      target: classes.map { .label(classes: $0) } ?? .values(count: 3),
      scale: DataDescription.Scale())
  }
}
