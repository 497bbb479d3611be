public import AssayCryptography

/// What the claim under audit must be about, as far as the terms say; what is nil is not compared.
public struct AuditExpectation: Hashable, Sendable {
  /// The job's name.
  public var job: String?
  /// SHA-256 of the terms' exact bytes.
  public var terms: Digest?
  /// The provider that was hired.
  public var provider: VerifyingKey?
  /// The first step of the claimed segment: 0 for a run from its start.
  public var firstStep: UInt64
  /// The root of the state after `firstStep`, as it was verified before; for a segment from step 0
  /// the spec gives it.
  public var firstRoot: Digest?
  /// The last step of the claimed segment; nil for the run's last.
  public var lastStep: UInt64?
  /// The hash of the buyer's secret in the terms.
  public var buyerSecretHash: Digest?
  /// The hash of the operator's secret in the terms.
  public var operatorSecretHash: Digest?

  /// Expects a whole run, and what is given.
  public init(
    job: String? = nil, terms: Digest? = nil, provider: VerifyingKey? = nil,
    firstStep: UInt64 = 0, firstRoot: Digest? = nil, lastStep: UInt64? = nil,
    buyerSecretHash: Digest? = nil, operatorSecretHash: Digest? = nil
  ) {
    self.job = job
    self.terms = terms
    self.provider = provider
    self.firstStep = firstStep
    self.firstRoot = firstRoot
    self.lastStep = lastStep
    self.buyerSecretHash = buyerSecretHash
    self.operatorSecretHash = operatorSecretHash
  }
}
