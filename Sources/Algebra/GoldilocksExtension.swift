/// An element c₀ + c₁·X of the quadratic extension F[X] / (X² − 7) of `Goldilocks`.
///
/// 7 generates the multiplicative group of the base field, so it is no square there.
@frozen public struct GoldilocksExtension: ChallengeField {
  /// The coordinates.
  public let c0, c1: Goldilocks

  @inlinable public init(_ c0: Goldilocks, _ c1: Goldilocks) {
    self.c0 = c0
    self.c1 = c1
  }

  @inlinable public init(_ base: Goldilocks) { self.init(base, .zero) }

  @inlinable public init(_ value: Int64) { self.init(Goldilocks(value)) }

  @inlinable public static var zero: Self { Self(.zero, .zero) }
  @inlinable public static var one: Self { Self(.one, .zero) }

  @inlinable public static func + (left: Self, right: Self) -> Self {
    Self(left.c0 + right.c0, left.c1 + right.c1)
  }

  @inlinable public static func - (left: Self, right: Self) -> Self {
    Self(left.c0 - right.c0, left.c1 - right.c1)
  }

  @inlinable public static prefix func - (element: Self) -> Self {
    Self(-element.c0, -element.c1)
  }

  @inlinable public static func * (left: Self, right: Self) -> Self {
    let seven = Goldilocks(uncheckedCanonical: 7)
    return Self(
      left.c0 * right.c0 + seven * (left.c1 * right.c1),
      left.c0 * right.c1 + left.c1 * right.c0)
  }

  @inlinable public static func * (left: Self, right: Goldilocks) -> Self {
    Self(left.c0 * right, left.c1 * right)
  }

  public static var byteCount: Int { 16 }

  public init?(canonicalWords: ArraySlice<UInt64>) {
    guard canonicalWords.count == 2, let first = canonicalWords.first,
      let last = canonicalWords.last, let c0 = Goldilocks(canonical: first),
      let c1 = Goldilocks(canonical: last)
    else { return nil }
    self.init(c0, c1)
  }

  public var canonicalBytes: [UInt8] { LittleEndian.bytes([c0.value, c1.value]) }

  /// The conjugate over the norm c₀² − 7·c₁², which vanishes for zero only.
  public var inverse: Self? {
    let norm = c0 * c0 - Goldilocks(7) * (c1 * c1)
    return norm.inverse.map { Self(c0 * $0, -(c1 * $0)) }
  }

  public static var sampleByteCount: Int { 16 }

  public init?(sample: [UInt8]) { self.init(canonicalBytes: sample) }

  public static var orderLog2: Int { 127 }

  public var description: String { "\(c0) + \(c1)·X" }
}
