public import AssayCryptography
public import AssaySpecification

/// What a provider's claim must be about before a job goes on with it.
public struct ClaimExpectation: Hashable, Sendable {
  /// The job's name.
  public let job: String
  /// SHA-256 of the terms' exact bytes.
  public let terms: Digest
  /// The provider that accepted the job.
  public let provider: VerifyingKey
  /// SHA-256 of the spec's exact bytes.
  public let spec: Digest
  /// The root over the examples.
  public let dataRoot: Digest
  /// The first step of the segment.
  public let firstStep: UInt64
  /// The root of the segment's first state; nil where the spec gives it.
  public let firstRoot: Digest?
  /// The last step of the segment.
  public let lastStep: UInt64
  /// How many records the trace of the whole segment must have.
  public let traceSize: UInt64
  /// Where the claim may end early: after any whole number of intervals of so many steps; nil where
  /// it must reach the last step.
  public let interval: UInt64?
  /// What the claim must have measured; nil where the terms do not care.
  public let metric: QualityMeasure.Metric?
  /// Whether the claim must say how the artefact is delivered; else it must not.
  public let isDelivered: Bool

  /// What a claim must be about.
  public init(
    job: String, terms: Digest, provider: VerifyingKey, spec: Digest, dataRoot: Digest,
    firstStep: UInt64, firstRoot: Digest? = nil, lastStep: UInt64, traceSize: UInt64,
    interval: UInt64? = nil, metric: QualityMeasure.Metric? = nil, isDelivered: Bool = false
  ) {
    self.job = job
    self.terms = terms
    self.provider = provider
    self.spec = spec
    self.dataRoot = dataRoot
    self.firstStep = firstStep
    self.firstRoot = firstRoot
    self.lastStep = lastStep
    self.traceSize = traceSize
    self.interval = interval
    self.metric = metric
    self.isDelivered = isDelivered
  }

  /// What is expected of a claim that ends early, if it ends where it may.
  func ending(at step: UInt64) -> ClaimExpectation? {
    guard let interval, interval > 0, step > firstStep, step < lastStep,
      (step - firstStep).isMultiple(of: interval)
    else { return nil }
    return ClaimExpectation(
      job: job, terms: terms, provider: provider, spec: spec, dataRoot: dataRoot,
      firstStep: firstStep, firstRoot: firstRoot, lastStep: step,
      traceSize: (step - firstStep) / interval + 1)
  }
}

/// A signed claim about exactly what the terms ask for: this room alone makes one, by `admit`.
///
/// - Soundness: the provider claims it; whether it is true is what a verdict says.
public struct AdmittedClaim: Hashable, Sendable {
  /// SHA-256 of the envelope's pre-authentication encoding: what draws, logs and verdicts name.
  public let identity: Digest
  /// Who claims it.
  public let provider: VerifyingKey
  /// The step whose state it starts from.
  public let firstStep: UInt64
  /// The step whose state it ends with.
  public let lastStep: UInt64
  /// The root over the trace.
  public let traceRoot: Digest
  /// How many records the trace has.
  public let traceSize: UInt64
  /// The root of the first state.
  public let firstRoot: Digest
  /// The root of the last state.
  public let lastRoot: Digest
  /// SHA-256 of the artefact.
  public let artefact: Digest
  /// How well the last state does, if that was measured.
  public let quality: Quality?
  /// The artefact as the buyer gets it.
  public let delivery: Delivery?
  /// The claim itself.
  let contents: ProviderClaim

  init(_ claim: ProviderClaim, identity: Digest) {
    self.identity = identity
    provider = claim.provider
    firstStep = claim.firstStep
    lastStep = claim.lastStep
    traceRoot = claim.traceRoot
    traceSize = claim.traceSize
    firstRoot = claim.firstRoot
    lastRoot = claim.lastRoot
    artefact = claim.artefact
    quality = claim.quality
    delivery = claim.delivery
    contents = claim
  }

  /// Admits a signed claim, or says why not.
  ///
  /// - Throws: `claim` for the envelope; `mismatch` naming the field that is about something else.
  public static func admit(
    _ envelopeBytes: [UInt8], expecting expected: ClaimExpectation
  ) throws(EvidenceError) -> AdmittedClaim {
    let opened: OpenedClaim
    do throws(SpecificationError) {
      opened = try ProviderClaim.open(envelopeBytes)
    } catch { throw .claim(error) }
    let claim = opened.claim
    let expected = expected.ending(at: claim.lastStep) ?? expected
    guard claim.job.utf8.elementsEqual(expected.job.utf8) else {
      throw .mismatch(field: "job", expected: expected.job, found: claim.job)
    }
    try match("terms", expected.terms, claim.terms)
    guard claim.provider == expected.provider else {
      throw .mismatch(
        field: "provider", expected: expected.provider.description,
        found: claim.provider.description)
    }
    try match("spec", expected.spec, claim.spec)
    try match("data root", expected.dataRoot, claim.dataRoot)
    for (field, wanted, found) in [
      ("first step", expected.firstStep, claim.firstStep),
      ("last step", expected.lastStep, claim.lastStep),
      ("trace size", expected.traceSize, claim.traceSize),
    ] where wanted != found {
      throw .mismatch(field: field, expected: String(wanted), found: String(found))
    }
    if let root = expected.firstRoot { try match("first root", root, claim.firstRoot) }
    if let metric = expected.metric, claim.quality?.metric != metric {
      throw .mismatch(
        field: "quality", expected: metric.rawValue, found: claim.quality?.description ?? "none")
    }
    guard (claim.delivery != nil) == expected.isDelivered else {
      throw .mismatch(
        field: "delivery", expected: expected.isDelivered ? "a sealed artefact" : "none",
        found: claim.delivery?.sealed.hex ?? "none")
    }
    return AdmittedClaim(claim, identity: opened.identity)
  }
}
