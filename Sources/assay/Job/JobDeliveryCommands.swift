internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// `assay job deliver`: the provider discloses the key of the sealed artefact.
struct JobDeliverCommand: Command {
  static let description = CommandDescription(
    name: "deliver", abstract: "Disclose the key of the sealed artefact, and be paid for it.",
    discussion: """
      Where the terms have a “delivery”, accepted work is paid in the same step in which its key is
      disclosed: never the one without the other. Who does not disclose it in time is not paid, and
      loses the part of its stake that is for not delivering.
      """,
    examples: [
      CommandExample("assay job deliver job-1 --file-key artefact.sealed.key", "After close.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The key, as `assay claim --deliver` writes it.") var fileKey: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    try database.apply(
      .deliver(job: job, key: SecretFiles.secret(at: fileKey)), to: database.openExisting(),
      console)
  }
}

/// `assay job key`: the key that was released with the payment.
struct JobKeyCommand: Command {
  static let description = CommandDescription(
    name: "key", abstract: "Write the key of the sealed artefact that was paid for.",
    discussion: "Then `assay seal open` opens the artefact. Changes nothing.",
    examples: [CommandExample("assay job key job-1 --out artefact.key", "As the buyer.")])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "Where to write the key.") var out: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let job = try database.openExisting().job(job)
    guard let key = job.deliveryKey else {
      throw OperationError(
        job.terms.contents.delivery == nil
          ? "the terms of '\(job.id)' ask for no delivery, so that there is no key."
          : "the job '\(job.id)' is \(job.phase.name.rawValue), and its key is not disclosed.")
    }
    try SecretFiles.write(key, to: out)
    try console.print("key          \(out)")
    if let sealed = job.claim?.delivery?.sealed {
      try console.print("opens        the file of SHA-256 \(sealed)")
    }
    try console.json(.object(["key": .string(out)]))
    return .success
  }
}

/// How the artefact gets to the buyer.
struct TermsDeliveryOptions: OptionGroup {
  @Option(
    "seconds",
    help: "The artefact is delivered sealed; how long its key may take once the work is accepted.")
  var deliverySeconds: Int?

  /// The part of the terms; nil where buyer and provider see to the delivery themselves.
  var delivery: Terms.Delivery? { deliverySeconds.map(Terms.Delivery.init) }
}

/// Sealing the artefact for a claim.
struct DeliveryOptions: OptionGroup {
  @Option(
    "file",
    help: "Write the sealed artefact here, its key to FILE.key, and bind the claim to both.")
  var deliver: String?

  /// Seals an artefact's bytes; nil where it is not to be delivered.
  ///
  /// A key that is there is used again, so that a repeated claim is about the same file.
  func sealing() throws -> (([UInt8]) throws(TrainingError) -> Delivery)? {
    guard let deliver else { return nil }
    let path = deliver + ".key"
    if !FileAccess.exists(path) {
      try SecretFiles.write(RandomBytes.make(SealedHeader.keyByteCount), to: path)
    }
    let key = try SecretFiles.secret(at: path)
    return { artefact throws(TrainingError) in
      var pieces: [[UInt8]] = []
      guard let delivery = try? Delivery(sealing: artefact, key: key, to: { pieces.append($0) })
      else { throw .runDirectory(reason: "'\(path)' holds no key of a sealed file") }
      do throws(FileError) {
        try FileAccess.write(pieces: pieces, to: deliver)
      } catch { throw .file(error) }
      return delivery
    }
  }
}
