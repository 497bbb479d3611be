/// The checks of an audit, in the order in which they are made.
///
/// Cheap ones come first, and shape before substance; a check that fails ends the audit.
public enum AuditCheck: String, Hashable, Sendable, CaseIterable {
  case claimSignature
  case claimBinding
  case segment
  /// Made only where proofs count.
  case proofs
  case dataset
  case bundleShape
  case traceInclusion
  case traceProvider
  case initialState
  case joints
  /// Made unless every interval is proved and the verifier does not have it.
  case artefact
  /// Made only where the claim says how the artefact is delivered.
  case delivery
  /// Made only where the spec asks for a measurement.
  case quality
  /// Made unless every interval is proved.
  case intervals

  /// What holds once the check has passed.
  public var explanation: String {
    switch self {
    case .claimSignature: "the claim is signed by the provider that it names"
    case .claimBinding: "the claim is about this spec, these data and what the terms say"
    case .segment: "the claimed steps and the trace's size follow from the spec"
    case .proofs: "the proofs hold: their steps lead from state to state of the claimed trace"
    case .dataset: "the verifier's data and weights are those that the spec names"
    case .bundleShape: "the bundle answers this draw on this claim, and is whole"
    case .traceInclusion: "the opened records are in the claimed trace, in their places"
    case .traceProvider: "the trace's salts open to the provider's key"
    case .initialState: "the first record is the spec's initial state, or the one verified before"
    case .joints: "the claim's first and last roots are those of the trace"
    case .artefact: "the artefact is the canonical writing of the last state"
    case .delivery: "what the buyer gets is the artefact, sealed with the key it will have"
    case .quality: "the last state's quality, measured again on the test set, is the claimed one"
    case .intervals: "every drawn interval that was executed again ends in the claimed state"
    }
  }
}

/// What an audit tells while it runs.
public enum AuditEvent: Hashable, Sendable {
  /// A check has passed.
  case passed(AuditCheck)
  /// The `count`-th of the drawn intervals has been executed again and is right.
  case reproduced(interval: Int, count: Int, of: Int)
  /// The `count`-th proof of a drawn interval holds.
  case proved(interval: Int, count: Int)
}
