public import AssayCryptography

/// A tree whose hashes lie in tiles somewhere else: its root, its proofs and its growth.
///
/// A proof reads about two tiles for each factor of 256 in the size, and hashes what lies between
/// the levels of the tiles. Tiles that were read are kept as long as the value is.
///
/// - Soundness: what the tiles hold is believed. Compare `root()` with a head that is trusted, and
///   verify the proofs that are made here before they are given to others.
public struct TiledTree<Failure: Error> {
  /// Gives the hashes of a tile, exactly as many as it is wide.
  public typealias Reader = (Tile) throws(Failure) -> [Digest]

  /// How many leaves the tree has.
  public let size: UInt64
  private let read: Reader
  private var kept: [Tile: [Digest]] = [:]

  /// A tree of so many leaves.
  ///
  /// - Precondition: fewer than 2⁶³ leaves.
  public init(size: UInt64, read: @escaping Reader) {
    precondition(size <= UInt64(Int64.max), "fewer than 2^63 leaves")
    self.size = size
    self.read = read
  }

  /// The root over all leaves.
  public mutating func root() throws(Failure) -> Digest { try root(ofSize: size) }

  /// The root over the first leaves.
  ///
  /// - Precondition: `count` is at most `size`.
  public mutating func root(ofSize count: UInt64) throws(Failure) -> Digest {
    precondition(count <= size, "\(count) leaves of a tree of \(size)")
    return count == 0 ? MerkleTree.emptyRoot : try hash(from: 0, to: count)
  }

  /// The hash of one leaf.
  ///
  /// - Precondition: `index` is below `size`.
  public mutating func leafHash(_ index: UInt64) throws(Failure) -> Digest {
    precondition(index < size, "leaf \(index) of a tree of \(size)")
    return try node(height: 0, index: index)
  }

  /// Returns the proof that one leaf is in the tree (RFC 9162 §2.1.3.1).
  ///
  /// - Precondition: `index` is below `size`.
  /// - Complexity: O(log n) tiles, at most 255 node hashes for each.
  public mutating func inclusionProof(
    forLeaf index: UInt64
  ) throws(Failure) -> InclusionProof {
    precondition(index < size, "leaf \(index) of a tree of \(size)")
    var path: [Digest] = []
    var (start, end) = (UInt64(0), size)
    while end - start > 1 {
      let middle = start + Self.split(end - start)
      if index < middle {
        path.append(try hash(from: middle, to: end))
        end = middle
      } else {
        path.append(try hash(from: start, to: middle))
        start = middle
      }
    }
    return InclusionProof(leafIndex: index, treeSize: size, path: path.reversed())
  }

  /// Returns the proof that the tree over the first `oldSize` leaves is a beginning of this one
  /// (RFC 9162 §2.1.4.1).
  ///
  /// - Precondition: `oldSize` is at most `size`.
  /// - Complexity: as for an inclusion proof.
  public mutating func consistencyProof(
    fromSize oldSize: UInt64
  ) throws(Failure) -> ConsistencyProof {
    precondition(oldSize <= size, "size \(oldSize) of a tree of \(size)")
    var path: [Digest] = []
    if oldSize > 0 && oldSize < size {
      var (start, end) = (UInt64(0), size)
      while oldSize != end {
        let middle = start + Self.split(end - start)
        if oldSize <= middle {
          path.append(try hash(from: middle, to: end))
          end = middle
        } else {
          path.append(try hash(from: start, to: middle))
          start = middle
        }
      }
      // Where the old tree is a node of its own, the verifier has it.
      if start > 0 { path.append(try hash(from: start, to: end)) }
    }
    return ConsistencyProof(oldSize: oldSize, newSize: size, path: path.reversed())
  }

  /// Returns the tiles that are new or wider when leaves are appended, the lowest level first.
  ///
  /// - Complexity: two node hashes for each leaf, and one tile read for each level.
  public func tiles(
    appending leafHashes: [Digest]
  ) throws(Failure) -> [(tile: Tile, hashes: [Digest])] {
    var changed: [(tile: Tile, hashes: [Digest])] = []
    var arriving = leafHashes[...]
    var level = 0
    while !arriving.isEmpty {
      var roots: [Digest] = []
      var count = size >> UInt64(8 * level)
      var hashes: [Digest] = []
      if count > 0, let last = Tile(level: level, holding: count - 1, inTreeOfSize: size),
        last.isPartial
      {
        hashes = try read(last)
      }
      while !arriving.isEmpty {
        let added = arriving.prefix(Tile.fullWidth - hashes.count)
        arriving = arriving.dropFirst(added.count)
        let index = count / UInt64(Tile.fullWidth)
        hashes += added
        count += UInt64(added.count)
        changed.append((Tile(level: level, index: index, width: hashes.count), hashes))
        if hashes.count == Tile.fullWidth { roots.append(MerkleTree.root(ofLeafHashes: hashes)) }
        hashes = []
      }
      arriving = roots[...]
      level += 1
    }
    return changed
  }

  /// The largest power of two below a count of at least two.
  private static func split(_ count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }

  /// The root over leaves that are the left part of a perfect subtree.
  private mutating func hash(from start: UInt64, to end: UInt64) throws(Failure) -> Digest {
    // The perfect subtrees from the left; the last two of them are joined first.
    var nodes: [Digest] = []
    var next = start
    while next < end {
      let height = 63 - (end - next).leadingZeroBitCount
      nodes.append(try node(height: height, index: next >> UInt64(height)))
      next += 1 << UInt64(height)
    }
    var hasher = TreeHasher()
    var root = nodes[nodes.count - 1]
    for node in nodes.dropLast().reversed() { root = hasher.node(node, root) }
    return root
  }

  /// The root of a perfect subtree of 2^height leaves, all of them in the tree.
  private mutating func node(height: Int, index: UInt64) throws(Failure) -> Digest {
    let level = height / 8
    let count = 1 << (height % 8)
    let position = index * UInt64(count)
    guard let tile = Tile(level: level, holding: position, inTreeOfSize: size) else {
      preconditionFailure("a subtree outside the tree")
    }
    let hashes = try self.hashes(of: tile)
    let first = Int(position % UInt64(Tile.fullWidth))
    return MerkleTree.root(ofLeafHashes: Array(hashes[first..<first + count]))
  }

  private mutating func hashes(of tile: Tile) throws(Failure) -> [Digest] {
    if let hashes = kept[tile] { return hashes }
    let hashes = try read(tile)
    precondition(hashes.count == tile.width, "a reader gives the hashes that were asked for")
    kept[tile] = hashes
    return hashes
  }
}
