public import AssayCryptography
public import AssayWire

/// The proof that one leaf is at its index in a tree (RFC 9162 §2.1.3).
///
/// Bytes: leaf index (8), tree size (8), node count (4), the nodes from the leaf's sibling
/// upwards (32 each); integers little-endian.
public struct InclusionProof: WireCodable, Hashable, Sendable {
  /// A tree of 2⁶⁴ leaves has 64 levels below its root.
  static let maximumNodeCount = 64

  /// Which leaf, from 0.
  public let leafIndex: UInt64
  /// How many leaves the tree has.
  public let treeSize: UInt64
  /// The siblings of the nodes between leaf and root, the lowest first.
  public let path: [Digest]

  /// Puts a proof together; nothing is checked before it is verified.
  public init(leafIndex: UInt64, treeSize: UInt64, path: [Digest]) {
    self.leafIndex = leafIndex
    self.treeSize = treeSize
    self.path = path
  }

  /// Returns the root that the proof leads to from a leaf hash.
  ///
  /// - Throws: `MerkleError.leafOutOfRange` or `.nodeCount`, before anything is hashed.
  /// - Soundness: the root proves nothing until it is compared with one that is trusted.
  /// - Complexity: one node hash for each of at most 64 path nodes.
  public func root(leafHash: Digest) throws(MerkleError) -> Digest {
    guard leafIndex < treeSize else {
      throw .leafOutOfRange(index: leafIndex, size: treeSize)
    }
    let expected = Self.nodeCount(leafIndex: leafIndex, treeSize: treeSize)
    guard path.count == expected else {
      throw .nodeCount(expected: expected, found: path.count)
    }
    var hasher = TreeHasher()
    var hash = leafHash
    var index = leafIndex
    var last = treeSize - 1
    for sibling in path {
      // A node at the right edge without partner moves up until it is a right child.
      while index == last && index & 1 == 0 {
        index >>= 1
        last >>= 1
      }
      hash = index & 1 == 1 ? hasher.node(sibling, hash) : hasher.node(hash, sibling)
      index >>= 1
      last >>= 1
    }
    return hash
  }

  /// Accepts the proof when it leads from the leaf hash to the trusted root.
  ///
  /// - Throws: what `root(leafHash:)` throws, or `MerkleError.rootMismatch`.
  public func verify(leafHash: Digest, root: Digest) throws(MerkleError) {
    let found = try self.root(leafHash: leafHash)
    guard found == root else { throw .rootMismatch(expected: root, found: found) }
  }

  /// How many siblings there are between a leaf and the root.
  ///
  /// Below the height where leaf and last leaf share a node, every level has a sibling; from
  /// there on the leaf is at the right edge, where only a right child has one.
  private static func nodeCount(leafIndex: UInt64, treeSize: UInt64) -> Int {
    let last = treeSize - 1
    let shared = UInt64.bitWidth - (leafIndex ^ last).leadingZeroBitCount
    let above = shared < UInt64.bitWidth ? (leafIndex >> UInt64(shared)).nonzeroBitCount : 0
    return shared + above
  }

  public func encode(to writer: inout WireWriter) {
    writer.write(leafIndex)
    writer.write(treeSize)
    writer.write(path)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    leafIndex = try reader.readUInt64()
    treeSize = try reader.readUInt64()
    path = try reader.readDigests(limit: Self.maximumNodeCount)
  }
}

extension WireWriter {
  /// Writes a 32-bit count and the digests.
  ///
  /// - Precondition: the count has 32 bits.
  mutating func write(_ digests: [Digest]) {
    write(UInt32(digests.count))
    for digest in digests { digest.encode(to: &self) }
  }
}

extension WireReader {
  /// Reads a 32-bit count of at most `limit` and as many digests.
  mutating func readDigests(limit: Int) throws(WireError) -> [Digest] {
    let count = try readCount(limit: limit, elementByteCount: Digest.byteCount)
    var digests: [Digest] = []
    digests.reserveCapacity(count)
    for _ in 0..<count { digests.append(try Digest(decoding: &self)) }
    return digests
  }
}
