public import AssayAlgebra

/// A public function on the indices of one dimension.
public enum Weight<K: ChallengeField>: Sendable {
  /// eq(point, i): ⌈log₂ n⌉ coordinates, the first for the most significant bit.
  case eq([K])
  /// One value for each index.
  case vector([K])
  /// Values at a few indices, zero elsewhere; the values of an index that is repeated add up.
  case sparse([(Int, K)])
  /// 1 everywhere: a sum over the dimension.
  case ones
  /// 1 at one index, zero elsewhere.
  case index(Int)
}

/// A public linear function of one committed column.
public enum Term<K: ChallengeField>: Sendable {
  /// coefficient · Σ over all indices of the product of one weight for each dimension and the
  /// column.
  case tensor(oracle: Int, column: Int, coefficient: K, weights: [Weight<K>])
  /// coefficient · Σ eq(point, i) · block[i], over one block's own index.
  case block(oracle: Int, column: Int, block: Int, coefficient: K, point: [K])
}

/// The statement that the sum of some public linear functions of committed columns has a value.
///
/// The value is an element, or an affine function of masks that other columns hold.
public struct LinearClaim<Value: AffineValue>: Sendable {
  /// The functions.
  public let terms: [Term<Value.Scalar>]
  /// Their sum.
  public let value: Value

  /// States a claim; whether it is about existing columns is checked when it is opened.
  public init(terms: [Term<Value.Scalar>], value: Value) {
    self.terms = terms
    self.value = value
  }
}
