internal import AssayAlgebra
internal import AssayCircuits
internal import AssayCommitments

/// Random points at which a relation's or product's axes stand.
struct AxisPoints<K: ChallengeField> {
  /// ⌈log₂ extent⌉ coordinates per free axis.
  let free: [[K]]
  /// ⌈log₂ extent⌉ coordinates per sum axis.
  let sum: [[K]]

  /// Cuts points into their axes: the coordinates of the first axis come first.
  init(
    freeExtents: [Int], freePoint: [K], sumExtents: [Int] = [], sumPoint: [K] = []
  ) {
    free = Self.cut(freePoint, freeExtents)
    sum = Self.cut(sumPoint, sumExtents)
  }

  /// Bits of all axes together.
  static func bits(_ extents: [Int]) -> Int { extents.reduce(0) { $0 + Extent.bits($1) } }

  private static func cut(_ point: [K], _ extents: [Int]) -> [[K]] {
    var rest = point[...]
    return extents.map { extent in
      let bits = Extent.bits(extent)
      defer { rest = rest.dropFirst(bits) }
      return Array(rest.prefix(bits))
    }
  }

  subscript(axis: Axis) -> [K] {
    switch axis {
    case .free(let index): free[index]
    case .sum(let index): sum[index]
    }
  }
}

extension Weights {
  /// The weights of a dimension with its axes at random points, in the form that an opening takes.
  func weight<K: ChallengeField>(at points: AxisPoints<K>, inputs: PublicInputs) -> Weight<K> {
    switch self {
    case .axis(let axis, _):
      return .eq(points[axis])
    case .ones:
      return .ones
    case .examples(let step, let places, _, _):
      let table = Multilinear.eqTable(points[places])
      return .sparse(Array(zip(inputs.batches[step], table)))
    case .spread, .paired, .convolutionInput, .convolutionOutput:
      let vectors = AxisVectors(
        free: points.free.map { Multilinear.eqTable($0) },
        sum: points.sum.map { Multilinear.eqTable($0) })
      return .vector(vector(vectors, inputs: inputs))
    }
  }
}

extension WeightedColumn {
  /// The term of a linear claim that this column becomes with the axes at random points, times
  /// `factor`.
  ///
  /// - Parameter extents: of the free and of the sum axes, for what the column is broadcast along.
  func term<K: ChallengeField>(
    at points: AxisPoints<K>, freeExtents: [Int], sumExtents: [Int], inputs: PublicInputs,
    factor: K
  ) -> Term<K> {
    var scale = factor * K(coefficient)
    for axis in broadcast {
      let extent =
        switch axis {
        case .free(let index): freeExtents[index]
        case .sum(let index): sumExtents[index]
        }
      // 1 at each of the axis' indices, 0 beyond them.
      scale *= Multilinear.prefixIndicator(count: extent, at: points[axis])
    }
    return .tensor(
      oracle: column.oracle.rawValue, column: column.index, coefficient: scale,
      weights: weights.map { $0.weight(at: points, inputs: inputs) })
  }
}
