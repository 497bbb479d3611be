import AssayCryptography
import AssayWire
import Foundation
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

  /// What a spec says, what it should not, and a part of the refusal.
  static let misfits: [(String, String, String)] = [
    (#""numerics":"integer""#, #""numerics":"int8""#, "numerics"),
    (
      #""kind":"integer-momentum","decayShift":3"#, #""kind":"integer-momentum","decayShift":5"#,
      "decayShift"
    ),
    (
      #""kind":"integer-momentum","decayShift":3"#,
      #""kind":"sgd","momentum":0.9,"nesterov":false,"weightDecay":0.0"#, "optimizer.kind"
    ),
    (#""from":1,"#, #""from":2,"#, "from step 1"),
    (#""from":13,"#, #""from":1,"#, "ascending"),
    (#""rate":8"#, #""rate":16777216"#, "rate"),
    (#""rate":8"#, #""rate":-1"#, "rate"),
    (#""inputExponent":-7"#, #""inputExponent":-61"#, "inputExponent"),
    (#""activationExponent":-3"#, #""activationExponent":-15"#, "bits to round by"),
    (#""gradientExponent":-8"#, #""gradientExponent":-17"#, "bits to round by"),
    (#""fractionBits":14"#, #""fractionBits":31"#, "fractionBits"),
    (
      #""fractionBits":14,"element":"int64""#, #""fractionBits":17,"element":"int32""#,
      "int32 does not hold"
    ),
    (#""element":"int64""#, #""element":"float32""#, "int64"),
    (#"{"name":"output.weight","exponent""#, #"{"name":"hidden.weight","exponent""#, "no entry"),
    (#""table":[0,5"#, #""table":[0,-5"#, "table"),
    (",248,256,264,", ",248,1,264,", "wrong class"),
    (#""table":[0,5"#, #""table":[5"#, "256 numbers"),
    (#""kind":"integers","bound":9000"#, #""kind":"uniform","bound":0.1"#, "integers"),
    (#""kind":"integers","bound":9000"#, #""kind":"integers","bound":536870912"#, "16 bits"),
    (#""element":"uint8""#, #""element":"float32""#, "uint8"),
    (#""divisor":1.0"#, #""divisor":255.0"#, "divisor 1"),
    (#""groups":1"#, #""groups":2"#, "conv"),
    (#""kernel":2"#, #""kernel":1"#, "pool"),
    (#""op":"relu""#, #""op":"tanh""#, "no integer form"),
    (#""op":"average-pool2d""#, #""op":"max-pool2d""#, "no integer form"),
    (#""inputs":["conv"]"#, #""inputs":["conv.pool"]"#, "layers in a row"),
    (
      #""inputs":["prediction","targets"]"#, #""inputs":["prediction","targets"],"smoothing":0.1"#,
      "smooth"
    ),
    (#""seed":1,"#, #""seed":1,"update":{"clipNorm":1.0},"#, "no such options"),
  ]

  @Test(arguments: misfits)
  func whatDoesNotFitIntegersIsRefused(found: String, instead: String, reason: String) throws {
    let bytes = try Self.spec().bytes
    let text = String(decoding: try JSONValue.parse(bytes).serialized(), as: UTF8.self)
    let range = try #require(text.firstRange(of: found), "the spec does not say \(found)")
    let changed = text.replacingCharacters(in: range, with: instead)
    do {
      _ = try Spec(decoding: Array(changed.utf8))
      Issue.record("\(instead) is accepted")
    } catch {
      #expect("\(error)".contains(reason), "\(error)")
    }
  }

  @Test func sumsThatInt32DoesNotHoldAreRefused() throws {
    func data(_ side: Int) -> DataDescription {
      DataDescription(
        root: SHA256.digest(of: [1]), exampleCount: 40, elementType: .uint8,
        exampleShape: .matrix(side, side), target: .label(classes: 3),
        scale: DataDescription.Scale())
    }
    func spec(_ kind: IntegerNetwork.Kind, side: Int, batch: Int) throws -> Spec? {
      let network = IntegerNetwork(kind, data: data(side), batchSize: batch, steps: 4)
      guard let parts = network.parts() else { return nil }
      return try Spec(
        decoding: Spec.json(
          seed: 1, steps: 4, interval: 1, batchSize: batch, model: parts.model,
          data: data(side), optimizer: parts.optimizer, schedule: parts.schedule,
          integer: parts.settings))
    }
    // 128 · 127 · batch · 28 · 28 < 2^31 up to 168 examples.
    #expect(try spec(.lenet, side: 28, batch: 168) != nil)
    #expect(throws: SpecificationError.self) { try spec(.lenet, side: 28, batch: 169) }
    // 127 · 127 · K, with half of what it is rounded by, < 2^31 up to 133,144 or a little less.
    #expect(try spec(.perceptron(hidden: [3]), side: 364, batch: 4) != nil)
    #expect(throws: SpecificationError.self) {
      try spec(.perceptron(hidden: [3]), side: 365, batch: 4)
    }
  }

  @Test func wholeStartsCoverTheirRange() {
    let values = Initializer.integers(bound: 2).integers(count: 4000, parameter: 3, seed: 9)
    for value in -2...2 as ClosedRange<Int64> {
      #expect((700...900).contains(values.count { $0 == value }))
    }
    // Word 0 of block 0 at step 3, by the definition.
    let word = Philox4x32(seed: 9).block(purpose: .initialization, step: 3, index: 0).0
    #expect(values[0] == Int64((UInt64(word) * 5) >> 32) - 2)
  }

  @Test func templatesHaveTheKnownConstants() throws {
    let network = IntegerNetwork(
      .lenet,
      data: DataDescription(
        root: SHA256.digest(of: [1]), exampleCount: 40, elementType: .uint8,
        exampleShape: .matrix(28, 28), target: .label(classes: 10),
        scale: DataDescription.Scale()),
      batchSize: 64, steps: 100, hasMomentum: false)
    let parts = try #require(network.parts())
    #expect(parts.settings.weights.map(\.exponent) == [-5, -6, -7, -6, -6])
    #expect(parts.settings.weights.map(\.fractionBits) == [22, 17, 14, 15, 14])
    #expect(
      parts.schedule.kind
        == .steps([
          IntegerRate(from: 1, rate: 8), IntegerRate(from: 51, rate: 4),
          IntegerRate(from: 71, rate: 2), IntegerRate(from: 86, rate: 1),
        ]))
  }
}
