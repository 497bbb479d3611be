import AssayCryptography
import AssaySpecification
import AssayTestSupport
import Testing

@testable import AssayCircuits

/// The table of step circuits in the circuits' folder is what statements are compared with.
@Suite struct TemplateCircuitTests {
  struct Template: CustomTestStringConvertible {
    var name: String
    var kind: IntegerNetwork.Kind
    var shape: [Int]
    var batchSize: Int

    var testDescription: String { name }

    /// A step of the template over 10,000 examples in ten classes.
    func circuit() throws -> Circuit {
      let data = DataDescription(
        root: SHA256.digest(of: [1]), exampleCount: 10_000, elementType: .uint8,
        exampleShape: try Shape(shape), target: .label(classes: 10),
        scale: DataDescription.Scale())
      let network = IntegerNetwork(kind, data: data, batchSize: batchSize, steps: 1000)
      let parts = try #require(network.parts())
      let spec = try Spec(
        decoding: Spec.json(
          seed: 1, steps: 1000, interval: 100, batchSize: batchSize, model: parts.model,
          data: data, optimizer: parts.optimizer, schedule: parts.schedule,
          integer: parts.settings))
      return try Circuit(spec: spec, stepCount: 1)
    }
  }

  static let templates = [
    Template(name: "mlp", kind: .perceptron(hidden: [128]), shape: [28, 28], batchSize: 64),
    Template(name: "lenet", kind: .lenet, shape: [28, 28], batchSize: 16),
    Template(name: "vgg11", kind: .vgg11, shape: [3, 32, 32], batchSize: 16),
  ]

  @Test("the table names the circuits of the templates", arguments: templates)
  func digests(template: Template) throws {
    let text = String(decoding: try VectorFile.circuit("README.md"), as: UTF8.self)
    let circuit = try template.circuit()
    let line = text.split(separator: "\n").first { $0.hasPrefix("| `\(template.name)` |") }
    let expected = "| \(circuit.siteCount) | `\(circuit.digest)` |"
    #expect(line?.hasSuffix(expected) == true, "expected \(expected), found \(line ?? "nothing")")
  }

  @Test("the circuits' texts are those in the folder", arguments: templates)
  func texts(template: Template) throws {
    let text = String(
      decoding: try VectorFile.circuit("steps/\(template.name).txt"), as: UTF8.self)
    #expect(try template.circuit().text == text, "circuits/steps/\(template.name).txt")
  }

  @Test("examples without channels are images of one channel")
  func images() throws {
    let flat = Template(name: "", kind: .lenet, shape: [12, 12], batchSize: 2)
    let image = Template(name: "", kind: .lenet, shape: [1, 12, 12], batchSize: 2)
    #expect(try flat.circuit().digest == image.circuit().digest)
  }
}
