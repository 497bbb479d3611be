public import AssayCryptography
internal import CAssayFieldKernels

/// All levels of a Merkle tree over 2^k leaf hashes: a node is SHA-256(0x01 ‖ left ‖ right), as in
/// RFC 9162.
public struct HashTree: Sendable {
  /// k: the number of the root's level.
  public let depth: Int
  /// The leaf hashes, one after another.
  public let leaves: [UInt8]
  /// The nodes of level 1, of level 2, …, the root last.
  public let nodes: [UInt8]

  init(leaves: [UInt8], nodes: [UInt8], depth: Int) {
    self.leaves = leaves
    self.nodes = nodes
    self.depth = depth
  }

  /// The hash at the top.
  public var root: Digest { self[depth, 0] }

  /// The node with that index on a level; level 0 has the leaf hashes.
  ///
  /// - Precondition: `level` is from 0 to `depth`, `index` from 0 to 2^(`depth` − `level`) − 1.
  public subscript(level: Int, index: Int) -> Digest {
    precondition((0...depth).contains(level), "levels 0 to \(depth)")
    precondition((0..<1 << (depth - level)).contains(index), "an index on level \(level)")
    // Before level l > 0 there are 2^k − 2^(k − l + 1) nodes of the levels below.
    let start = level == 0 ? index : 1 << depth - 1 << (depth - level + 1) + index
    let bytes = (level == 0 ? leaves : nodes)[32 * start..<32 * start + 32]
    do { return try Digest(bytes: Array(bytes)) } catch {
      preconditionFailure("32 bytes make a digest: \(error)")
    }
  }
}

extension FieldKernels {
  /// Hashes a tree.
  ///
  /// - Parameter leafHashes: 32 bytes for each leaf.
  /// - Precondition: the number of leaves is a power of two.
  public func tree(over leafHashes: [UInt8]) -> HashTree {
    let count = leafHashes.count / 32
    precondition(
      leafHashes.count == 32 * count && count.nonzeroBitCount == 1, "2^k hashes of 32 bytes")
    var nodes = [UInt8](repeating: 0, count: max(1, 32 * (count - 1)))
    // SAFETY: the leaves have 32 bytes each, and the nodes of all levels are count − 1.
    check(
      unsafe assay_field_hash_tree(run, leafHashes, Int64(count), &nodes), "assay_field_hash_tree")
    return HashTree(leaves: leafHashes, nodes: nodes, depth: count.trailingZeroBitCount)
  }
}
