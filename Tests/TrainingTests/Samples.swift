import AssayCryptography
import AssayDatasets
import AssaySpecification
import AssayWire
import Foundation
import Testing

@testable import AssayTraining

/// Small runs for tests.
enum Samples {
  /// Data of 48 examples with `features` numbers each.
  static func dataset(_ target: DataDescription.Target, features: Int = 9) throws -> Dataset {
    let generator = Philox4x32(seed: 99)
    func word(_ index: Int) -> UInt32 {
      generator.block(purpose: .generatedTask, step: 0, index: UInt64(index)).0
    }
    var contents = (0..<48 * features).map { UInt8(truncatingIfNeeded: word($0) >> 9) }
    if case .nextToken(let vocabulary) = target {
      contents = contents.map { UInt8(Int($0) % vocabulary) }
    }
    let targets: Dataset.Targets =
      switch target {
      case .label(let classes):
        .labels((0..<48).map { Int32(word(100_000 + $0) % UInt32(classes)) }, classes: classes)
      case .values(let count):
        .values(
          (0..<48 * count).map { Float(word(200_000 + $0) >> 8) * 0x1p-23 - 1 }, perExample: count)
      case .nextToken(let vocabulary): .nextToken(vocabulary: vocabulary)
      }
    return try Dataset(
      elementType: .uint8, exampleShape: try Shape([features]), contents: contents,
      targets: targets)
  }

  static func spec(
    _ dataset: Dataset, hidden: [Int] = [11], activation: MultilayerPerceptron.Activation = .tanh,
    optimizer: Optimizer = .adam(
      beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true),
    steps: UInt64 = 30, interval: UInt64 = 4, batch: Int = 7
  ) throws -> Spec {
    let data = dataset.description(scale: DataDescription.Scale(divisor: 255, mean: 0.5))
    return try Spec(
      decoding: Spec.json(
        seed: 5, steps: steps, interval: interval, batchSize: batch,
        model: MultilayerPerceptron(hidden: hidden, activation: activation).model(for: data),
        data: data, optimizer: optimizer,
        schedule: Schedule(kind: .cosine(final: 0.001), learningRate: 0.02, warmupSteps: 5)))
  }

  /// A safetensors file as others may write it: the tensors in the order given, with metadata.
  static func safetensors(
    _ tensors: [(name: String, type: String, shape: [Int], contents: [UInt8])]
  ) -> [UInt8] {
    var entries = [#""__metadata__":{"format":"pt"}"#]
    var contents: [UInt8] = []
    for tensor in tensors {
      let end = contents.count + tensor.contents.count
      entries.append(
        #""\#(tensor.name)":{"dtype":"\#(tensor.type)","shape":\#(tensor.shape),"#
          + #""data_offsets":[\#(contents.count),\#(end)]}"#)
      contents += tensor.contents
    }
    return safetensors(header: "{\(entries.joined(separator: ","))}  ", contents)
  }

  static func safetensors(header: String, _ contents: [UInt8]) -> [UInt8] {
    let count = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8)
      + contents
  }

  /// Float32 weights for every parameter of `spec`, the last one first.
  static func weights(for spec: Spec) throws -> WeightsFile {
    let generator = Philox4x32(seed: 77)
    return try WeightsFile(
      safetensors(
        spec.model.parameters.enumerated().reversed().map { index, parameter in
          let values = (0..<parameter.shape.elementCount).map { element in
            let word = generator.block(
              purpose: .generatedTask, step: UInt64(index), index: UInt64(element)
            ).0
            return (Float(word >> 8) * 0x1p-23 - 1) / 3
          }
          return (
            parameter.name, "F32", parameter.shape.dimensions,
            ModelState.littleEndianBytes(values)
          )
        }))
  }

  /// A perceptron with given weights, frozen, and adapters of rank 2.
  static func adapted(
    _ dataset: Dataset, optimizer: Optimizer
  ) throws -> (Spec, WeightsFile) {
    let base = try spec(dataset, hidden: [6])
    let weights = try weights(for: base)
    let data = base.data
    let match = WeightsMatch(
      model: MultilayerPerceptron(hidden: [6], activation: .tanh).model(for: data),
      shapes: weights.tensors.mapValues(\.dimensions))
    let model = try #require(LowRankAdapters(rank: 2, alpha: 3).model(adapting: match.model))
    return (
      try Spec(
        decoding: Spec.json(
          seed: 5, steps: 30, interval: 4, batchSize: 6, model: model, data: data,
          optimizer: optimizer, schedule: Schedule(kind: .constant, learningRate: 0.05),
          weights: weights.digest)), weights
    )
  }

  static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "assay-training-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  static func provider(_ byte: UInt8 = 1) throws -> SigningKey {
    try SigningKey(seed: [UInt8](repeating: byte, count: 32))
  }
}
