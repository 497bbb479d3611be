internal import CAssayGMP

/// An element of the prime field of order p = 2⁶⁴ − 2³² + 1, in GMP's arithmetic.
///
/// It shares no formula with `Goldilocks`: products are reduced by GMP's division.
public struct GMPGoldilocks: BaseField {
  static let order: Limbs<1> = [0xffff_ffff_0000_0001]

  /// The reduced integer.
  public let value: UInt64

  init(uncheckedCanonical value: UInt64) {
    self.value = value
  }

  /// Takes an integer below p; nil for others.
  public init?(canonical value: UInt64) {
    guard ModularLimbs.isReduced([value], modulo: Self.order) else { return nil }
    self.value = value
  }

  public init(_ value: Int64) {
    let positive = Self(uncheckedCanonical: value.magnitude)
    self = value < 0 ? -positive : positive
  }

  public static let zero = Self(uncheckedCanonical: 0)
  public static let one = Self(uncheckedCanonical: 1)

  public static func + (left: Self, right: Self) -> Self {
    Self(
      uncheckedCanonical: ModularLimbs.sum([left.value], [right.value], modulo: order)[0])
  }

  public static func - (left: Self, right: Self) -> Self {
    Self(
      uncheckedCanonical: ModularLimbs.difference([left.value], [right.value], modulo: order)[0])
  }

  public static prefix func - (element: Self) -> Self { zero - element }

  public static func * (left: Self, right: Self) -> Self {
    var product = Limbs<2>(repeating: 0)
    var factor: Limbs<1> = [left.value]
    // SAFETY: the product has the two limbs that a limb times a limb takes.
    let rest = unsafe product.withLimbs { (t: UnsafeMutablePointer<UInt64>) in
      unsafe factor.withLimbs { (a: UnsafeMutablePointer<UInt64>) in
        unsafe t[1] = assay_mpn_mul_1(t, a, 1, right.value)
        return unsafe assay_mpn_mod_1(t, 2, order[0])
      }
    }
    return Self(uncheckedCanonical: rest)
  }

  public static var byteCount: Int { 8 }

  public init?(canonicalWords: ArraySlice<UInt64>) {
    guard let word = canonicalWords.first, canonicalWords.count == 1 else { return nil }
    self.init(canonical: word)
  }

  public var canonicalBytes: [UInt8] { LittleEndian.bytes([value]) }

  /// By the extended Euclidean algorithm.
  public var inverse: Self? {
    guard self != .zero else { return nil }
    return Self(uncheckedCanonical: ModularLimbs.inverse(of: [value], modulo: Self.order)[0])
  }

  public static var twoAdicity: Int { 32 }

  public static func rootOfUnity(log2Order: Int) -> Self {
    precondition((0...twoAdicity).contains(log2Order), "2³² is the greatest power in p − 1")
    return Self(7).power((order[0] - 1) >> UInt64(log2Order))
  }

  public var description: String { String(value) }
}
