import AssayMerkle
import Testing

@Suite struct DocumentationTests {
  @Test func theExampleOfTheRoomWorks() throws {
    let entries = ReferenceTree.leaves(5)
    let hashes = entries.map { MerkleTree.leafHash($0) }
    let tree = StoredTree(leafHashes: hashes)
    let proof = tree.inclusionProof(forLeaf: 2)
    try proof.verify(leafHash: hashes[2], root: tree.root)
    let growth = tree.consistencyProof(fromSize: 2)
    try growth.verify(
      oldRoot: MerkleTree.root(ofLeafHashes: Array(hashes[..<2])), newRoot: tree.root)
  }
}
