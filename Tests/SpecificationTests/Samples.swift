import AssayCryptography
import AssayWire

@testable import AssaySpecification

/// Small specs for tests.
enum Samples {
  static func data(classes: Int = 3) -> DataDescription {
    DataDescription(
      root: SHA256.digest(of: [1, 2, 3]), exampleCount: 40, elementType: .uint8,
      exampleShape: .matrix(2, 3), target: .label(classes: classes),
      scale: DataDescription.Scale(divisor: 255, mean: 0.5, deviation: 2),
      generated: DataDescription.GeneratedTask(task: "glyphs", seed: 4, first: 5))
  }

  static func spec(activation: MultilayerPerceptron.Activation = .relu) throws -> [UInt8] {
    Spec.json(
      seed: 1, steps: 25, interval: 4, batchSize: 5,
      model: MultilayerPerceptron(hidden: [6], activation: activation).model(for: data()),
      data: data(),
      optimizer: .sgd(momentum: 0.9, nesterov: true, weightDecay: 0.01),
      schedule: Schedule(kind: .cosine(final: 0), learningRate: 0.05, warmupSteps: 2))
  }

  /// Whether a spec may hold `value` under `key`, whatever it held before.
  static func accepts(_ value: JSONValue, for key: String) -> Bool {
    switch value {
    // Names and numbers that any value of the right kind suits.
    case .string: key == "task"
    case .number(let text): text == "-1" && ["value", "mean", "divisor", "deviation"].contains(key)
    case .array: key == "shape"
    default: false
    }
  }
}
