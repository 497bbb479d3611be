internal import AssayWire

/// The beginning of a sealed file: for whom it is, and which key its chunks are encrypted with.
///
/// Integers are little-endian; r is the number of recipients.
///
/// | bytes | what |
/// |---|---|
/// | 16 | "assay.sealed.v1" and a zero |
/// | 32 | commitment to the file's key |
/// | 4 | r |
/// | 112·r | per recipient: its X25519 key (32), HPKE's encapsulated key (32), sealed key (48) |
///
/// Chunks of `chunkByteCount` bytes of the contents follow, the last one shorter, each with its tag
/// (16): ChaCha20-Poly1305 with the nonce number of the chunk (11, big-endian), 1 in the last
/// chunk and else 0 (1). Their key follows by HKDF from the file's key, with the header's SHA-256
/// as salt.
///
/// Without recipients it is opened with the file's key itself, to which the header commits: who has
/// a digest of the file has one of its contents, though nobody can read them before the key is
/// known.
public struct SealedHeader: Hashable, Sendable {
  /// The first bytes of every sealed file.
  public static let magic = Array("assay.sealed.v1\0".utf8)
  /// Bytes of the contents in a chunk.
  public static let chunkByteCount = 1 << 16
  /// Bytes of a sealed chunk that is not the last.
  public static let sealedChunkByteCount = chunkByteCount + ChaChaPoly.tagByteCount
  /// The most recipients of a file.
  public static let recipientLimit = 64
  /// Bytes of a file's key.
  public static let keyByteCount = 32

  static let fixedByteCount = 16 + Digest.byteCount + 4
  static let entryByteCount =
    EncryptionPublicKey.byteCount + HPKE.encapsulatedByteCount + keyByteCount
    + ChaChaPoly.tagByteCount

  /// The file's key for one recipient.
  struct Entry: Hashable, Sendable {
    var recipient: EncryptionPublicKey
    var encapsulated: [UInt8]
    var sealedKey: [UInt8]
  }

  /// What binds the file to one key.
  public let commitment: Digest
  let entries: [Entry]

  /// For whom the file is.
  public var recipients: [EncryptionPublicKey] { entries.map(\.recipient) }

  /// What binds a sealed file to its key, and hides it.
  ///
  /// - Throws: `CryptographyError.byteCount`.
  public static func commitment(to key: [UInt8]) throws(CryptographyError) -> Digest {
    guard key.count == keyByteCount else {
      throw .byteCount(of: "key of a sealed file", expected: keyByteCount, found: key.count)
    }
    return SHA256.digest(domain: "assay/sealed-key/v1", [key])
  }

  /// Seals a file's key for some recipients.
  ///
  /// - Parameters:
  ///   - key: 32 secret, uniformly random bytes that are used for this file only.
  ///   - ephemeral: makes a new key from randomness whenever it is called.
  /// - Throws: `CryptographyError.byteCount`, `.lowOrderPoint` or `.recipientCount`.
  public init(
    key: [UInt8], recipients: [EncryptionPublicKey],
    ephemeral: () throws(CryptographyError) -> EncryptionKey
  ) throws(CryptographyError) {
    guard recipients.count <= Self.recipientLimit else {
      throw .recipientCount(limit: Self.recipientLimit, found: recipients.count)
    }
    commitment = try Self.commitment(to: key)
    var entries: [Entry] = []
    for recipient in recipients {
      let (encapsulated, sealedKey) = try HPKE.seal(
        key, to: recipient, info: Self.info(commitment), ephemeral: ephemeral())
      entries.append(
        Entry(recipient: recipient, encapsulated: encapsulated, sealedKey: sealedKey))
    }
    self.entries = entries
  }

  /// The header of a file that is opened with its key alone.
  ///
  /// - Throws: `CryptographyError.byteCount`.
  public init(key: [UInt8]) throws(CryptographyError) {
    commitment = try Self.commitment(to: key)
    entries = []
  }

  /// How many bytes the header has in all, by its first `fixedByteCount` bytes or more.
  ///
  /// - Throws: `CryptographyError.sealed` where these are not the first bytes of a sealed file.
  public static func byteCount(beginning bytes: [UInt8]) throws(CryptographyError) -> Int {
    guard bytes.count >= fixedByteCount, bytes.starts(with: magic) else {
      throw .sealed(reason: "expected a sealed file, which begins with “assay.sealed.v1”")
    }
    let count = bytes[(fixedByteCount - 4)..<fixedByteCount].reversed().reduce(0) {
      $0 << 8 | Int($1)
    }
    guard count <= recipientLimit else {
      throw .recipientCount(limit: recipientLimit, found: count)
    }
    return fixedByteCount + count * entryByteCount
  }

