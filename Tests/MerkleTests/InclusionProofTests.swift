import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@Suite struct InclusionProofTests {
  @Test func acceptsEveryLeafOfEverySizeTo130() throws {
    for size in 1...130 {
      let hashes = ReferenceTree.leaves(size).map(MerkleTree.leafHash)
      let tree = StoredTree(leafHashes: hashes)
      for index in 0..<size {
        let proof = tree.inclusionProof(forLeaf: index)
        try proof.verify(leafHash: hashes[index], root: tree.root)
        #expect(try InclusionProof(decoding: proof.encoded) == proof)
      }
    }
  }

  @Test(arguments: [1, 2, 3, 7, 8, 11, 13])
  func refusesEveryOtherStatement(size: Int) throws {
    let hashes = ReferenceTree.leaves(size).map(MerkleTree.leafHash)
    let tree = StoredTree(leafHashes: hashes)
    for index in 0..<size {
      let proof = tree.inclusionProof(forLeaf: index)
      func refuses(
        _ what: String, index: Int = index, size: Int = size, path: [Digest] = proof.path,
        leaf: Digest = hashes[index], root: Digest = tree.root
      ) {
        let changed = InclusionProof(
          leafIndex: UInt64(index), treeSize: UInt64(size), path: path)
        #expect(throws: MerkleError.self, "\(what), leaf \(index) of \(size)") {
          try changed.verify(leafHash: leaf, root: root)
        }
      }
      refuses("another leaf", leaf: MerkleTree.leafHash([]))
      refuses("another root", root: .zero)
      refuses("the root as leaf", leaf: size > 1 ? tree.root : .zero)
      refuses("one node more", path: proof.path + [.zero])
      refuses("the root at the end", path: proof.path + [tree.root])
      for position in proof.path.indices {
        var path = proof.path
        path[position] = .zero
        refuses("node \(position) zero", path: path)
        path = proof.path
        path.remove(at: position)
        refuses("node \(position) removed", path: path)
        path = proof.path
        path.insert(path[position], at: position)
        refuses("node \(position) doubled", path: path)
        if position > 0 {
          path = proof.path
          path.swapAt(position, position - 1)
          refuses("nodes \(position - 1) and \(position) swapped", path: path)
        }
      }
      for other in 0..<size where other != index { refuses("another index", index: other) }
      refuses("an index outside", index: size)
    }
  }

  @Test func refusesShapesBeforeHashing() throws {
    let root = Digest.zero
    func proof(_ index: UInt64, _ size: UInt64, _ count: Int) -> InclusionProof {
      InclusionProof(
        leafIndex: index, treeSize: size, path: Array(repeating: .zero, count: count))
    }
    #expect(throws: MerkleError.leafOutOfRange(index: 0, size: 0)) {
      try proof(0, 0, 0).verify(leafHash: root, root: root)
    }
    #expect(throws: MerkleError.leafOutOfRange(index: .max, size: .max)) {
      try proof(.max, .max, 64).verify(leafHash: root, root: root)
    }
    #expect(throws: MerkleError.nodeCount(expected: 64, found: 63)) {
      try proof(0, .max, 63).verify(leafHash: root, root: root)
    }
    #expect(throws: MerkleError.nodeCount(expected: 3, found: 2)) {
      try proof(4, 8, 2).verify(leafHash: root, root: root)
    }
    #expect(throws: MerkleError.nodeCount(expected: 0, found: 1)) {
      try proof(0, 1, 1).verify(leafHash: root, root: root)
    }
    // The largest trees: no overflow, an ordinary answer.
    _ = try proof(0, .max, 64).root(leafHash: root)
    _ = try proof(.max - 1, .max, (UInt64.max - 1).nonzeroBitCount).root(leafHash: root)
    _ = try proof(1 << 63, (1 << 63) + 1, 1).root(leafHash: root)
  }

  /// A flipped bit of the tree size may leave the path's shape and hashes as they are (the size
  /// is authenticated by whoever vouches for the root); every other bit must matter.
  @Test func everyFlippedBitIsRefused() throws {
    let hashes = ReferenceTree.leaves(13).map(MerkleTree.leafHash)
    let tree = StoredTree(leafHashes: hashes)
    for index in [0, 6, 12] {
      let proof = tree.inclusionProof(forLeaf: index)
      for (name, bytes) in Mutations.bitFlips(of: proof.encoded) {
        guard let changed = try? InclusionProof(decoding: bytes) else { continue }
        #expect(changed.encoded == bytes)
        let isSizeAlone =
          changed.treeSize != proof.treeSize && changed.leafIndex == proof.leafIndex
          && changed.path == proof.path
        if isSizeAlone { continue }
        #expect(throws: MerkleError.self, "\(name)") {
          try changed.verify(leafHash: hashes[index], root: tree.root)
        }
      }
      for (name, bytes) in Mutations.truncations(of: proof.encoded) {
        #expect(throws: WireError.self, "\(name)") { try InclusionProof(decoding: bytes) }
      }
      #expect(throws: WireError.trailingBytes(count: 1)) {
        try InclusionProof(decoding: proof.encoded + [0])
      }
    }
  }

  @Test func refusesMoreNodesThanAnyTreeHas() {
    var writer = WireWriter()
    writer.write(UInt64(0))
    writer.write(UInt64.max)
    writer.write(UInt32(65))
    writer.write(raw: Array(repeating: 0, count: 65 * 32))
    #expect(throws: WireError.tooLong(limit: 64, found: 65)) {
      try InclusionProof(decoding: writer.bytes)
    }
  }
}
