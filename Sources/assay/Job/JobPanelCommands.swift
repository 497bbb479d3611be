internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssayWire

/// `assay job answer`: a drawn verifier binds itself to its verdict.
struct JobAnswerCommand: Command {
  static let description = CommandDescription(
    name: "answer", abstract: "Bind yourself to your verdict before anybody shows one.",
    discussion: """
      Where the terms have a “panel”, the verifiers that the draw's seed names answer without
      knowing each other's answers: each first hands in a commitment to its signed verdict, and its
      bond is held. When all have, each shows its verdict with the nonce: assay job verdict
      --nonce. Who does not, loses the bond. `assay job status` names who is drawn.
      """,
    examples: [
      CommandExample(
        "assay job answer job-1 verdict.json --key verifier.key --nonce verdict.nonce",
        "Writes the nonce; keep it and the verdict to yourself until all have answered.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Argument(help: "Your signed verdict, as `assay audit` writes it.") var verdict: String
  @Option("file", help: "Your private key.") var key: String
  @Option("file", help: "Where to write the nonce; one that is there is used again.") var nonce:
    String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let party = try KeyFiles.signingKey(at: key).verifyingKey
    let opened = try Verdict.open(FileAccess.read(verdict, limit: Envelope.maximumByteCount))
    guard opened.verifier == party else {
      throw OperationError("'\(verdict)' is not signed with the key '\(key)'.")
    }
    guard opened.verdict.showsWork else {
      throw OperationError(
        "'\(verdict)' accepts and shows no work, which a panel takes for none; audit again: "
          + "`assay audit` writes it into the verdict.")
    }
    if !FileAccess.exists(nonce) {
      let fresh = Hex.encode(RandomBytes.make(SealedAnswer.nonceByteCount))
      try FileAccess.write(Array((fresh + "\n").utf8), to: nonce, mode: 0o600)
    }
    // Who is bound already must be able to show: a nonce that is there is never replaced.
    let secret = try SecretFiles.secret(at: nonce)
    let commitment = try SealedAnswer.commitment(
      to: opened.identity, by: party, nonce: secret)
    return try database.apply(
      .answer(job: job, by: party, commitment: commitment), to: store, console)
  }
}

/// How verifiers are drawn.
struct TermsPanelOptions: OptionGroup {
  @Option("count", in: 1...Terms.verifierLimit, help: "How many verifiers are drawn in a round.")
  var quorum: Int?
  @Option("amount", help: "What each drawn verifier puts up; the fee if left out.")
  var verifierBond: String?
  @Option("count", in: 1...16, help: "How many rounds there may be.") var rounds: Int = 3
  @Option("seconds", help: "For showing answers.") var answerSeconds: Int = 86_400
  @Option("count", in: 1...1_000_000, help: "How many of a million jobs are canaries.")
  var canaryMillionths: Int?
  @Option("amount", help: "With canaries: what it costs to execute the drawn intervals once.")
  var executionCost: String?
  @Option("file", help: "A guardian's public key; may be given several times.")
  var guardian: [String]
  @Option("count", in: 1...Terms.verifierLimit, help: "How many guardians it takes to stop a job.")
  var guardianQuorum: Int = 1

  /// Who may stop the job; nil where nobody was named.
  func readGuardians() throws -> Terms.Guardians? {
    guardian.isEmpty
      ? nil
      : Terms.Guardians(
        keys: try guardian.map { try KeyFiles.verifyingKey(at: $0) }, quorum: guardianQuorum)
  }

  private func canaries(_ asset: Asset) throws(UsageError) -> Terms.Panel.Canaries? {
    switch (canaryMillionths, executionCost) {
    case (nil, nil): nil
    case (let rate?, let cost?):
      Terms.Panel.Canaries(
        rateMillionths: rate,
        executionCost: try asset.amount(cost, option: "--execution-cost"))
    default:
      throw UsageError(
        "Whether canaries deter depends on their rate and on the cost of executing.",
        hint: "Say both: --canary-millionths 50000 --execution-cost 2.00.")
    }
  }

  /// The part of the terms; nil where any admitted verifier may answer.
  func read(_ asset: Asset, fee: Amount) throws(UsageError) -> Terms.Panel? {
    guard let quorum else {
      guard verifierBond == nil, canaryMillionths == nil, executionCost == nil else {
        throw UsageError(
          "Only drawn verifiers put up a bond, which canaries put at risk.",
          hint: "Say how many are drawn: --quorum 2.")
      }
      return nil
    }
    let bond = try verifierBond.map { text throws(UsageError) in
      try asset.amount(text, option: "--verifier-bond")
    }
    return Terms.Panel(
      quorum: quorum, bond: bond ?? fee, rounds: rounds, revealSeconds: answerSeconds,
      canaries: try canaries(asset))
  }
}