  /// The bytes of `byteCount(beginning:)` that must be read first.
  public static var beginningByteCount: Int { fixedByteCount }

  /// Reads a header, exactly.
  ///
  /// - Throws: `CryptographyError.sealed` or `.recipientCount`.
  public init(decoding bytes: [UInt8]) throws(CryptographyError) {
    guard try Self.byteCount(beginning: bytes) == bytes.count else {
      throw .sealed(reason: "its list of recipients is cut short")
    }
    do throws(WireError) {
      var reader = WireReader(bytes)
      _ = try reader.readBytes(count: Self.magic.count)
      commitment = try Digest(decoding: &reader)
      var entries: [Entry] = []
      for _ in 0..<(try reader.readUInt32()) {
        let recipient = try reader.readBytes(count: EncryptionPublicKey.byteCount)
        let encapsulated = try reader.readBytes(count: HPKE.encapsulatedByteCount)
        let sealedKey = try reader.readBytes(
          count: Self.keyByteCount + ChaChaPoly.tagByteCount)
        guard let key = try? EncryptionPublicKey(bytes: recipient) else {
          throw .notCanonical("a key has \(EncryptionPublicKey.byteCount) bytes")
        }
        entries.append(
          Entry(recipient: key, encapsulated: encapsulated, sealedKey: sealedKey))
      }
      try reader.finish()
      self.entries = entries
    } catch { throw .wire(error) }
  }

  /// The header's bytes.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write(raw: Self.magic)
    writer.write(raw: commitment.bytes)
    writer.write(UInt32(entries.count))
    for entry in entries {
      writer.write(raw: entry.recipient.bytes)
      writer.write(raw: entry.encapsulated)
      writer.write(raw: entry.sealedKey)
    }
    return writer.bytes
  }

  /// The file's key, for one of the recipients.
  ///
  /// - Throws: `CryptographyError.notSealedFor` where it is none of them, or the key that it was
  ///   given is not the file's.
  public func key(for recipient: EncryptionKey) throws(CryptographyError) -> [UInt8] {
    for entry in entries where entry.recipient == recipient.publicKey {
      guard
        let key = HPKE.open(
          entry.sealedKey, encapsulated: entry.encapsulated, with: recipient,
          info: Self.info(commitment)),
        try Self.commitment(to: key) == commitment
      else { continue }
      return key
    }
    throw .notSealedFor(key: recipient.publicKey.description)
  }

  private static func info(_ commitment: Digest) -> [UInt8] {
    Array("assay/sealed/v1".utf8) + commitment.bytes
  }
}

/// Encrypts or decrypts the chunks of one sealed file, in their order.
public struct ChunkCipher: ~Copyable {
  private let key: [UInt8]
  private var number: UInt64 = 0
  private var isOver = false

  /// The cipher of a file with this header.
  ///
  /// - Throws: `CryptographyError.wrongFileKey` where the header commits to another key.
  public init(_ header: SealedHeader, key: [UInt8]) throws(CryptographyError) {
    guard try SealedHeader.commitment(to: key) == header.commitment else {
      throw .wrongFileKey(expected: header.commitment.hex)
    }
    self.key = HKDF.expand(
      HKDF.extract(salt: SHA256.digest(of: header.encoded).bytes, secret: key),
      info: Array("assay/sealed-chunks/v1".utf8), count: ChaChaPoly.keyByteCount)
  }

  /// Encrypts the next chunk.
  ///
  /// - Precondition: it has `SealedHeader.chunkByteCount` bytes, or at most so many if it is the
  ///   last; none was the last before.
  public mutating func seal(_ chunk: [UInt8], isLast: Bool) -> [UInt8] {
    precondition(
      chunk.count == SealedHeader.chunkByteCount
        || isLast && chunk.count < SealedHeader.chunkByteCount, "chunks are full but for the last")
    return ChaChaPoly.seal(chunk, key: key, nonce: nextNonce(isLast: isLast))
  }

  /// Decrypts the next chunk.
  ///
  /// - Throws: `CryptographyError.sealedChunk` where it was changed, is not the next one, or is the
  ///   last one and is not said to be.
  public mutating func open(_ chunk: [UInt8], isLast: Bool) throws(CryptographyError) -> [UInt8] {
    let place = number
    guard !isOver,
      let contents = ChaChaPoly.open(chunk, key: key, nonce: nextNonce(isLast: isLast))
    else { throw .sealedChunk(number: place) }
    return contents
  }

  private mutating func nextNonce(isLast: Bool) -> [UInt8] {
    precondition(!isOver, "nothing follows the last chunk")
    let counter = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * (7 - $0))) }
    number += 1
    isOver = isLast
    return [0, 0, 0] + counter + [isLast ? 1 : 0]
  }
}
