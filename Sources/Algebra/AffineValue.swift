/// Elements that are added and subtracted.
public protocol AdditiveGroup: Hashable, Sendable {
  static func + (left: Self, right: Self) -> Self
  static func - (left: Self, right: Self) -> Self
  static func += (left: inout Self, right: Self)
  static func -= (left: inout Self, right: Self)
}

extension AdditiveGroup {
  @inlinable public static func += (left: inout Self, right: Self) { left = left + right }
  @inlinable public static func -= (left: inout Self, right: Self) { left = left - right }
}

/// What a verifier reads in a proof and computes with: an element of the field that challenges are
/// drawn from, or, where messages are masked, an element plus unknown ones times known factors.
///
/// Sums, and products with known elements, are of the same form; products of two are not.
public protocol AffineValue<Scalar>: AdditiveGroup {
  /// The field that challenges are drawn from.
  associatedtype Scalar: ChallengeField

  /// A known value.
  init(constant: Scalar)

  /// The value times a known element.
  func scaled(by factor: Scalar) -> Self
}

extension ChallengeField {
  @inlinable public init(constant: Self) { self = constant }

  @inlinable public func scaled(by factor: Self) -> Self { self * factor }
}
