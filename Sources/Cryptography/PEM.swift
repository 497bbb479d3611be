internal import AssayWire

/// The one PEM text (RFC 7468) of each Ed25519 or X25519 key: DER of fixed shape (RFC 8410) on one
/// line.
enum PEM {
  enum Kind {
    /// PKCS#8 (RFC 5958): the seed.
    case privateKey
    /// PKCS#8: the X25519 private key.
    case encryptionKey
    /// SubjectPublicKeyInfo (RFC 5280): the encoded point.
    case publicKey

    var label: String {
      switch self {
      case .privateKey, .encryptionKey: "PRIVATE KEY"
      case .publicKey: "PUBLIC KEY"
      }
    }

    /// What keys of this kind are called.
    var name: String { self == .encryptionKey ? "X25519" : "Ed25519" }

    /// The DER bytes before the 32 bytes of the key; 06 03 2b 65 70 is id-Ed25519, 1.3.101.112, and
    /// 6e in its last place id-X25519, 1.3.101.110.
    var prefix: [UInt8] {
      switch self {
      case .privateKey, .encryptionKey:
        [
          0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65,
          self == .encryptionKey ? 0x6e : 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
      case .publicKey:
        [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
      }
    }
  }

  static func encode(_ key: [UInt8], as kind: Kind) -> String {
    """
    -----BEGIN \(kind.label)-----
    \(Base64.encode(kind.prefix + key))
    -----END \(kind.label)-----

    """
  }

  static func decode(_ text: String, as kind: Kind) throws(CryptographyError) -> [UInt8] {
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count == 3, lines[0] == "-----BEGIN \(kind.label)-----",
      lines[2] == "-----END \(kind.label)-----"
    else {
      throw .pem(
        reason: "expected one line of base64 between '-----BEGIN \(kind.label)-----' and "
          + "'-----END \(kind.label)-----'; encrypted keys are not read")
    }
    let der: [UInt8]
    do { der = try Base64.decode(String(lines[1])) } catch { throw .wire(error) }
    guard der.starts(with: kind.prefix), der.count == kind.prefix.count + Ed25519Key.keyByteCount
    else {
      throw .pem(reason: "expected an \(kind.name) key (RFC 8410), found another kind of key")
    }
    return Array(der.dropFirst(kind.prefix.count))
  }
}
