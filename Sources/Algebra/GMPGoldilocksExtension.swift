internal import CAssayGMP

/// An element c₀ + c₁·X of the quadratic extension F[X] / (X² − 7) of `GMPGoldilocks`.
///
/// Each coordinate of a product is a sum of products that GMP reduces once.
public struct GMPGoldilocksExtension: ChallengeField {
  /// The coordinates.
  public let c0, c1: GMPGoldilocks

  /// Takes the coordinates.
  public init(_ c0: GMPGoldilocks, _ c1: GMPGoldilocks) {
    self.c0 = c0
    self.c1 = c1
  }

  public init(_ base: GMPGoldilocks) { self.init(base, .zero) }

  public init(_ value: Int64) { self.init(GMPGoldilocks(value)) }

  public static let zero = Self(.zero, .zero)
  public static let one = Self(.one, .zero)

  public static func + (left: Self, right: Self) -> Self {
    Self(left.c0 + right.c0, left.c1 + right.c1)
  }

  public static func - (left: Self, right: Self) -> Self {
    Self(left.c0 - right.c0, left.c1 - right.c1)
  }

  public static prefix func - (element: Self) -> Self { Self(-element.c0, -element.c1) }

  public static func * (left: Self, right: Self) -> Self {
    // (a₀ + a₁X)(b₀ + b₁X) = a₀b₀ + 7·a₁b₁ + (a₀b₁ + a₁b₀)·X.
    Self(
      sumOfProducts(7, left.c1.value, right.c1.value, left.c0.value, right.c0.value),
      sumOfProducts(1, left.c0.value, right.c1.value, left.c1.value, right.c0.value))
  }

  /// factor·a·b + c·d modulo the order, reduced once; `factor` is small.
  private static func sumOfProducts(
    _ factor: UInt64, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64
  ) -> GMPGoldilocks {
    var operands: Limbs<2> = [a, c]
    var sum = Limbs<3>(repeating: 0)
    let order = GMPGoldilocks.order[0]
    // SAFETY: the sum is below 8·2¹²⁸ and has three limbs; each operand is one limb.
    let rest = unsafe sum.withLimbs { (t: UnsafeMutablePointer<UInt64>) in
      unsafe operands.withLimbs { (x: UnsafeMutablePointer<UInt64>) in
        unsafe t[1] = assay_mpn_mul_1(t, x, 1, b)
        if factor != 1 { unsafe t[2] = assay_mpn_mul_1(t, t, 2, factor) }
        let carry = unsafe assay_mpn_addmul_1(t, x + 1, 1, d)
        _ = unsafe assay_mpn_add_1(t + 1, t + 1, 2, carry)
        return unsafe assay_mpn_mod_1(t, 3, order)
      }
    }
    return GMPGoldilocks(uncheckedCanonical: rest)
  }

  public static func * (left: Self, right: GMPGoldilocks) -> Self {
    Self(left.c0 * right, left.c1 * right)
  }

  /// One call of GMP a term and two divisions at the end: the coordinates of a term lie so far
  /// apart in one number that their sums do not meet.
  public static func dot(_ left: [Self], _ right: [GMPGoldilocks]) -> Self {
    precondition(left.count == right.count, "both sides of a dot product have the same count")
    precondition(left.count <= Int(UInt32.max), "sums of fewer than 2³² products fit three limbs")
    var sum = Limbs<6>(repeating: 0)
    var spread = Limbs<4>(repeating: 0)
    let order = GMPGoldilocks.order[0]
    // SAFETY: `spread` has the four limbs that are multiplied, `sum` has six; the two coordinates'
    // sums, below 2³²·2¹²⁸, end before limb 3 and limb 6.
    let (rest0, rest1) = unsafe sum.withLimbs { (t: UnsafeMutablePointer<UInt64>) in
      unsafe spread.withLimbs { (x: UnsafeMutablePointer<UInt64>) in
        for index in left.indices {
          unsafe x[0] = left[index].c0.value
          unsafe x[3] = left[index].c1.value
          let carry = unsafe assay_mpn_addmul_1(t, x, 4, right[index].value)
          _ = unsafe assay_mpn_add_1(t + 4, t + 4, 2, carry)
        }
        return unsafe (assay_mpn_mod_1(t, 3, order), assay_mpn_mod_1(t + 3, 3, order))
      }
    }
    return Self(
      GMPGoldilocks(uncheckedCanonical: rest0), GMPGoldilocks(uncheckedCanonical: rest1))
  }

  public static var byteCount: Int { 16 }

  public init?(canonicalWords: ArraySlice<UInt64>) {
    guard canonicalWords.count == 2, let first = canonicalWords.first,
      let last = canonicalWords.last, let c0 = GMPGoldilocks(canonical: first),
      let c1 = GMPGoldilocks(canonical: last)
    else { return nil }
    self.init(c0, c1)
  }

  public var canonicalBytes: [UInt8] { LittleEndian.bytes([c0.value, c1.value]) }

  /// The conjugate over the norm c₀² − 7·c₁², which vanishes for zero only.
  public var inverse: Self? {
    let norm = c0 * c0 - GMPGoldilocks(7) * (c1 * c1)
    return norm.inverse.map { Self(c0 * $0, -(c1 * $0)) }
  }

  public static var sampleByteCount: Int { 16 }

  public init?(sample: [UInt8]) { self.init(canonicalBytes: sample) }

  public static var orderLog2: Int { 127 }

  public var description: String { "\(c0) + \(c1)·X" }
}
