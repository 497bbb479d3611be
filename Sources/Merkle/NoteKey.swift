internal import AssayCryptography
internal import AssayWire

/// A named Ed25519 key of a C2SP signed note.
struct NoteKey {
  /// C2SP signed-note: the signature type of Ed25519.
  private static let ed25519: UInt8 = 0x01
  static let idByteCount = 4

  let name: String
  let key: VerifyingKey

  /// - Throws: `MerkleError.note` for a name that cannot stand in a signature line.
  init(name: String, key: VerifyingKey) throws(MerkleError) {
    guard Self.isValid(name: name) else {
      throw .note(
        reason: "expected a key name without spaces, '+' or control characters, such as "
          + "'example.com/log'")
    }
    self.name = name
    self.key = key
  }

  static func isValid(name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        $0 != "+" && $0.value >= 0x20 && $0.value != 0x7f && !$0.properties.isWhitespace
      }
  }

  /// SHA-256(name ‖ 0x0a ‖ 0x01 ‖ key), the first four bytes.
  var id: [UInt8] {
    let message = Array(name.utf8) + [0x0a, Self.ed25519] + key.bytes
    return Array(SHA256.digest(of: message).bytes.prefix(Self.idByteCount))
  }

  /// `name+id+key`, as tools for signed notes take it.
  var text: String {
    "\(name)+\(Hex.encode(id))+\(Base64.encode([Self.ed25519] + key.bytes))"
  }
}
