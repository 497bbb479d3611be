import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

/// Proofs of logging and forks, as files.
@Suite struct LogFileTests {
  private let origin = "example.com/log"
  private let key: SigningKey
  private let entries = (0..<11).map { Array("entry \($0)".utf8) }

  init() throws {
    key = try SigningKey(seed: Array(repeating: 9, count: 32))
  }

  private func tree(_ entries: [[UInt8]]) -> StoredTree {
    StoredTree(leafHashes: entries.map(MerkleTree.leafHash))
  }

  private func head(_ entries: [[UInt8]], by key: SigningKey? = nil) throws -> SignedTreeHead {
    try SignedTreeHead(
      signing: TreeHead(origin: origin, size: UInt64(entries.count), root: tree(entries).root),
      name: origin, key: key ?? self.key)
  }

  private func proof(_ index: Int) throws -> LogProof {
    LogProof(
      index: UInt64(index), path: tree(entries).inclusionProof(forLeaf: index).path,
      head: try head(entries))
  }

  @Test func aProofOfLoggingIsVerifiedFromItsFile() throws {
    for (index, entry) in entries.enumerated() {
      let proof = try proof(index)
      let read = try LogProof(decoding: proof.encoded)
      #expect(read == proof)
      #expect(try read.verify(entry: entry, origin: origin, key: key.verifyingKey).size == 11)
      #expect(throws: MerkleError.self) {
        try read.verify(entry: entry + [0], origin: origin, key: key.verifyingKey)
      }
    }
    // The layout is that of C2SP tlog-proof: header, index, hashes, an empty line, the note.
    let lines = String(decoding: try proof(3).encoded, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "c2sp.org/tlog-proof@v1" && lines[1] == "index 3")
    #expect(lines[6].isEmpty && lines[7] == "example.com/log")
  }

  @Test func extraDataIsReadOver() throws {
    let text = String(decoding: try proof(3).encoded, as: UTF8.self)
    let extra = text.replacing("index", with: "extra AAAA\nindex", maxReplacements: 1)
    #expect(try LogProof(decoding: Array(extra.utf8)) == proof(3))
    let wrong = text.replacing("index", with: "extra A\nindex", maxReplacements: 1)
    #expect(throws: MerkleError.self) { try LogProof(decoding: Array(wrong.utf8)) }
  }

  @Test func everyFlippedBitOfAProofIsRefused() throws {
    for (change, bytes) in Mutations.bitFlips(of: try proof(5).encoded) {
      #expect(throws: MerkleError.self, "\(change)") {
        try LogProof(decoding: bytes).verify(
          entry: entries[5], origin: origin, key: key.verifyingKey)
      }
    }
    for (change, bytes) in Mutations.truncations(of: try proof(5).encoded) {
      #expect(throws: MerkleError.self, "\(change)") { try LogProof(decoding: bytes) }
    }
  }

  @Test(arguments: ["07", "+7", "", "x", "18446744073709551616"])
  func refusesAnotherFormOfTheIndex(index: String) throws {
    let text = String(decoding: try proof(7).encoded, as: UTF8.self)
    let changed = text.replacing("index 7\n", with: "index \(index)\n")
    #expect(throws: MerkleError.self) { try LogProof(decoding: Array(changed.utf8)) }
  }

  /// For every pair of sizes: an honest log has no fork, and one that differs in any leaf has one.
  @Test func aForkIsFoundWhereverTheHistoriesPart() throws {
    for old in 1...entries.count {
      for new in old...entries.count {
        let tree = tree(Array(entries[..<new]))
        let proof = tree.consistencyProof(fromSize: old)
        let node =
          old.nonzeroBitCount == 1 && old < new ? [self.tree(Array(entries[..<old])).root] : []
        let larger = try head(Array(entries[..<new]))
        let honest = LogFork(
          smaller: try head(Array(entries[..<old])), larger: larger, path: node + proof.path)
        #expect(throws: MerkleError.self) {
          try honest.verify(origin: origin, key: key.verifyingKey)
        }
        for changed in 0..<old {
          var other = Array(entries[..<old])
          other[changed].append(0)
          let fork = LogFork(smaller: try head(other), larger: larger, path: node + proof.path)
          try LogFork(decoding: fork.encoded).verify(origin: origin, key: key.verifyingKey)
        }
      }
    }
  }

  @Test func aForkNeedsBothSignaturesAndItsPath() throws {
    let other = try SigningKey(seed: Array(repeating: 8, count: 32))
    var forged = Array(entries[..<6])
    forged[2] = [0]
    let path = tree(entries).consistencyProof(fromSize: 6).path
    let fork = LogFork(smaller: try head(forged), larger: try head(entries), path: path)
    try fork.verify(origin: origin, key: key.verifyingKey)
    for wrong in [
      LogFork(smaller: try head(forged, by: other), larger: try head(entries), path: path),
      LogFork(smaller: try head(forged), larger: try head(entries, by: other), path: path),
      LogFork(smaller: try head(entries), larger: try head(forged), path: path),
      LogFork(smaller: try head(forged), larger: try head(entries), path: path.dropLast()),
      LogFork(smaller: try head(forged), larger: try head(entries), path: path + path),
      LogFork(smaller: try head(forged), larger: try head(entries), path: path.reversed()),
    ] {
      #expect(throws: MerkleError.self) { try wrong.verify(origin: origin, key: key.verifyingKey) }
    }
    #expect(throws: MerkleError.self) {
      try fork.verify(origin: "example.com/other", key: key.verifyingKey)
    }
  }
}
