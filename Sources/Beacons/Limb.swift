internal import CAssayGMP

/// Natural numbers as arrays of 64-bit limbs, the least significant first.
enum Limb {
  /// The big-endian bytes of `count` limbs.
  static func bytes(_ limbs: [UInt64]) -> [UInt8] {
    limbs.reversed().flatMap { limb in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: limb >> UInt64($0)) }
    }
  }

  /// The limbs of big-endian bytes, eight a limb.
  static func limbs(_ bytes: [UInt8]) -> [UInt64] {
    precondition(bytes.count % 8 == 0, "whole limbs")
    return stride(from: bytes.count - 8, through: 0, by: -8).map { start in
      bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  static func isLess(_ a: [UInt64], than b: [UInt64]) -> Bool {
    precondition(a.count == b.count, "as many limbs")
    for index in a.indices.reversed() where a[index] != b[index] { return a[index] < b[index] }
    return false
  }

  /// a − b for a ≥ b.
  static func difference(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var borrow = false
    return zip(a, b).map { x, y in
      let (partial, first) = x.subtractingReportingOverflow(y)
      let (result, second) = partial.subtractingReportingOverflow(borrow ? 1 : 0)
      borrow = first || second
      return result
    }
  }

  /// a · b.
  static func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    precondition(a.count == b.count && !a.isEmpty, "as many limbs")
    let count = Int64(a.count)
    var result = [UInt64](repeating: 0, count: 2 * a.count)
    // SAFETY: the result has twice as many limbs as each factor.
    unsafe result.withUnsafeMutableBufferPointer { r in
      unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
          if let r = r.baseAddress, let a = a.baseAddress,
            let b = b.baseAddress
          {
            unsafe assay_mpn_mul_n(r, a, b, count)
          }
        }
      }
    }
    return result
  }

  /// a mod m.
  static func remainder(of a: [UInt64], modulo m: [UInt64]) -> [UInt64] {
    division(of: a, by: m).remainder
  }

  /// ⌊a / d⌋ in a.count − d.count + 1 limbs, and a mod d in d.count.
  static func division(
    of a: [UInt64], by d: [UInt64]
  ) -> (quotient: [UInt64], remainder: [UInt64]) {
    precondition(a.count >= d.count && d.last.map { $0 != 0 } == true, "a divisor not longer")
    var quotient = [UInt64](repeating: 0, count: a.count - d.count + 1)
    var remainder = [UInt64](repeating: 0, count: d.count)
    // SAFETY: quotient and remainder have the limbs that GMP writes, and none overlap.
    unsafe quotient.withUnsafeMutableBufferPointer { q in
      unsafe remainder.withUnsafeMutableBufferPointer { r in
        unsafe a.withUnsafeBufferPointer { a in
          unsafe d.withUnsafeBufferPointer { d in
            if let q = q.baseAddress, let r = r.baseAddress,
              let first = a.baseAddress, let divisor = d.baseAddress
            {
              unsafe assay_mpn_tdiv_qr(q, r, first, Int64(a.count), divisor, Int64(d.count))
            }
          }
        }
      }
    }
    return (quotient, remainder)
  }

  /// Whether a number is prime, by a test that no known composite passes.
  static func isProbablePrime(_ number: [UInt64]) -> Bool {
    // SAFETY: GMP reads the array's limbs and keeps no pointer.
    unsafe number.withUnsafeBufferPointer { limbs in
      guard let first = limbs.baseAddress else { return false }
      return unsafe assay_mpz_is_probable_prime(first, Int64(limbs.count)) != 0
    }
  }
}
