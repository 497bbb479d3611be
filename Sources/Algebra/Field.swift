/// A finite field. Every value has one representation, so equal elements are equal as Swift values.
public protocol Field: AdditiveGroup, CustomStringConvertible {
  /// The neutral element of addition.
  static var zero: Self { get }
  /// The neutral element of multiplication.
  static var one: Self { get }

  static func * (left: Self, right: Self) -> Self
  static prefix func - (element: Self) -> Self
  static func *= (left: inout Self, right: Self)

  /// The element that an integer stands for: value · 1, negative values below zero.
  init(_ value: Int64)

  /// The length of `canonicalBytes`.
  static var byteCount: Int { get }

  /// Reads what `canonicalBytes` returns, taken as words of 8 bytes each.
  ///
  /// - Returns: nil for another number of words, and for a coordinate that is not reduced.
  init?(canonicalWords: ArraySlice<UInt64>)

  /// The element's coordinates, each as a reduced integer, the least significant byte first.
  var canonicalBytes: [UInt8] { get }

  /// The element whose product with this one is 1; nil for zero.
  var inverse: Self? { get }
}

extension Field {
  /// Reads what `canonicalBytes` returns.
  ///
  /// - Returns: nil for another number of bytes, and for a coordinate that is not reduced.
  public init?(canonicalBytes: some Collection<UInt8>) {
    guard let words = LittleEndian.words(Array(canonicalBytes)[...]) else { return nil }
    self.init(canonicalWords: words[...])
  }

  /// Reads elements that stand one after another.
  ///
  /// - Returns: nil when the bytes do not end with an element, or one of them is not reduced.
  @specialized(where Self == Goldilocks)
  @specialized(where Self == GoldilocksExtension)
  @specialized(where Self == GMPGoldilocks)
  @specialized(where Self == GMPGoldilocksExtension)
  @specialized(where Self == BN254Scalar)
  @specialized(where Self == NativeBN254Scalar)
  public static func elements(canonicalBytes: ArraySlice<UInt8>) -> [Self]? {
    let width = byteCount / 8
    guard let words = LittleEndian.words(canonicalBytes), words.count.isMultiple(of: width) else {
      return nil
    }
    var elements: [Self] = []
    elements.reserveCapacity(words.count / width)
    for start in stride(from: 0, to: words.count, by: width) {
      guard let element = Self(canonicalWords: words[start..<start + width]) else { return nil }
      elements.append(element)
    }
    return elements
  }

  @inlinable public static func *= (left: inout Self, right: Self) { left = left * right }

  /// The element multiplied with itself `exponent` times; 1 for the exponent 0.
  ///
  /// - Complexity: at most 2 · 64 products.
  public func power(_ exponent: UInt64) -> Self {
    var result = Self.one
    var square = self
    var rest = exponent
    while rest != 0 {
      if rest & 1 == 1 { result *= square }
      rest >>= 1
      if rest != 0 { square *= square }
    }
    return result
  }
}

/// A prime field whose multiplicative group has a large subgroup of order 2^`twoAdicity`: the field
/// that values are committed in.
public protocol BaseField: Field {
  /// The greatest k for which 2^k divides the order of the multiplicative group.
  static var twoAdicity: Int { get }

  /// The generator of the subgroup of order 2^`log2Order`: g^((p − 1) / 2^`log2Order`) for the
  /// field's fixed generator g.
  ///
  /// - Precondition: `log2Order` is in 0…`twoAdicity`.
  static func rootOfUnity(log2Order: Int) -> Self
}

/// A field that challenges are drawn from: `Base` itself or an extension of it, so large that a
/// polynomial of moderate degree seldom vanishes at a random element.
public protocol ChallengeField: Field, AffineValue where Scalar == Self {
  /// The field of committed values.
  associatedtype Base: BaseField

  /// Embeds a base element.
  init(_ base: Base)

  static func * (left: Self, right: Base) -> Self

  /// The number of bytes that `init(sample:)` takes.
  static var sampleByteCount: Int { get }

  /// Makes an element from `sampleByteCount` random bytes, or rejects them: accepted elements are
  /// exactly uniform if the bytes are.
  ///
  /// - Returns: nil for another number of bytes, and for the integers that are not reduced.
  init?(sample: [UInt8])

  /// ⌊log₂ of the number of elements⌋.
  static var orderLog2: Int { get }

  /// Σ `left[i]` · `right[i]`, in the arithmetic's own way: reductions may wait for the end.
  ///
  /// - Precondition: both have the same count, below 2³².
  static func dot(_ left: [Self], _ right: [Base]) -> Self
}

extension ChallengeField {
  public static func dot(_ left: [Self], _ right: [Base]) -> Self {
    precondition(left.count == right.count, "both sides of a dot product have the same count")
    var sum = Self.zero
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }
}

extension ChallengeField where Base == Self {
  /// A field that is its own base embeds an element as itself.
  @inlinable public init(_ base: Self) { self = base }
}
