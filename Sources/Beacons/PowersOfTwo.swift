internal import CAssayGMP

/// Powers of two modulo a number of 256 bits, and the digits of 2^T divided by it.
struct PowersOfTwo {
  let modulus: [UInt64]

  /// - Precondition: four limbs, the highest not zero.
  init(modulo modulus: [UInt64]) {
    precondition(modulus.count == 4 && modulus[3] != 0, "a modulus of 256 bits")
    self.modulus = modulus
  }

  /// 2^exponent mod m.
  func power(_ exponent: UInt64) -> [UInt64] {
    var result: [UInt64] = [1, 0, 0, 0]
    for bit in stride(from: UInt64.bitWidth - 1, through: 0, by: -1) {
      result = Limb.remainder(of: Limb.product(result, result), modulo: modulus)
      if exponent >> UInt64(bit) & 1 == 1 {
        let carry = result[3] >> 63
        var doubled = result.indices.map { index in
          result[index] << 1 | (index == 0 ? 0 : result[index - 1] >> 63)
        }
        doubled.append(carry)
        result = Limb.remainder(of: doubled, modulo: modulus)
      }
    }
    return result
  }

  /// ⌊2^bits · (2^e mod m) / m⌋ for e = exponent, exponent + step, … , `count` of them.
  ///
  /// - Precondition: `bits` is from 1 to 63.
  func digits(
    from exponent: UInt64, by step: UInt64, count: Int, bits: Int, _ body: (UInt64) -> Void
  ) {
    precondition((1...63).contains(bits), "a digit fits a limb")
    let first = power(exponent)
    let factor = power(step)
    // SAFETY: the room's parts do not overlap and have the limbs that GMP reads and writes: the
    // power (4), the shifted power (5), a quotient (5) and a product (8).
    unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 22) { room in
      unsafe modulus.withUnsafeBufferPointer { modulus in
        unsafe factor.withUnsafeBufferPointer { factor in
          guard let power = room.baseAddress, let m = modulus.baseAddress,
            let factor = factor.baseAddress
          else { return }
          let shifted = unsafe power + 4
          let quotient = unsafe power + 9
          let product = unsafe power + 14
          for index in 0..<4 { unsafe power[index] = first[index] }
          for _ in 0..<count {
            unsafe shifted[4] = assay_mpn_lshift(shifted, power, 4, UInt32(bits))
            unsafe assay_mpn_tdiv_qr(quotient, product, shifted, 5, m, 4)
            body(unsafe quotient[0])
            unsafe assay_mpn_mul_n(product, power, factor, 4)
            unsafe assay_mpn_tdiv_qr(quotient, power, product, 8, m, 4)
          }
        }
      }
    }
  }
}
