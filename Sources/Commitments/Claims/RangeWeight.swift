package import AssayAlgebra

/// A weight on one dyadic range of a dimension.
package enum RangeWeight<K: ChallengeField>: Sendable {
  /// A factor times eq of a point and the index in the range.
  case eq(K, [K])
  /// 1 everywhere.
  case ones
  /// A value for each index of the range.
  case vector([K])
  /// Values at some indices of the range, zero elsewhere.
  case sparse([(index: Int, value: K)])

  /// The weight's multilinear extension.
  ///
  /// - Precondition: the point has as many coordinates as the range has bits.
  package func evaluate(at point: ArraySlice<K>) -> K {
    switch self {
    case .eq(let factor, let own):
      return factor * Multilinear.eq(own, Array(point))
    case .ones:
      return .one
    case .vector(let values):
      return Multilinear.evaluate(values, at: Array(point))
    case .sparse(let entries):
      var sum = K.zero
      for entry in entries {
        sum += entry.value * Multilinear.eqAtIndex(point, index: entry.index)
      }
      return sum
    }
  }
}

extension Weight {
  /// What is wrong with this weight for a dimension of `size` indices; nil when nothing is.
  func fault(size: Int) -> String? {
    switch self {
    case .eq(let point):
      let bits = Int.bitWidth - (size - 1).leadingZeroBitCount
      return point.count == bits
        ? nil : "expected \(bits) coordinates for \(size) indices, found \(point.count)"
    case .vector(let values):
      return values.count == size ? nil : "expected \(size) values, found \(values.count)"
    case .sparse(let values):
      return values.allSatisfy { (0..<size).contains($0.0) }
        ? nil : "expected indices below \(size), found others"
    case .ones:
      return nil
    case .index(let index):
      return (0..<size).contains(index) ? nil : "expected an index below \(size), found \(index)"
    }
  }

  /// The weight on one range; nil where it is zero on all of it.
  func restricted(to range: DyadicRange) -> RangeWeight<K>? {
    switch self {
    case .eq(let point):
      let prefix = point.dropLast(range.bits)
      let factor = Multilinear.eqAtIndex(prefix, index: range.start >> range.bits)
      return .eq(factor, point.suffix(range.bits))
    case .vector(let values):
      return .vector(Array(values[range.start..<range.start + range.count]))
    case .sparse(let values):
      let entries = values.filter { $0.0 >= range.start && $0.0 < range.start + range.count }
      return entries.isEmpty ? nil : .sparse(entries.map { ($0.0 - range.start, $0.1) })
    case .ones:
      return .ones
    case .index(let index):
      guard index >= range.start, index < range.start + range.count else { return nil }
      return .sparse([(index - range.start, .one)])
    }
  }
}
