internal import AssayAccelerators
internal import AssayAuditing
internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayFiles
internal import AssayProving
internal import AssaySettlement
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import AssayWire

/// `assay audit`: executes the drawn intervals again or checks proofs of them, for a verdict.
struct AuditCommand: Command {
  static let description = CommandDescription(
    name: "audit",
    abstract: "Execute the drawn intervals again, or check proofs of them, and give a verdict.",
    discussion: """
      Takes the claim, the challenge, the provider's bundle, the spec and the data, and believes
      nothing that comes from the provider. Checked in this order: the claim's signature; that it
      is about this spec, these data and these terms; its steps and sizes; the verifier's own data;
      the bundle's shape; the records' places in the claimed trace; that the trace is the
      provider's own; the first state; the claim's ends; the artefact; its quality, where the spec
      measures one; and every drawn interval, by executing its steps and comparing the state that
      they end in, bit for bit.

      Where the terms let proofs count (proof, either, both), they are looked for in --proofs, or in
      the folder 'proofs' beside the claim, and checked with GMP. When every drawn interval is
      proved, neither bundle nor data are needed. The first state is recomputed all the same; the
      last one is compared with --artefact. Without that file an acceptance says that nobody looked
      at the artefact, and moves no money. If there are data, the spec's commitment to them for
      proofs is compared, too.

      An interval is executed a second time by other code before it is called wrong. Leave out
      --bundle when the provider's answer could not be had, perhaps through no fault of the
      provider's: the verdict is then inconclusive. Say --withheld when the provider was asked and
      its time is over: a drawn interval that is not opened counts as a wrong one, or cheats would
      answer only the draws that suit them.

      Exits with 0 when accepted, 1 when rejected, 3 when inconclusive. With --key the verdict is
      signed and written to --out.
      """,
    examples: [
      CommandExample(
        "assay audit run/claim.json --challenge challenge.json --bundle bundle --spec spec.json",
        "Audits a run on the generated task."),
      CommandExample(
        "assay audit claim.json --challenge challenge.json --bundle bundle --spec spec.json "
          + "--terms terms.json --key verifier.key --out verdict.json",
        "Audits for a job, and signs the verdict."),
      CommandExample(
        "assay audit claim.json --challenge challenge.json --proofs proofs --spec spec.json "
          + "--artefact last.safetensors --terms terms.json --key verifier.key",
        "Audits by proofs alone."),
    ])

