internal import CAssayGMP

/// Products modulo an odd number in Montgomery's form (Math. Comp. 44, 1985), on GMP's limbs.
///
/// An element a stands as a·2^(64·n) mod m in n limbs, the least significant first.
struct Montgomery {
  let modulus: [UInt64]
  /// −1/m mod 2⁶⁴.
  private let negativeInverse: UInt64
  /// 2^(128·n) mod m: what brings a number into the form.
  private let square: [UInt64]

  var count: Int { modulus.count }

  /// - Precondition: the modulus is odd and its highest limb is not zero.
  init(modulus: [UInt64]) {
    precondition(modulus.first.map { $0 & 1 } == 1 && modulus.last != 0, "odd, without zero limbs")
    self.modulus = modulus
    var inverse: UInt64 = 1
    for _ in 0..<6 { inverse = inverse &* (2 &- modulus[0] &* inverse) }
    negativeInverse = 0 &- inverse
    square = Limb.remainder(
      of: [UInt64](repeating: 0, count: 2 * modulus.count) + [1], modulo: modulus)
  }

  /// Calls `body` with room for intermediate products and pointers to the modulus.
  func withArithmetic<Result>(_ body: (Arithmetic) -> Result) -> Result {
    // SAFETY: `body` keeps no pointer, and the room is not shared.
    unsafe modulus.withUnsafeBufferPointer { modulus in
      unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * modulus.count) { room in
        // SAFETY: both have at least one limb.
        guard let m = modulus.baseAddress, let room = room.baseAddress else {
          preconditionFailure("a modulus has limbs")
        }
        return unsafe body(
          Arithmetic(
            modulus: m, room: room, count: Int64(modulus.count), negativeInverse: negativeInverse))
      }
    }
  }

  /// The form of a reduced number.
  func form(_ number: [UInt64]) -> [UInt64] { product(number, square) }

  /// The number of a form.
  func number(_ form: [UInt64]) -> [UInt64] {
    product(form, [1] + [UInt64](repeating: 0, count: count - 1))
  }

  /// The form of 1.
  var one: [UInt64] { number(square) }

  /// The product of two forms.
  func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    precondition(a.count == count && b.count == count, "as many limbs as the modulus")
    var result = [UInt64](repeating: 0, count: count)
    // SAFETY: each array has `count` limbs.
    unsafe withArithmetic { arithmetic in
      unsafe result.withUnsafeMutableBufferPointer { r in
        unsafe a.withUnsafeBufferPointer { a in
          unsafe b.withUnsafeBufferPointer { b in
            if let r = r.baseAddress, let a = a.baseAddress,
              let b = b.baseAddress
            {
              unsafe arithmetic.multiply(a, b, into: r)
            }
          }
        }
      }
    }
    return result
  }

  /// The form after some squarings.
  func squared(_ form: [UInt64], times: UInt64) -> [UInt64] {
    precondition(form.count == count, "as many limbs as the modulus")
    var result = form
    // SAFETY: the array has `count` limbs.
    unsafe withArithmetic { arithmetic in
      unsafe result.withUnsafeMutableBufferPointer { r in
        if let r = r.baseAddress {
          for _ in 0..<times { unsafe arithmetic.square(r, into: r) }
        }
      }
    }
    return result
  }

  /// Π formᵢ^exponentᵢ, all squarings shared: Straus's method with windows of four bits.
  func power(_ factors: [(form: [UInt64], exponent: [UInt64])]) -> [UInt64] {
    let one = one
    let tables = factors.map { factor in
      (1..<16).reduce(into: [one]) { table, _ in
        table.append(product(table[table.count - 1], factor.form))
      }
    }
    let limbs = factors.map(\.exponent.count).max() ?? 0
    var result = one
    for digit in stride(from: 16 * limbs - 1, through: 0, by: -1) {
      result = squared(result, times: 4)
      for (table, factor) in zip(tables, factors) where digit / 16 < factor.exponent.count {
        let nibble = Int(factor.exponent[digit / 16] >> UInt64(4 * (digit % 16)) & 15)
        if nibble != 0 { result = product(result, table[nibble]) }
      }
    }
    return result
  }
}

/// The inner loop: products of forms at pointers, nothing allocated.
@unsafe struct Arithmetic {
  let modulus: UnsafePointer<UInt64>
  let room: UnsafeMutablePointer<UInt64>
  let count: Int64
  let negativeInverse: UInt64

  /// r = a·b/2^(64·count) mod m; r may be a or b.
  @inline(__always)
  func multiply(
    _ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>, into r: UnsafeMutablePointer<UInt64>
  ) {
    // SAFETY: the room has 2·count limbs, a and b have count, and none overlap.
    unsafe assay_mpn_mul_n(room, a, b, count)
    unsafe reduce(into: r)
  }

  /// r = a²/2^(64·count) mod m; r may be a.
  @inline(__always)
  func square(_ a: UnsafePointer<UInt64>, into r: UnsafeMutablePointer<UInt64>) {
    // SAFETY: as above.
    unsafe assay_mpn_sqr(room, a, count)
    unsafe reduce(into: r)
  }

  @inline(__always)
  private func reduce(into r: UnsafeMutablePointer<UInt64>) {
    // SAFETY: every limb that is touched is one of the room's 2·count or of r's count.
    for index in unsafe 0..<Int(count) {
      // The limb becomes zero; what is carried out of the sum is kept in its place.
      let factor = unsafe room[index] &* negativeInverse
      unsafe room[index] = assay_mpn_addmul_1(room + index, modulus, count, factor)
    }
    let carry = unsafe assay_mpn_add_n(r, room + Int(count), room, count)
    if unsafe carry != 0 || assay_mpn_cmp(r, modulus, count) >= 0 {
      _ = unsafe assay_mpn_sub_n(r, r, modulus, count)
    }
  }
}
