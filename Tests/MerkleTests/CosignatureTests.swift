import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@Suite struct CosignatureTests {
  private let name = "witness.example/1"
  private let key: SigningKey
  private let signed: SignedTreeHead

  init() throws {
    key = try SigningKey(seed: Array(repeating: 7, count: 32))
    signed = try SignedTreeHead(
      signing: TreeHead(origin: "example.com/log", size: 1, root: MerkleTree.leafHash([])),
      name: "example.com/log", key: try SigningKey(seed: Array(repeating: 9, count: 32)))
  }

  @Test func acceptsCosignaturesOfPublicWitnesses() throws {
    for var test in try VectorFile.tests("merkle/cosignatures.json") {
      let text = try test.string("cosignerKey")
      let note = Array(try test.string("note").utf8)
      let time = try test.uint64("time")
      try test.finish()
      let parts = text.split(separator: "+", maxSplits: 2).map(String.init)
      let bytes = try Base64.decode(parts[2])
      let key = try VerifyingKey(bytes: Array(bytes.dropFirst()))
      #expect(try SignedTreeHead.cosignerKeyText(name: parts[0], key: key) == text)
      let head = try SignedTreeHead(decoding: note)
      #expect(try head.cosignatureTime(name: parts[0], key: key) == time)
      // A cosigner's signature is none of a log's.
      #expect(throws: MerkleError.self) { try head.verify(name: parts[0], with: key) }
      // Any change of the text is noticed.
      for line in note.indices.prefix(90) where note[line] != 0x0a {
        var changed = note
        changed[line] ^= 1
        guard let other = try? SignedTreeHead(decoding: changed) else { continue }
        #expect(throws: MerkleError.invalidSignature(keyName: parts[0])) {
          try other.cosignatureTime(name: parts[0], key: key)
        }
      }
    }
  }

  @Test func readsBackWhatItCosigns() throws {
    let cosigned = try signed.cosigned(name: name, key: key, time: 1_679_315_147)
    #expect(
      try cosigned.cosignatureTime(name: name, key: key.verifyingKey) == 1_679_315_147)
    #expect(cosigned.encoded.starts(with: signed.encoded))
    #expect(throws: MerkleError.self) {
      try signed.cosignatureTime(name: name, key: key.verifyingKey)
    }
    // The time is signed, too.
    let lines = String(decoding: cosigned.encoded, as: UTF8.self)
    let value = try Base64.decode(String(lines.dropLast().split(separator: " ").last ?? ""))
    for place in 4..<value.count {
      var changed = value
      changed[place] ^= 1
      let note = signed.encoded + Array("— \(name) \(Base64.encode(changed))\n".utf8)
      #expect(throws: MerkleError.invalidSignature(keyName: name), "byte \(place)") {
        try SignedTreeHead(decoding: note).cosignatureTime(name: name, key: key.verifyingKey)
      }
    }
    let short = signed.encoded + Array("— \(name) \(Base64.encode(Array(value.prefix(8))))\n".utf8)
    #expect(throws: MerkleError.invalidSignature(keyName: name)) {
      try SignedTreeHead(decoding: short).cosignatureTime(name: name, key: key.verifyingKey)
    }
  }
}
