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
  ///   - key: what the randomness follows from that hides the state; nil where it is not hidden.
  func polynomialRoot(of contents: [[UInt8]], layout: StateLayout, key: Digest?) -> Digest

  /// A key that follows from the hasher's secret, for one purpose and one state, which its tensors'
  /// roots name; nil for a hasher without a secret. The state before the first step is the spec's,
  /// and its keys are known to everybody.
  func hidingKey(_ purpose: HidingPurpose, step: UInt64, contentsRoots: [Digest]) -> Digest?
}

/// What a state's keys are for.
public enum HidingPurpose: String, Sendable {
  /// To hide the root over a tensor's contents.
  case contents
  /// To hide the polynomial commitment.
  case state
}

extension StateHasher {
  public var commitsToPolynomials: Bool { false }

  public func polynomialRoot(
    of contents: [[UInt8]], layout: StateLayout, key: Digest?
  ) -> Digest {
    preconditionFailure("asked of a hasher that says it cannot")
  }

  public func hidingKey(
    _ purpose: HidingPurpose, step: UInt64, contentsRoots: [Digest]
  ) -> Digest? { nil }

  /// Whether states of this layout can be hashed: those that are hidden only with a secret.
  public func canHash(_ layout: StateLayout) -> Bool {
    guard let polynomial = layout.polynomial else { return true }
    return commitsToPolynomials
      && (!polynomial.isHiding || hidingKey(.state, step: 1, contentsRoots: []) != nil)
  }

  /// The roots that a state's commitment is made of, from the roots over its tensors' contents.
  ///
  /// Where the layout hides states, each tensor's root is replaced by a key that only the secret
  /// gives: it binds the contents as the root does, and nobody without the secret can compare a
  /// guess with it.
  ///
  /// - Parameters:
  ///   - contents: the bytes of the layout's tensors; not read where it has no polynomials, or
  ///     their root is given.
  ///   - known: the root of the polynomial commitment, where it was made already.
  /// - Precondition: `canHash(layout)`.
  public func roots(
    from contentsRoots: [Digest], step: UInt64, layout: StateLayout, contents: [[UInt8]],
    polynomialRoot known: Digest? = nil
  ) -> [Digest] {
    guard let polynomial = layout.polynomial else { return contentsRoots }
    guard polynomial.isHiding else {
      let root = known ?? polynomialRoot(of: contents, layout: layout, key: nil)
      return contentsRoots + [root]
    }
    let hidden = contentsRoots.compactMap { root in
      hidingKey(.contents, step: step, contentsRoots: [root])
    }
    guard let key = hidingKey(.state, step: step, contentsRoots: contentsRoots) else {
      preconditionFailure("hidden states are hashed with the secret that hides them")
    }
    return hidden + [known ?? polynomialRoot(of: contents, layout: layout, key: key)]
  }
}

extension PortableLeafHasher: StateHasher {}
