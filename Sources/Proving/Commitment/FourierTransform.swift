internal import AssayAlgebra

/// The values of a polynomial on the subgroup of order 2^`bits`, from its coefficients:
/// X[i] = Σ x[j] ω^(ij), both in natural order (Cooley and Tukey, 1965, radix 2).
struct FourierTransform<F: BaseField> {
  let bits: Int
  /// The first half of the powers of ω.
  private let powers: [F]

  init(bits: Int) {
    self.bits = bits
    let root = F.rootOfUnity(log2Order: bits)
    var power = F.one
    powers = (0..<(1 << max(0, bits - 1))).map { _ in
      defer { power *= root }
      return power
    }
  }

  var count: Int { 1 << bits }

  /// Transforms elements that `scale` multiplies with those of the field.
  ///
  /// - Precondition: there are `count` values.
  func apply<E: Field>(to values: inout [E], scale: (E, F) -> E) {
    precondition(values.count == count, "a transform of 2^\(bits) values")
    for index in 0..<count {
      let reversed = bits == 0 ? 0 : Int(UInt(index).bitReversed >> UInt(Int.bitWidth - bits))
      if index < reversed { values.swapAt(index, reversed) }
    }
    var half = 1
    while half < count {
      let stride = count / (2 * half)
      for start in Swift.stride(from: 0, to: count, by: 2 * half) {
        for offset in 0..<half {
          let low = values[start + offset]
          let high = scale(values[start + offset + half], powers[offset * stride])
          values[start + offset] = low + high
          values[start + offset + half] = low - high
        }
      }
      half *= 2
    }
  }
}

extension UInt {
  /// The bits in the opposite order.
  fileprivate var bitReversed: UInt {
    var rest = self
    var result: UInt = 0
    for _ in 0..<UInt.bitWidth {
      result = result << 1 | rest & 1
      rest >>= 1
    }
    return result
  }
}
