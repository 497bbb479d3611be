public import AssayCryptography
public import AssayWire

/// Everything the result of a training run depends on.
///
/// Written as `spec.json`; its identity is the SHA-256 of its exact bytes. Version 1 has the
/// objects `model`, `data`, `batch`, `optimizer` and `schedule` and the numbers below; an unknown
/// key is refused.
public struct Spec: Sendable {
  /// The arithmetic that a spec is run in.
  public enum Numerics: String, Sendable {
    /// Exact-order float32: see `Instruction`.
    case float32
    /// Exact integers: see `IntegerStep`.
    case integer
  }

  public let numerics: Numerics
  /// Keys initial values and batch order.
  public let seed: UInt64
  /// Optimiser updates in the whole run.
  public let steps: UInt64
  /// Steps between two states that the trace records.
  public let interval: UInt64
  /// Examples in a step.
  public let batchSize: Int
  public let model: ModelGraph
  public let data: DataDescription
  public let optimizer: Optimizer
  public let schedule: Schedule
  public let update: UpdateOptions
  /// The constants of integer numerics, and the step that they make; nil for float32.
  public let integer: IntegerSettings?
  public let integerStep: IntegerStep?
  /// SHA-256 of the safetensors file that gives first values: those of the tensors whose `init` has
  /// the kind `weights`.
  public let weights: Digest?
  /// What is measured of a claimed state; nil when nothing is.
  public let quality: QualityMeasure?
  /// How states and data are committed to so that steps can be proved; nil where they cannot.
  public let proof: ProofOptions?
  /// The exact bytes that were read.
  public let bytes: [UInt8]
  /// SHA-256 of `bytes`.
  public let digest: Digest

  /// The most bytes a spec may have.
  public static let byteCountLimit = 4 << 20
  /// The most steps a run may have.
  public static let stepLimit: UInt64 = 1 << 40
  /// The most intervals a trace may have.
  public static let intervalLimit: UInt64 = 1 << 24

  /// Reads a spec from the bytes of `spec.json`.
  ///
  /// - Throws: `SpecificationError` naming the key and what it must be; also when the model's
  ///   shapes do not fit the data.
  public init(decoding bytes: [UInt8]) throws(SpecificationError) {
    do throws(WireError) {
      let value = try JSONValue.parse(bytes, maximumByteCount: Self.byteCountLimit)
      var fields = try JSONFields(value)
      _ = try fields.integer("version", in: 1...1)
      let name = try fields.string("numerics")
      guard let numerics = Numerics(rawValue: name) else {
        throw fields.failure("numerics", "expected \"float32\" or \"integer\", found \"\(name)\"")
      }
      self.numerics = numerics
      seed = try fields.uint64("seed")
      steps = try fields.uint64("steps")
      interval = try fields.uint64("interval")
      guard (1...Self.stepLimit).contains(steps) else {
        throw fields.failure("steps", "expected 1 to 2^40, found \(steps)")
      }
      guard (1...steps).contains(interval), (steps - 1) / interval < Self.intervalLimit else {
        throw fields.failure(
          "interval",
          "expected 1 to steps (\(steps)), making at most 2^24 intervals; found \(interval)")
      }
      batchSize = try Self.batchSize(fields.fields("batch"))
      var dataFields = try fields.fields("data")
      data = try DataDescription(fields: &dataFields)
      var modelFields = try fields.fields("model")
      model = try ModelGraph(fields: &modelFields)
      var optimizerFields = try fields.fields("optimizer")
      optimizer = try Optimizer(fields: &optimizerFields)
      if fields.contains("update") {
        var updateFields = try fields.fields("update")
        update = try UpdateOptions(fields: &updateFields, model: model, batchSize: batchSize)
      } else {
        update = UpdateOptions()
      }
      var scheduleFields = try fields.fields("schedule")
      schedule = try Schedule(fields: &scheduleFields)
      integer = numerics == .integer ? try IntegerSettings(fields.fields("integer")) : nil
      weights = try Self.weights(&fields, model)
      quality =
        fields.contains("quality")
        ? try QualityMeasure(fields.fields("quality"), data: data) : nil
      if var proofFields = try fields.optionalFields("proof") {
        proof = try ProofOptions(fields: &proofFields)
      } else {
        proof = nil
      }
      try fields.finish()
    } catch {
      throw .malformed(error)
    }
    self.bytes = bytes
    digest = SHA256.digest(of: bytes)
    let types = try model.types(batch: batchSize / update.microBatchCount, data: data)
    try Self.checkSize(types)
    try model.checkDraws(types, microBatchCount: update.microBatchCount)
    integerStep = try IntegerStep.step(model, data, integer, optimizer, schedule, batchSize)
    try checkNumerics()
    try checkQuality()
  }

