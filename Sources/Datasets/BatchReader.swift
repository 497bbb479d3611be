public import AssaySpecification

/// Gathers the examples of a batch as the numbers that a training step reads.
///
/// A feature is (x / divisor − mean) / deviation, each operation rounded to float32, in that order.
public struct BatchReader: Sendable {
  private let dataset: Dataset
  /// For uint8 the feature of each of the 256 values; for float32 every feature of the data set.
  private let features: [Float]
  private let featuresPerExample: Int

  /// Prepares the features of `dataset` under `scale`.
  public init(_ dataset: Dataset, scale: DataDescription.Scale) {
    self.dataset = dataset
    featuresPerExample = dataset.exampleShape.elementCount
    switch dataset.elementType {
    case .uint8:
      features = (0...255).map { Self.feature(Float($0), scale) }
    default:
      features = stride(from: 0, to: dataset.contents.count, by: 4).map { start in
        let bits = (0..<4).reduce(0 as UInt32) { word, place in
          word | UInt32(dataset.contents[start + place]) << UInt32(8 * place)
        }
        return Self.feature(Float(bitPattern: bits), scale)
      }
    }
  }

  private static func feature(_ raw: Float, _ scale: DataDescription.Scale) -> Float {
    let quotient = raw / scale.divisor
    let centred = quotient - scale.mean
    return centred / scale.deviation
  }

  /// Replaces `batch` with the features of the examples at `indices`, row by row.
  ///
  /// - Precondition: every index is below the example count.
  public func gatherFeatures(_ indices: [Int], into batch: inout [Float]) {
    batch.removeAll(keepingCapacity: true)
    batch.reserveCapacity(indices.count * featuresPerExample)
    for index in indices {
      precondition((0..<dataset.exampleCount).contains(index), "no such example")
      let row = (index * featuresPerExample)..<((index + 1) * featuresPerExample)
      if dataset.elementType == .uint8 {
        appendBytes(row, to: &batch)
      } else {
        batch.append(contentsOf: features[row])
      }
    }
  }

  private func appendBytes(_ row: Range<Int>, to batch: inout [Float]) {
    // SAFETY: `features` has 256 elements, so every byte is an index of it.
    unsafe features.withUnsafeBufferPointer { table in
      // SAFETY: `row` lies within `contents`, as `gatherFeatures` has checked.
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
      preconditionFailure("the data set has values, not labels")
    }
    batch.removeAll(keepingCapacity: true)
    for index in indices { batch.append(labels[index]) }
  }

  /// Replaces `batch` with the target values of the examples at `indices`, row by row.
  ///
  /// - Precondition: the targets are values, and every index is below the example count.
  public func gatherValues(_ indices: [Int], into batch: inout [Float]) {
    guard case .values(let values, let perExample) = dataset.targets else {
      preconditionFailure("the data set has labels, not values")
    }
    batch.removeAll(keepingCapacity: true)
    for index in indices {
      batch.append(contentsOf: values[(index * perExample)..<((index + 1) * perExample)])
    }
  }
}
