public import AssayCryptography
internal import AssayMerkle
internal import AssayWire

/// A state by its hashes: the step, and the root over each tensor's contents.
///
/// The state's root is the RFC 9162 tree over the leaf "assay.step.v1" ‖ step and, per tensor in
/// order of name, the leaf "assay.state.v1" ‖ the tensor's description ‖ its contents' root. Where
/// the spec wants proofs, one more leaf holds the root of the polynomial commitment: both say the
/// same, and who executes steps again recomputes both. Who holds this table can name the first
/// tensor in which two states differ.
public struct StateCommitment: Hashable, Sendable {
  /// Updates made so far.
  public let step: UInt64
  public let layout: StateLayout
  /// Per tensor of the layout, the root over its chunks (`LeafHasher`); then, where the layout has
  /// polynomials, their root (`StateHasher`).
  public let contentsRoots: [Digest]
  /// The state's root.
  public let root: Digest

  /// Commits to a state; `contentsRoots` holds `layout.rootCount` roots, in its order.
  public init(step: UInt64, layout: StateLayout, contentsRoots: [Digest]) {
    precondition(contentsRoots.count == layout.rootCount)
    self.step = step
    self.layout = layout
    self.contentsRoots = contentsRoots
    var stepLeaf = WireWriter()
    stepLeaf.write(raw: Array("assay.step.v1\0".utf8))
    stepLeaf.write(step)
    var leaves = [MerkleTree.leafHash(stepLeaf.bytes)]
    for (tensor, contentsRoot) in zip(layout.tensors, contentsRoots) {
      var leaf = WireWriter()
      leaf.write(raw: Array("assay.state.v1\0".utf8))
      leaf.write(raw: tensor.fieldBytes)
      leaf.write(raw: contentsRoot.bytes)
      leaves.append(MerkleTree.leafHash(leaf.bytes))
    }
    if layout.polynomial != nil, let polynomialRoot = contentsRoots.last {
      var leaf = WireWriter()
      leaf.write(raw: Array("assay.polynomial.v1\0".utf8))
      leaf.write(raw: polynomialRoot.bytes)
      leaves.append(MerkleTree.leafHash(leaf.bytes))
    }
    root = MerkleTree.root(ofLeafHashes: leaves)
  }

  /// The root of the polynomial commitment, where the layout has one.
  public var polynomialRoot: Digest? { layout.polynomial == nil ? nil : contentsRoots.last }

  /// The name of the first tensor in which two states of one layout differ, if any does.
  public func firstDifference(from other: StateCommitment) -> String? {
    for (index, tensor) in layout.tensors.enumerated()
    where other.contentsRoots[index] != contentsRoots[index] {
      return tensor.name
    }
    return nil
  }
}
