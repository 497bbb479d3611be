/// An element of the prime field of order p = 2⁶⁴ − 2³² + 1, in native arithmetic.
///
/// 2⁶⁴ = 2³² − 1 and 2⁹⁶ = −1 modulo p, so a product of 128 bits is reduced without division.
@frozen public struct Goldilocks: BaseField {
  /// p = 2⁶⁴ − 2³² + 1.
  public static let order: UInt64 = 0xffff_ffff_0000_0001

  /// The reduced integer: below `order`.
  public let value: UInt64

  /// Takes an integer that is known to be below `order`.
  ///
  /// - Precondition: `value` < `order`; checked in debug builds only.
  @inlinable public init(uncheckedCanonical value: UInt64) {
    assert(value < 0xffff_ffff_0000_0001, "a canonical value is below the order")
    self.value = value
  }

  /// Takes an integer below `order`; nil for others.
  @inlinable public init?(canonical value: UInt64) {
    guard value < 0xffff_ffff_0000_0001 else { return nil }
    self.value = value
  }

  @inlinable public init(_ value: Int64) {
    let magnitude = value.magnitude
    self.value = value < 0 ? 0xffff_ffff_0000_0001 &- magnitude : magnitude
  }

  @inlinable public static var zero: Self { Self(uncheckedCanonical: 0) }
  @inlinable public static var one: Self { Self(uncheckedCanonical: 1) }

  @inlinable public static func + (left: Self, right: Self) -> Self {
    let (sum, carry) = left.value.addingReportingOverflow(right.value)
    // The true sum is below 2p, so subtracting p once is enough.
    return Self(
      uncheckedCanonical: carry || sum >= 0xffff_ffff_0000_0001
        ? sum &- 0xffff_ffff_0000_0001 : sum)
  }

  @inlinable public static func - (left: Self, right: Self) -> Self {
    let (difference, borrow) = left.value.subtractingReportingOverflow(right.value)
    return Self(uncheckedCanonical: borrow ? difference &+ 0xffff_ffff_0000_0001 : difference)
  }

  @inlinable public static prefix func - (element: Self) -> Self { zero - element }

  @inlinable public static func * (left: Self, right: Self) -> Self {
    let (high, low) = left.value.multipliedFullWidth(by: right.value)
    return Self(reducing: low, high)
  }

  /// The element that low + 2⁶⁴ · high stands for.
  @inlinable init(reducing low: UInt64, _ high: UInt64) {
    // low + 2⁶⁴ (h₀ + 2³² h₁) = low − h₁ + (2³² − 1) h₀.
    let (difference, borrow) = low.subtractingReportingOverflow(high >> 32)
    let first = borrow ? difference &- 0xffff_ffff : difference
    let (sum, carry) = first.addingReportingOverflow((high & 0xffff_ffff) &* 0xffff_ffff)
    let second = carry ? sum &+ 0xffff_ffff : sum
    self.init(
      uncheckedCanonical: second >= 0xffff_ffff_0000_0001
        ? second &- 0xffff_ffff_0000_0001 : second)
  }

  public static var byteCount: Int { 8 }

  public init?(canonicalWords: ArraySlice<UInt64>) {
    guard let word = canonicalWords.first, canonicalWords.count == 1 else { return nil }
    self.init(canonical: word)
  }

  public var canonicalBytes: [UInt8] { LittleEndian.bytes([value]) }

  /// a^(p − 2), by Fermat's little theorem.
  public var inverse: Self? { self == .zero ? nil : power(Self.order - 2) }

  public static var twoAdicity: Int { 32 }

  public static func rootOfUnity(log2Order: Int) -> Self {
    precondition((0...twoAdicity).contains(log2Order), "2³² is the greatest power in p − 1")
    return Self(7).power((order - 1) >> UInt64(log2Order))
  }

  public var description: String { String(value) }
}
