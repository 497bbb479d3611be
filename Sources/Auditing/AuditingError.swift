public import AssayCryptography
public import AssayDisputes
public import AssayEvidence
public import AssayFiles
public import AssaySpecification
public import AssayTraining

/// Why a challenge could not be answered or an audit not be held: nobody's fault is shown by it.
public enum AuditingError: Error, Sendable, CustomStringConvertible {
  /// The claim is no signed claim.
  case claim(SpecificationError)
  /// The challenge is about another claim than the one given.
  case otherClaim(challenge: Digest, claim: Digest)
  /// The challenge is not about what the terms or the claim say.
  case challenge(reason: String)
  /// A secret in the challenge is not the one committed to.
  case secret(EvidenceError)
  /// The run is not the one that the claim is about.
  case otherRun(reason: String)
  /// Proofs of the claim cannot be looked at.
  case proofs(EvidenceError)
  case training(TrainingError)
  case file(FileError)
  /// A question of a dispute cannot be answered.
  case dispute(DisputeError)

  public var description: String {
    switch self {
    case .claim(let error): "\(error)"
    case .otherClaim(let challenge, let claim):
      "the challenge is about the claim \(challenge), not about "
        + "\(claim); use the claim and the challenge that belong together"
    case .challenge(let reason): "the challenge does not fit: \(reason)"
    case .secret(let error): "the challenge does not follow from the terms: \(error)"
    case .otherRun(let reason): "the run is not the one that was claimed: \(reason)"
    case .proofs(let error): "the proofs cannot be checked: \(error)"
    case .training(let error): "\(error)"
    case .file(let error): "\(error)"
    case .dispute(let error): "\(error)"
    }
  }

  static func onTraining<Value>(
    _ body: () throws(TrainingError) -> Value
  ) throws(AuditingError) -> Value {
    do throws(TrainingError) { return try body() } catch { throw .training(error) }
  }

  static func onDispute<Value>(
    _ body: () throws(DisputeError) -> Value
  ) throws(AuditingError) -> Value {
    do throws(DisputeError) { return try body() } catch { throw .dispute(error) }
  }
}
