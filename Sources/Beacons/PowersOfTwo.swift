/// Powers of two modulo a number of 256 bits, and the digits of 2^T divided by it.
struct PowersOfTwo {
  let modulus: [UInt64]

  init(modulo modulus: [UInt64]) { self.modulus = modulus }

  /// 2^exponent mod m.
  func power(_ exponent: UInt64) -> [UInt64] {
    var result = Limb.remainder(of: [1] + [UInt64](repeating: 0, count: 3), modulo: modulus)
    for bit in stride(from: UInt64.bitWidth - 1, through: 0, by: -1) {
      result = product(result, result)
      if exponent >> UInt64(bit) & 1 == 1 { result = shifted(result, by: 1).remainder }
    }
    return result
  }

  func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    Limb.remainder(of: Limb.product(a, b), modulo: modulus)
  }

  /// 2^bits · a, divided by m; `bits` is less than 64.
  func shifted(_ a: [UInt64], by bits: Int) -> (quotient: UInt64, remainder: [UInt64]) {
    var wide: [UInt64] = []
    wide.reserveCapacity(a.count + 1)
    var carry: UInt64 = 0
    for limb in a {
      wide.append(limb << UInt64(bits) | carry)
      carry = bits == 0 ? 0 : limb >> UInt64(64 - bits)
    }
    wide.append(carry)
    let division = Limb.division(of: wide, by: modulus)
    return (division.quotient[0], division.remainder)
  }
}
