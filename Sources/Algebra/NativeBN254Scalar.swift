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
    // What is carried from limb to limb is 0 or −1.
    let d0 = Int128(a.word0) &- Int128(b.word0)
    let d1 = Int128(a.word1) &- Int128(b.word1) &+ d0 >> 64
    let d2 = Int128(a.word2) &- Int128(b.word2) &+ d1 >> 64
    let d3 = Int128(a.word3) &- Int128(b.word3) &+ d2 >> 64
    let difference = Self(
      UInt64(truncatingIfNeeded: d0), UInt64(truncatingIfNeeded: d1),
      UInt64(truncatingIfNeeded: d2), UInt64(truncatingIfNeeded: d3))
    return (difference, d3 < 0)
  }

  /// The low four limbs of a + b; reduced elements and r itself leave the fifth zero.
  @inlinable @inline(__always)
  static func add(_ a: Self, _ b: Self) -> Self {
    let s0 = UInt128(a.word0) &+ UInt128(b.word0)
    let s1 = UInt128(a.word1) &+ UInt128(b.word1) &+ s0 >> 64
    let s2 = UInt128(a.word2) &+ UInt128(b.word2) &+ s1 >> 64
    let s3 = UInt128(a.word3) &+ UInt128(b.word3) &+ s2 >> 64
    return Self(
      UInt64(truncatingIfNeeded: s0), UInt64(truncatingIfNeeded: s1),
      UInt64(truncatingIfNeeded: s2), UInt64(truncatingIfNeeded: s3))
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
    let sum = UInt128(a) &* UInt128(b) &+ UInt128(c) &+ UInt128(d)
    return (UInt64(truncatingIfNeeded: sum), UInt64(truncatingIfNeeded: sum >> 64))
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
