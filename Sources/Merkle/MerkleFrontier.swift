public import AssayCryptography
public import AssayWire

/// A growing tree of which only the right edge is kept: appends leaves, gives the root.
///
/// The nodes are the perfect subtrees that the size's binary digits stand for, the largest first.
///
/// Bytes: size (8, little-endian), then one node (32) for each set bit of the size.
public struct MerkleFrontier: WireCodable, Hashable, Sendable {
  /// How many leaves have been appended.
  public private(set) var size: UInt64 = 0
  private var nodes: [Digest] = []

  /// Starts with the tree without leaves.
  public init() {}

  /// Adds a leaf at the right.
  ///
  /// - Precondition: fewer than 2⁶³ − 1 leaves were appended: none can be, one at a time.
  /// - Complexity: one node hash on average, at most 64.
  public mutating func append(leafHash: Digest) {
    var hasher = TreeHasher()
    var node = leafHash
    for _ in 0..<(~size).trailingZeroBitCount {
      node = hasher.node(nodes.removeLast(), node)
    }
    nodes.append(node)
    size += 1
  }

  /// The root of the tree over all leaves so far.
  ///
  /// - Complexity: at most 63 node hashes.
  public var root: Digest {
    guard var root = nodes.last else { return MerkleTree.emptyRoot }
    var hasher = TreeHasher()
    for node in nodes.dropLast().reversed() {
      root = hasher.node(node, root)
    }
    return root
  }

  public func encode(to writer: inout WireWriter) {
    writer.write(size)
    for node in nodes { node.encode(to: &writer) }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    size = try reader.readUInt64()
    guard size <= UInt64(Int64.max) else {
      throw .notCanonical("expected a tree of fewer than 2^63 leaves, found \(size)")
    }
    for _ in 0..<size.nonzeroBitCount {
      nodes.append(try Digest(decoding: &reader))
    }
  }
}
