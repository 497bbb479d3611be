internal import AssayAttestations
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayMerkle
internal import AssaySettlement
internal import AssaySpecification
internal import AssayWire

/// `assay attest verify`: where a model is from.
struct AttestVerifyCommand: Command {
  static let description = CommandDescription(
    name: "verify",
    abstract:
      "Say of a model file: which data, which spec, who trained, who verified, how strongly.",
    discussion: """
      Reads the attestations beside the file, MODEL.intoto.jsonl unless --bundle names another,
      checks every signature and everything enclosed, draws the audited intervals again, and looks
      for the file's SHA-256 among the subjects.

      Keys say nothing by themselves: name whom you trust with --provider and --verifier. --terms
      compares the draw's secrets, the policy and the verifier with the terms of the job.
      --log-proof shows that the claim stands in a transparency log.

      Exits with 1 where something does not hold, where nobody has verified the model, or where a
      verifier that you trust has rejected it.
      """,
    examples: [
      CommandExample(
        "assay attest verify model.safetensors --provider provider.pub --verifier verifier.pub",
        "One screen."),
      CommandExample(
        "assay attest verify model.safetensors --verifier verifier.pub --terms terms.json --json",
        "For programs."),
    ])

  @Argument(help: "The model: a safetensors file.") var model: String
  @Option("file", help: "The attestations; MODEL.intoto.jsonl if left out.") var bundle: String?
  @Option("file", help: "The public key of who must have trained.") var provider: String?
  @Option("file", help: "The public key of a verifier that you trust.") var verifier: [String]
  @Option("file", help: "The terms of the job.") var terms: String?
  @Option("file", help: "A proof that the claim is in the log (assay log prove).")
  var logProof: String?
  @Option("file", help: "For --log-proof: the public key of the log's operator.")
  var `operator`: String?

  func run(_ console: Console) throws -> ExitCode {
    guard (logProof == nil) == (`operator` == nil) else {
      throw UsageError(
        "A proof of logging is checked with the key of the log.", hint: "Add --operator key.pub.")
    }
    let digest = try fileDigest()
    let trusted = Trusted(
      provider: try provider.map(KeyFiles.verifyingKey),
      verifiers: try verifier.map(KeyFiles.verifyingKey),
      terms: try terms.map(InputFiles.terms), log: try log())
    let bytes = try FileAccess.read(
      bundle ?? model + ".intoto.jsonl", limit: AttestationBundle.maximumByteCount)
    let answer: ModelAnswer
    do {
      answer = try ModelAnswer(
        of: digest, by: try AttestationBundle(decoding: bytes), trusted: trusted)
    } catch let error as ModelAnswer.Refusal {
      return try refuse(error.reason, console)
    } catch let error as AttestationError {
      return try refuse("\(error)", console)
    }
    try ModelAnswerText.show(answer, file: model, console)
    try console.json(ModelAnswerText.json(answer))
    return answer.isGood ? .success : .rejected
  }

  private func log() throws -> (proof: LogProof, key: VerifyingKey)? {
    guard let logProof, let key = `operator` else { return nil }
    let bytes = try FileAccess.read(logProof, limit: LogProof.maximumByteCount)
    do {
      return (try LogProof(decoding: bytes), try KeyFiles.verifyingKey(at: key))
    } catch let error as MerkleError {
      throw OperationError("'\(logProof)': \(error)")
    }
  }

  private func fileDigest() throws -> Digest {
    let file = try OpenFile(model, for: .reading)
    var hash = SHA256()
    var offset = 0
    while offset < file.byteCount {
      let count = min(1 << 20, file.byteCount - offset)
      hash.update(try file.read(at: offset, count: count))
      offset += count
    }
    return hash.finalize()
  }

  private func refuse(_ reason: String, _ console: Console) throws -> ExitCode {
    console.note("assay: '\(model)': \(AuditText.printable(reason))")
    try console.json(.object(["holds": .bool(false), "reason": .string(reason)]))
    return .rejected
  }
}
