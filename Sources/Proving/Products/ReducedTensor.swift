internal import AssayAlgebra
internal import AssayCircuits

/// A tensor of integers, row-major.
struct IntegerTensor {
  var shape: [Int]
  var values: ColumnValues.Stored

  /// The tensor whose index `i` of a dimension is this one's index `rows[i]`.
  func gathering(_ rows: [Int], along dimension: Int) -> IntegerTensor {
    let inner = shape[(dimension + 1)...].reduce(1, *)
    let outer = shape[..<dimension].reduce(1, *)
    var gathered: [Int64] = []
    gathered.reserveCapacity(outer * rows.count * inner)
    for block in 0..<outer {
      for row in rows {
        let start = (block * shape[dimension] + row) * inner
        gathered += values.integers(in: start..<start + inner)
      }
    }
    var result = IntegerTensor(shape: shape, values: .integers(gathered))
    result.shape[dimension] = rows.count
    return result
  }
}

/// A tensor on its way to a factor table: dimensions are summed out one by one, first from
/// integers, then in the extension field.
struct ReducedTensor {
  typealias K = GoldilocksExtension

  private enum Storage {
    case integers([Int64])
    case elements([K])
  }

  /// Extents; 1 where a dimension was summed out.
  private var shape: [Int]
  /// The sum axis that each dimension stands for.
  private let axes: [Int?]
  private var storage: Storage

  init(_ tensor: IntegerTensor, axes: [Int?]) {
    shape = tensor.shape
    self.axes = axes
    storage = .integers(tensor.values.integers)
  }

  /// Σ over a dimension of weight · value.
  mutating func sumOut(_ dimension: Int, weights: [K]) {
    let outer = shape[..<dimension].reduce(1, *)
    let inner = shape[(dimension + 1)...].reduce(1, *)
    switch storage {
    case .integers(let values):
      storage = .elements(
        IntegerContraction.sumOut(values, outer: outer, inner: inner, weights: weights))
    case .elements(let values):
      var result = [K](repeating: .zero, count: outer * inner)
      for block in 0..<outer {
        for (index, weight) in weights.enumerated() {
          let start = (block * weights.count + index) * inner
          for place in 0..<inner {
            result[block * inner + place] += weight * values[start + place]
          }
        }
      }
      storage = .elements(result)
    }
    shape[dimension] = 1
  }

  /// Replaces a dimension by a sum axis: row j holds the weights of the old indices at its index j.
  mutating func carry(_ dimension: Int, rows: [[K]]) {
    let outer = shape[..<dimension].reduce(1, *)
    let inner = shape[(dimension + 1)...].reduce(1, *)
    let old = shape[dimension]
    let values = elements
    var result = [K](repeating: .zero, count: outer * rows.count * inner)
    for (row, weights) in rows.enumerated() {
      for (index, weight) in weights.enumerated() where weight != .zero {
        for block in 0..<outer {
          let from = (block * old + index) * inner
          let to = (block * rows.count + row) * inner
          for place in 0..<inner { result[to + place] += weight * values[from + place] }
        }
      }
    }
    storage = .elements(result)
    shape[dimension] = rows.count
  }

  private var elements: [K] {
    switch storage {
    case .integers(let values): values.map { K($0) }
    case .elements(let values): values
    }
  }

  /// Adds `scale` times the tensor to a table over padded sum axes; where it does not depend on an
  /// axis, at each of the axis' indices.
  func add(to result: inout [K], extents: [Int], paddedBits: [Int], times scale: K) {
    let values = elements
    // The step in `values` from one index of each sum axis to the next; 0 where it is broadcast.
    var strides = [Int](repeating: 0, count: extents.count)
    for dimension in shape.indices {
      guard let axis = axes[dimension] else { continue }
      strides[axis] = shape[(dimension + 1)...].reduce(1, *)
    }
    var places = [(from: 0, to: 0)]
    for (axis, extent) in extents.enumerated() {
      let step = 1 << paddedBits[(axis + 1)...].reduce(0, +)
      places = places.flatMap { place in
        (0..<extent).map { (place.from + $0 * strides[axis], place.to + $0 * step) }
      }
    }
    for place in places { result[place.to] += scale * values[place.from] }
  }
}
