internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayMerkle
internal import AssaySettlement
internal import AssaySpecification
internal import AssayTransparency

/// The commands of the transparency log.
enum LogCommands {
  static let group = CommandGroup(
    name: "log", abstract: "Publish, prove and watch the log of claims, verdicts and receipts.",
    sections: [
      .init(
        title: "Keep",
        nodes: [
          .command(LogAppendCommand.self), .command(LogShowCommand.self),
          .command(LogExportCommand.self),
        ]),
      .init(
        title: "Check",
        nodes: [
          .command(LogProveCommand.self), .command(LogVerifyCommand.self),
          .command(LogWatchCommand.self),
        ]),
    ])
}

/// A signed statement as an entry of the log.
struct LoggedStatement {
  let kind: LogEntry.Kind
  let identity: Digest

  var entry: [UInt8] { LogEntry.bytes(kind, identity: identity) }

  /// Reads a signed claim, verdict, receipt, outcome of a dispute or guardian's vote; no signature
  /// is checked.
  init(file: String) throws {
    let bytes = try FileAccess.read(file, limit: Envelope.maximumByteCount)
    let envelope: Envelope
    let type: String
    do {
      envelope = try Envelope(decoding: bytes)
      type = try Statement(decoding: envelope.payload).predicateType
    } catch {
      throw OperationError("'\(file)' is no signed statement: \(error)")
    }
    switch type {
    case ProviderClaim.predicateType: kind = .claim
    case Verdict.predicateType: kind = .verdict
    case DisputeOutcome.predicateType: kind = .dispute
    case QuarantineVote.predicateType: kind = .quarantine
    case Receipt.predicateType: kind = .receipt
    default:
      throw OperationError(
        "'\(file)' is a statement of type \(type); the log holds claims, verdicts, receipts and "
          + "outcomes of disputes or guardians' votes.")
    }
    identity = envelope.identity
  }
}

/// Whose log it is.
struct LogKeyOptions: OptionGroup {
  @Option("file", help: "The public key of the log's operator.") var key: String
  @Option("name", help: "The log's origin line; what its head states if left out.")
  var origin: String?

  func verifyingKey() throws -> VerifyingKey { try KeyFiles.verifyingKey(at: key) }

  /// The origin that is expected: the one given, or that of a head.
  func origin(of head: SignedTreeHead) throws -> String {
    try origin ?? head.unverifiedHead().origin
  }
}
