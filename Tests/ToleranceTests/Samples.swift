import AssayFiles
import AssayTestSupport
import AssayWire
import Foundation

@testable import AssayTolerance

/// Checkpoints that PyTorch wrote, with what stands in them: see vectors/tolerance/make.py.
struct TorchSample {
  let name: String
  let file: [UInt8]
  /// What is read; nil where the file is refused.
  let state: TracedState?
  /// What the refusal says.
  let reason: String?

  static func all() throws -> [TorchSample] {
    try VectorFile.tests("tolerance/torch.json").map { fields in
      var fields = fields
      let name = try fields.string("name")
      let file = try Hex.decode(fields.string("file"))
      guard !fields.contains("reason") else {
        let sample = TorchSample(
          name: name, file: file, state: nil, reason: try fields.string("reason"))
        try fields.finish()
        return sample
      }
      let values = try JSONValue.parse(Array(fields.string("values").utf8))
      let tensors = try fields.objects("tensors").map { entry in
        var entry = entry
        let tensor = TracedTensor(
          name: try entry.string("name"),
          type: ScalarType(rawValue: try entry.string("type")) ?? .bool,
          dimensions: try entry.array("shape").map { Int(decoding: $0) },
          contents: try Hex.decode(entry.string("contents")))
        try entry.finish()
        return tensor
      }
      try fields.finish()
      let state = try TracedState(
        tensors: tensors, values: CheckpointValues.canonical(values), file: name)
      return TorchSample(name: name, file: file, state: state, reason: nil)
    }
  }

  /// What is read from bytes.
  static func read(_ bytes: [UInt8]) throws -> TracedState {
    try TorchCheckpoint.state(byteCount: bytes.count, file: "sample") {
      offset, count throws(FileError) in
      guard offset >= 0, count >= 0, count <= bytes.count - offset else {
        throw FileError("outside the file")
      }
      return Array(bytes[offset..<offset + count])
    }
  }
}

extension Int {
  fileprivate init(decoding value: JSONValue) {
    if case .number(let text) = value { self = Int(text) ?? -1 } else { self = -1 }
  }
}

/// Runs `body` with the path of an empty folder that is removed afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "assay-tests-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

/// A training that needs no framework: step t moves weight i by (t + 1)(i + 1)/1000.
struct ToyTraining: StepFunction {
  var isSandboxed: Bool { true }
  var data: String?
  /// Added to each executed weight, as other hardware might.
  var noise: Float = 0

  static func state(_ weights: [Float], count: Int64 = 0, lr: Double = 0.1) -> TracedState {
    var counter = WireWriter()
    counter.write(UInt64(bitPattern: count))
    let values: JSONValue = .object([
      "dict": .array([
        .array([.string("lr"), .double(lr)]),
        .array([.string("model"), .object(["tensor": .string("model/weight")])]),
      ])
    ])
    guard
      let state = try? TracedState(
        tensors: [
          TracedTensor(
            name: "model/weight", type: .float32, dimensions: [weights.count],
            contents: bytes(weights)),
          TracedTensor(name: "model/count", type: .int64, dimensions: [], contents: counter.bytes),
        ], values: values, file: "toy")
    else { preconditionFailure("two names") }
    return state
  }

  static func bytes(_ weights: [Float]) -> [UInt8] {
    var writer = WireWriter()
    for weight in weights { writer.write(weight.bitPattern) }
    return writer.bytes
  }

  static func weights(_ state: TracedState) -> [Float] {
    let contents = state.tensors.first { $0.type == .float32 }?.contents ?? []
    return stride(from: 0, to: contents.count, by: 4).map { start in
      Float(bitPattern: UInt32(Array(contents[start..<start + 4]).word(0, 4)))
    }
  }

  func run(_ request: StepRequest) throws(ToleranceError) -> TracedState {
    var weights = Self.weights(request.state)
    for step in request.steps { weights = Self.step(weights, step) }
    let state = Self.state(weights.map { $0 + noise }, count: Int64(request.steps.upperBound))
    return try TracedState(tensors: state.tensors, values: state.values, data: data, file: "toy")
  }

  static func step(_ weights: [Float], _ step: Int) -> [Float] {
    weights.enumerated().map { $0.element + Float(step + 1) * Float($0.offset + 1) / 1000 }
  }

  /// The states after 0, k, 2k, … steps of an honest run.
  static func states(intervals: Int, every: Int) -> [TracedState] {
    var weights: [Float] = [1, -1, 0.5]
    var states = [state(weights)]
    for number in 0..<intervals * every {
      weights = step(weights, number)
      if (number + 1) % every == 0 { states.append(state(weights, count: Int64(number + 1))) }
    }
    return states
  }
}
