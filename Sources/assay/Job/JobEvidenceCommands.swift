internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayMerkle
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage
internal import AssayWire

/// `assay job log`: the operator shows the claim in the log.
struct JobLogCommand: Command {
  static let description = CommandDescription(
    name: "log", abstract: "Append a job's claim to the log and prove it to the machine.",
    discussion: """
      The operator signs the head of the log, which is kept in the database; the machine checks the
      head's signature and the inclusion proof. Only then may the secrets be revealed.
      """,
    examples: [CommandExample("assay job log job-1 --key operator.key", "Logs the claim.")])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The operator's private key.") var key: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let operatorKey = try KeyFiles.signingKey(at: key)
    let claim = try store.claimEnvelope(of: job)
    let evidence = try store.log(
      .claim, claim, for: job, signingWith: operatorKey)
    return try database.apply(
      .logged(job: job, evidence: evidence), to: store, console,
      also: [JSONMember(name: "logIndex", value: .integer(evidence.proof.leafIndex))])
  }
}

/// `assay job reveal`: a party reveals its secret.
struct JobRevealCommand: Command {
  static let description = CommandDescription(
    name: "reveal", abstract: "Reveal the operator's secret, then the buyer's.",
    discussion: """
      Both hashes stand in the terms. The second reveal fixes the draw. Who does not reveal in time
      bears the consequence: see `assay job expire`. Where a job has several claims, each has a
      secret of its own, which follows from the file.
      """,
    examples: [
      CommandExample("assay job reveal job-1 --secret operator.secret --by operator", "First."),
      CommandExample("assay job reveal job-1 --secret buyer.secret --by buyer", "Second."),
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The secret, as `assay terms secret` writes it.") var secret: String
  @Option("role", help: "Whose secret it is.") var by: RevealRole
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let last = try SecretFiles.secret(at: secret)
    // Of a job with several claims the file holds the last secret, from which the others follow.
    let next = try Randomness.secret(
      behind: try store.job(job).secretHash(of: by), from: last, by: by)
    return try database.apply(.reveal(job: job, role: by, secret: next ?? last), to: store, console)
  }
}

extension RevealRole: ArgumentValue {}

/// `assay job draw`: writes the challenge.
struct JobDrawCommand: Command {
  static let description = CommandDescription(
    name: "draw", abstract: "Write the challenge: which intervals must be opened.",
    discussion: """
      Follows from the terms, the claim and both secrets; anyone can draw again. Changes nothing.
      """,
    examples: [
      CommandExample("assay job draw job-1 --out challenge.json", "Then `assay open` answers it.")
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "Where to write the challenge.") var out: String
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let job = try database.openExisting().job(job)
    guard let challenge = job.challenge else {
      throw OperationError(
        "the job '\(job.id)' is \(job.phase.name.rawValue); nothing is drawn before both secrets "
          + "are revealed.")
    }
    try FileAccess.write(challenge.encoded, to: out)
    try console.print("challenge  \(out)")
    try console.print("seed       \(challenge.draw.seed)")
    try console.print(
      "intervals  \(challenge.indices.count) of \(challenge.draw.intervalCount): "
        + challenge.indices.prefix(40).map(String.init).joined(separator: " ")
        + (challenge.indices.count > 40 ? " …" : ""))
    try console.json(
      .object([
        "challenge": .string(out), "seed": .string(challenge.draw.seed.hex),
        "intervalCount": .integer(challenge.draw.intervalCount),
        "intervals": .array(challenge.indices.map { .integer($0) }),
      ]))
    return .success
  }
}

/// `assay job verdict`: hands in a signed verdict.
struct JobVerdictCommand: Command {
  static let description = CommandDescription(
    name: "verdict", abstract: "Log a signed verdict and hand it to the machine.",
    discussion: """
      Money moves on nothing else. Refused where the verdict is not by a key that the terms admit,
      or not about exactly this job, its terms, claim, policy and draw. In a dispute the referee's
      verdict is expected.

      A verdict that rests on proofs needs them, and the spec: they are kept in the database,
      checked again with GMP, and once more by `assay job close`, before the money moves.
      """,
    examples: [
      CommandExample(
        "assay job verdict job-1 verdict.json --key operator.key",
        "Opens the challenge window, or decides a dispute."),
      CommandExample(
        "assay job verdict job-1 verdict.json --key operator.key --proofs proofs --spec spec.json",
        "The same, of a verdict that rests on proofs."),
    ])

