import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@Suite struct SignedTreeHeadTests {
  private let name = "example.com/log"
  private let key: SigningKey
  private let head: TreeHead
  private let signed: SignedTreeHead

  init() throws {
    key = try SigningKey(seed: Array(repeating: 9, count: 32))
    head = TreeHead(origin: name, size: 7, root: MerkleTree.leafHash([1]))
    signed = try SignedTreeHead(signing: head, name: name, key: key)
  }

  /// `name+id+key` of C2SP signed-note; its key ID is checked by comparing the whole text.
  private static func parseKey(_ text: String) throws -> (name: String, key: VerifyingKey) {
    let parts = text.split(separator: "+", maxSplits: 2).map(String.init)
    let bytes = try Base64.decode(parts[2])
    #expect(bytes.first == 1)
    let key = try VerifyingKey(bytes: Array(bytes.dropFirst()))
    #expect(try SignedTreeHead.verifierKeyText(name: parts[0], key: key) == text)
    return (parts[0], key)
  }

  @Test func acceptsTreeHeadsOfTheGoChecksumDatabase() throws {
    for var test in try VectorFile.tests("merkle/tlog_checkpoints.json") {
      let (name, key) = try Self.parseKey(try test.string("verifierKey"))
      let note = Array(try test.string("note").utf8)
      let expected = TreeHead(
        origin: try test.string("origin"), size: try test.uint64("size"),
        root: try Digest(hex: try test.string("root")))
      try test.finish()
      let signed = try SignedTreeHead(decoding: note)
      #expect(try signed.verify(name: name, with: key, origin: expected.origin) == expected)
      #expect(signed.encoded == note)
      #expect(throws: MerkleError.origin(expected: name, found: expected.origin)) {
        try signed.verify(name: name, with: key)
      }
    }
  }

  @Test func checksTheSignatureOfAnyNote() throws {
    for var test in try VectorFile.tests("merkle/signed_notes.json") {
      let (name, key) = try Self.parseKey(try test.string("verifierKey"))
      let text = try test.string("text")
      let line = try test.string("signatureLine")
      try test.finish()
      // The signature is right, so what is refused is that the text holds no tree head.
      let note = try SignedTreeHead(decoding: Array("\(text)\n\(line)\n".utf8))
      let error = #expect(throws: MerkleError.self) { try note.verify(name: name, with: key) }
      #expect(error.map { if case .note = $0 { true } else { false } } == true)
      let changed = try SignedTreeHead(decoding: Array("\(text)x\n\n\(line)\n".utf8))
      #expect(throws: MerkleError.invalidSignature(keyName: name)) {
        try changed.verify(name: name, with: key)
      }
    }
  }

  @Test func readsBackWhatItSigns() throws {
    #expect(try SignedTreeHead(decoding: signed.encoded) == signed)
    #expect(try signed.verify(name: name, with: key.verifyingKey) == head)
    let text = String(decoding: signed.encoded, as: UTF8.self)
    #expect(text.hasPrefix("example.com/log\n7\n\(Base64.encode(head.root.bytes))\n\n— "))
    let empty = TreeHead(origin: name, size: 0, root: MerkleTree.emptyRoot)
    #expect(
      try SignedTreeHead(signing: empty, name: name, key: key)
        .verify(name: name, with: key.verifyingKey) == empty)
  }

  @Test func ignoresSignaturesOfOthersButNotAWrongOneOfItsOwn() throws {
    let other = try SigningKey(seed: Array(repeating: 8, count: 32))
    let cosigned = try SignedTreeHead(signing: head, name: name, key: other).encoded
    let line = cosigned.suffix(from: (cosigned.lastIndex(of: 0xe2) ?? 0))
    let both = try SignedTreeHead(decoding: signed.encoded + line)
    #expect(try both.verify(name: name, with: key.verifyingKey) == head)
    #expect(try both.verify(name: name, with: other.verifyingKey) == head)
    // A second line under the same name and key ID whose signature is wrong.
    let text = String(decoding: signed.encoded, as: UTF8.self)
    let value = text.split(separator: " ").last.map { $0.dropLast() } ?? ""
    var bytes = try Base64.decode(String(value))
    bytes[20] ^= 1
    let wrong = Array("— \(name) \(Base64.encode(bytes))\n".utf8)
    #expect(throws: MerkleError.invalidSignature(keyName: name)) {
      try SignedTreeHead(decoding: signed.encoded + wrong)
        .verify(name: name, with: key.verifyingKey)
    }
  }

  @Test func refusesAnotherKeyNameOrOrigin() throws {
    let other = try SigningKey(seed: Array(repeating: 8, count: 32)).verifyingKey
    #expect(throws: MerkleError.self) { try signed.verify(name: name, with: other) }
    #expect(throws: MerkleError.self) {
      try signed.verify(name: "example.com/lo", with: key.verifyingKey)
    }
    #expect(throws: MerkleError.origin(expected: "x", found: name)) {
      try signed.verify(name: name, with: key.verifyingKey, origin: "x")
    }
  }

  @Test(arguments: ["", "a b", "a+b", "a\nb", "a\u{2003}b", "a\tb", "a\u{7f}"])
  func refusesNamesThatCannotStandInANote(bad: String) {
    #expect(throws: MerkleError.self) { try SignedTreeHead(signing: head, name: bad, key: key) }
    for error in [
      #expect(throws: MerkleError.self) {
        try SignedTreeHead.verifierKeyText(name: bad, key: key.verifyingKey)
      },
      #expect(throws: MerkleError.self) {
        try signed.verify(name: bad, with: key.verifyingKey)
      },
    ] {
      #expect(error.map { if case .note = $0 { true } else { false } } == true)
    }
  }

  @Test(arguments: [
    "text\n", "text\n\n", "text\n\n\n", "text\n\n— a AAAAAAAA", "text\n\n— a AAAAAAAA\n\n",
    "text\n\n— a AAAAAAAA\n— b AAAAAAAA",
    "text\n\n- a AAAAAAAA\n", "text\n\n— a  AAAAAAAA\n", "text\n\n— a+b AAAAAAAA\n",
    "text\n\n—  AAAAAAAA\n", "text\n\n— a AAAAAAAA b\n", "text\n\n— a AAAA\n",
    "text\n\n— a AAAAAA==\n", "text\n\n— a AAAAAAA\n", "text\r\n\n— a AAAAAAAA\n",
  ])
  func refusesAnotherFormOfTheNoteAtDecoding(note: String) throws {
    _ = try SignedTreeHead(decoding: Array("text\n\n— a AAAAAAAA\n".utf8))
    #expect(throws: MerkleError.self) { try SignedTreeHead(decoding: Array(note.utf8)) }
  }

  @Test func refusesInvalidUTF8AndLongNotesAtDecoding() {
    let line = Array("\n\n— a AAAAAAAA\n".utf8)
    #expect(throws: MerkleError.note(reason: "expected UTF-8 text without control characters")) {
      try SignedTreeHead(decoding: [0x74, 0xff] + line)
    }
    let limit = SignedTreeHead.maximumByteCount
    let long = Array(repeating: UInt8(ascii: "t"), count: limit + 1 - line.count) + line
    #expect(throws: MerkleError.wire(.tooLong(limit: limit, found: limit + 1))) {
      try SignedTreeHead(decoding: long)
    }
  }

  @Test(arguments: [
    "", "log\n999", "log\n", "\nlog", "lo\u{1}g", "log\n\n— x AAAAAAAA\n",
    // The head of another log, with ours as lines that are ignored.
    "log\n9\n\(Base64.encode(Array(repeating: 7, count: 32)))",
  ])
  func refusesOriginsThatWouldReadOtherwise(bad: String) {
    let head = TreeHead(origin: bad, size: 7, root: head.root)
    #expect(throws: MerkleError.self) { try SignedTreeHead(signing: head, name: name, key: key) }
  }

  @Test(arguments: [
    "07", "+7", "-7", "", "7 ", "0x7", "18446744073709551616", "٧", "7.0", "0",
  ])
  func refusesAnotherFormOfTheSize(size: String) throws {
    try refusesText("\(name)\n\(size)\n\(Base64.encode(head.root.bytes))\n")
  }

  @Test func refusesAnotherFormOfTheText() throws {
    let root = Base64.encode(head.root.bytes)
    let error = try refusesText("\(name)\n7\n")
    #expect(error?.description.contains("at least three lines") == true)
    try refusesText("\(name)\n7\n\(root.dropLast())\n")
    try refusesText("\(name)\n7\nAAAA\n")
    try refusesText("\n\(name)\n7\n\(root)\n")
    try refusesText("\(name)\n7\n\(root)\n\nextension\n")
  }

  /// Signs the text rightly, so that only the text can be at fault.
  @discardableResult
  private func refusesText(_ text: String) throws -> MerkleError? {
    let keyText = try SignedTreeHead.verifierKeyText(name: name, key: key.verifyingKey)
    let keyID = try Hex.decode(String(keyText.split(separator: "+")[1]))
    let value = Base64.encode(keyID + key.sign(Array(text.utf8)))
    let note = try SignedTreeHead(decoding: Array("\(text)\n— \(name) \(value)\n".utf8))
    let error = #expect(throws: MerkleError.self) {
      try note.verify(name: name, with: key.verifyingKey)
    }
    #expect(error != .invalidSignature(keyName: name))
    return error
  }

  @Test func ignoresExtensionLines() throws {
    let text = "\(name)\n7\n\(Base64.encode(head.root.bytes))\nextension 1\nextension 2\n"
    let keyText = try SignedTreeHead.verifierKeyText(name: name, key: key.verifyingKey)
    let keyID = try Hex.decode(String(keyText.split(separator: "+")[1]))
    let value = Base64.encode(keyID + key.sign(Array(text.utf8)))
    let note = try SignedTreeHead(decoding: Array("\(text)\n— \(name) \(value)\n".utf8))
    #expect(try note.verify(name: name, with: key.verifyingKey) == head)
  }

  @Test func everyFlippedBitAndEveryCutIsRefused() {
    for (change, bytes) in Mutations.bitFlips(of: signed.encoded)
      + Mutations.truncations(of: signed.encoded)
    {
      #expect(throws: MerkleError.self, "\(change)") {
        try SignedTreeHead(decoding: bytes).verify(name: name, with: key.verifyingKey)
      }
    }
    #expect(throws: MerkleError.self) {
      try SignedTreeHead(
        decoding: signed.encoded + Array(repeating: 0x41, count: SignedTreeHead.maximumByteCount))
    }
  }
}
