internal import AssayWire

/// What happens to gradients and parameters around the optimiser's own update: the optional
/// `update` object of a spec.
public struct UpdateOptions: Hashable, Sendable {
  /// Micro-batches in a step. A batch of N examples is computed as so many runs of N divided by it,
  /// in batch order, each with the memory of one.
  ///
  /// Every run divides its loss by the number of rows of the whole batch, so that the losses and
  /// the gradients of a step are plain sums, added in order of the micro-batches: s = x in the
  /// first, s = s + x in the others. Clipping and the optimiser see the sum. What is drawn for an
  /// example is drawn for its place in the whole batch. Batch normalisation takes the statistics
  /// of each micro-batch, and moves the running ones once for each, in order.
  public let microBatchCount: Int
  /// All gradients together are scaled down to this norm where theirs is larger.
  public let clipNorm: Float?
  /// Parameters that weight decay leaves alone.
  public let noDecay: [String]
  /// A moving average of every parameter is kept in the state, as average/NAME:
  /// average = fma(1 − decay, parameter − average, average). It starts as the parameter does.
  public let averageDecay: Float?

  /// Options; nothing is done by default.
  public init(
    microBatchCount: Int = 1, clipNorm: Float? = nil, noDecay: [String] = [],
    averageDecay: Float? = nil
  ) {
    self.microBatchCount = microBatchCount
    self.clipNorm = clipNorm
    self.noDecay = noDecay
    self.averageDecay = averageDecay
  }

  /// The name in the state of a parameter's average. A slash cannot occur in a parameter's name.
  package static func averageName(_ parameter: String) -> String { "average/\(parameter)" }

  var isEmpty: Bool { self == UpdateOptions() }

  /// Writes the updates of all parameters, in order of their declaration.
  func lower(_ spec: Spec, _ program: inout ProgramBuilder) {
    let parameters = spec.model.parameters
    var gradients = parameters.map { program.gradient(of: $0.name) }
    if let clipNorm {
      let scale = program.scratchGradient("clip", .vector(1))
      program.emit(
        .update(
          .clipScale(
            gradients: gradients, counts: parameters.map(\.shape.elementCount), out: scale,
            limit: clipNorm)))
      let isShared = Set(gradients).count < gradients.count
      for (index, parameter) in parameters.enumerated() {
        // In place, unless the gradient of one parameter is another's too.
        let out =
          isShared ? program.scratchGradient(parameter.name, parameter.shape) : gradients[index]
        program.emit(
          .update(
            .scale(
              x: gradients[index], scale: scale, out: out, count: parameter.shape.elementCount)))
        gradients[index] = out
      }
    }
    for (parameter, gradient) in zip(parameters, gradients) {
      lower(parameter, gradient: gradient, spec, &program)
    }
  }

  /// Writes the update of one parameter from its gradient.
  func lower(
    _ parameter: ModelGraph.Parameter, gradient: BufferID, _ spec: Spec,
    _ program: inout ProgramBuilder
  ) {
    spec.optimizer.lower(
      parameter, gradient: gradient, decays: !noDecay.contains(parameter.name), &program)
    if let averageDecay {
      let average = program.declare(
        Self.averageName(parameter.name), .float32, parameter.shape, .optimizerState)
      program.emit(
        .update(
          .movingAverage(
            parameter: program.place(of: parameter.name), average: average,
            count: parameter.shape.elementCount, rate: 1 - averageDecay)))
    }
  }
}

extension UpdateOptions {
  /// Reads the `update` object of a spec for a model and a batch size.
  init(fields: inout JSONFields, model: ModelGraph, batchSize: Int) throws(WireError) {
    microBatchCount =
      fields.contains("accumulate") ? try fields.integer("accumulate", in: 1...batchSize) : 1
    guard batchSize.isMultiple(of: microBatchCount) else {
      throw fields.failure(
        "accumulate",
        "expected a divisor of the batch size, \(batchSize); found \(microBatchCount)")
    }
    clipNorm = fields.contains("clipNorm") ? try fields.float("clipNorm") : nil
    averageDecay =
      fields.contains("averageDecay")
      ? try fields.float("averageDecay", atLeast: 0, below: 1) : nil
    var names: [String] = []
    for item in try fields.optionalArray("noDecay") ?? [] {
      guard case .string(let name) = item, model.parameters.contains(where: { $0.name == name })
      else { throw fields.failure("noDecay", "expected names of the model's parameters") }
      names.append(name)
    }
    noDecay = names
    guard clipNorm.map({ $0 > 0 }) ?? true else {
      throw fields.failure("clipNorm", "expected a number above 0")
    }
    try fields.finish()
  }

  /// The `update` object of a spec.
  var json: JSONValue {
    var members: [JSONMember] = []
    if microBatchCount > 1 {
      members.append(JSONMember(name: "accumulate", value: .integer(microBatchCount)))
    }
    if let clipNorm { members.append(JSONMember(name: "clipNorm", value: .float(clipNorm))) }
    if !noDecay.isEmpty {
      members.append(
        JSONMember(name: "noDecay", value: .array(noDecay.map { .string($0) })))
    }
    if let averageDecay {
      members.append(JSONMember(name: "averageDecay", value: .float(averageDecay)))
    }
    return .object(members)
  }
}
