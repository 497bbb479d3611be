public import AssayCryptography

/// A verifier's answer before anybody may know it: several who must not copy from each other first
/// bind themselves to their signed verdicts, and show them when all have.
public enum SealedAnswer {
  /// How many bytes a nonce has.
  public static let nonceByteCount = 32

  /// What binds a verifier to a signed verdict and hides it.
  ///
  /// The key is part of what is hashed, so that a copied commitment is nobody else's.
  ///
  /// - Throws: `secretByteCount` where the nonce is too short or too long.
  public static func commitment(
    to verdict: Digest, by verifier: VerifyingKey, nonce: [UInt8]
  ) throws(EvidenceError) -> Digest {
    guard nonce.count == nonceByteCount else { throw .secretByteCount(found: nonce.count) }
    return SHA256.digest(
      domain: "assay/answer/v1", [verifier.bytes, nonce, verdict.bytes])
  }
}
