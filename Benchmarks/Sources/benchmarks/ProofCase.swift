internal import AssayCircuits
internal import AssayCryptography
internal import AssayDatasets
internal import AssayProving
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import AssayVerification
internal import AssayWire

/// A training step whose proof is timed, and what others have published for such a step.
struct ProofCase {
  let name: String
  let kind: IntegerNetwork.Kind
  let batch: Int
  let exampleShape: [Int]
  let exampleCount: Int
  let published: String
  /// What hides weights and data; nil for a transparent proof.
  var secret: Digest?

  /// The cases, and those that hide weights and data too.
  static let all: [ProofCase] =
    transparent
    + transparent.filter { $0.name == "LeNet, batch 1" || $0.name.hasPrefix("MLP 784") }.map {
      ProofCase(
        name: $0.name + ", hiding", kind: $0.kind, batch: $0.batch,
        exampleShape: $0.exampleShape, exampleCount: $0.exampleCount, published: $0.published,
        secret: SHA256.digest(of: [1]))
    }

  private static let transparent: [ProofCase] =
    [1, 2, 4, 16].map { batch in
      ProofCase(
        name: "LeNet, batch \(batch)", kind: .lenet, batch: batch, exampleShape: [28, 28],
        exampleCount: 10_000, published: kaizenLeNet[batch] ?? "none known")
    } + [
      ProofCase(
        name: "MLP 784-1024-1024-10, batch 128", kind: .perceptron(hidden: [1024, 1024]),
        batch: 128, exampleShape: [28, 28], exampleCount: 10_000, published: "none known"),
      ProofCase(
        name: "MLP, 8 layers, 10.1 M parameters, batch 64",
        kind: .perceptron(hidden: Array(repeating: 1232, count: 7)), batch: 64,
        exampleShape: [28, 28], exampleCount: 10_000,
        published: "zkDL, abstract: below 1 s on a GPU"),
      ProofCase(
        name: "VGG-11 shape, batch 16", kind: .vgg11, batch: 16, exampleShape: [3, 32, 32],
        exampleCount: 1000,
        published: "Kaizen, paper: 882 s + 218 s commitment, 512 GB machine, 1.63 MB, verify 130 ms"
      ),
    ]

  private static let kaizenLeNet = [
    1: "Kaizen, public code, 1 thread: 35.5 CPU s, 1.84 GB, 252 KB, verify 13 ms",
    2: "Kaizen, public code, 1 thread: 62.9 CPU s, 3.1 GB",
    4: "Kaizen, public code, 1 thread: 138 CPU s, 15.1 GB",
  ]

  /// The case's run: plain descent, one step in each proof, examples of MNIST's density.
  func run() throws -> (spec: Spec, dataset: Dataset) {
    let dataset = try Dataset(
      elementType: .uint8, exampleShape: try Shape(exampleShape), contents: pixels(),
      targets: .labels((0..<exampleCount).map { Int32($0 * 7 % 10) }, classes: 10))
    let data = dataset.description(scale: DataDescription.Scale())
    let steps: UInt64 = 1 << 10
    let network = IntegerNetwork(
      kind, data: data, batchSize: batch, steps: steps, hasMomentum: false)
    guard let parts = network.parts() else { preconditionFailure("data that suit \(name)") }
    func spec(_ proof: ProofOptions?) throws -> Spec {
      try Spec(
        decoding: Spec.json(
          seed: 1, steps: steps, interval: 1, batchSize: batch, model: parts.model, data: data,
          optimizer: parts.optimizer, schedule: parts.schedule, integer: parts.settings,
          proof: proof))
    }
    let circuit = try Circuit(spec: try spec(nil), stepCount: 1)
    let openings = secret == nil ? 0 : 16
    let rows = try ProofSetting.rows(for: circuit, hiddenOpenings: openings)
    let setting = try ProofSetting(circuit: circuit, rows: rows, hiddenOpenings: openings)
    let root = try DataCommitment.root(
      of: dataset, setting: setting,
      key: secret.map { HidingKeys.data(secret: $0, root: data.root, setting: setting) })
    let options = ProofOptions(steps: 1, rows: rows, dataRoot: root, openings: openings)
    return (try spec(options), dataset)
  }

  /// Every fifth pixel, pseudorandomly, is not black.
  private func pixels() -> [UInt8] {
    let generator = Philox4x32(seed: 3)
    let count = exampleCount * exampleShape.reduce(1, *)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 4)
    for index in 0..<UInt64((count + 3) / 4) {
      let block = generator.block(purpose: .generatedTask, step: 0, index: index)
      for place in [0, 8, 16, 24] as [UInt32] {
        let isInked = UInt8(truncatingIfNeeded: block.1 >> place) < 51
        bytes.append(isInked ? UInt8(truncatingIfNeeded: block.0 >> place) : 0)
      }
    }
    return Array(bytes.prefix(count))
  }
}
