import AssayCryptography
import AssayTestSupport
import Testing

/// Files that are encrypted for some, chunk by chunk.
struct SealedFileTests {
  private let secret = [UInt8](repeating: 5, count: 32)

  private func recipient(_ number: UInt8) throws -> EncryptionKey {
    try EncryptionKey(bytes: [UInt8](repeating: number, count: 32))
  }

  private func header(_ recipients: [EncryptionKey], key: [UInt8]? = nil) throws -> SealedHeader {
    var number: UInt8 = 100
    return try SealedHeader(key: key ?? secret, recipients: recipients.map(\.publicKey)) {
      () throws(CryptographyError) in
      number += 1
      return try EncryptionKey(bytes: [UInt8](repeating: number, count: 32))
    }
  }

  private func chunks(_ contents: [UInt8]) -> [[UInt8]] {
    let size = SealedHeader.chunkByteCount
    let starts = contents.isEmpty ? [0] : Array(stride(from: 0, to: contents.count, by: size))
    return starts.map { Array(contents[$0..<min($0 + size, contents.count)]) }
  }

  private func seal(_ contents: [UInt8], _ header: SealedHeader) throws -> [[UInt8]] {
    var cipher = try ChunkCipher(header, key: secret)
    let parts = chunks(contents)
    var sealed: [[UInt8]] = []
    for (number, part) in parts.enumerated() {
      sealed.append(cipher.seal(part, isLast: number == parts.count - 1))
    }
    return sealed
  }

  private func open(_ sealed: [[UInt8]], _ header: SealedHeader) throws -> [UInt8] {
    var cipher = try ChunkCipher(header, key: secret)
    var contents: [UInt8] = []
    for (number, part) in sealed.enumerated() {
      contents += try cipher.open(part, isLast: number == sealed.count - 1)
    }
    return contents
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
  func whatWasSealedIsOpened(count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let contents = generator.bytes(count)
    let header = try header([])
    let sealed = try seal(contents, header)
    #expect(sealed.allSatisfy { $0.count <= SealedHeader.sealedChunkByteCount })
    #expect(try open(sealed, header) == contents)
    // The same key, contents and recipients give the same bytes: a digest of them is one of both.
    #expect(try seal(contents, self.header([])) == sealed)
  }

  @Test func onlyRecipientsHaveTheKey() throws {
    let recipients = [try recipient(1), try recipient(2), try recipient(3)]
    let header = try SealedHeader(decoding: header(recipients).encoded)
    for key in recipients { #expect(try header.key(for: key) == secret) }
    let stranger = try recipient(4)
    #expect(throws: CryptographyError.notSealedFor(key: "\(stranger.publicKey)")) {
      try header.key(for: stranger)
    }
    #expect(throws: CryptographyError.wrongFileKey(expected: header.commitment.hex)) {
      _ = try ChunkCipher(header, key: [UInt8](repeating: 6, count: 32))
    }
  }

  @Test func chunksThatWereCutMovedRepeatedOrChangedAreRefused() throws {
    var generator = SeededGenerator(seed: 3)
    let header = try header([])
    let sealed = try seal(generator.bytes(3 * 65_536 + 9), header)
    #expect(sealed.count == 4)
    var attacks = [
      Array(sealed.dropLast()), [sealed[0]], [sealed[1], sealed[0]] + sealed[2...],
      [sealed[0], sealed[0]] + sealed[1...], Array(sealed.dropFirst()), sealed + [sealed[3]],
      [sealed[3]], [sealed[0], sealed[3]],
    ]
    for (chunk, byte) in [(0, 0), (1, 65_551), (3, 0), (3, 24)] {
      var changed = sealed
      changed[chunk][byte] ^= 1
      attacks.append(changed)
    }
    for attack in attacks {
      #expect(throws: CryptographyError.self) { try open(attack, header) }
    }
    // The chunks of one file do not pass under the header of another with the same key.
    let other = try self.header([try recipient(1)])
    #expect(throws: CryptographyError.sealedChunk(number: 0)) { try open(sealed, other) }
  }

  @Test func aSenderCannotGiveTwoRecipientsTwoKeys() throws {
    let (first, second) = (try recipient(1), try recipient(2))
    let honest = try header([first, second])
    let otherKey = [UInt8](repeating: 8, count: 32)
    let other = try header([first, second], key: otherKey)
    // The second recipient's entry is put in place of that for another key.
    let size = (honest.encoded.count - SealedHeader.beginningByteCount) / 2
    let mixed = Array(honest.encoded.dropLast(size)) + other.encoded.suffix(size)
    let header = try SealedHeader(decoding: mixed)
    #expect(try header.key(for: first) == secret)
    #expect(throws: CryptographyError.self) { try header.key(for: second) }
  }

  @Test func headersOfOtherBytesAreRefused() throws {
    let bytes = try header([recipient(1)]).encoded
    for count in 0..<bytes.count {
      #expect(throws: CryptographyError.self) {
        try SealedHeader(decoding: Array(bytes.prefix(count)))
      }
    }
    #expect(throws: CryptographyError.self) { try SealedHeader(decoding: bytes + [0]) }
    var many = bytes
    many.replaceSubrange(48..<52, with: [255, 255, 255, 255])
    #expect(throws: CryptographyError.recipientCount(limit: 64, found: 0xffff_ffff)) {
      try SealedHeader(decoding: many)
    }
    let recipients = [EncryptionPublicKey](repeating: try recipient(1).publicKey, count: 65)
    #expect(throws: CryptographyError.recipientCount(limit: 64, found: 65)) {
      try SealedHeader(key: secret, recipients: recipients) {
        () throws(CryptographyError) in
        try EncryptionKey(bytes: [UInt8](repeating: 9, count: 32))
      }
    }
    #expect(throws: CryptographyError.self) { try SealedHeader.commitment(to: [1]) }
  }
}
