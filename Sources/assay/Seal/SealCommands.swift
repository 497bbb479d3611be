internal import AssayCryptography
internal import AssayFiles
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

/// `assay seal …`: files that only some may read.
enum SealCommands {
  static let group = CommandGroup(
    name: "seal", abstract: "Encrypt bundles and artefacts for those who may read them.",
    sections: [
      .init(
        title: "Sealing",
        nodes: [
          .command(SealKeyCommand.self), .command(SealFileCommand.self),
          .command(SealOpenCommand.self),
        ])
    ])
}

/// `assay seal key`: makes an encryption key and the card that says whose it is.
struct SealKeyCommand: Command {
  static let description = CommandDescription(
    name: "key", abstract: "Make an encryption key, and a signed card that says whose it is.",
    discussion: """
      Writes NAME.key, an X25519 private key (PKCS#8 in PEM, readable by its owner only), and
      NAME.card, which says that whoever writes to you encrypts for its public half. The card is
      signed with your Ed25519 key; publish it.
      """,
    examples: [
      CommandExample(
        "assay seal key --key verifier.key --out verifier-seal",
        "Writes verifier-seal.key and verifier-seal.card.")
    ])

  @Option("file", help: "Your private signing key.") var key: String
  @Option("name", help: "The path of the two files, without .key and .card.") var out: String
  @Flag(help: "Replace existing files. What was sealed for a replaced key cannot be opened.")
  var force: Bool

  func run(_ console: Console) throws -> ExitCode {
    let party = try KeyFiles.signingKey(at: key)
    let (privatePath, cardPath) = (out + ".key", out + ".card")
    for path in [privatePath, cardPath] where !force && FileAccess.exists(path) {
      throw FileAccess.alreadyExists(path)
    }
    let key = try EncryptionKey(bytes: RandomBytes.make(EncryptionKey.byteCount))
    let card = EncryptionCard.signed(key.publicKey, by: party)
    try FileAccess.write(Array(key.pem.utf8), to: privatePath, mode: 0o600, replacing: force)
    try FileAccess.write(card.encoded, to: cardPath, replacing: force)
    try console.print("private key  \(privatePath)  (keep it secret)")
    try console.print("card         \(cardPath)")
    try console.print("party        \(party.verifyingKey)")
    try console.json(
      .object([
        "privateKey": .string(privatePath), "card": .string(cardPath),
        "party": .string(party.verifyingKey.description),
        "x25519": .string(key.publicKey.description),
      ]))
    return .success
  }
}

/// `assay seal file`: encrypts a file.
struct SealFileCommand: Command {
  static let description = CommandDescription(
    name: "file", abstract: "Encrypt a file for the owners of some cards.",
    discussion: """
      Nobody else can read it, and nobody can change, cut or reorder it unseen. With --job it is for
      exactly the verifiers that are drawn now, and a card that is missing or another's is named.
      """,
    examples: [
      CommandExample(
        "assay seal file bundle --for verifier-seal.card --out bundle.sealed",
        "For one verifier."),
      CommandExample(
        "assay seal file bundle --for a.card --for b.card --job job-1 --out bundle.sealed",
        "For the two verifiers that job-1 has drawn."),
    ])

  @Argument(help: "The file.") var file: String
  @Option("file", help: "The card of who may read it; may be given several times.")
  var `for`: [String]
  @Option("name", help: "Only for the verifiers that are drawn in this job.") var job: String?
  @Option("file", help: "Where to write the sealed file.") var out: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    guard !self.for.isEmpty else {
      throw UsageError("Nobody could read it.", hint: "Say who may: --for verifier-seal.card.")
    }
    let cards = try self.for.map { path in
      do {
        return try EncryptionCard(
          decoding: FileAccess.read(path, limit: Envelope.maximumByteCount))
      } catch let error as CryptographyError {
        throw OperationError("'\(path)' is no card: \(error).")
      }
    }
    if let job { try check(cards, areOfTheDrawnIn: database.openExisting().job(job)) }
    let key = RandomBytes.make(SealedHeader.keyByteCount)
    let header = try SealedHeader(key: key, recipients: cards.map(\.key)) {
      () throws(CryptographyError) in
      try EncryptionKey(bytes: RandomBytes.make(EncryptionKey.byteCount))
    }
    try SealedFiles.seal(file, to: out, header, key: key)
    try console.print("sealed       \(out)")
    for card in cards { try console.print("for          \(card.party)") }
    try console.json(
      .object([
        "sealed": .string(out),
        "for": .array(cards.map { .string($0.party.description) }),
      ]))
    return .success
  }

  private func check(_ cards: [EncryptionCard], areOfTheDrawnIn job: Job) throws {
    let drawn = job.panelists
    guard !drawn.isEmpty else {
      throw OperationError(
        "no verifiers are drawn in '\(job.id)', which is \(job.phase.name.rawValue).")
    }
    if let stranger = cards.first(where: { !drawn.contains($0.party) }) {
      throw OperationError("\(stranger.party) is not drawn in '\(job.id)'.")
    }
    if let missing = drawn.first(where: { key in !cards.contains { $0.party == key } }) {
      throw OperationError("\(missing) is drawn in '\(job.id)', and its card is not given.")
    }
  }
}

/// `assay seal open`: decrypts a file.
struct SealOpenCommand: Command {
  static let description = CommandDescription(
    name: "open", abstract: "Decrypt a sealed file.",
    discussion: """
      With your encryption key, where it was sealed for your card; or with the file's own key, as an
      artefact's is released with the payment. Nothing is written unless every byte is right.
      """,
    examples: [
      CommandExample(
        "assay seal open bundle.sealed --key verifier-seal.key --out bundle", "As a verifier."),
      CommandExample(
        "assay seal open artefact.sealed --file-key artefact.key --out model.safetensors",
        "As the buyer."),
    ])

  @Argument(help: "The sealed file.") var file: String
  @Option("file", help: "Your encryption key, as `assay seal key` writes it.") var key: String?
  @Option("file", help: "The file's own key: 64 hex digits.") var fileKey: String?
  @Option("file", help: "Where to write what is in it.") var out: String

  func run(_ console: Console) throws -> ExitCode {
    let header = try SealedFiles.header(of: file)
    let secret: [UInt8]
    switch (key, fileKey) {
    case (let path?, nil):
      do {
        secret = try header.key(for: EncryptionKey(pem: KeyFiles.text(at: path)))
      } catch let error as CryptographyError {
        throw OperationError("'\(path)' does not open '\(file)': \(error).")
      }
    case (nil, let path?): secret = try SecretFiles.secret(at: path)
    default:
      throw UsageError(
        "It is opened with one key.", hint: "Give --key verifier-seal.key, or --file-key.")
    }
    try SealedFiles.open(file, to: out, header, key: secret)
    try console.print("opened       \(out)")
    try console.json(.object(["opened": .string(out)]))
    return .success
  }
}
