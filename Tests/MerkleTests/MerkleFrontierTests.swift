import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@Suite struct MerkleFrontierTests {
  @Test func hasTheRootOfTheTreeAtEverySize() throws {
    let hashes = ReferenceTree.leaves(300).map(MerkleTree.leafHash)
    var frontier = MerkleFrontier()
    for size in 0...300 {
      #expect(frontier.size == UInt64(size))
      #expect(frontier.root == MerkleTree.root(ofLeafHashes: Array(hashes.prefix(size))))
      let decoded = try MerkleFrontier(decoding: frontier.encoded)
      #expect(decoded == frontier && decoded.root == frontier.root)
      #expect(frontier.encoded.count == 8 + 32 * size.nonzeroBitCount)
      if size < 300 { frontier.append(leafHash: hashes[size]) }
    }
  }

  @Test func goesOnWhereItWasStored() throws {
    let hashes = ReferenceTree.leaves(100).map(MerkleTree.leafHash)
    var whole = MerkleFrontier()
    var resumed = MerkleFrontier()
    for hash in hashes {
      whole.append(leafHash: hash)
      resumed = try MerkleFrontier(decoding: resumed.encoded)
      resumed.append(leafHash: hash)
    }
    #expect(whole == resumed)
  }

  @Test func refusesDamagedBytes() {
    var frontier = MerkleFrontier()
    for hash in ReferenceTree.leaves(13).map(MerkleTree.leafHash) {
      frontier.append(leafHash: hash)
    }
    for (name, bytes) in Mutations.truncations(of: frontier.encoded) {
      #expect(throws: WireError.self, "\(name)") { try MerkleFrontier(decoding: bytes) }
    }
    #expect(throws: WireError.self) { try MerkleFrontier(decoding: frontier.encoded + [0]) }
    var writer = WireWriter()
    writer.write(UInt64(1) << 63)
    writer.write(raw: Array(repeating: 0, count: 32))
    #expect(throws: WireError.self) { try MerkleFrontier(decoding: writer.bytes) }
  }
}
