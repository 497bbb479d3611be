public import AssayCryptography

/// Who contributes a secret to the draw.
public enum RevealRole: String, Hashable, Sendable, CaseIterable {
  /// Who pays.
  case buyer
  /// Who keeps the log.
  case `operator`
}

/// The randomness of a draw: two secrets, committed to before the claim and revealed after it.
///
/// Neither party can choose the outcome: each committed before it knew the other's secret and the
/// claim; and the provider knew neither when it committed to its trace.
public enum Randomness {
  /// How many bytes a secret has.
  public static let secretByteCount = 32

  /// The hash of a secret that stands in the terms.
  ///
  /// The role is part of what is hashed, so that nobody can use the other party's hash as his own.
  public static func commitment(
    to secret: [UInt8], by role: RevealRole
  ) throws(EvidenceError) -> Digest {
    guard secret.count == secretByteCount else { throw .secretByteCount(found: secret.count) }
    return SHA256.digest(domain: "assay/secret/v1", [Array(role.rawValue.utf8), secret])
  }

  /// Checks a revealed secret against the hash in the terms.
  public static func check(
    _ secret: [UInt8], by role: RevealRole, against commitment: Digest
  ) throws(EvidenceError) {
    let found = try Randomness.commitment(to: secret, by: role)
    guard found == commitment else {
      throw .wrongSecret(role: role, expected: commitment, found: found)
    }
  }

  /// The most claims of one job, and so the most secrets that hang together.
  public static let linkLimit = 256

  /// The secret behind a commitment, out of the last one of a chain.
  ///
  /// Where a job has several claims, each secret is the commitment to the next: the terms fix the
  /// first by its hash, and every reveal fixes the next. A party keeps only the last of them.
  ///
  /// - Returns: nil where the chain does not lead to the commitment.
  public static func secret(
    behind commitment: Digest, from last: [UInt8], by role: RevealRole
  ) throws(EvidenceError) -> [UInt8]? {
    var secret = last
    for _ in 0..<linkLimit {
      let hash = try Randomness.commitment(to: secret, by: role)
      if hash == commitment { return secret }
      secret = hash.bytes
    }
    return nil
  }

  /// The hash for terms of a job with so many claims at most.
  public static func commitment(
    to last: [UInt8], by role: RevealRole, claims: Int
  ) throws(EvidenceError) -> Digest {
    var hash = try commitment(to: last, by: role)
    for _ in 1..<max(1, claims) { hash = try commitment(to: hash.bytes, by: role) }
    return hash
  }

  /// The randomness that both secrets give.
  public static func combined(
    buyerSecret: [UInt8], operatorSecret: [UInt8]
  ) throws(EvidenceError) -> Digest {
    for secret in [buyerSecret, operatorSecret] where secret.count != secretByteCount {
      throw .secretByteCount(found: secret.count)
    }
    return SHA256.digest(domain: "assay/randomness/v1", [buyerSecret, operatorSecret])
  }
}
