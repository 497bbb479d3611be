internal import AssayAlgebra

/// Σ weight · integer, with the reduction modulo p delayed to the end of each sum.
enum IntegerContraction {
  typealias K = GoldilocksExtension

  /// result[o, i] = Σ over n of weights[n] · values[o, n, i].
  ///
  /// - Precondition: every |value| is below 2⁴⁰ and there are at most 2²² weights, so that a sum
  ///   stays within 127 bits.
  static func sumOut(_ values: [Int64], outer: Int, inner: Int, weights: [K]) -> [K] {
    precondition(weights.count <= 1 << 22)
    var result: [K] = []
    result.reserveCapacity(outer * inner)
    var low = [Int128](repeating: 0, count: inner)
    var high = low
    for block in 0..<outer {
      for place in 0..<inner { (low[place], high[place]) = (0, 0) }
      for (index, weight) in weights.enumerated() {
        let (c0, c1) = (Int128(weight.c0.value), Int128(weight.c1.value))
        let start = (block * weights.count + index) * inner
        for place in 0..<inner {
          let value = Int128(values[start + place])
          low[place] &+= value &* c0
          high[place] &+= value &* c1
        }
      }
      for place in 0..<inner {
        result.append(K(reduced(low[place]), reduced(high[place])))
      }
    }
    return result
  }

  /// A sum modulo p.
  private static func reduced(_ sum: Int128) -> Goldilocks {
    let magnitude = sum.magnitude
    let order = UInt128(Goldilocks.order)
    let value = Goldilocks(uncheckedCanonical: UInt64(truncatingIfNeeded: magnitude % order))
    return sum < 0 ? -value : value
  }
}
