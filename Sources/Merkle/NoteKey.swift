internal import AssayCryptography
internal import AssayWire

/// A named Ed25519 key of a C2SP signed note.
struct NoteKey {
  /// What a signature by the key says; the byte is C2SP's signature type.
  enum Role: UInt8 {
    /// A log's, over the text of the note.
    case log = 0x01
    /// A cosigner's, over the time and the text (tlog-cosignature).
    case cosigner = 0x04
  }
  static let idByteCount = 4

  let name: String
  let key: VerifyingKey
  let role: Role

  /// - Throws: `MerkleError.note` for a name that cannot stand in a signature line.
  init(name: String, key: VerifyingKey, role: Role = .log) throws(MerkleError) {
    guard Self.isValid(name: name) else {
      throw .note(
        reason: "expected a key name without spaces, '+' or control characters, such as "
          + "'example.com/log'")
    }
    self.name = name
    self.key = key
    self.role = role
  }

  static func isValid(name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        $0 != "+" && $0.value >= 0x20 && $0.value != 0x7f && !$0.properties.isWhitespace
      }
  }

  /// SHA-256(name ‖ 0x0a ‖ type ‖ key), the first four bytes.
  var id: [UInt8] {
    let message = Array(name.utf8) + [0x0a, role.rawValue] + key.bytes
    return Array(SHA256.digest(of: message).bytes.prefix(Self.idByteCount))
  }

  /// `name+id+key`, as tools for signed notes take it.
  var text: String {
    "\(name)+\(Hex.encode(id))+\(Base64.encode([role.rawValue] + key.bytes))"
  }
}
