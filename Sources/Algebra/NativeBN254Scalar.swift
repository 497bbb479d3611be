/// An element of the scalar field of BN254, in native arithmetic.
///
/// Kept in Montgomery's form a·2²⁵⁶ mod r, reduced. Products interleave multiplication and
/// reduction limb by limb (Koç, Acar and Kaliski, 1996, "CIOS"); the top bits of r are zero, so
/// that no sum on the way needs a sixth limb.
@frozen public struct NativeBN254Scalar: BaseField, ChallengeField {
  public typealias Base = Self

  @usableFromInline let word0, word1, word2, word3: UInt64

  @inlinable init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  private init(montgomery limbs: Limbs<4>) {
    self.init(limbs[0], limbs[1], limbs[2], limbs[3])
  }

  /// Takes a reduced integer.
  private init(reduced integer: Limbs<4>) {
    self = Self(montgomery: integer) * Self(montgomery: BN254.squaredRadix)
  }

  /// The reduced integer, the least significant limb first.
  private var integer: Limbs<4> {
    let plain = self * Self(1, 0, 0, 0)
    return [plain.word0, plain.word1, plain.word2, plain.word3]
  }

  public init(_ value: Int64) {
    let positive = Self(reduced: [value.magnitude, 0, 0, 0])
    self = value < 0 ? -positive : positive
  }

  @inlinable public static var zero: Self { Self(0, 0, 0, 0) }
  public static let one = Self(montgomery: BN254.one)

  /// r; what is inlined elsewhere cannot name `BN254.order`.
  @inlinable static var order: Self {
    Self(
      0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029)
  }

  /// The limbs of a − b, and whether b is greater.
  @inlinable @inline(__always)
  static func subtract(_ a: Self, _ b: Self) -> (difference: Self, isNegative: Bool) {
    let (d0, b0) = a.word0.subtractingReportingOverflow(b.word0)
    let (e1, b1) = a.word1.subtractingReportingOverflow(b.word1)
    let (d1, c1) = e1.subtractingReportingOverflow(b0 ? 1 : 0)
    let (e2, b2) = a.word2.subtractingReportingOverflow(b.word2)
    let (d2, c2) = e2.subtractingReportingOverflow(b1 || c1 ? 1 : 0)
    let (e3, b3) = a.word3.subtractingReportingOverflow(b.word3)
    let (d3, c3) = e3.subtractingReportingOverflow(b2 || c2 ? 1 : 0)
    return (Self(d0, d1, d2, d3), b3 || c3)
  }

  /// The low four limbs of a + b; reduced elements and r itself leave the fifth zero.
  @inlinable @inline(__always)
  static func add(_ a: Self, _ b: Self) -> Self {
    let (s0, c0) = a.word0.addingReportingOverflow(b.word0)
    let (t1, c1) = a.word1.addingReportingOverflow(b.word1)
    let (s1, d1) = t1.addingReportingOverflow(c0 ? 1 : 0)
    let (t2, c2) = a.word2.addingReportingOverflow(b.word2)
    let (s2, d2) = t2.addingReportingOverflow(c1 || d1 ? 1 : 0)
    let s3 = a.word3 &+ b.word3 &+ (c2 || d2 ? 1 : 0)
    return Self(s0, s1, s2, s3)
  }

  @inlinable public static func + (left: Self, right: Self) -> Self {
    let sum = add(left, right)
    let (difference, isNegative) = subtract(sum, order)
    return isNegative ? sum : difference
  }

  @inlinable public static func - (left: Self, right: Self) -> Self {
    let (difference, isNegative) = subtract(left, right)
    return isNegative ? add(difference, order) : difference
  }

  @inlinable public static prefix func - (element: Self) -> Self { zero - element }

  /// The two limbs of a·b + c + d, which always fit.
  @inlinable @inline(__always)
  static func multiplyAdd(
    _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64
  ) -> (low: UInt64, high: UInt64) {
    let (high, low) = a.multipliedFullWidth(by: b)
    let (first, firstCarry) = low.addingReportingOverflow(c)
    let (second, secondCarry) = first.addingReportingOverflow(d)
    return (second, high &+ (firstCarry ? 1 : 0) &+ (secondCarry ? 1 : 0))
  }

  /// (t + a·b + m·r) / 2⁶⁴ with the m that makes the division exact.
  @inlinable @inline(__always)
  static func step(_ t: Self, _ a: Self, _ b: UInt64) -> Self {
    let r = order
    var (t0, carry) = multiplyAdd(a.word0, b, t.word0, 0)
    let multiple = t0 &* 0xc2e1_f593_efff_ffff
    var borrowed: UInt64
    (_, borrowed) = multiplyAdd(multiple, r.word0, t0, 0)
    var t1: UInt64
    (t1, carry) = multiplyAdd(a.word1, b, t.word1, carry)
    (t0, borrowed) = multiplyAdd(multiple, r.word1, t1, borrowed)
    var t2: UInt64
    (t2, carry) = multiplyAdd(a.word2, b, t.word2, carry)
    (t1, borrowed) = multiplyAdd(multiple, r.word2, t2, borrowed)
    let t3: UInt64
    (t3, carry) = multiplyAdd(a.word3, b, t.word3, carry)
    (t2, borrowed) = multiplyAdd(multiple, r.word3, t3, borrowed)
    return Self(t0, t1, t2, borrowed &+ carry)
  }

  @inlinable public static func * (left: Self, right: Self) -> Self {
    var t = step(zero, left, right.word0)
    t = step(t, left, right.word1)
    t = step(t, left, right.word2)
    t = step(t, left, right.word3)
    let (difference, isNegative) = subtract(t, order)
    return isNegative ? t : difference
  }

  public static var byteCount: Int { 32 }

  /// Takes a reduced integer; nil for others.
  private init?(integer words: Limbs<4>) {
    guard Self.subtract(Self(montgomery: words), Self.order).isNegative else { return nil }
    self.init(reduced: words)
  }

  public init?(canonicalWords: ArraySlice<UInt64>) {
    guard let words: Limbs<4> = LittleEndian.limbs(canonicalWords) else { return nil }
    self.init(integer: words)
  }

  public var canonicalBytes: [UInt8] { LittleEndian.bytes(integer) }

  /// a^(r − 2), by Fermat's little theorem.
  public var inverse: Self? {
    guard self != .zero else { return nil }
    var exponent = BN254.order
    exponent[0] -= 2
    return power(exponent)
  }

  public static var twoAdicity: Int { BN254.twoAdicity }

  public static func rootOfUnity(log2Order: Int) -> Self {
    Self(5).power(BN254.cofactor(log2Order: log2Order))
  }

  public static var sampleByteCount: Int { 32 }

  public init?(sample: [UInt8]) {
    guard let integer = BN254.integer(sample: sample) else { return nil }
    self.init(integer: integer)
  }

  public static var orderLog2: Int { 253 }

  public var description: String { BN254.description(of: integer) }
}
