internal import AssayAccounting
public import AssayCryptography
public import AssayEvidence
public import AssaySettlement
internal import AssayTestSupport

/// A verdict that a drawn verifier has bound itself to.
struct SealedVerdict {
  var job: String
  var verifier: VerifyingKey
  var envelope: [UInt8]
  var nonce: [UInt8]
}

extension Market {
  /// The private keys of the verifiers who must answer now.
  public func panel(_ job: String) -> [SigningKey] {
    machine.jobs[job]?.panelists.compactMap { signingKey(of: $0) } ?? []
  }

  /// The command by which a verifier binds itself to a verdict, which is remembered.
  public mutating func sealing(
    _ job: String, _ outcome: Verdict.Outcome, by key: SigningKey,
    work: Digest? = SHA256.digest(of: [9])
  ) throws -> Command.Action {
    let envelope = try verdict(job, outcome, signedBy: key, work: work)
    let nonce = generator.bytes(SealedAnswer.nonceByteCount)
    sealed.append(
      SealedVerdict(job: job, verifier: key.verifyingKey, envelope: envelope, nonce: nonce))
    return .answer(
      job: job, by: key.verifyingKey,
      commitment: try SealedAnswer.commitment(
        to: Envelope(decoding: envelope).identity, by: key.verifyingKey, nonce: nonce))
  }

  /// The command by which a verifier shows what it is bound to; nil where it is not.
  public mutating func showing(_ job: String, by key: SigningKey) throws -> Command.Action? {
    guard let found = sealed.last(where: { $0.job == job && $0.verifier == key.verifyingKey })
    else { return nil }
    return .verdict(
      job: job, envelope: found.envelope, evidence: try log(.verdict, found.envelope),
      nonce: found.nonce)
  }

  /// The drawn verifiers bind themselves to these outcomes, in their order, and show them.
  public mutating func answer(_ job: String, _ outcomes: [Verdict.Outcome]) throws {
    let panel = panel(job)
    for (key, outcome) in zip(panel, outcomes) {
      try apply(try sealing(job, outcome, by: key))
    }
    for key in panel.prefix(outcomes.count) {
      let show = try require(try showing(job, by: key), "an answer")
      try apply(show, proofs: try checkedProofs(job))
    }
  }
}
