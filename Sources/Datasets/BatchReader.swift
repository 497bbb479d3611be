public import AssaySpecification

/// Gathers the examples of a batch as the numbers that a training step reads.
///
/// A feature is (x / divisor − mean) / deviation, each operation rounded to float32, in that order;
/// tokens are not scaled.
public struct BatchReader: Sendable {
  let dataset: Dataset
  /// For uint8 the feature of each of the 256 values; for float32 every feature of the data set.
  let features: [Float]
  /// The feature of raw 0.
  let padding: Float
  let featuresPerExample: Int

  /// Prepares the features of `dataset` under `scale`.
  public init(_ dataset: Dataset, scale: DataDescription.Scale) {
    self.dataset = dataset
    featuresPerExample = dataset.exampleShape.elementCount
    padding = Self.feature(0, scale)
    switch dataset.elementType {
    case .uint8:
      features = (0...255).map { Self.feature(Float($0), scale) }
    case .float32:
      features = stride(from: 0, to: dataset.contents.count, by: 4).map { start in
        let bits = (0..<4).reduce(0 as UInt32) { word, place in
          word | UInt32(dataset.contents[start + place]) << UInt32(8 * place)
        }
        return Self.feature(Float(bitPattern: bits), scale)
      }
    default:
      features = []
    }
  }

  private static func feature(_ raw: Float, _ scale: DataDescription.Scale) -> Float {
    let quotient = raw / scale.divisor
    let centred = quotient - scale.mean
    return centred / scale.deviation
  }

  /// Replaces `batch` with the features of the examples at `indices`, row by row.
  ///
  /// - Precondition: every index is below the example count, and the examples are no tokens.
  public func gatherFeatures(_ indices: [Int], into batch: inout [Float]) {
    batch.removeAll(keepingCapacity: true)
    batch.reserveCapacity(indices.count * featuresPerExample)
    for index in indices {
      precondition((0..<dataset.exampleCount).contains(index), "no such example")
      let row = (index * featuresPerExample)..<((index + 1) * featuresPerExample)
      appendFeatures(row, to: &batch)
    }
  }

  /// Replaces `batch` with the bytes of the examples at `indices`, each halved: what integer
  /// numerics read, 0 … 127.
  ///
  /// - Precondition: every index is below the example count, and the elements are uint8.
  public func gatherHalves(_ indices: [Int], into batch: inout [Int8]) {
    precondition(dataset.elementType == .uint8, "the examples are no bytes")
    batch.removeAll(keepingCapacity: true)
    batch.reserveCapacity(indices.count * featuresPerExample)
    for index in indices {
      precondition((0..<dataset.exampleCount).contains(index), "no such example")
      let row = (index * featuresPerExample)..<((index + 1) * featuresPerExample)
      // SAFETY: `row` lies within `contents`, for its example exists.
      unsafe dataset.contents.withUnsafeBufferPointer { contents in
        for position in row {
          batch.append(Int8(truncatingIfNeeded: unsafe contents[position] >> 1))
        }
      }
    }
  }

  /// Appends the features of the elements at `places`, which lie within the data set.
  func appendFeatures(_ places: Range<Int>, to batch: inout [Float]) {
    if dataset.elementType == .uint8 {
      appendBytes(places, to: &batch)
    } else {
      batch.append(contentsOf: features[places])
    }
  }

  private func appendBytes(_ row: Range<Int>, to batch: inout [Float]) {
    // SAFETY: `features` has 256 elements, so every byte is an index of it.
    unsafe features.withUnsafeBufferPointer { table in
      // SAFETY: `row` lies within `contents`, as the caller has checked.
      unsafe dataset.contents.withUnsafeBufferPointer { contents in
        for position in row {
          unsafe batch.append(table[Int(contents[position])])
        }
      }
    }
  }

  /// Replaces `batch` with the labels of the examples at `indices`.
  ///
  /// - Precondition: the targets are labels, and every index is below the example count.
  public func gatherLabels(_ indices: [Int], into batch: inout [Int32]) {
    guard case .labels(let labels, _) = dataset.targets else {
      preconditionFailure("the data set has no labels")
    }
    batch.removeAll(keepingCapacity: true)
    for index in indices { batch.append(labels[index]) }
  }

  /// Replaces `batch` with the target values of the examples at `indices`, row by row.
  ///
  /// - Precondition: the targets are values, and every index is below the example count.
  public func gatherValues(_ indices: [Int], into batch: inout [Float]) {
    guard case .values(let values, let perExample) = dataset.targets else {
      preconditionFailure("the data set has no values")
    }
    batch.removeAll(keepingCapacity: true)
    for index in indices {
      batch.append(contentsOf: values[(index * perExample)..<((index + 1) * perExample)])
    }
  }

  /// Replaces `features` with the tokens of the rows at `indices` without each row's last, and
  /// `targets` with those without each row's first: the token that follows each feature.
  ///
  /// - Precondition: the examples are tokens, and every index is below the example count.
  public func gatherTokens(
    _ indices: [Int], features: inout [Int32], targets: inout [Int32]
  ) {
    guard case .nextToken = dataset.targets else {
      preconditionFailure("the data set has no tokens")
    }
    features.removeAll(keepingCapacity: true)
    targets.removeAll(keepingCapacity: true)
    for index in indices {
      precondition((0..<dataset.exampleCount).contains(index), "no such example")
      let start = index * featuresPerExample
      let last = start + featuresPerExample - 1
      for place in start..<last { features.append(dataset.token(place)) }
      for place in start..<last { targets.append(dataset.token(place + 1)) }
    }
  }
}