  @Argument(help: "The job's name.") var job: String
  @Argument(help: "The signed verdict, as `assay audit` writes it.") var verdict: String
  @Option("file", help: "The operator's private key, for the log.") var key: String
  @Option("file", help: "The nonce of the answer that you are bound to.") var nonce: String?
  @Option("folder", help: "The proofs that the verdict rests on.") var proofs: String?
  @Option("file", help: "The spec that they are about.") var spec: String?
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let operatorKey = try KeyFiles.signingKey(at: key)
    let bytes = try FileAccess.read(verdict, limit: Envelope.maximumByteCount)
    // A verdict that cannot be admitted is not logged: the machine would refuse it anyway.
    let opened = try Verdict.open(bytes)
    try keep(opened.verdict.proved, in: store)
    let evidence = try store.log(.verdict, bytes, for: job, signingWith: operatorKey)
    let nonce = try nonce.map { try SecretFiles.secret(at: $0) } ?? []
    return try database.apply(
      .verdict(job: job, envelope: bytes, evidence: evidence, nonce: nonce), to: store, console,
      also: [JSONMember(name: "logIndex", value: .integer(evidence.proof.leafIndex))])
  }
}

extension JobVerdictCommand {
  /// Keeps the proofs that the verdict names, and the spec.
  private func keep(_ proved: [ProvedInterval], in store: SettlementStore) throws {
    guard let proofs, let spec else {
      guard proofs == nil, spec == nil else {
        throw UsageError(
          "Proofs and spec belong together.", hint: "Add --proofs proofs --spec spec.json.")
      }
      return
    }
    let terms = try store.job(job).terms.contents
    let specBytes = try InputFiles.spec(spec).bytes
    guard SHA256.digest(of: specBytes) == terms.work.spec else {
      throw OperationError("'\(spec)' is not the spec of the job '\(job)'.")
    }
    try store.keep(evidence: specBytes)
    let folder = ProofFolder(proofs)
    for interval in proved {
      guard let bytes = try folder.proof(interval.interval) else {
        throw OperationError(
          "the verdict rests on a proof of interval \(interval.interval), and "
            + "'\(folder.file(interval.interval))' is not there.")
      }
      guard SHA256.digest(of: bytes) == interval.proof else {
        throw OperationError(
          "'\(folder.file(interval.interval))' is not the proof that the verdict names.")
      }
      try store.keep(evidence: bytes)
    }
  }
}

/// `assay job dispute`: challenges the verdict that stands.
struct JobDisputeCommand: JobPartyCommand {
  static let description = CommandDescription(
    name: "dispute", abstract: "Challenge the verdict that stands; your bond is held.",
    discussion: """
      The referee in the terms decides. If it agrees with you, the bond comes back; where a fault is
      shown that the first verdict had not, you have the finder's share of the stake. If not, the
      bond pays the referee and the rest is lost.
      """,
    examples: [CommandExample("assay job dispute job-1 --key challenger.key", "Holds the bond.")])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The challenger's private key.") var key: String
  var database = JobDatabase()

  func action(by party: VerifyingKey) -> JobAction { .challenge(job: job, by: party) }
}

extension SettlementStore {
  /// Appends a statement to the log and proves it under a head that the job's operator signs.
  func log(
    _ kind: LogEntry.Kind, _ envelope: [UInt8], for name: String, signingWith key: SigningKey
  ) throws -> LogEvidence {
    let log = try job(name).terms.contents.parties.log
    guard log.key == key.verifyingKey else {
      throw OperationError("the key is not that of the log's operator in the terms of '\(name)'.")
    }
    _ = try appendToLog(kind, envelope: envelope)
    return try proveInLog(
      Envelope(decoding: envelope).identity, origin: log.origin, signingWith: key)
  }
}
