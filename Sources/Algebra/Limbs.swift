internal import CAssayGMP

/// Natural numbers of a fixed number of 64-bit limbs, the least significant first, in GMP's
/// arithmetic. They lie in the value itself: no heap is touched.
typealias Limbs<let count: Int> = InlineArray<count, UInt64>

extension InlineArray where Element == UInt64 {
  /// Lends the limbs to GMP.
  @inline(__always)
  mutating func withLimbs<Result>(_ body: (UnsafeMutablePointer<UInt64>) -> Result) -> Result {
    // SAFETY: the array's elements lie side by side from its own address on, and `body` keeps no
    // pointer to them.
    unsafe withUnsafeMutablePointer(to: &self) { pointer in
      unsafe body(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt64.self))
    }
  }

  /// Lends the limbs to GMP for reading.
  @inline(__always)
  func withLimbs<Result>(_ body: (UnsafePointer<UInt64>) -> Result) -> Result {
    // SAFETY: as above, and GMP does not write through it.
    unsafe withUnsafePointer(to: self) { pointer in
      unsafe body(UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt64.self))
    }
  }
}

/// Arithmetic modulo an odd number of `count` limbs, on GMP's functions.
enum ModularLimbs {
  /// a + b mod m for reduced a and b.
  @inline(__always)
  static func sum<let count: Int>(
    _ a: Limbs<count>, _ b: Limbs<count>, modulo m: Limbs<count>
  ) -> Limbs<count> {
    var result = Limbs<count>(repeating: 0)
    // SAFETY: every pointer is to `count` limbs.
    unsafe result.withLimbs { (r: UnsafeMutablePointer<UInt64>) in
      unsafe a.withLimbs { a in
        unsafe b.withLimbs { b in
          unsafe m.withLimbs { m in
            let carry = unsafe assay_mpn_add_n(r, a, b, Int64(count))
            if unsafe carry != 0 || assay_mpn_cmp(r, m, Int64(count)) >= 0 {
              _ = unsafe assay_mpn_sub_n(r, r, m, Int64(count))
            }
          }
        }
      }
    }
    return result
  }

  /// a − b mod m for reduced a and b.
  @inline(__always)
  static func difference<let count: Int>(
    _ a: Limbs<count>, _ b: Limbs<count>, modulo m: Limbs<count>
  ) -> Limbs<count> {
    var result = Limbs<count>(repeating: 0)
    // SAFETY: every pointer is to `count` limbs.
    unsafe result.withLimbs { (r: UnsafeMutablePointer<UInt64>) in
      unsafe a.withLimbs { a in
        unsafe b.withLimbs { b in
          unsafe m.withLimbs { m in
            if unsafe assay_mpn_sub_n(r, a, b, Int64(count)) != 0 {
              _ = unsafe assay_mpn_add_n(r, r, m, Int64(count))
            }
          }
        }
      }
    }
    return result
  }

  /// Whether a < m.
  static func isReduced<let count: Int>(_ a: Limbs<count>, modulo m: Limbs<count>) -> Bool {
    // SAFETY: both pointers are to `count` limbs.
    unsafe a.withLimbs { a in
      unsafe m.withLimbs { m in unsafe assay_mpn_cmp(a, m, Int64(count)) < 0 }
    }
  }

  /// The inverse of a nonzero reduced a modulo the prime m, whose highest limb is not zero.
  ///
  /// - Precondition: `count` is at most 6.
  static func inverse<let count: Int>(
    of a: Limbs<count>, modulo m: Limbs<count>
  ) -> Limbs<count> {
    precondition(count <= 6, "room for at most six limbs")
    // a + m is as good as a, and not less than m, as GMP wants it.
    var u = Limbs<8>(repeating: 0)
    var v = Limbs<8>(repeating: 0)
    var divisor = Limbs<8>(repeating: 0)
    var cofactor = Limbs<8>(repeating: 0)
    var result = Limbs<count>(repeating: 0)
    for index in 0..<count { v[index] = m[index] }
    // SAFETY: u and v have a limb to spare behind the count + 1 and `count` that are named, the
    // divisor and the cofactor have more than `count` + 1, and none overlap.
    let (divisorCount, cofactorCount) = unsafe u.withLimbs {
      (u: UnsafeMutablePointer<UInt64>) -> (Int64, Int64) in
      unsafe v.withLimbs { (v: UnsafeMutablePointer<UInt64>) in
        unsafe divisor.withLimbs { (g: UnsafeMutablePointer<UInt64>) in
          unsafe cofactor.withLimbs { (s: UnsafeMutablePointer<UInt64>) in
            var signed: Int64 = 0
            let carry = unsafe a.withLimbs { a in unsafe assay_mpn_add_n(u, a, v, Int64(count)) }
            unsafe u[count] = carry
            let found = unsafe assay_mpn_gcdext(
              g, s, &signed, u, Int64(count + 1), v, Int64(count))
            return (found, signed)
          }
        }
      }
    }
    precondition(divisorCount == 1 && divisor[0] == 1, "a prime has no common divisor with a")
    for index in 0..<Int(cofactorCount.magnitude) { result[index] = cofactor[index] }
    let zero = Limbs<count>(repeating: 0)
    return cofactorCount < 0 ? difference(zero, result, modulo: m) : result
  }
}
