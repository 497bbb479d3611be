internal import AssayFiles
internal import AssayCryptography
internal import AssayWire

/// `assay keygen`: makes a key pair for a buyer, a provider, a verifier or an operator.
struct KeygenCommand: Command {
  static let description = CommandDescription(
    name: "keygen",
    abstract: "Make an Ed25519 key pair to sign with.",
    discussion: """
      Writes NAME.key, the private key (PKCS#8 in PEM, readable by its owner only), and NAME.pub,
      the public key (SubjectPublicKeyInfo in PEM). Both are what `openssl pkey` reads. The key ID
      is the SHA-256 of the 32 bytes of the public key.
      """,
    examples: [
      CommandExample(
        "assay keygen --out provider", "Writes provider.key and provider.pub in this folder.")
    ])

  @Option("name", help: "The path of the two files, without .key and .pub.") var out: String
  @Flag(help: "Replace existing files. A replaced private key cannot be brought back.")
  var force: Bool

  func run(_ console: Console) throws -> ExitCode {
    let privatePath = out + ".key"
    let publicPath = out + ".pub"
    // Both names are looked at before either file is written, so that no half of a pair is left.
    for path in [privatePath, publicPath] where !force && FileAccess.exists(path) {
      throw FileAccess.alreadyExists(path)
    }
    let key = try SigningKey(seed: RandomBytes.make(SigningKey.seedByteCount))
    try FileAccess.write(
      Array(key.pem.utf8), to: privatePath, mode: 0o600, replacing: force)
    try FileAccess.write(Array(key.verifyingKey.pem.utf8), to: publicPath, replacing: force)
    try console.print("private key  \(privatePath)  (keep it secret)")
    try console.print("public key   \(publicPath)")
    try console.print("key ID       \(key.verifyingKey.keyID)")
    try console.json(
      .object([
        "privateKey": .string(privatePath), "publicKey": .string(publicPath),
        "keyID": .string(key.verifyingKey.keyID),
      ]))
    return .success
  }
}