  @Argument(help: "The signed claim.") var claim: String
  @Option("file", help: "The challenge.") var challenge: String
  @Option("file", help: "The provider's answer, as `assay open` writes it.") var bundle: String?
  @Option("folder", help: "The provider's proofs; 'proofs' beside the claim if left out.")
  var proofs: String?
  @Option("file", help: "The file of the last state, which a bundle has in it.")
  var artefact: String?
  @Option("file", help: "The key of the sealed artefact, where the claim is bound to one.")
  var fileKey: String?
  @Flag(help: "The provider did not answer in time: reject.") var withheld: Bool
  @Option("file", help: "The spec.") var spec: String
  @Option("file", help: "The claim, verified before, that this one continues.")
  var previous: String?
  @Option("file", help: "The terms of the job.") var terms: String?
  @Option("file", help: "Public key of the provider that was hired.") var provider: String?
  @Option(
    "step", in: 1...1 << 40, help: "The step that the claim must reach; the last if left out.")
  var upTo: UInt64?
  @Option("file", help: "The verifier's private key, to sign the verdict.") var key: String?
  @Option("file", help: "Where to write the signed verdict.") var out: String = "verdict.json"
  var files = DataOptions()
  var weights = WeightsOptions()
  var test = TestDataOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let spec = try InputFiles.spec(self.spec)
    let challenge = try Challenge(
      decoding: FileAccess.read(self.challenge, limit: Challenge.maximumByteCount))
    let signer = try key.map(KeyFiles.signingKey)
    let claim = try FileAccess.read(self.claim, limit: Envelope.maximumByteCount)
    let source = try bundleSource()
    let backend = try options.backend()
    // Proofs alone need no secret: the first state is the spec's.
    let data = try readable(console) { try dataset(for: spec, challenge.policy.method) }
    let secret =
      try data == nil && options.secret == nil ? nil : options.hidingSecret(for: spec)
    let audit = Audit(
      spec: spec, expectation: try expectation(spec), backend: backend,
      referee: try options.referee(),
      hasher: PolynomialHasher(KernelLeafHasher(threads: options.threads), secret: secret),
      proofs: try ProofChecks(for: spec, secret: secret), clock: console.elapsed)
    let bar = console.progress(total: challenge.indices.count, unit: "intervals")
    defer { bar.finish() }
    let report = try audit.examine(
      claim: claim, challenge: challenge, bundle: source, answer: proofAnswer(spec),
      deliveryKey: fileKey.map(SecretFiles.secret),
      dataset: data,
      testSet: try readable(console) { try test.committed(for: spec, texts: files.texts) },
      weights: weights.file()
    ) { event in
      switch event {
      case .reproduced(let interval, let count, _):
        bar.update(count, remark: "interval \(interval)")
      case .proved(let interval, let count):
        bar.update(count, remark: "proof of interval \(interval)")
      case .passed: break
      }
    }
    bar.finish()
    try DeviceQuarantine.note(report, on: backend as? DeviceBackend, console)
    let verdict = report.verdict(device: backend.name, hardware: backend.hardware)
    if let signer { try FileAccess.write(verdict.signed(by: signer).encoded, to: out) }
    try AuditText.show(report, signed: signer == nil ? nil : out, console)
    try console.json(AuditText.json(report, verdict: signer == nil ? nil : out))
    return switch report.outcome {
    case .accepted: .success
    case .rejected: .rejected
    case .inconclusive: .failed
    }
  }

  /// The provider's answer; an empty one where the provider gave none in its time.
  private func bundleSource() throws -> (any BundleSource)? {
    guard withheld else { return try bundle.map { try BundleFile($0) } }
    guard bundle == nil else {
      throw UsageError("--withheld says that there is no bundle.", hint: "Leave out one of them.")
    }
    return BundleBytes([])
  }

  /// The proofs that were handed in, and the artefact.
  private func proofAnswer(_ spec: Spec) throws -> ProofAnswer {
    let folder = try ProofFolder(named: proofs, claim: claim)
    let limit = spec.stateLayout.byteCount + (1 << 20)
    return ProofAnswer(
      artefact: try artefact.map { try FileAccess.read($0, limit: limit) }, isFinal: withheld
    ) { try folder?.proof($0) }
  }

  /// The data; nil where proofs are enough and nobody said where the data are.
  private func dataset(for spec: Spec, _ method: EvidenceMethod) throws -> Dataset? {
    try files.dataset(
      for: spec, ifProofsSuffice: method.isEnough(executed: false, proved: true),
      secret: options.secret)
  }

  private func expectation(_ spec: Spec) throws -> AuditExpectation {
    var expected = AuditExpectation(lastStep: upTo)
    var mayContinue = terms == nil
    if let terms {
      let agreed = try InputFiles.terms(terms)
      let contents = agreed.contents
      if let upTo, upTo != contents.work.lastStep, contents.continuity == nil {
        throw UsageError(
          "--up-to \(upTo): the terms ask for the steps up to \(contents.work.lastStep).")
      }
      mayContinue = contents.continuity != nil
      expected = AuditExpectation(
        job: contents.job, terms: agreed.digest,
        provider: contents.continuity == nil ? contents.parties.provider : nil,
        firstStep: contents.work.firstStep, firstRoot: contents.work.firstRoot,
        lastStep: upTo ?? contents.work.lastStep, buyerSecretHash: contents.buyerSecretHash,
        operatorSecretHash: contents.operatorSecretHash)
    }
    if let previous {
      let claim = try InputFiles.claim(previous)
      guard claim.spec == spec.digest else {
        throw OperationError("The claim in '\(previous)' is about another spec.")
      }
      guard mayContinue || expected.firstRoot == claim.lastRoot else {
        throw UsageError(
          "The terms do not continue the claim in '\(previous)'.",
          hint: "Leave out --previous: the terms say where the work starts.")
      }
      expected.firstStep = claim.lastStep
      expected.firstRoot = claim.lastRoot
    }
    if let provider { expected.provider = try KeyFiles.verifyingKey(at: provider) }
    return expected
  }

  /// The data, or nil with a remark when they cannot be read: the audit is then inconclusive.
  private func readable(_ console: Console, _ read: () throws -> Dataset?) throws -> Dataset? {
    do {
      return try read()
    } catch let error as DatasetError {
      console.note("assay: \(error)")
      return nil
    }
  }
}
