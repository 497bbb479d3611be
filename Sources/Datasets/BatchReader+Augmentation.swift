public import AssaySpecification

extension BatchReader {
  /// Replaces `batch` with the features of the examples at `indices`, row by row, each through the
  /// window at its place in `windows`.
  ///
  /// - Precondition: the examples are images, there are as many windows as indices, and every index
  ///   is below the example count.
  public func gatherFeatures(
    _ indices: [Int], windows: [Augmentation.Window], into batch: inout [Float]
  ) {
    precondition(windows.count == indices.count, "each example has its window")
    guard let image = dataset.exampleShape.image else {
      preconditionFailure("the examples are no images")
    }
    batch.removeAll(keepingCapacity: true)
    batch.reserveCapacity(indices.count * featuresPerExample)
    for (index, window) in zip(indices, windows) {
      precondition((0..<dataset.exampleCount).contains(index), "no such example")
      for channel in 0..<image.channels {
        let first = index * featuresPerExample + channel * image.rows * image.columns
        for row in 0..<image.rows {
          let source = row + window.rowShift
          let start = batch.count
          if (0..<image.rows).contains(source) {
            appendRow(
              first + source * image.columns, count: image.columns, shift: window.columnShift,
              to: &batch)
          } else {
            batch.append(contentsOf: repeatElement(padding, count: image.columns))
          }
          if window.isMirrored { batch[start...].reverse() }
        }
      }
    }
  }

  /// Appends `count` elements from `shift` elements after the row's beginning at `first`; those
  /// outside of the row are padding.
  private func appendRow(_ first: Int, count: Int, shift: Int, to batch: inout [Float]) {
    let left = min(count, max(0, -shift))
    let right = min(count, max(0, shift))
    batch.append(contentsOf: repeatElement(padding, count: left))
    if left + right < count {
      appendFeatures((first + right)..<(first + count - left), to: &batch)
    }
    batch.append(contentsOf: repeatElement(padding, count: right))
  }
}
