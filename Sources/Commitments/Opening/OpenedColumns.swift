internal import AssayAlgebra
internal import AssayCryptography
internal import AssayMerkle

/// Reads the columns of one level from an opening, and checks that they are the committed ones.
///
/// In a hiding commitment the tree has twice as many leaves: behind each column's stands its salt,
/// 32 random bytes, which a proof shows as the node next to the column.
///
/// Bytes: for each tree its columns in ascending order of their distinct indices, each one element
/// after another, then the nodes of their proof in `MultiProof`'s order. Nothing else: every count
/// follows from the indices.
struct OpenedColumns {
  /// One committed matrix: how many rows it has, what its leaves start with, its root.
  struct Tree {
    /// Which oracle's it is, for refusals; 0 above level 0.
    var oracle: Int
    var rowCount: Int
    var header: [UInt8]
    var root: Digest
  }

  let level: Int
  let elementByteCount: Int
  /// The drawn indices, each once, ascending.
  let indices: [Int]
  let trees: [Tree]
  let leafCount: Int
  private let bytes: [UInt8]

  /// - Throws: `CommitmentError.openingByteCount` unless the bytes are exactly as many as needed.
  init(
    bytes: [UInt8], level: Int, elementByteCount: Int, indices: [Int], codeBits: Int,
    isSalted: Bool, trees: [Tree]
  ) throws(CommitmentError) {
    self.level = level
    self.elementByteCount = elementByteCount
    self.indices = indices
    self.trees = trees
    self.bytes = bytes
    leafIndices = indices.map { UInt64($0) << (isSalted ? 1 : 0) }
    leafCount = 1 << (codeBits + (isSalted ? 1 : 0))
    nodeCount = MultiProof.nodeCount(leafIndices: leafIndices, treeSize: UInt64(leafCount))
    let rows = trees.reduce(0) { $0 + $1.rowCount }
    let expected =
      indices.count * rows * elementByteCount + trees.count * nodeCount * Digest.byteCount
    guard bytes.count == expected else {
      throw .openingByteCount(level: level, expected: expected, found: bytes.count)
    }
  }

  /// Where the columns stand in each tree.
  private let leafIndices: [UInt64]
  /// How many nodes each tree's proof has.
  private let nodeCount: Int

  /// The bytes of the columns of each tree, one column after another.
  ///
  /// - Throws: `CommitmentError.root` unless they lead to the tree's root.
  func authenticatedColumns() throws(CommitmentError) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var position = 0
    var hash = SHA256()
    for tree in trees {
      let columnByteCount = tree.rowCount * elementByteCount
      let columns = bytes[position..<position + indices.count * columnByteCount]
      position += columns.count
      let prefix = [0x00] + tree.header
      var leaves: [Digest] = []
      leaves.reserveCapacity(indices.count)
      for start in stride(from: columns.startIndex, to: columns.endIndex, by: columnByteCount) {
        hash.update(prefix)
        hash.update(Array(columns[start..<start + columnByteCount]))
        leaves.append(hash.finalize())
      }
      var nodes: [Digest] = []
      nodes.reserveCapacity(nodeCount)
      for _ in 0..<nodeCount {
        nodes.append(Self.digest(bytes[position..<position + Digest.byteCount]))
        position += Digest.byteCount
      }
      let proof = MultiProof(
        treeSize: UInt64(leafCount), leafIndices: leafIndices, nodes: nodes)
      do { try proof.verify(leafHashes: leaves, root: tree.root) } catch {
        throw .root(level: level, oracle: tree.oracle, error)
      }
      result.append(columns)
    }
    return result
  }

  private static func digest(_ bytes: ArraySlice<UInt8>) -> Digest {
    do { return try Digest(bytes: Array(bytes)) } catch {
      preconditionFailure("32 bytes make a digest: \(error)")
    }
  }

  /// Reads elements, each in its canonical bytes.
  ///
  /// - Throws: `CommitmentError.notReduced`.
  func elements<F: Field>(
    _ bytes: ArraySlice<UInt8>, as field: F.Type, tree: Int
  ) throws(CommitmentError) -> [F] {
    guard let elements = F.elements(canonicalBytes: bytes) else {
      throw .notReduced(level: level, oracle: trees[tree].oracle)
    }
    return elements
  }
}
