internal import AssayAlgebra

/// Evaluates the multilinear extensions of claims' weights at one point of the stack of all
/// oracles, for the blocks of one segment.
struct ClaimEvaluator<K: ChallengeField> {
  /// The coordinates of a row's index, and of a column's in the segment.
  private let point: [K]
  /// eq of the segment's place among the columns.
  private let scale: K
  /// eq of a block's place in the segment, by its position and bits.
  private var prefixes: [Place: K] = [:]

  private struct Place: Hashable {
    var position: Int
    var bits: Int
  }

  /// - Parameters:
  ///   - rows: the coordinates of a row's index.
  ///   - columns: the coordinates of a column's index.
  init(_ segment: RowStack.Segment, rows: ArraySlice<K>, columns: ArraySlice<K>) {
    point = Array(rows + columns.suffix(segment.bits))
    scale = Multilinear.eqAtIndex(
      columns.dropLast(segment.bits), index: segment.start >> segment.bits)
  }

  /// The sum of the weights of one term, all on blocks of the segment.
  mutating func evaluate(_ weights: [BlockWeight<K>]) -> K {
    // A factor's value depends on its range and on where the range's bits stand in the index.
    var values: [Int: K] = [:]
    var sum = K.zero
    for weight in weights {
      var product = weight.coefficient * prefix(position: weight.position, bits: weight.bits)
      var end = point.count - weight.bits
      for factor in weight.factors {
        let start = end
        end += factor.bits
        let key = factor.identity << 8 | end
        if let value = values[key] {
          product *= value
        } else {
          let value = factor.weight.evaluate(at: point[start..<end])
          values[key] = value
          product *= value
        }
      }
      sum += product
    }
    return scale * sum
  }

  private mutating func prefix(position: Int, bits: Int) -> K {
    let place = Place(position: position, bits: bits)
    if let value = prefixes[place] { return value }
    let value = Multilinear.eqAtIndex(
      point.prefix(point.count - bits), index: position >> bits)
    prefixes[place] = value
    return value
  }
}
