import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@Suite struct MultiProofTests {
  @Test func acceptsEverySetOfLeavesOfSmallTrees() throws {
    for size in 1...8 {
      let hashes = ReferenceTree.leaves(size).map(MerkleTree.leafHash)
      let tree = StoredTree(leafHashes: hashes)
      for mask in 1..<(1 << size) {
        let indices = (0..<size).filter { mask >> $0 & 1 == 1 }
        let proof = tree.multiProof(forLeaves: indices)
        let leaves = indices.map { hashes[$0] }
        try proof.verify(leafHashes: leaves, root: tree.root)
        #expect(try MultiProof(decoding: proof.encoded) == proof)
        // No node can be computed from the others: the union of the single paths has no fewer.
        let allNodes = Set(indices.flatMap { tree.inclusionProof(forLeaf: $0).path })
        #expect(proof.nodes.count <= allNodes.count && Set(proof.nodes).isSubset(of: allNodes))
        if indices.count == size { #expect(proof.nodes.isEmpty) }
      }
    }
  }

  @Test func oneLeafNeedsExactlyItsPath() throws {
    for size in [1, 2, 5, 16, 100] {
      let tree = StoredTree(leafHashes: ReferenceTree.leaves(size).map(MerkleTree.leafHash))
      for index in 0..<size {
        #expect(
          tree.multiProof(forLeaves: [index]).nodes == tree.inclusionProof(forLeaf: index).path)
      }
    }
  }

  @Test func acceptsRandomSetsOfLargerTrees() throws {
    var generator = SeededGenerator()
    for _ in 0..<300 {
      let size = Int.random(in: 1...300, using: &generator)
      let hashes = ReferenceTree.leaves(size).map(MerkleTree.leafHash)
      let tree = StoredTree(leafHashes: hashes)
      let count = Int.random(in: 1...min(size, 20), using: &generator)
      let indices = (0..<size).shuffled(using: &generator).prefix(count).sorted()
      let proof = tree.multiProof(forLeaves: indices)
      try proof.verify(leafHashes: indices.map { hashes[$0] }, root: tree.root)
    }
  }

  @Test func refusesEveryOtherStatement() throws {
    let hashes = ReferenceTree.leaves(11).map(MerkleTree.leafHash)
    let tree = StoredTree(leafHashes: hashes)
    let proof = tree.multiProof(forLeaves: [1, 4, 5, 10])
    let leaves = [1, 4, 5, 10].map { hashes[$0] }
    func refuses(
      _ what: String, size: UInt64 = 11, indices: [UInt64] = [1, 4, 5, 10],
      nodes: [Digest] = proof.nodes, leaves: [Digest] = leaves, root: Digest = tree.root
    ) {
      #expect(throws: MerkleError.self, "\(what)") {
        try MultiProof(treeSize: size, leafIndices: indices, nodes: nodes)
          .verify(leafHashes: leaves, root: root)
      }
    }
    try proof.verify(leafHashes: leaves, root: tree.root)
    refuses("no leaves", indices: [], nodes: [tree.root], leaves: [])
    refuses("a repeated index", indices: [1, 4, 4, 10])
    refuses("another order", indices: [1, 5, 4, 10])
    refuses("other indices", indices: [0, 4, 5, 10])
    refuses("an index outside", indices: [1, 4, 5, 11])
    refuses("an empty tree", size: 0)
    refuses("a leaf less", leaves: Array(leaves.dropLast()))
    refuses("a leaf more", leaves: leaves + [.zero])
    refuses("leaves swapped", leaves: [leaves[1], leaves[0], leaves[2], leaves[3]])
    refuses("another root", root: .zero)
    refuses("a node more", nodes: proof.nodes + [.zero])
    for position in proof.nodes.indices {
      var nodes = proof.nodes
      nodes[position] = .zero
      refuses("node \(position) zero", nodes: nodes)
      nodes.remove(at: position)
      refuses("node \(position) removed", nodes: nodes)
      if position > 0 {
        nodes = proof.nodes
        nodes.swapAt(position, position - 1)
        refuses("nodes \(position - 1), \(position) swapped", nodes: nodes)
      }
    }
    for position in leaves.indices {
      var changed = leaves
      changed[position] = .zero
      refuses("leaf \(position) zero", leaves: changed)
    }
  }

  @Test func namesWhatIsWrongWithTheIndices() {
    func root(_ size: UInt64, _ indices: [UInt64]) throws(MerkleError) {
      _ = try MultiProof(treeSize: size, leafIndices: indices, nodes: [])
        .root(leafHashes: indices.map { _ in .zero })
    }
    let empty = WireError.notCanonical("expected a Merkle proof for at least 1 leaf, found 0")
    #expect(throws: MerkleError.leafOutOfRange(index: 11, size: 11)) { try root(11, [1, 11]) }
    #expect(throws: MerkleError.leafOutOfRange(index: 0, size: 0)) { try root(0, [0]) }
    #expect(throws: MerkleError.wire(empty)) { try root(11, []) }
    #expect(throws: empty) {
      try MultiProof(
        decoding: MultiProof(treeSize: 1, leafIndices: [], nodes: []).encoded)
    }
  }

  @Test func bearsTheLargestTree() throws {
    let leaf = Digest.zero
    let proof = MultiProof(
      treeSize: .max, leafIndices: [0, .max - 1],
      nodes: Array(repeating: .zero, count: 64 + 62))
    #expect(throws: MerkleError.self) { try proof.root(leafHashes: [leaf, leaf, leaf]) }
    do {
      _ = try proof.root(leafHashes: [leaf, leaf])
    } catch {
      guard case .nodeCount(let expected, _) = error else { throw error }
      #expect((63...126).contains(expected))
    }
  }

  @Test func everyFlippedBitIsRefused() throws {
    let hashes = ReferenceTree.leaves(11).map(MerkleTree.leafHash)
    let tree = StoredTree(leafHashes: hashes)
    let proof = tree.multiProof(forLeaves: [2, 3, 9])
    let leaves = [2, 3, 9].map { hashes[$0] }
    for (name, bytes) in Mutations.bitFlips(of: proof.encoded) {
      guard let changed = try? MultiProof(decoding: bytes) else { continue }
      #expect(changed.encoded == bytes)
      // The size matters only through the shape: the tree head vouches for it.
      if changed.leafIndices == proof.leafIndices && changed.nodes == proof.nodes { continue }
      #expect(throws: MerkleError.self, "\(name)") {
        try changed.verify(leafHashes: leaves, root: tree.root)
      }
    }
    for (name, bytes) in Mutations.truncations(of: proof.encoded) {
      #expect(throws: WireError.self, "\(name)") { try MultiProof(decoding: bytes) }
    }
  }

  @Test func refusesCountsThatCannotFollowBeforeAllocating() {
    for (leaves, nodes) in [(UInt32.max, UInt32(0)), (1 << 20, 0), (1, .max), (1, 1 << 22)] {
      var writer = WireWriter()
      writer.write(UInt64(5))
      writer.write(leaves)
      writer.write(UInt64(0))
      writer.write(nodes)
      #expect(throws: WireError.self) { try MultiProof(decoding: writer.bytes) }
    }
  }
}
