public import AssayWire

/// The learning rate as a function of the step.
public struct Schedule: Hashable, Sendable {
  /// What follows the warm-up.
  public enum Kind: Hashable, Sendable {
    /// The peak rate to the end.
    case constant
    /// From the peak along half a cosine to `final` at the last step.
    case cosine(final: Float)
    /// Whole rates, each from a step on: what integer numerics multiply by.
    case steps([IntegerRate])
  }

  public let kind: Kind
  /// The rate that the warm-up reaches.
  public let learningRate: Float
  /// Steps over which the rate rises in equal parts, from 1/`warmupSteps` of the peak.
  public let warmupSteps: UInt64

  /// Makes a schedule.
  public init(kind: Kind, learningRate: Float, warmupSteps: UInt64 = 0) {
    self.kind = kind
    self.learningRate = learningRate
    self.warmupSteps = warmupSteps
  }

  /// Whole rates below 2²⁴, ascending by their first steps, the first from step 1.
  public init(rates: [IntegerRate]) {
    self.init(kind: .steps(rates), learningRate: Float(rates.first?.rate ?? 0))
  }

  /// The rate of step `step` (from 1) of `steps`, computed in double and rounded once.
  ///
  /// Warm-up: peak·t/w for t ≤ w. Cosine: final + (peak − final)·(1 + cos π(t − w)/(T − w))/2.
  public func learningRate(step: UInt64, of steps: UInt64) -> Float {
    let peak = Double(learningRate)
    if step <= warmupSteps { return Float(peak * (Double(step) / Double(warmupSteps))) }
    switch kind {
    case .constant:
      return learningRate
    case .cosine(let final):
      let span = steps > warmupSteps ? Double(steps - warmupSteps) : 1
      let progress = min(1, Double(step - warmupSteps) / span)
      let height = (1 + ElementaryFunctions.cosPi(progress)) / 2
      return Float(Double(final) + (peak - Double(final)) * height)
    case .steps(let rates):
      return Float(rates.rate(step: step))
    }
  }
}

extension Schedule {
  init(fields: inout JSONFields) throws(WireError) {
    let kind: Kind
    switch try fields.string("kind") {
    case "constant":
      kind = .constant
    case "cosine":
      kind = .cosine(final: try fields.float("finalLearningRate", atLeast: 0))
    case "steps":
      self.init(rates: try [IntegerRate](fields: &fields))
      return
    case let name:
      throw fields.failure(
        "kind", "expected \"constant\", \"cosine\" or \"steps\", found \"\(name)\"")
    }
    self.init(
      kind: kind, learningRate: try fields.float("learningRate", atLeast: 0),
      warmupSteps: try fields.uint64("warmupSteps"))
    try fields.finish()
  }

  /// The `schedule` object of a spec.
  public var json: JSONValue {
    let shared: [JSONMember] = [
      JSONMember(name: "learningRate", value: .float(learningRate)),
      JSONMember(name: "warmupSteps", value: .integer(warmupSteps)),
    ]
    return switch kind {
    case .constant:
      .object([JSONMember(name: "kind", value: .string("constant"))] + shared)
    case .cosine(let final):
      .object(
        [
          JSONMember(name: "kind", value: .string("cosine")),
          JSONMember(name: "finalLearningRate", value: .float(final)),
        ] + shared)
    case .steps(let rates):
      .object(["kind": .string("steps"), "rates": rates.json])
    }
  }
}
