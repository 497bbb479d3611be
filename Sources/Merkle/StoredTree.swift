public import AssayCryptography

/// A tree with all its nodes in memory, for making many proofs.
public struct StoredTree: Sendable {
  /// Level k, index i holds the hash of the leaves from i·2ᵏ to the end of that subtree or of the
  /// tree. The last level is the root alone; a tree without leaves has no level.
  private let levels: [[Digest]]

  /// Builds the tree over leaf hashes.
  ///
  /// - Complexity: n − 1 node hashes and about 64·n bytes for n leaves.
  public init(leafHashes: [Digest]) {
    var hasher = TreeHasher()
    var levels: [[Digest]] = leafHashes.isEmpty ? [] : [leafHashes]
    while let last = levels.last, last.count > 1 {
      levels.append(MerkleTree.nextLevel(of: last, &hasher))
    }
    self.levels = levels
  }

  /// How many leaves the tree has.
  public var size: Int { levels.first?.count ?? 0 }

  /// The root.
  public var root: Digest { levels.last?[0] ?? MerkleTree.emptyRoot }

  /// Returns nodes at a height above the leaves, by their places from the left.
  ///
  /// - Precondition: the tree has them.
  public func nodes(atHeight height: Int, _ places: Range<Int>) -> [Digest] {
    Array(levels[height][places])
  }

  /// Returns the proof that one leaf is in the tree (RFC 9162 §2.1.3.1).
  ///
  /// - Precondition: `index` is below `size`.
  public func inclusionProof(forLeaf index: Int) -> InclusionProof {
    precondition((0..<size).contains(index), "leaf \(index) of a tree of \(size)")
    var path: [Digest] = []
    for (height, level) in levels.enumerated() {
      let sibling = (index >> height) ^ 1
      if sibling < level.count { path.append(level[sibling]) }
    }
    return InclusionProof(leafIndex: UInt64(index), treeSize: UInt64(size), path: path)
  }

  /// Returns the proof that the tree over the first `oldSize` leaves is a beginning of this one
  /// (RFC 9162 §2.1.4.1).
  ///
  /// - Precondition: `oldSize` is from 0 to `size`.
  public func consistencyProof(fromSize oldSize: Int) -> ConsistencyProof {
    precondition((0...size).contains(oldSize), "size \(oldSize) of a tree of \(size)")
    var path: [Digest] = []
    if oldSize > 0 && oldSize < size {
      // From the first node that lies wholly in the old tree and ends with it, upwards.
      var height = oldSize.trailingZeroBitCount
      var index = oldSize >> height - 1
      if index > 0 { path.append(levels[height][index]) }
      while height < levels.count - 1 {
        let sibling = index ^ 1
        if sibling < levels[height].count { path.append(levels[height][sibling]) }
        index >>= 1
        height += 1
      }
    }
    return ConsistencyProof(oldSize: UInt64(oldSize), newSize: UInt64(size), path: path)
  }

  /// Returns the proof that several leaves are in the tree, with no node twice.
  ///
  /// - Precondition: `indices` is not empty, and all are below `size`.
  public func multiProof(forLeaves indices: [Int]) -> MultiProof {
    precondition(!indices.isEmpty, "a proof for no leaf")
    precondition(indices.allSatisfy((0..<size).contains), "a leaf outside a tree of \(size)")
    let sorted = Set(indices).sorted().map(UInt64.init)
    let positions = MultiProof.nodePositions(leafIndices: sorted, treeSize: UInt64(size))
    return MultiProof(
      treeSize: UInt64(size), leafIndices: sorted,
      nodes: positions.map { levels[$0.height][Int($0.index)] })
  }
}
