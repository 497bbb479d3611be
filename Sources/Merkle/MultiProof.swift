public import AssayCryptography
public import AssayWire

/// The proof that several leaves are at their indices in a tree, with the fewest nodes.
///
/// The nodes are the siblings that cannot be computed from the leaves, level by level from the
/// leaves upwards, within a level from the left. So there is one proof for each set of leaves.
///
/// Bytes: tree size (8), leaf count (4), leaf indices (8 each, strictly ascending), node count (4),
/// nodes (32 each); integers little-endian.
public struct MultiProof: WireCodable, Hashable, Sendable {
  /// More leaves than these are refused.
  public static let maximumLeafCount = 1 << 20
  private static let maximumNodeCount = 1 << 22

  /// How many leaves the tree has.
  public let treeSize: UInt64
  /// Which leaves, strictly ascending.
  public let leafIndices: [UInt64]
  /// The nodes that are missing.
  public let nodes: [Digest]

  /// Puts a proof together; nothing is checked before it is verified.
  public init(treeSize: UInt64, leafIndices: [UInt64], nodes: [Digest]) {
    self.treeSize = treeSize
    self.leafIndices = leafIndices
    self.nodes = nodes
  }

  /// Returns the root that the proof leads to from the hashes of its leaves, in their order.
  ///
  /// - Throws: `MerkleError.wire` when the indices are not strictly ascending or there are none,
  ///   `.leafOutOfRange`, `.leafCount` or `.nodeCount`, before anything is hashed.
  /// - Soundness: the root proves nothing until it is compared with one that is trusted.
  /// - Complexity: at most 64 node hashes for each leaf.
  public func root(leafHashes: [Digest]) throws(MerkleError) -> Digest {
    do { try Self.checkOrder(leafIndices) } catch { throw .wire(error) }
    guard let last = leafIndices.last, last < treeSize else {
      throw .leafOutOfRange(index: leafIndices.last ?? 0, size: treeSize)
    }
    guard leafHashes.count == leafIndices.count else {
      throw .leafCount(expected: leafIndices.count, found: leafHashes.count)
    }
    let expected = Self.nodePositions(leafIndices: leafIndices, treeSize: treeSize).count
    guard nodes.count == expected else {
      throw .nodeCount(expected: expected, found: nodes.count)
    }
    var hasher = TreeHasher()
    var remaining = nodes[...]
    var level = Array(zip(leafIndices, leafHashes))
    var width = treeSize
    while width > 1 {
      var parents: [(UInt64, Digest)] = []
      var position = 0
      while position < level.count {
        let (index, hash) = level[position]
        position += 1
        let sibling = index ^ 1
        if position < level.count && level[position].0 == sibling {
          parents.append((index >> 1, hasher.node(hash, level[position].1)))
          position += 1
        } else if sibling < width, let node = remaining.popFirst() {
          let parent = index & 1 == 1 ? hasher.node(node, hash) : hasher.node(hash, node)
          parents.append((index >> 1, parent))
        } else {
          parents.append((index >> 1, hash))
        }
      }
      level = parents
      width -= width / 2
    }
    return level[0].1
  }

  /// Accepts the proof when it leads from the leaf hashes to the trusted root.
  ///
  /// - Throws: what `root(leafHashes:)` throws, or `MerkleError.rootMismatch`.
  public func verify(leafHashes: [Digest], root: Digest) throws(MerkleError) {
    let found = try self.root(leafHashes: leafHashes)
    guard found == root else { throw .rootMismatch(expected: root, found: found) }
  }

  /// Returns how many nodes the proof for these leaves has.
  ///
  /// - Precondition: the indices are strictly ascending and below `treeSize`.
  public static func nodeCount(leafIndices: [UInt64], treeSize: UInt64) -> Int {
    nodePositions(leafIndices: leafIndices, treeSize: treeSize).count
  }

  /// Where the nodes of a proof are, in their order: height above the leaves, index in the level.
  package static func nodePositions(
    leafIndices: [UInt64], treeSize: UInt64
  ) -> [(height: Int, index: UInt64)] {
    var positions: [(height: Int, index: UInt64)] = []
    var level = leafIndices
    var width = treeSize
    var height = 0
    while width > 1 {
      var parents: [UInt64] = []
      var position = 0
      while position < level.count {
        let index = level[position]
        position += 1
        let sibling = index ^ 1
        if position < level.count && level[position] == sibling {
          position += 1
        } else if sibling < width {
          positions.append((height, sibling))
        }
        parents.append(index >> 1)
      }
      level = parents
      width -= width / 2
      height += 1
    }
    return positions
  }

  private static func checkOrder(_ leafIndices: [UInt64]) throws(WireError) {
    guard !leafIndices.isEmpty else {
      throw .notCanonical("expected a Merkle proof for at least 1 leaf, found 0")
    }
    guard zip(leafIndices, leafIndices.dropFirst()).allSatisfy(<) else {
      throw .notCanonical("expected strictly ascending leaf indices, found another order")
    }
  }

  public func encode(to writer: inout WireWriter) {
    writer.write(treeSize)
    writer.write(UInt32(leafIndices.count))
    for index in leafIndices { writer.write(index) }
    writer.write(nodes)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    treeSize = try reader.readUInt64()
    let count = try reader.readCount(limit: Self.maximumLeafCount, elementByteCount: 8)
    var indices: [UInt64] = []
    indices.reserveCapacity(count)
    for _ in 0..<count { indices.append(try reader.readUInt64()) }
    try Self.checkOrder(indices)
    leafIndices = indices
    nodes = try reader.readDigests(limit: Self.maximumNodeCount)
  }
}
