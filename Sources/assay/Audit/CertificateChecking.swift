internal import AssayAccelerators
internal import AssayAuditing
internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayFiles
internal import AssayProving
internal import AssaySpecification
internal import AssayTraining
internal import AssayVerification
internal import AssayWire

/// Checks a certificate with nothing but the file, and the data where intervals are executed again.
struct CertificateChecking {
  let file: String
  let files: DataOptions
  let weights: WeightsOptions
  let test: TestDataOptions
  let options: BackendOptions

  func run(_ console: Console) throws -> ExitCode {
    let certificate: CertificateFile
    let spec: Spec
    let challenge: Challenge
    let claim: [UInt8]
    do {
      certificate = try CertificateFile(file)
      spec = try Spec(decoding: certificate.spec())
      claim = try certificate.claim()
      challenge = try Challenge(decoding: certificate.challenge())
    } catch {
      return try refuse("\(error)", console)
    }
    guard case .delay = challenge.source else {
      return try refuse("its draw follows from secrets, not from a delay", console)
    }
    // A certificate covers what its claim covers, and says so.
    let opened = try? ProviderClaim.open(claim).claim
    try console.print("spec         \(spec.digest), \(spec.steps) steps")
    if let opened {
      try console.print("provider     \(opened.provider)")
      try console.print("covers       steps \(opened.firstStep) to \(opened.lastStep)")
    }
    let backend = try options.backend()
    // Proofs alone need no secret.
    let secret =
      try certificate.bundle == nil && options.secret == nil
      ? nil : options.hidingSecret(for: spec)
    let audit = Audit(
      spec: spec, expectation: AuditExpectation(lastStep: opened?.lastStep), backend: backend,
      referee: try options.referee(),
      hasher: PolynomialHasher(KernelLeafHasher(threads: options.threads), secret: secret),
      proofs: try ProofChecks(for: spec, secret: secret), clock: console.elapsed)
    let bar = console.progress(total: challenge.indices.count, unit: "intervals")
    defer { bar.finish() }
    let limit = spec.stateLayout.byteCount + (1 << 20)
    let report = try audit.examine(
      claim: claim, challenge: challenge, bundle: certificate.bundle ?? BundleBytes([]),
      answer: ProofAnswer(
        artefact: try certificate.artefact(limit: limit), isFinal: true,
        proof: certificate.proof),
      dataset: try files.dataset(
        for: spec, ifProofsSuffice: certificate.bundle == nil, secret: options.secret),
      testSet: try test.committed(for: spec, texts: files.texts), weights: weights.file()
    ) { event in
      switch event {
      case .reproduced(let interval, let count, _), .proved(let interval, let count):
        bar.update(count, remark: "interval \(interval)")
      case .passed: break
      }
    }
    bar.finish()
    try DeviceQuarantine.note(report, on: backend as? DeviceBackend, console)
    try AuditText.show(report, console)
    try GrindingText.show(challenge, console)
    try console.json(AuditText.json(report, verdict: nil))
    return switch report.outcome {
    case .accepted: .success
    case .rejected: .rejected
    case .inconclusive: .failed
    }
  }

  private func refuse(_ reason: String, _ console: Console) throws -> ExitCode {
    console.note("assay: '\(file)' is refused: \(reason)")
    try console.json(
      .object([
        "valid": .bool(false), "kind": .string("certificate"), "reason": .string(reason),
      ]))
    return .rejected
  }
}
