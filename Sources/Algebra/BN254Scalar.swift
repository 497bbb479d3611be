internal import CAssayGMP

/// An element of the scalar field of BN254, in GMP's arithmetic.
///
/// Kept in Montgomery's form a·2²⁵⁶ mod r (Montgomery, 1985); reduced, so that equal elements have
/// equal limbs.
public struct BN254Scalar: BaseField, ChallengeField {
  public typealias Base = Self

  private let word0, word1, word2, word3: UInt64

  private init(montgomery limbs: Limbs<4>) {
    word0 = limbs[0]
    word1 = limbs[1]
    word2 = limbs[2]
    word3 = limbs[3]
  }

  private var montgomery: Limbs<4> { [word0, word1, word2, word3] }

  /// Takes a reduced integer.
  private init(reduced integer: Limbs<4>) {
    self.init(montgomery: Self.product(integer, BN254.squaredRadix))
  }

  /// The reduced integer, the least significant limb first.
  private var integer: Limbs<4> { Self.product(montgomery, [1, 0, 0, 0]) }

  public init(_ value: Int64) {
    let positive = Self(reduced: [value.magnitude, 0, 0, 0])
    self = value < 0 ? -positive : positive
  }

  public static let zero = Self(montgomery: [0, 0, 0, 0])
  public static let one = Self(montgomery: BN254.one)

  public static func + (left: Self, right: Self) -> Self {
    Self(
      montgomery: ModularLimbs.sum(left.montgomery, right.montgomery, modulo: BN254.order))
  }

  public static func - (left: Self, right: Self) -> Self {
    Self(
      montgomery: ModularLimbs.difference(left.montgomery, right.montgomery, modulo: BN254.order))
  }

  public static prefix func - (element: Self) -> Self { zero - element }

  public static func * (left: Self, right: Self) -> Self {
    Self(montgomery: product(left.montgomery, right.montgomery))
  }

  /// a·b/2²⁵⁶ mod r.
  private static func product(_ a: Limbs<4>, _ b: Limbs<4>) -> Limbs<4> {
    var wide = Limbs<8>(repeating: 0)
    // SAFETY: the product has the eight limbs that four times four take.
    unsafe wide.withLimbs { (t: UnsafeMutablePointer<UInt64>) in
      unsafe a.withLimbs { a in
        unsafe b.withLimbs { b in unsafe assay_mpn_mul_n(t, a, b, 4) }
      }
    }
    return reduced(&wide)
  }

  /// t/2²⁵⁶ mod r for t below 2²⁵⁶·r, by Montgomery's reduction; t is overwritten.
  private static func reduced(_ wide: inout Limbs<8>) -> Limbs<4> {
    var result = Limbs<4>(repeating: 0)
    let order = BN254.order
    // SAFETY: each step works on limbs i … i + 3 of the eight, and the last on both halves.
    unsafe wide.withLimbs { (t: UnsafeMutablePointer<UInt64>) in
      unsafe order.withLimbs { r in
        for index in 0..<4 {
          // Adding a multiple of r clears limb i; the carry belongs to limb i + 4. It waits in
          // limb i, so that all four are added at once.
          let multiple = unsafe t[index] &* BN254.negatedInverse
          unsafe t[index] = assay_mpn_addmul_1(t + index, r, 4, multiple)
        }
        unsafe result.withLimbs { (result: UnsafeMutablePointer<UInt64>) in
          let carry = unsafe assay_mpn_add_n(result, t + 4, t, 4)
          if unsafe carry != 0 || assay_mpn_cmp(result, r, 4) >= 0 {
            _ = unsafe assay_mpn_sub_n(result, result, r, 4)
          }
        }
      }
    }
    return result
  }

  /// The products are added without reduction, and their sum is divided once.
  public static func dot(_ left: [Self], _ right: [Self]) -> Self {
    precondition(left.count == right.count, "both sides of a dot product have the same count")
    var sum = Limbs<9>(repeating: 0)
    var wide = Limbs<8>(repeating: 0)
    // SAFETY: a product has eight limbs; the sum of fewer than 2⁶⁴ of them has nine.
    unsafe sum.withLimbs { (sum: UnsafeMutablePointer<UInt64>) in
      unsafe wide.withLimbs { (t: UnsafeMutablePointer<UInt64>) in
        for index in left.indices {
          let (a, b) = (left[index].montgomery, right[index].montgomery)
          unsafe a.withLimbs { a in
            unsafe b.withLimbs { b in unsafe assay_mpn_mul_n(t, a, b, 4) }
          }
          unsafe sum[8] += assay_mpn_add_n(sum, sum, t, 8)
        }
      }
    }
    return Self(dividing: sum)
  }

  /// The element whose Montgomery form is the sum over 2²⁵⁶.
  private init(dividing sum: Limbs<9>) {
    var quotient = Limbs<6>(repeating: 0)
    var rest = Limbs<8>(repeating: 0)
    let order = BN254.order
    // SAFETY: nine limbs over four give six of quotient and four of rest.
    unsafe quotient.withLimbs { (q: UnsafeMutablePointer<UInt64>) in
      unsafe rest.withLimbs { (rest: UnsafeMutablePointer<UInt64>) in
        unsafe sum.withLimbs { sum in
          unsafe order.withLimbs { r in unsafe assay_mpn_tdiv_qr(q, rest, sum, 9, r, 4) }
        }
      }
    }
    self.init(montgomery: Self.reduced(&rest))
  }

  public static var byteCount: Int { 32 }

  public init?(canonicalWords: ArraySlice<UInt64>) {
    guard let words: Limbs<4> = LittleEndian.limbs(canonicalWords),
      ModularLimbs.isReduced(words, modulo: BN254.order)
    else { return nil }
    self.init(reduced: words)
  }

  public var canonicalBytes: [UInt8] { LittleEndian.bytes(integer) }

  /// By the extended Euclidean algorithm.
  public var inverse: Self? {
    guard self != .zero else { return nil }
    // The inverse of a·R is a⁻¹/R; two products with R² bring it to a⁻¹·R.
    let inverted = ModularLimbs.inverse(of: montgomery, modulo: BN254.order)
    let once = Self.product(inverted, BN254.squaredRadix)
    return Self(montgomery: Self.product(once, BN254.squaredRadix))
  }

  public static var twoAdicity: Int { BN254.twoAdicity }

  public static func rootOfUnity(log2Order: Int) -> Self {
    Self(5).power(BN254.cofactor(log2Order: log2Order))
  }

  public static var sampleByteCount: Int { 32 }

  public init?(sample: [UInt8]) {
    guard let integer = BN254.integer(sample: sample),
      ModularLimbs.isReduced(integer, modulo: BN254.order)
    else { return nil }
    self.init(reduced: integer)
  }

  public static var orderLog2: Int { 253 }

  public var description: String { BN254.description(of: integer) }
}
