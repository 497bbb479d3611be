/// Multilinear extensions of tables of 2ⁿ values.
///
/// The first coordinate of a point belongs to the most significant bit of an index, everywhere.
public enum Multilinear {
  /// eq(x, y) = Π (xᵢ·yᵢ + (1 − xᵢ)(1 − yᵢ)): the extension of [x = y].
  ///
  /// - Precondition: both points have the same number of coordinates.
  @specialized(where F == GMPGoldilocksExtension)
  @specialized(where F == GoldilocksExtension)
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public static func eq<F: Field>(_ x: [F], _ y: [F]) -> F {
    precondition(x.count == y.count, "two points of eq have the same number of coordinates")
    var product = F.one
    for (a, b) in zip(x, y) {
      let both = a * b
      product *= F.one - a - b + both + both
    }
    return product
  }

  /// eq(`point`, i) for each i below 2ⁿ.
  ///
  /// - Precondition: `point` has fewer than 40 coordinates.
  /// - Complexity: 2ⁿ products.
  @specialized(where F == GMPGoldilocksExtension)
  @specialized(where F == GoldilocksExtension)
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public static func eqTable<F: Field>(_ point: [F]) -> [F] {
    precondition(point.count < 40, "a table of 2^\(point.count) elements does not fit")
    var table = [F](repeating: .zero, count: 1 << point.count)
    table[0] = .one
    var count = 1
    for coordinate in point {
      // Downwards, so that no value is overwritten before it is used.
      for index in (0..<count).reversed() {
        let high = table[index] * coordinate
        let low = table[index] - high
        table[2 * index] = low
        table[2 * index + 1] = high
      }
      count *= 2
    }
    return table
  }

  /// eq(`point`, `index`) for one index.
  ///
  /// - Precondition: `index` is from 0 to 2ⁿ − 1.
  @specialized(where F == GMPGoldilocksExtension, C == ArraySlice<F>)
  @specialized(where F == GoldilocksExtension, C == ArraySlice<F>)
  public static func eqAtIndex<F: Field, C: Collection<F>>(_ point: C, index: Int) -> F {
    precondition(index >= 0, "an index is not negative")
    var product = F.one
    var shift = point.count
    precondition(shift >= Int.bitWidth - 1 || index >> shift == 0, "an index has n bits")
    for coordinate in point {
      shift -= 1
      let isSet = shift < Int.bitWidth && index >> shift & 1 == 1
      product *= isSet ? coordinate : F.one - coordinate
    }
    return product
  }

  /// The extension of `values` at a point: Σ eq(`point`, i) · `values[i]`.
  ///
  /// - Precondition: there are 2ⁿ values.
  @specialized(where F == GMPGoldilocksExtension)
  @specialized(where F == GoldilocksExtension)
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public static func evaluate<F: Field>(_ values: [F], at point: [F]) -> F {
    precondition(
      point.count < 40 && values.count == 1 << point.count,
      "a point of n coordinates belongs to 2^n values")
    var folded = values
    var count = values.count
    for coordinate in point {
      count /= 2
      for index in 0..<count {
        folded[index] += coordinate * (folded[index + count] - folded[index])
      }
    }
    return folded[0]
  }

  /// The extension of [x < `count`] at a point, in O(n) products.
  ///
  /// - Precondition: `count` is from 0 to 2ⁿ, and n is at most 62.
  @specialized(where F == GMPGoldilocksExtension)
  @specialized(where F == GoldilocksExtension)
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public static func prefixIndicator<F: Field>(count: Int, at point: [F]) -> F {
    precondition(
      point.count <= 62 && (0...(1 << point.count)).contains(count),
      "a prefix of 2^n places has 0 to 2^n of them")
    if count == 1 << point.count { return .one }
    // x < count exactly where x first differs from count in a place with x's bit 0, count's 1.
    var sum = F.zero
    var equal = F.one
    for (place, coordinate) in point.enumerated() {
      if count >> (point.count - 1 - place) & 1 == 1 {
        sum += equal * (F.one - coordinate)
        equal *= coordinate
      } else {
        equal *= F.one - coordinate
      }
    }
    return sum
  }
}
