internal import AssayAlgebra
internal import AssayCircuits

/// One factor of a product as a function of the sum axes, with the free axes at a random point.
///
/// Dimensions of a column that depend on free axes alone are summed out under their weights; those
/// that are a sum axis stay; those that a window maps to a sum axis are carried over to it.
struct FactorTable {
  typealias K = GoldilocksExtension

  /// The extents of the product's sum axes.
  let sumExtents: [Int]
  /// The point of each free axis of the relation, as a table of eq.
  let freeTables: [[K]]
  let freeExtents: [Int]
  let inputs: PublicInputs

  /// The factor over the sum axes, each padded to a power of two, row-major.
  func values(of terms: [WeightedColumn], circuit: Circuit, columns: ColumnValues) -> [K] {
    let paddedBits = sumExtents.map { Int.bitWidth - ($0 - 1).leadingZeroBitCount }
    var result = [K](repeating: .zero, count: 1 << paddedBits.reduce(0, +))
    for term in terms {
      let part = reduced(
        term, shape: circuit[term.column].shape, values: columns.stored(term.column))
      part.add(to: &result, extents: sumExtents, paddedBits: paddedBits, times: scale(of: term))
    }
    return result
  }

  private func scale(of term: WeightedColumn) -> K {
    var scale = K(term.coefficient)
    for case .free(let axis) in term.broadcast {
      scale *= freeTables[axis].prefix(freeExtents[axis]).reduce(.zero, +)
    }
    return scale
  }

  private func reduced(
    _ term: WeightedColumn, shape: [Int], values: ColumnValues.Stored
  ) -> ReducedTensor {
    var source = IntegerTensor(shape: shape, values: values)
    var weights = term.weights
    for (dimension, weight) in weights.enumerated() {
      // Only a batch of the examples takes part: gather it first.
      guard case .examples(let step, let places, let batchSize, _) = weight else { continue }
      source = source.gathering(inputs.batches[step], along: dimension)
      weights[dimension] = .axis(places, extent: batchSize)
    }
    var tensor = ReducedTensor(source, axes: weights.map(Self.sumAxis))
    // Summing out the longest dimension first leaves the least to do in the extension field.
    let order = weights.indices.filter { Self.sumAxis(weights[$0]) == nil }
      .sorted { source.shape[$0] > source.shape[$1] }
    for dimension in order {
      tensor.sumOut(dimension, weights: vector(weights[dimension], basis: nil))
    }
    for dimension in weights.indices {
      guard let axis = Self.sumAxis(weights[dimension]) else { continue }
      if case .axis = weights[dimension] { continue }
      let rows = (0..<sumExtents[axis]).map { index in
        vector(weights[dimension], basis: (axis, index))
      }
      tensor.carry(dimension, rows: rows)
    }
    return tensor
  }

  private static func sumAxis(_ weights: Weights) -> Int? {
    for case .sum(let axis) in weights.axes { return axis }
    return nil
  }

  /// The weights with the free axes at their point and one sum axis at an index.
  private func vector(_ weights: Weights, basis: (axis: Int, index: Int)?) -> [K] {
    let sum = sumExtents.enumerated().map { axis, extent in
      var vector = [K](repeating: .zero, count: basis?.axis == axis ? extent : 0)
      if let basis, basis.axis == axis { vector[basis.index] = .one }
      return vector
    }
    return weights.vector(AxisVectors(free: freeTables, sum: sum), inputs: inputs)
  }
}
