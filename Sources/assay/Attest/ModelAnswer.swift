internal import AssayAttestations
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySettlement
internal import AssaySpecification

/// Whom and what the reader of attestations goes by.
struct Trusted {
  var provider: VerifyingKey?
  var verifiers: [VerifyingKey]
  var terms: Terms?
  var log: (proof: LogProof, key: VerifyingKey)?
}

/// What a bundle of attestations says of one file.
struct ModelAnswer {
  /// Why there is no answer.
  struct Refusal: Error {
    var reason: String
  }

  let digest: Digest
  let provenance: TrainingProvenance
  let summaries: [VerificationSummary]
  let trusted: Trusted
  /// The log's head and the claim's place in it.
  let logged: (head: TreeHead, index: UInt64)?

  /// The answer, after comparing with whom and what is trusted.
  init(of digest: Digest, by bundle: AttestationBundle, trusted: Trusted) throws {
    self.digest = digest
    self.trusted = trusted
    let about = bundle.provenances.filter { $0.subjects.contains(digest) }
    guard !about.isEmpty else {
      throw Refusal(
        reason: "none of \(bundle.provenances.count) provenances is about this file (SHA-256 "
          + "\(digest)); is it the file that was exported?")
    }
    guard
      let provenance = about.first(where: {
        trusted.provider == nil || $0.claim.claim.provider == trusted.provider
      })
    else {
      throw Refusal(
        reason: "it was trained by the key \(about[0].claim.claim.provider.keyID.prefix(16))…, "
          + "not by the one of --provider")
    }
    self.provenance = provenance
    summaries = bundle.summaries.filter {
      $0.claim.identity == provenance.claim.identity && $0.subjects.contains(digest)
        && (trusted.verifiers.isEmpty || trusted.verifiers.contains($0.verdict.verifier))
    }
    for summary in summaries { try Self.compare(summary, with: trusted.terms) }
    let claim = provenance.claim
    if let terms = trusted.terms, claim.claim.terms != terms.digest {
      throw Refusal(reason: "the claim is for the terms \(claim.claim.terms), not \(terms.digest)")
    }
    logged = try trusted.log.map { proof, key in
      do {
        let head = try proof.verify(
          entry: LogEntry.bytes(.claim, identity: claim.identity),
          origin: proof.head.unverifiedHead().origin, key: key)
        return (head, proof.index)
      } catch { throw Refusal(reason: "the claim is not shown to be in the log: \(error)") }
    }
  }

  private static func compare(_ summary: VerificationSummary, with terms: Terms?) throws {
    guard let terms else { return }
    let contents = terms.contents
    do {
      try summary.challenge.checkSecrets(
        buyerSecretHash: contents.buyerSecretHash, operatorSecretHash: contents.operatorSecretHash)
    } catch { throw Refusal(reason: "\(error)") }
    guard summary.challenge.policy == contents.evidence else {
      throw Refusal(reason: "the audit followed another policy than the terms'")
    }
    guard contents.parties.verifiers.contains(summary.verdict.verifier) else {
      throw Refusal(
        reason: "the terms do not admit the verifier "
          + "\(summary.verdict.verifier.keyID.prefix(16))…")
    }
  }

  /// Whether somebody verified the model, and nobody rejected it.
  var isGood: Bool { !summaries.isEmpty && summaries.allSatisfy(\.hasPassed) }
}
