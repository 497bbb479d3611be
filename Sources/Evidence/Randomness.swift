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
