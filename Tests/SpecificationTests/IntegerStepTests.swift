import AssayCryptography
import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct IntegerStepTests {
  static func data() -> DataDescription {
    DataDescription(
      root: SHA256.digest(of: [1]), exampleCount: 40, elementType: .uint8,
      exampleShape: .matrix(8, 8), target: .label(classes: 3), scale: DataDescription.Scale())
  }

  /// A convolution that pools, a hidden layer and an output.
  static func spec(
    element: ElementType = .int64, fractionBits: Int = 14, activation: Int = -3,
    optimizer: Optimizer = .integer(.momentum(decayShift: 3)),
    schedule: Schedule = Schedule(rates: [
      IntegerRate(from: 1, rate: 8), IntegerRate(from: 13, rate: 4),
    ]), kernel: Int = 3, pool: Int = 2
  ) throws(SpecificationError) -> Spec {
    var writer = ModelWriter()
    let image = writer.node(
      "image", "reshape", ["features"], ["shape": .array([1, 8, 8].map { .integer($0) })])
    let kernelWeight = writer.parameter(
      "conv.weight", [4, 1, kernel, kernel], .integers(bound: 9000))
    let product = writer.node(
      "conv.product", "conv2d", [image, kernelWeight],
      ["stride": .integer(1), "padding": .integer(1), "groups": .integer(1)])
    let pooled = writer.node(
      "conv.pool", "average-pool2d", [product],
      ["kernel": .integer(pool), "stride": .integer(2), "padding": .integer(0)])
    let first = writer.node("conv", "relu", [pooled])
    let flat = writer.node("flat", "flatten", [first])
    let hiddenWeight = writer.parameter("hidden.weight", [5, 64], .integers(bound: 9000))
    let hidden = writer.node(
      "hidden", "relu", [writer.node("hidden.product", "linear", [flat, hiddenWeight])])
    let outputWeight = writer.parameter("output.weight", [3, 5], .integers(bound: 9000))
    let output = writer.node("prediction", "linear", [hidden, outputWeight])
    let names = [(kernelWeight, -5), (hiddenWeight, -6), (outputWeight, -6)]
    return try Spec(
      decoding: Spec.json(
        seed: 1, steps: 24, interval: 4, batchSize: 5,
        model: writer.model(prediction: output, for: data()), data: data(), optimizer: optimizer,
        schedule: schedule,
        integer: IntegerSettings(
          activationExponent: activation, gradientExponent: -8,
          weights: names.map {
            IntegerSettings.Weight(
              name: $0.0, exponent: $0.1, fractionBits: fractionBits, elementType: element)
          })))
  }

  @Test func shiftsFollowFromTheExponents() throws {
    let step = try #require(try Self.spec().integerStep)
    #expect(step.layers.map(\.weightName) == ["conv.weight", "hidden.weight", "output.weight"])
    // −3 − (−7 − 5 − 2); −3 − (−3 − 6); the output's −3 − 6 = −9 goes to −5.
    #expect(step.layers.map(\.forwardShift) == [11, 6, nil])
    #expect(step.loss.shift == 4)
    // −8 − (−8 − 6); −8 − (−7 − 6).
    #expect(step.layers.map(\.gradientShift) == [nil, 6, 5])
    #expect(step.layers.map(\.poolsOutput) == [true, false, false])
    #expect(
      step.layers[0].velocityName == "optimizer/velocity/conv.weight" && step.featureCount == 64)
    #expect([1, 12, 13, 24].map { step.rate(step: $0) } == [8, 8, 4, 4])
  }

  @Test func boundsCoverWhatTheDefinitionAllows() throws {
    let layers = try #require(try Self.spec().integerStep).layers
    #expect(layers[0].bounds.product == 4 * 9 * 127 * 127)
    #expect(layers[0].bounds.inputGradient == nil)
    #expect(layers[0].bounds.weightGradient == 5 * 64 * 128 * 127)
    #expect(layers[1].bounds.inputGradient == 5 * 128 * 127)
    let change = 8 * 5 * 64 * 128 * 127
    #expect(layers[0].bounds.velocity == 8 * change + 4)
    #expect(layers[0].bounds.weight == 1 << 29 + 1 << 13 + 8 * change + 4)
  }

  @Test func theTableIsTheOneOfTheDefinition() {
    let table = IntegerLoss.exponentials
    #expect(table.count == 256 && table[0] == 0 && table[128] == 256 && table[255] == 13_547)
    #expect(9 * table[255] + 256 == 122_179)
  }
}