  /// Reads the `batch` object.
  private static func batchSize(_ object: consuming JSONFields) throws(WireError) -> Int {
    var batch = object
    let size = try batch.integer("size", in: 1...1 << 20)
    let order = try batch.string("order")
    guard order == "permutation" else {
      throw batch.failure("order", "expected \"permutation\", found \"\(order)\"")
    }
    try batch.finish()
    return size
  }

  /// Reads the `weights` object, which is there exactly if a tensor of the model starts from it.
  private static func weights(
    _ fields: inout JSONFields, _ model: ModelGraph
  ) throws(WireError) -> Digest? {
    let taking = model.declared.first { tensor in
      if case .weights = tensor.initializer { true } else { false }
    }
    guard var weights = try fields.optionalFields("weights") else {
      guard let taking else { return nil }
      throw fields.failure(
        "weights",
        "\"\(taking.name)\" starts from a weights file; name it by {\"digest\": its SHA-256}")
    }
    let digest = try weights.digest("digest")
    try weights.finish()
    guard taking != nil else {
      throw fields.failure(
        "weights", "no tensor of the model has the init kind \"weights\"; remove this key")
    }
    return digest
  }

  /// The most elements all tensors of one step may have together: 2³⁴.
  static let totalElementLimit = 1 << 34

  static func checkSize(_ types: [String: TensorType]) throws(SpecificationError) {
    // Each shape holds at most 2³³ elements and a graph at most 2¹⁷ tensors: no overflow.
    let total = types.values.reduce(0) { $0 + $1.shape.elementCount }
    guard total <= totalElementLimit else {
      throw .value(
        path: "model",
        reason: "a step would hold \(total) elements, more than 2^34; use a "
          + "smaller batch or model")
    }
  }

  /// Writes a spec from its parts, as `Spec.init(decoding:)` reads it.
  public static func json(
    seed: UInt64, steps: UInt64, interval: UInt64, batchSize: Int, model: JSONValue,
    data: DataDescription, optimizer: Optimizer, schedule: Schedule,
    update: UpdateOptions = UpdateOptions(), weights: Digest? = nil,
    integer: IntegerSettings? = nil, quality: QualityMeasure? = nil, proof: ProofOptions? = nil
  ) -> [UInt8] {
    let numerics: Numerics = integer == nil ? .float32 : .integer
    let members: KeyValuePairs<String, JSONValue> = [
      "version": .integer(1), "numerics": .string(numerics.rawValue),
      "seed": .integer(seed), "steps": .integer(steps), "interval": .integer(interval),
      "batch": .object(["size": .integer(batchSize), "order": .string("permutation")]),
      "data": data.json, "model": model, "optimizer": optimizer.json, "schedule": schedule.json,
    ]
    var optional = update.isEmpty ? [] : [JSONMember(name: "update", value: update.json)]
    if let integer { optional.append(JSONMember(name: "integer", value: integer.json)) }
    if let weights {
      optional.append(
        JSONMember(name: "weights", value: .object(["digest": .string(weights.hex)])))
    }
    if let quality { optional.append(JSONMember(name: "quality", value: quality.json)) }
    if let proof { optional.append(JSONMember(name: "proof", value: proof.json)) }
    return JSONValue.object(members.map { JSONMember(name: $0.key, value: $0.value) } + optional)
      .serialized(pretty: true)
  }
}

extension Spec {
  /// Examples that are computed at a time.
  public var microBatchSize: Int { batchSize / update.microBatchCount }

