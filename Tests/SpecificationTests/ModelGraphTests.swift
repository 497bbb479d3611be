import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct ModelGraphTests {
  /// A spec whose graph is given as (name, op, inputs) over parameters of the given shapes.
  private func spec(
    _ nodes: [(String, String, [String])], parameters: [(String, [Int])],
    loss: String = "loss", prediction: String = "p"
  ) throws -> Spec {
    let model = JSONValue.object(
      [
        "parameters": .array(
          parameters.map { name, shape in
            .object(
              [
                "name": .string(name), "shape": .array(shape.map { .integer($0) }),
                "init": .object(["kind": .string("uniform"), "bound": .number("0.5")]),
              ] as KeyValuePairs)
          }),
        "nodes": .array(
          nodes.map { name, operation, inputs in
            .object(
              [
                "name": .string(name), "op": .string(operation),
                "inputs": .array(inputs.map { .string($0) }),
              ] as KeyValuePairs)
          }),
        "loss": .string(loss), "prediction": .string(prediction),
      ] as KeyValuePairs)
    return try Spec(
      decoding: Spec.json(
        seed: 1, steps: 4, interval: 2, batchSize: 5, model: model, data: Samples.data(),
        optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0),
        schedule: Schedule(kind: .constant, learningRate: 0.1)))
  }

  private let head = [("f", "flatten", ["features"]), ("p", "linear", ["f", "w"])]
  private let end = ("loss", "softmax-cross-entropy", ["p", "targets"])

  @Test func aGraphWithoutBranchesIsAccepted() throws {
    let program = try StepProgram.training(spec(head + [end], parameters: [("w", [3, 6])]))
    #expect(program.stateBuffers.map(\.declaration.name) == ["w"])
    // matmul, cross-entropy, mean; its gradient, weight gradient; update. Nothing flows to data.
    #expect(program.instructions.count == 6)
  }

  @Test func aTensorReadTwiceReceivesTheSumOfItsGradients() throws {
    let nodes = [
      ("f", "flatten", ["features"]), ("a", "linear", ["f", "v"]), ("b", "relu", ["a"]),
      ("c", "linear", ["b", "w"]), ("p", "linear", ["c", "w"]), end,
    ]
    let program = try StepProgram.training(
      spec(nodes, parameters: [("v", [3, 6]), ("w", [3, 3])]))
    let sums = program.instructions.filter { if case .add = $0 { true } else { false } }
    #expect(sums.count == 1)
  }

  @Test(
    arguments: [
      ("unknown input", [("p", "linear", ["nothing", "w"])], [("w", [3, 6])]),
      (
        "shapes differ", [("f", "flatten", ["features"]), ("p", "linear", ["f", "w"])],
        [("w", [3, 7])]
      ),
      ("not flattened", [("p", "linear", ["features", "w"])], [("w", [3, 6])]),
      (
        "name taken", [("w", "flatten", ["features"]), ("p", "linear", ["w", "w"])],
        [("w", [3, 6])]
      ),
      ("too many inputs", [("p", "linear", ["features", "w", "w"])], [("w", [3, 6])]),
      ("reserved name", [("targets", "flatten", ["features"])], [("w", [3, 6])]),
      ("bad letters", [("p q", "flatten", ["features"])], [("w", [3, 6])]),
      (
        "unused parameter", [("f", "flatten", ["features"]), ("p", "linear", ["f", "w"])],
        [("w", [3, 6]), ("idle", [2])]
      ),
      ("no parameter", [("p", "flatten", ["features"])], []),
      (
        "wrong classes", [("f", "flatten", ["features"]), ("p", "linear", ["f", "w"])],
        [("w", [4, 6])]
      ),
    ] as [(String, [(String, String, [String])], [(String, [Int])])])
  func graphsThatDoNotFitAreRefused(
    why: String, nodes: [(String, String, [String])], parameters: [(String, [Int])]
  ) {
    #expect(throws: SpecificationError.self, "\(why)") {
      try spec(nodes + [end], parameters: parameters)
    }
  }

  @Test func theLossEndsTheGraph() {
    let twice = head + [end, ("again", "softmax-cross-entropy", ["p", "targets"])]
    #expect(throws: SpecificationError.self) { try spec(twice, parameters: [("w", [3, 6])]) }
    #expect(throws: SpecificationError.self) {
      try spec(head + [end, ("after", "relu", ["loss"])], parameters: [("w", [3, 6])])
    }
    #expect(throws: SpecificationError.self) {
      try spec(head, parameters: [("w", [3, 6])], loss: "p")
    }
    #expect(throws: SpecificationError.self) {
      try spec(head + [end], parameters: [("w", [3, 6])], prediction: "loss")
    }
  }
}
