internal import AssayCryptography
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// `assay claim`: signs the claim over what a run has done.
struct ClaimCommand: Command {
  static let description = CommandDescription(
    name: "claim",
    abstract: "Sign the claim over a run, or over what of it is done so far.",
    discussion: """
      The claim is an in-toto statement in a DSSE envelope, signed with Ed25519. It binds the job
      and its terms, the provider, the spec, the data, the steps covered, the first and the last
      state, the trace and the artefact (the last state's safetensors file). Where the spec measures
      a quality, the last state is measured on the test set, and the claim states the result.

      It is written to claim.json in the run folder. While a run goes on, the claim covers the
      steps up to the last stored state; a later claim covers more of the same trace.
      """,
    examples: [
      CommandExample("assay claim run", "Signs with the key that `assay train` made."),
      CommandExample(
        "assay claim run --key provider.key --terms terms.json",
        "Claims for a job, with the provider's own key."),
    ])

  @Argument(help: "The run folder.") var run: String
  @Option("file", help: "The provider's private key; provider.key in the run folder if left out.")
  var key: String?
  @Option("file", help: "The terms of the job that the work is for.") var terms: String?
  @Option("step", in: 1...1 << 40, help: "Cover only the steps up to this one.") var upTo: UInt64?
  @Option("path", help: "Where to write the claim.") var out: String?
  var delivery = DeliveryOptions()
  var test = TestDataOptions()
  var texts = TextOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let directory = try RunDirectory.open(run)
    let key = try KeyFiles.signingKey(at: self.key ?? run + "/provider.key")
    guard key.verifyingKey == directory.provider else {
      throw OperationError(
        "The trace in '\(run)' was made for provider \(directory.provider.keyID.prefix(16))…, "
          + "the key is that of \(key.verifyingKey.keyID.prefix(16))…. "
          + "Sign with the provider's key.")
    }
    let job = try TermsReference(path: terms)
    let backend = try options.backend()
    let weights = try directory.weights()
    let evaluator = try test.committed(for: directory.spec, texts: texts).flatMap {
      try Evaluator.measuring(directory.spec, testSet: $0, backend: backend, weights: weights)
    }
    let claim = try directory.claim(
      job: job.job, terms: job.digest, upTo: upTo, hasher: options.hasher(for: directory.spec),
      evaluator: evaluator, sealing: delivery.sealing())
    let envelope = claim.signed(by: key)
    let path = out ?? directory.claimPath
    try FileAccess.write(envelope.encoded, to: path)
    try console.print("claim        \(path)")
    try console.print("identity     \(envelope.identity)")
    try console.print("job          \(claim.job.isEmpty ? "none" : claim.job)")
    try console.print(
      "steps        \(claim.firstStep) to \(claim.lastStep) of \(directory.spec.steps)")
    try console.print("last state   \(claim.lastRoot)")
    try console.print("trace        \(claim.traceSize) records, root \(claim.traceRoot)")
    try console.print("artefact     \(claim.artefact)")
    if let delivery = claim.delivery { try console.print("sealed       \(delivery.sealed)") }
    if let quality = claim.quality { try console.print("quality      \(quality)") }
    try console.json(
      .object([
        "claim": .string(path), "identity": .string(envelope.identity.hex),
        "job": .string(claim.job), "terms": .string(claim.terms.hex),
        "firstStep": .integer(claim.firstStep), "lastStep": .integer(claim.lastStep),
        "firstRoot": .string(claim.firstRoot.hex), "lastRoot": .string(claim.lastRoot.hex),
        "traceSize": .integer(claim.traceSize), "traceRoot": .string(claim.traceRoot.hex),
        "artefact": .string(claim.artefact.hex), "quality": claim.quality?.json ?? .null,
      ]))
    return .success
  }
}

/// The job's name and the digest of its terms, as a claim refers to them.
struct TermsReference {
  var job: String
  var digest: Digest

  static let byteCountLimit = 1 << 20

  /// Reads the job from a terms file; without one the claim is for no job.
  init(path: String?) throws {
    guard let path else {
      (job, digest) = ("", .zero)
      return
    }
    let bytes = try FileAccess.read(path, limit: Self.byteCountLimit)
    guard case .object(let members) = try JSONValue.parse(bytes),
      case .string(let name)? = members.first(where: { $0.name == "job" })?.value
    else {
      throw OperationError("'\(path)' is no terms file: it names no job.")
    }
    job = name
    digest = SHA256.digest(of: bytes)
  }
}
