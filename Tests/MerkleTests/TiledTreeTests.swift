import AssayCryptography
import AssayMerkle
import AssayTestSupport
import Testing

/// Tiles in memory.
private struct MemoryTiles {
  struct Missing: Error {}
  private(set) var size: UInt64 = 0
  private(set) var hashes: [Tile: [Digest]] = [:]

  var tree: TiledTree<Missing> {
    TiledTree(size: size) { [hashes] tile throws(Missing) in
      guard let found = hashes[tile] else { throw Missing() }
      return found
    }
  }

  mutating func append(_ leaves: [Digest]) throws -> Int {
    let changed = try tree.tiles(appending: leaves)
    for (tile, contents) in changed {
      // A tile only ever grows.
      if let before = hashes.first(where: {
        $0.key.level == tile.level && $0.key.index == tile.index
      }) {
        #expect(contents.starts(with: before.value))
        hashes[before.key] = nil
      }
      hashes[tile] = contents
    }
    size += UInt64(leaves.count)
    return changed.count
  }
}

@Suite struct TiledTreeTests {
  private let leaves = (0..<65_800).map { MerkleTree.leafHash(Array("leaf \($0)".utf8)) }

  /// Sizes around every joint of the tiles, proofs compared with those of the tree in memory.
  @Test func rootsAndProofsAreThoseOfTheWholeTree() throws {
    var generator = SeededGenerator()
    var tiles = MemoryTiles()
    var size = 0
    for next in [0, 1, 2, 3, 255, 256, 257, 300, 511, 512, 770, 65_536, 65_800] {
      _ = try tiles.append(Array(leaves[size..<next]))
      size = next
      let whole = StoredTree(leafHashes: Array(leaves[..<size]))
      var tree = tiles.tree
      #expect(try tree.root() == whole.root, "size \(size)")
      guard size > 0 else { continue }
      let places =
        [0, size - 1, size / 2] + (0..<4).map { _ in Int.random(in: 0..<size, using: &generator) }
      for place in places {
        #expect(
          try tree.inclusionProof(forLeaf: UInt64(place)) == whole.inclusionProof(forLeaf: place),
          "leaf \(place) of \(size), seed \(generator.seed)")
        #expect(try tree.leafHash(UInt64(place)) == leaves[place])
      }
      for old in places + [size, 1, 256, 512, 65_536] where old <= size {
        let proof = try tree.consistencyProof(fromSize: UInt64(old))
        #expect(
          proof == whole.consistencyProof(fromSize: old),
          "\(old) of \(size), seed \(generator.seed)")
        try proof.verify(oldRoot: try tree.root(ofSize: UInt64(old)), newRoot: whole.root)
      }
    }
    #expect(tiles.hashes.count == 258 + 2 + 1)
  }

  @Test func aTreeGrownByOneLeafAtATimeHasTheSameTiles() throws {
    var slow = MemoryTiles()
    var fast = MemoryTiles()
    for leaf in leaves.prefix(600) { #expect(try slow.append([leaf]) <= 3) }
    #expect(try fast.append(Array(leaves.prefix(600))) == 4)
    #expect(slow.hashes == fast.hashes)
  }

  @Test func aMissingTileIsAnErrorNotAnAnswer() throws {
    var tree = TiledTree<MemoryTiles.Missing>(size: 300) { _ throws(MemoryTiles.Missing) in
      throw MemoryTiles.Missing()
    }
    #expect(throws: MemoryTiles.Missing.self) { try tree.root() }
    #expect(throws: MemoryTiles.Missing.self) { try tree.inclusionProof(forLeaf: 1) }
  }
}
