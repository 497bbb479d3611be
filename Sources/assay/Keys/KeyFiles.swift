internal import AssayFiles
internal import AssayCryptography

/// Reads the keys that `assay keygen` writes, and that OpenSSL reads and writes too.
enum KeyFiles {
  /// A key in PEM has about 120 bytes; more than this is another file.
  static let limit = 16 * 1024

  static func signingKey(at path: String) throws -> SigningKey {
    let pem = try text(at: path)
    do {
      return try SigningKey(pem: pem)
    } catch {
      throw OperationError("'\(path)' holds no Ed25519 private key: \(error)")
    }
  }

  static func verifyingKey(at path: String) throws -> VerifyingKey {
    let pem = try text(at: path)
    do {
      return try VerifyingKey(pem: pem)
    } catch {
      throw OperationError("'\(path)' holds no Ed25519 public key: \(error)")
    }
  }

  static func text(at path: String) throws -> String {
    String(decoding: try FileAccess.read(path, limit: limit), as: UTF8.self)
  }
}