  /// Intervals in the whole run; the last one may be shorter.
  public var intervalCount: Int { wholeRun.intervalCount }

  /// Records in a whole run's trace: one state at each interval's start, and the last.
  public var traceSize: UInt64 { wholeRun.traceSize }

  /// The step after which record `record` was taken: 0 for record 0.
  public func step(ofRecord record: Int) -> UInt64 { wholeRun.step(ofRecord: record) }

  /// The steps of interval `interval` (from 0), each numbered from 1.
  public func steps(ofInterval index: Int) -> ClosedRange<UInt64> {
    wholeRun.steps(ofInterval: index)
  }

  /// The record taken after step `step`, if there is one.
  public func record(atStep step: UInt64) -> Int? { wholeRun.record(atStep: step) }

  /// The examples of each step.
  public var batchOrder: BatchOrder {
    BatchOrder(seed: seed, exampleCount: data.exampleCount, batchSize: batchSize)
  }

  /// The numbers that step `step` (from 1) runs with.
  public func scalars(step: UInt64) -> StepScalars {
    optimizer.scalars(
      step: step, learningRate: schedule.learningRate(step: step, of: steps))
  }

  /// What the state holds: every parameter, everything the optimiser keeps, and every statistic,
  /// sorted by name.
  public var stateLayout: StateLayout {
    var tensors: [TensorDescription] = []
    for parameter in model.parameters {
      let type = elementType(of: parameter)
      tensors.append(
        TensorDescription(name: parameter.name, elementType: type, shape: parameter.shape))
      for slot in optimizer.slots {
        tensors.append(
          TensorDescription(
            name: Optimizer.stateName(slot: slot, parameter: parameter.name),
            elementType: type, shape: parameter.shape))
      }
      if update.averageDecay != nil {
        tensors.append(
          TensorDescription(
            name: UpdateOptions.averageName(parameter.name), elementType: .float32,
            shape: parameter.shape))
      }
    }
    for statistic in model.statistics {
      tensors.append(
        TensorDescription(name: statistic.name, elementType: .float32, shape: statistic.shape))
    }
    return StateLayout(tensors, polynomial: polynomialLayout)
  }

  /// The first values of a tensor of the model or the state: what the spec says for a declared one,
  /// zeros for what the optimiser keeps. Nil when there is no such tensor.
  ///
  /// - Parameter given: looks a tensor up in the weights file, by its name there.
  public func initialValues<Failure>(
    of name: String, given: (_ tensor: String, Shape) throws(Failure) -> [Float]
  ) throws(Failure) -> [Float]? {
    let tensors = model.declared
    // An average starts as its parameter does.
    if let index = tensors.firstIndex(where: {
      $0.name == name || UpdateOptions.averageName($0.name) == name
    }) {
      let parameter = tensors[index]
      if case .weights(let tensor) = parameter.initializer {
        return try given(tensor, parameter.shape)
      }
      return parameter.initializer.values(
        count: parameter.shape.elementCount, parameter: index, seed: seed)
    }
    guard let tensor = stateLayout.tensors.first(where: { $0.name == name }) else { return nil }
    return [Float](repeating: 0, count: tensor.shape.elementCount)
  }

  /// The tensor in the weights file that a tensor of the model or the state starts from, with its
  /// shape; nil where it starts from something else.
  public func givenTensor(of name: String) -> (name: String, shape: Shape)? {
    let tensor = model.declared.first {
      $0.name == name || UpdateOptions.averageName($0.name) == name
    }
    guard let tensor, case .weights(let given) = tensor.initializer else { return nil }
    return (given, tensor.shape)
  }

  /// One of `initialValues`, by its place in the tensor; nil where a weights file gives it, or
  /// there is no such tensor.
  public func initialValue(of name: String, element: Int) -> Float? {
    let tensors = model.declared
    if let index = tensors.firstIndex(where: {
      $0.name == name || UpdateOptions.averageName($0.name) == name
    }) {
      return tensors[index].initializer.value(at: element, parameter: index, seed: seed)
    }
    return stateLayout.tensors.contains { $0.name == name } ? 0 : nil
  }
}
