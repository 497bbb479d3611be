public import AssayCryptography
internal import AssayWire

/// A tree head signed as a C2SP note (signed-note v1, tlog-checkpoint v1).
///
///     example.com/log42
///     1
///     …base64 of the root…
///
///     — example.com/log42 …base64 of key ID and signature…
///
/// Signatures by other keys may follow; they are kept. `verify` ignores them, `cosignatureTime`
/// checks that of a cosigner.
///
/// - Soundness: a decoded note proves nothing; `verify` is what checks it. That a log shows
///   everybody the same heads needs consistency proofs between them.
public struct SignedTreeHead: Hashable, Sendable {
  /// Longer notes are refused unread; 16 post-quantum cosignatures fit.
  public static let maximumByteCount = 128 << 10
  private static let blankLine: [UInt8] = [0x0a, 0x0a]
  private static let dash = Array("— ".utf8)

  /// The whole note, exactly as it came.
  public let encoded: [UInt8]

  struct Signature: Hashable {
    var name: String
    var keyID: [UInt8]
    var bytes: [UInt8]
  }
  /// What is signed.
  let text: [UInt8]
  private let signatures: [Signature]

  /// Signs a tree head with a named key.
  ///
  /// - Throws: `MerkleError.note` when the origin or the name cannot stand in a note.
  public init(signing head: TreeHead, name: String, key: SigningKey) throws(MerkleError) {
    let noteKey = try NoteKey(name: name, key: key.verifyingKey)
    let text = Array(head.text.utf8)
    let value = Base64.encode(noteKey.id + key.sign(text))
    try self.init(decoding: text + Array("\n— \(name) \(value)\n".utf8))
    // The text must read back as what was signed: an origin with a line break would not.
    guard try Self.head(in: text) == head else {
      throw .note(reason: "expected an origin on one line, found one that reads otherwise")
    }
  }

  /// Reads a note: valid UTF-8 without control characters, a text, a blank line, one or more
  /// signature lines.
  ///
  /// - Throws: `MerkleError.note` or `.wire`.
  public init(decoding bytes: [UInt8]) throws(MerkleError) {
    guard bytes.count <= Self.maximumByteCount else {
      throw .wire(.tooLong(limit: Self.maximumByteCount, found: bytes.count))
    }
    guard String(validating: bytes, as: UTF8.self) != nil,
      bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0a })
    else { throw .note(reason: "expected UTF-8 text without control characters") }
    guard let split = bytes.indices.last(where: { bytes[$0...].starts(with: Self.blankLine) })
    else { throw .note(reason: "expected a blank line between the text and its signatures") }
    encoded = bytes
    text = Array(bytes[...split])
    signatures = try Self.parse(signatureLines: bytes[(split + 2)...])
  }

  private static func parse(
    signatureLines: ArraySlice<UInt8>
  ) throws(MerkleError) -> [Signature] {
    let lines = signatureLines.split(separator: 0x0a, omittingEmptySubsequences: false)
    guard lines.count >= 2, lines.last?.isEmpty == true else {
      throw .note(reason: "expected signature lines that each end with a line break")
    }
    var signatures: [Signature] = []
    for line in lines.dropLast() {
      let fields = line.dropFirst(dash.count).split(
        separator: 0x20, omittingEmptySubsequences: false
      ).map { String(decoding: $0, as: UTF8.self) }
      guard line.starts(with: dash), fields.count == 2, NoteKey.isValid(name: fields[0]) else {
        throw .note(reason: "expected signature lines of the form '— name base64'")
      }
      let value: [UInt8]
      do { value = try Base64.decode(fields[1]) } catch { throw .wire(error) }
      guard value.count > NoteKey.idByteCount else {
        throw .note(reason: "expected a key ID of 4 bytes and a signature, found less")
      }
      signatures.append(
        Signature(
          name: fields[0], keyID: Array(value.prefix(NoteKey.idByteCount)),
          bytes: Array(value.dropFirst(NoteKey.idByteCount))))
    }
    return signatures
  }

  /// Returns the tree head when the key of this name signed it for this log.
  ///
  /// - Parameter origin: the log's first line; the key's name when nothing is given.
  /// - Throws: `MerkleError.unsignedNote`, `.invalidSignature` when any signature under this name
  ///   and key ID is wrong, then what is wrong with the text, or `.origin`.
  public func verify(
    name: String, with key: VerifyingKey, origin: String? = nil
  ) throws(MerkleError) -> TreeHead {
    let own = try signatures(by: NoteKey(name: name, key: key))
    guard own.allSatisfy({ key.isValidSignature($0.bytes, for: text) }) else {
      throw .invalidSignature(keyName: name)
    }
    let head = try Self.head(in: text)
    let expectedOrigin = origin ?? name
    guard head.origin.utf8.elementsEqual(expectedOrigin.utf8) else {
      throw .origin(expected: expectedOrigin, found: head.origin)
    }
    return head
  }

  /// The signatures under a key's name and ID, at least one.
  func signatures(by noteKey: NoteKey) throws(MerkleError) -> [Signature] {
    let keyID = noteKey.id
    let own = signatures.filter {
      $0.name.utf8.elementsEqual(noteKey.name.utf8) && $0.keyID == keyID
    }
    guard !own.isEmpty else {
      throw .unsignedNote(keyName: noteKey.name, keyID: Hex.encode(keyID))
    }
    return own
  }

  /// The key as `name+id+key`, the form in which tools for signed notes take it.
  ///
  /// - Throws: `MerkleError.note` for a name that cannot stand in a note.
  public static func verifierKeyText(
    name: String, key: VerifyingKey
  ) throws(MerkleError) -> String {
    try NoteKey(name: name, key: key).text
  }

  /// The tree head that the text states, whoever signed it.
  ///
  /// - Soundness: says nothing of whether anybody did.
  public func unverifiedHead() throws(MerkleError) -> TreeHead { try Self.head(in: text) }

  private static func head(in text: [UInt8]) throws(MerkleError) -> TreeHead {
    try TreeHead(text: String(decoding: text, as: UTF8.self))
  }
}
