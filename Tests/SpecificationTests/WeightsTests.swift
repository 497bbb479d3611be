import AssayCryptography
import AssayWire
import Testing

@testable import AssaySpecification

/// Specs that start from given weights, keep tensors as they are, or adapt them.
@Suite struct WeightsTests {
  private let digest = SHA256.digest(of: [7])

  private func spec(_ model: JSONValue, weights: Digest? = nil) throws -> Spec {
    try Spec(
      decoding: Spec.json(
        seed: 1, steps: 25, interval: 4, batchSize: 5, model: model, data: Samples.data(),
        optimizer: .adam(
          beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decoupled: true),
        schedule: Schedule(kind: .constant, learningRate: 0.1),
        update: UpdateOptions(clipNorm: 1, averageDecay: 0.9), weights: weights))
  }

  private let base = MultilayerPerceptron(hidden: [6], activation: .relu)
    .model(for: Samples.data())

  private let shapes = [
    "hidden1.weight": [6, 6], "hidden1.bias": [6], "output.weight": [3, 6], "output.bias": [3],
  ]

  @Test func aSpecThatStartsFromWeightsNamesThemAndNoOtherDoes() throws {
    let match = WeightsMatch(model: base, shapes: shapes)
    #expect(match.taken == ["hidden1.weight", "hidden1.bias", "output.weight", "output.bias"])
    #expect(match.missing.isEmpty && match.unused.isEmpty)
    let spec = try spec(match.model, weights: digest)
    #expect(spec.weights == digest)
    #expect(spec.model.parameters[0].initializer == .weights(tensor: "hidden1.weight"))
    #expect(throws: SpecificationError.self) { try self.spec(match.model) }
    #expect(throws: SpecificationError.self) { try self.spec(base, weights: digest) }
  }

  @Test func whatDoesNotFitIsListed() {
    let match = WeightsMatch(
      model: base,
      shapes: [
        "fc.weight": [6, 6], "hidden1.bias": [5], "output.weight": [3, 6], "other": [1],
        "optimizer/velocity/output.weight": [3, 6], "average/output.weight": [3, 6],
      ], names: ["hidden1.weight": "fc.weight"])
    #expect(match.taken == ["hidden1.weight", "output.weight"])
    #expect(match.missing.map(\.name) == ["hidden1.bias", "output.bias"])
    #expect(match.unused == ["other"])
    let first = match.model.elements("parameters")[0]
    #expect(first.member("init")?.string("tensor") == "fc.weight")
  }

  @Test func initialValuesComeFromTheFileOrTheSeed() throws {
    let match = WeightsMatch(model: base, shapes: ["output.weight": [3, 6]])
    let spec = try spec(match.model, weights: digest)
    let plain = try self.spec(base)
    let given: (String, Shape) -> [Float] = { [Float](repeating: 9, count: $1.elementCount) }
    let nines = [Float](repeating: 9, count: 18)
    #expect(spec.initialValues(of: "output.weight", given: given) == nines)
    // A moving average starts as its parameter does.
    #expect(spec.initialValues(of: "average/output.weight", given: given) == nines)
    #expect(
      spec.initialValues(of: "hidden1.weight", given: given)
        == plain.initialValues(of: "hidden1.weight", given: given))
  }

  @Test func frozenTensorsAreNotInTheStateAndHaveNoGradient() throws {
    let frozen = base.elements("parameters").filter { $0.string("name") != "output.weight" }
    let model = base.replacing(
      "parameters",
      with: .array(base.elements("parameters").filter { $0.string("name") == "output.weight" })
    ).replacing("frozen", with: .array(frozen))
    let spec = try spec(model)
    #expect(
      spec.stateLayout.tensors.map(\.name) == [
        "average/output.weight", "optimizer/first-moment/output.weight",
        "optimizer/second-moment/output.weight", "output.weight",
      ])
    let program = try StepProgram.training(spec)
    #expect(
      program.frozenBuffers.map(\.declaration.name) == [
        "hidden1.weight", "hidden1.bias", "output.bias",
      ])
    let gradients = program.buffers.filter { $0.role == .gradient }.map(\.name)
    #expect(!gradients.contains { $0.contains("hidden1") || $0.contains("output.bias") })
    // A product forward for each layer, and one for the gradient of the last.
    let products = program.instructions.filter {
      if case .matmul = $0 { true } else { false }
    }
    #expect(products.count == 3)
  }

  @Test func aFrozenTensorIsNotTrainedAsWell() throws {
    let both = base.replacing("frozen", with: .array(base.elements("parameters")))
    #expect(throws: SpecificationError.self) { try spec(both) }
    let none = base.replacing("parameters", with: .array([]))
      .replacing("frozen", with: .array(base.elements("parameters")))
    #expect(throws: SpecificationError.self) { try spec(none) }
  }

  @Test func adaptersFreezeTheBaseAndStandBesideItsLinearLayers() throws {
    let spec = try spec(
      try #require(LowRankAdapters(rank: 2, alpha: 4).model(adapting: base)))
    #expect(
      spec.model.parameters.map(\.name) == [
        "hidden1.lora_A.weight", "hidden1.lora_B.weight", "output.lora_A.weight",
        "output.lora_B.weight",
      ])
    #expect(spec.model.parameters.map(\.shape.dimensions) == [[2, 6], [6, 2], [2, 6], [3, 2]])
    #expect(spec.model.parameters[1].initializer == .constant(value: 0))
    #expect(spec.model.frozen.count == 4)
    #expect(spec.model.prediction == "prediction")
    let kinds = spec.model.summary.map(\.operation)
    #expect(
      kinds == [
        "flatten", "linear", "linear", "scale", "linear", "add", "bias", "relu", "linear",
        "linear", "scale", "linear", "add", "bias", "softmax-cross-entropy",
      ])
    let some = LowRankAdapters(rank: 2, alpha: 2, parts: ["output"])
    let part = try self.spec(try #require(some.model(adapting: base)))
    #expect(part.model.parameters.count == 2)
    #expect(!part.model.summary.contains { $0.operation == "scale" })
    #expect(LowRankAdapters(rank: 2, alpha: 2, parts: ["no"]).model(adapting: base) == nil)
  }

  @Test func aTiedTableIsAdaptedOnlyWhereItIsNamed() throws {
    let data = DataDescription(
      root: digest, exampleCount: 10, elementType: .uint8, exampleShape: .vector(9),
      target: .nextToken(vocabulary: 20), scale: DataDescription.Scale())
    let gpt = try #require(GPT(layers: 2, width: 8, heads: 2).model(for: data))
    let all = try #require(LowRankAdapters(rank: 1, alpha: 1).model(adapting: gpt))
    // Two layers of attention and two of the perceptron in each block.
    #expect(all.elements("parameters").count == 16)
    let tied = LowRankAdapters(rank: 1, alpha: 1, parts: ["tokens"])
    let output = try #require(tied.model(adapting: gpt))
    #expect(
      output.elements("parameters").compactMap { $0.string("name") } == [
        "tokens.lora_A.weight", "tokens.lora_B.weight",
      ])
  }
}
