internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayWire

/// Secrets for the draw and their hashes, each as hex digits in a file of its own.
enum SecretFiles {
  private static let limit = 4096

  static func secret(at path: String) throws -> [UInt8] {
    let bytes = try hex(at: path)
    guard bytes.count == Randomness.secretByteCount else {
      throw OperationError(
        "'\(path)' holds no secret: expected 64 hex digits. Make one with `assay terms secret`.")
    }
    return bytes
  }

  /// Writes a secret that only its owner can read.
  static func write(_ secret: [UInt8], to path: String) throws {
    try FileAccess.write(Array((Hex.encode(secret) + "\n").utf8), to: path, mode: 0o600)
  }

  static func hash(at path: String) throws -> Digest {
    do {
      return try Digest(bytes: try hex(at: path))
    } catch {
      throw OperationError("'\(path)' holds no hash of a secret: expected 64 hex digits.")
    }
  }

  private static func hex(at path: String) throws -> [UInt8] {
    let text = String(decoding: try FileAccess.read(path, limit: limit), as: UTF8.self)
    let digits = text.hasSuffix("\n") ? String(text.dropLast()) : text
    do {
      return try Hex.decode(digits)
    } catch { throw OperationError("'\(path)' holds no hex digits: \(error)") }
  }
}

/// `assay terms secret`: a secret for the draw.
struct TermsSecretCommand: Command {
  static let description = CommandDescription(
    name: "secret", abstract: "Make a secret for the draw, and its hash for the terms.",
    discussion: """
      Writes NAME.secret, readable by its owner only, and NAME.hash. The hash stands in the terms;
      the secret is revealed after the claim was logged. Use a new one for every job.
      """,
    examples: [
      CommandExample(
        "assay terms secret --by buyer --out buyer", "Writes buyer.secret and buyer.hash.")
    ])

  @Option("role", help: "Whose secret it is.") var by: RevealRole
  @Option("name", help: "The path of the two files, without .secret and .hash.") var out: String
  @Option("count", in: 1...256, help: "The most claims that the terms allow.") var claims: Int = 1
  @Flag(help: "Replace existing files.") var force: Bool

  func run(_ console: Console) throws -> ExitCode {
    let paths = (secret: out + ".secret", hash: out + ".hash")
    for path in [paths.secret, paths.hash] where !force && FileAccess.exists(path) {
      throw FileAccess.alreadyExists(path)
    }
    let secret = RandomBytes.make(Randomness.secretByteCount)
    let hash = try Randomness.commitment(to: secret, by: by, claims: claims)
    try FileAccess.write(
      Array((Hex.encode(secret) + "\n").utf8), to: paths.secret, mode: 0o600, replacing: force)
    try FileAccess.write(Array((hash.hex + "\n").utf8), to: paths.hash, replacing: force)
    try console.print("secret  \(paths.secret)  (keep it until the claim is logged)")
    try console.print("hash    \(hash)")
    try console.json(
      .object([
        "secret": .string(paths.secret), "hashFile": .string(paths.hash),
        "hash": .string(hash.hex),
      ]))
    return .success
  }
}
