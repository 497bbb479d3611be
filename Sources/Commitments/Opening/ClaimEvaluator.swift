internal import AssayAlgebra

/// Evaluates the multilinear extensions of claims' weights at one point of the stack of all
/// oracles.
struct ClaimEvaluator<K: ChallengeField> {
  let point: [K]
  /// eq of a block's place in the stack, by its position and bits.
  private var prefixes: [Place: K] = [:]

  private struct Place: Hashable {
    var position: Int
    var bits: Int
  }

  init(point: [K]) {
    self.point = point
  }

  /// The sum of the weights of one term.
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
    return sum
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
