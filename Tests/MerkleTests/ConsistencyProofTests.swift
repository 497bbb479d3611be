import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@Suite struct ConsistencyProofTests {
  private static let hashes = ReferenceTree.leaves(130).map(MerkleTree.leafHash)
  private static let roots = (0...130).map {
    MerkleTree.root(ofLeafHashes: Array(hashes.prefix($0)))
  }

  @Test func acceptsEveryPairOfSizesTo130() throws {
    for newSize in 0...130 {
      let tree = StoredTree(leafHashes: Array(Self.hashes.prefix(newSize)))
      for oldSize in 0...newSize {
        let proof = tree.consistencyProof(fromSize: oldSize)
        try proof.verify(oldRoot: Self.roots[oldSize], newRoot: Self.roots[newSize])
        #expect(try ConsistencyProof(decoding: proof.encoded) == proof)
      }
    }
  }

  @Test func refusesEveryOtherStatement() throws {
    for newSize in 1...17 {
      let tree = StoredTree(leafHashes: Array(Self.hashes.prefix(newSize)))
      for oldSize in 1...newSize {
        let proof = tree.consistencyProof(fromSize: oldSize)
        let (oldRoot, newRoot) = (Self.roots[oldSize], Self.roots[newSize])
        func refuses(
          _ what: String, path: [Digest] = proof.path, old: Digest = oldRoot,
          new: Digest = newRoot, oldSize: Int = oldSize, newSize: Int = newSize
        ) {
          let changed = ConsistencyProof(
            oldSize: UInt64(oldSize), newSize: UInt64(newSize), path: path)
          #expect(throws: MerkleError.self, "\(what), \(oldSize) to \(newSize)") {
            try changed.verify(oldRoot: old, newRoot: new)
          }
        }
        refuses("another old root", old: Self.roots[oldSize - 1])
        refuses("another new root", new: Self.roots[newSize + 1])
        refuses("a node more", path: proof.path + [.zero])
        refuses("an old tree of the new size + 1", oldSize: newSize + 1)
        for position in proof.path.indices {
          var path = proof.path
          path[position] = .zero
          refuses("node \(position) zero", path: path)
          path.remove(at: position)
          refuses("node \(position) removed", path: path)
        }
        if oldSize < newSize {
          refuses("roots swapped", old: newRoot, new: oldRoot)
          refuses("an old tree one larger", oldSize: oldSize + 1)
        }
      }
    }
  }

  @Test func aRewrittenLeafIsNoticed() throws {
    // The new tree replaces leaf 2, so no proof links the old root to it.
    var rewritten = Self.hashes
    rewritten[2] = .zero
    let tree = StoredTree(leafHashes: rewritten)
    for oldSize in 3...129 {
      #expect(throws: MerkleError.self) {
        try tree.consistencyProof(fromSize: oldSize)
          .verify(oldRoot: Self.roots[oldSize], newRoot: tree.root)
      }
    }
  }

  @Test func theEmptyTreeIsABeginningOfEveryTree() throws {
    let empty = ConsistencyProof(oldSize: 0, newSize: 5, path: [])
    try empty.verify(oldRoot: MerkleTree.emptyRoot, newRoot: Self.roots[5])
    #expect(throws: MerkleError.self) {
      try empty.verify(oldRoot: Self.roots[1], newRoot: Self.roots[5])
    }
    #expect(throws: MerkleError.nodeCount(expected: 0, found: 1)) {
      try ConsistencyProof(oldSize: 0, newSize: 5, path: [.zero])
        .verify(oldRoot: MerkleTree.emptyRoot, newRoot: Self.roots[5])
    }
    #expect(throws: MerkleError.self) {
      try ConsistencyProof(oldSize: 0, newSize: 0, path: [])
        .verify(oldRoot: MerkleTree.emptyRoot, newRoot: .zero)
    }
  }

  @Test func refusesShapesBeforeHashing() {
    func verify(_ old: UInt64, _ new: UInt64, _ count: Int) throws(MerkleError) {
      try ConsistencyProof(
        oldSize: old, newSize: new, path: Array(repeating: .zero, count: count)
      ).verify(oldRoot: .zero, newRoot: .zero)
    }
    #expect(throws: MerkleError.sizeOrder(old: 2, new: 1)) { try verify(2, 1, 0) }
    #expect(throws: MerkleError.sizeOrder(old: .max, new: 0)) { try verify(.max, 0, 3) }
    #expect(throws: MerkleError.nodeCount(expected: 65, found: 0)) { try verify(1 + 2, .max, 0) }
    #expect(throws: MerkleError.nodeCount(expected: 1, found: 0)) {
      try verify(1 << 63, .max, 0)
    }
    #expect(throws: MerkleError.self) { try verify(.max - 1, .max, 64) }
    #expect(throws: MerkleError.self) { try verify(1, .max, 64) }
    #expect(throws: MerkleError.self) { try verify(.max, .max, 1) }
  }

  @Test func everyFlippedBitIsRefused() throws {
    let tree = StoredTree(leafHashes: Array(Self.hashes.prefix(13)))
    for oldSize in [3, 6, 8, 12] {
      let proof = tree.consistencyProof(fromSize: oldSize)
      for (name, bytes) in Mutations.bitFlips(of: proof.encoded) {
        guard let changed = try? ConsistencyProof(decoding: bytes) else { continue }
        #expect(changed.encoded == bytes)
        // A size has no part in the hashes beyond the path's shape: the heads vouch for it.
        if changed.path == proof.path { continue }
        #expect(throws: MerkleError.self, "\(name)") {
          try changed.verify(oldRoot: Self.roots[oldSize], newRoot: tree.root)
        }
      }
      for (name, bytes) in Mutations.truncations(of: proof.encoded) {
        #expect(throws: WireError.self, "\(name)") { try ConsistencyProof(decoding: bytes) }
      }
    }
  }
}
