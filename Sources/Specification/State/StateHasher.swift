public import AssayCryptography
public import AssayMerkle

/// Commits to states: to each tensor by a tree over chunks, and, where a spec wants proofs, to all
/// of them as polynomials.
public protocol StateHasher: LeafHasher {
  /// Whether `polynomialRoot` can be asked for.
  var commitsToPolynomials: Bool { get }

  /// The root of the polynomial commitment to a state.
  ///
  /// - Parameters:
  ///   - contents: the bytes of the layout's tensors, in its order.
  ///   - layout: one with a polynomial layout.
  func polynomialRoot(of contents: [[UInt8]], layout: StateLayout) -> Digest
}

extension StateHasher {
  public var commitsToPolynomials: Bool { false }

  public func polynomialRoot(of contents: [[UInt8]], layout: StateLayout) -> Digest {
    preconditionFailure("asked of a hasher that says it cannot")
  }
}

extension PortableLeafHasher: StateHasher {}
