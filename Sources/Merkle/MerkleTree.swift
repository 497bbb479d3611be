public import AssayCryptography

/// Merkle trees as RFC 9162 §2.1 defines them, with SHA-256.
///
/// A tree over n > 1 leaves splits at the largest power of two below n. Seen from the leaves: each
/// level pairs its nodes from the left, and a last node without partner moves up as it is.
public enum MerkleTree {
  /// The root of the tree without leaves: the SHA-256 of nothing.
  public static let emptyRoot = SHA256.digest(of: [])

  /// Returns SHA-256(0x00 ‖ entry).
  public static func leafHash(_ entry: [UInt8]) -> Digest {
    var hasher = TreeHasher()
    return hasher.leaf(entry)
  }

  /// Returns SHA-256(0x01 ‖ left ‖ right).
  public static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
    var hasher = TreeHasher()
    return hasher.node(left, right)
  }

  /// Returns the root of the tree over the given leaf hashes.
  ///
  /// - Complexity: n − 1 node hashes for n leaves.
  public static func root(ofLeafHashes leafHashes: [Digest]) -> Digest {
    var hasher = TreeHasher()
    var level = leafHashes
    while level.count > 1 {
      level = nextLevel(of: level, &hasher)
    }
    return level.first ?? emptyRoot
  }

  /// Returns the proof that one leaf is in the tree.
  ///
  /// For many proofs of one tree make a `StoredTree`, which hashes once.
  ///
  /// - Precondition: `index` is below the number of leaves.
  public static func inclusionProof(
    forLeaf index: Int, inLeafHashes leafHashes: [Digest]
  ) -> InclusionProof {
    StoredTree(leafHashes: leafHashes).inclusionProof(forLeaf: index)
  }

  /// Returns the proof that the tree over the first `size` leaves is a beginning of this one.
  ///
  /// - Precondition: `size` is from 0 to the number of leaves.
  public static func consistencyProof(
    fromSize size: Int, inLeafHashes leafHashes: [Digest]
  ) -> ConsistencyProof {
    StoredTree(leafHashes: leafHashes).consistencyProof(fromSize: size)
  }

  /// Returns the proof that several leaves are in the tree, with no node twice.
  ///
  /// - Precondition: `indices` is not empty, and all are below the number of leaves.
  public static func multiProof(
    forLeaves indices: [Int], inLeafHashes leafHashes: [Digest]
  ) -> MultiProof {
    StoredTree(leafHashes: leafHashes).multiProof(forLeaves: indices)
  }

  static func nextLevel(of level: [Digest], _ hasher: inout TreeHasher) -> [Digest] {
    var parents: [Digest] = []
    parents.reserveCapacity((level.count + 1) / 2)
    for index in stride(from: 0, to: level.count - 1, by: 2) {
      parents.append(hasher.node(level[index], level[index + 1]))
    }
    if !level.count.isMultiple(of: 2) { parents.append(level[level.count - 1]) }
    return parents
  }
}
