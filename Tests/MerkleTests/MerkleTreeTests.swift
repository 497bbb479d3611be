import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@Suite struct MerkleTreeTests {
  @Test func agreesWithCertificateTransparency() throws {
    for var test in try VectorFile.tests("merkle/rfc6962_roots.json") {
      let hashes = try test.array("leaves").map { value in
        guard case .string(let hex) = value else { throw WireError.notCanonical("a leaf in hex") }
        return MerkleTree.leafHash(try Hex.decode(hex))
      }
      let root = try Digest(hex: try test.string("root"))
      try test.finish()
      #expect(MerkleTree.root(ofLeafHashes: hashes) == root)
      #expect(StoredTree(leafHashes: hashes).root == root)
      var frontier = MerkleFrontier()
      for hash in hashes { frontier.append(leafHash: hash) }
      #expect(frontier.root == root)
    }
  }

  @Test func rootsAndProofsOfAllSizesTo130AreThoseOfTheRFC() throws {
    for size in 0...130 {
      let leaves = ReferenceTree.leaves(size)
      let tree = StoredTree(leafHashes: leaves.map(MerkleTree.leafHash))
      let root = ReferenceTree.root(leaves[...])
      #expect(tree.root.bytes == root && tree.size == size)
      #expect(MerkleTree.root(ofLeafHashes: leaves.map(MerkleTree.leafHash)).bytes == root)
      // Every index and old size where the reference is quick, the edges elsewhere.
      let isQuick = size <= 40 || size >= 127
      for index in 0..<size where isQuick || index % 17 == 0 || index >= size - 2 {
        let proof = tree.inclusionProof(forLeaf: index)
        #expect(proof.path.map(\.bytes) == ReferenceTree.path(index, leaves[...]))
      }
      for oldSize in stride(from: 1, through: size, by: isQuick ? 1 : 13) {
        let proof = tree.consistencyProof(fromSize: oldSize)
        #expect(proof.path.map(\.bytes) == ReferenceTree.proof(oldSize, leaves[...]))
      }
    }
  }

  @Test func staticFunctionsAndStoredTreesAgree() throws {
    let hashes = ReferenceTree.leaves(21).map(MerkleTree.leafHash)
    let tree = StoredTree(leafHashes: hashes)
    #expect(
      MerkleTree.inclusionProof(forLeaf: 5, inLeafHashes: hashes)
        == tree.inclusionProof(forLeaf: 5))
    #expect(
      MerkleTree.consistencyProof(fromSize: 9, inLeafHashes: hashes)
        == tree.consistencyProof(fromSize: 9))
    #expect(
      MerkleTree.multiProof(forLeaves: [3, 1, 3], inLeafHashes: hashes)
        == tree.multiProof(forLeaves: [1, 3]))
  }

  @Test func whatIsNotThereHasNoProof() async {
    await #expect(processExitsWith: .failure) {
      _ = MerkleTree.inclusionProof(forLeaf: 5, inLeafHashes: [.zero, .zero, .zero])
    }
    await #expect(processExitsWith: .failure) {
      _ = MerkleTree.consistencyProof(fromSize: 4, inLeafHashes: [.zero, .zero, .zero])
    }
    await #expect(processExitsWith: .failure) {
      _ = MerkleTree.multiProof(forLeaves: [], inLeafHashes: [.zero, .zero, .zero])
    }
    await #expect(processExitsWith: .failure) {
      _ = MerkleTree.multiProof(forLeaves: [7], inLeafHashes: [.zero, .zero, .zero])
    }
    await #expect(processExitsWith: .failure) {
      _ = ChunkTree.range(ofChunk: -1, byteCount: 3)
    }
  }
}
