public import AssayCryptography
public import AssayWire

/// The proof that a tree is a beginning of a later one (RFC 9162 §2.1.4).
///
/// Bytes: old size (8), new size (8), node count (4), nodes (32 each); integers little-endian.
/// Between equal sizes, and from the empty tree, the proof has no nodes.
public struct ConsistencyProof: WireCodable, Hashable, Sendable {
  /// How many leaves the earlier tree has.
  public let oldSize: UInt64
  /// How many leaves the later tree has.
  public let newSize: UInt64
  /// The nodes in the order of RFC 9162 §2.1.4.1.
  public let path: [Digest]

  /// Puts a proof together; nothing is checked before it is verified.
  public init(oldSize: UInt64, newSize: UInt64, path: [Digest]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }

  /// Accepts the proof when it leads to both roots (RFC 9162 §2.1.4.2).
  ///
  /// - Throws: `MerkleError.sizeOrder` or `.nodeCount` before anything is hashed, then
  ///   `.rootMismatch`.
  /// - Complexity: two node hashes for each of at most 65 path nodes.
  public func verify(oldRoot: Digest, newRoot: Digest) throws(MerkleError) {
    guard oldSize <= newSize else { throw .sizeOrder(old: oldSize, new: newSize) }
    guard path.count == expectedNodeCount else {
      throw .nodeCount(expected: expectedNodeCount, found: path.count)
    }
    if oldSize == 0 {
      try Self.compare(oldRoot, with: MerkleTree.emptyRoot)
      if newSize == 0 { try Self.compare(newRoot, with: MerkleTree.emptyRoot) }
      return
    }
    if oldSize == newSize {
      try Self.compare(newRoot, with: oldRoot)
      return
    }
    // A perfect old tree is itself the first node, which the proof leaves out.
    let roots = computedRoots(oldSize.nonzeroBitCount == 1 ? [oldRoot] + path : path)
    try Self.compare(oldRoot, with: roots.old)
    try Self.compare(newRoot, with: roots.new)
  }

  private static func compare(_ expected: Digest, with found: Digest) throws(MerkleError) {
    guard expected == found else { throw .rootMismatch(expected: expected, found: found) }
  }

  /// The root of the tree over the first `oldSize` leaves of the tree with the new root, whatever
  /// the old root is said to be.
  ///
  /// - Parameter nodes: the path; before it the root of the old tree, where that is perfect.
  /// - Throws: `MerkleError.sizeOrder`, `.nodeCount`, or `.rootMismatch` where the nodes do not
  ///   lead to the new root.
  static func beginning(
    ofSize oldSize: UInt64, inTreeOfSize newSize: UInt64, newRoot: Digest, nodes: [Digest]
  ) throws(MerkleError) -> Digest {
    guard 0 < oldSize, oldSize < newSize else { throw .sizeOrder(old: oldSize, new: newSize) }
    let proof = ConsistencyProof(oldSize: oldSize, newSize: newSize, path: nodes)
    let expected = proof.expectedNodeCount + (oldSize.nonzeroBitCount == 1 ? 1 : 0)
    guard nodes.count == expected else {
      throw .nodeCount(expected: expected, found: nodes.count)
    }
    let roots = proof.computedRoots(nodes)
    try compare(newRoot, with: roots.new)
    return roots.old
  }

  /// Where 0 < oldSize < newSize and there are as many nodes as there must be, at least one.
  private func computedRoots(_ nodes: [Digest]) -> (old: Digest, new: Digest) {
    let shift = UInt64(oldSize.trailingZeroBitCount)
    var oldIndex = (oldSize - 1) >> shift
    var newIndex = (newSize - 1) >> shift
    var hasher = TreeHasher()
    var old = nodes[0]
    var new = nodes[0]
    for node in nodes.dropFirst() {
      if oldIndex & 1 == 1 || oldIndex == newIndex {
        old = hasher.node(node, old)
        new = hasher.node(node, new)
        while oldIndex & 1 == 0 && oldIndex != 0 {
          oldIndex >>= 1
          newIndex >>= 1
        }
      } else {
        new = hasher.node(new, node)
      }
      oldIndex >>= 1
      newIndex >>= 1
    }
    return (old, new)
  }

  /// The path of the old tree's last node up to the new root: below the height where it meets the
  /// new tree's last leaf each level has a sibling, above only where it is a right child.
  private var expectedNodeCount: Int {
    guard oldSize > 0, oldSize < newSize else { return 0 }
    let shift = oldSize.trailingZeroBitCount
    let shared = UInt64.bitWidth - ((oldSize - 1) ^ (newSize - 1)).leadingZeroBitCount
    let above = shared < UInt64.bitWidth ? ((oldSize - 1) >> UInt64(shared)).nonzeroBitCount : 0
    return shared - shift + above + (oldSize.nonzeroBitCount == 1 ? 0 : 1)
  }

  public func encode(to writer: inout WireWriter) {
    writer.write(oldSize)
    writer.write(newSize)
    writer.write(path)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    oldSize = try reader.readUInt64()
    newSize = try reader.readUInt64()
    path = try reader.readDigests(limit: InclusionProof.maximumNodeCount + 1)
  }
}
