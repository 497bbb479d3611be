internal import AssayCryptography
internal import AssayFiles
internal import AssaySpecification
internal import AssayWire

/// The secret that hides the states and data of a spec with hiding proofs, as 64 hex digits in a
/// file.
enum HidingSecret {
  private static let limit = 4096

  /// Makes a secret for a new spec; a file that is there already belongs to another one.
  static func make(at path: String) throws -> Digest {
    guard !FileAccess.exists(path) else { throw FileAccess.alreadyExists(path) }
    let secret = try Digest(bytes: RandomBytes.make(Digest.byteCount))
    try FileAccess.write(Array((secret.hex + "\n").utf8), to: path, mode: 0o600)
    return secret
  }

  /// Reads the secret of a spec that hides its states; nil for any other spec.
  static func read(at path: String?, for spec: Spec) throws -> Digest? {
    guard spec.proof?.isHiding == true else { return nil }
    guard let path else {
      throw UsageError(
        "The spec's proofs hide weights and data, so its states are hashed with a secret.",
        hint: "Name the file that assay spec new wrote, or that you were given, with --secret.")
    }
    let text = String(decoding: try FileAccess.read(path, limit: limit), as: UTF8.self)
    let digits = text.hasSuffix("\n") ? String(text.dropLast()) : text
    do {
      return try Digest(bytes: try Hex.decode(digits))
    } catch {
      throw OperationError("'\(path)' holds no secret of a spec: expected 64 hex digits.")
    }
  }
}
