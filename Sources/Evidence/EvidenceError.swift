public import AssayBeacons
public import AssayCryptography
public import AssaySpecification
public import AssayWire

/// Why evidence was refused: nothing may be concluded from it, and no money may move on it.
public enum EvidenceError: Error, Hashable, Sendable {
  /// The bytes are not the format that was expected.
  case malformed(WireError)
  /// The envelope, its statement or its signature is wrong.
  case signature(CryptographyError)
  /// The provider's claim is not a signed claim.
  case claim(SpecificationError)
  /// The statement is of another kind.
  case predicateType(expected: String, found: String)
  /// The statement is signed by a key that the terms do not admit.
  case keyNotAdmitted(found: String)
  /// The statement is about something else: `field` differs from what the terms and the draw say.
  case mismatch(field: String, expected: String, found: String)
  /// A rejection lacks what its fault must show.
  case rejectionWithoutEvidence(fault: Fault, missing: String)
  /// A policy draws `drawn` of `intervals` intervals.
  case drawSize(intervals: Int, drawn: Int)
  /// The policy promises a detection probability that its draws do not give.
  case promiseNotKept(promised: Probability, given: Probability, falseIntervals: Int)
  /// A secret has `found` bytes instead of 32.
  case secretByteCount(found: Int)
  /// A secret is not the one that was committed to.
  case wrongSecret(role: RevealRole, expected: Digest, found: Digest)
  /// The draw follows from a delay, where the terms name the hashes of secrets.
  case secretsExpected
  /// The delay's output is not shown to be the output.
  case delay(BeaconError)
  /// A policy asks for hardware, where proofs alone are enough.
  case hardwareWithoutExecution(EvidenceMethod)
  /// An acceptance rests on other hardware than the policy asks for.
  case hardware(required: HardwareRequirement, found: Hardware)
  /// Proofs do not carry the verdict.
  case proof(ProofRefusal)
  /// A dispute's outcome is not shown.
  case dispute(DisputeRefusal)
  /// An acceptance says that nobody looked at the artefact.
  case artefactUnchecked
  /// The entry is not in the log under the signed tree head.
  case notInLog(reason: String)
}

extension EvidenceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let error): "\(error)"
    case .signature(let error): "\(error)"
    case .claim(let error): "\(error)"
    case .predicateType(let expected, let found):
      "expected a statement of type \(expected), found \(found.prefix(100))"
    case .keyNotAdmitted(let found):
      "signed by the key \(found), which the terms do not admit; ask an admitted verifier"
    case .mismatch(let field, let expected, let found):
      "\(field): expected \(expected), found \(found); it is about something else"
    case .rejectionWithoutEvidence(let fault, let missing):
      "a rejection for \(fault.rawValue) must show \(missing)"
    case .drawSize(let intervals, let drawn):
      "cannot draw \(drawn) of \(intervals) intervals: expected 1 to \(intervals)"
    case .promiseNotKept(let promised, let given, let falseIntervals):
      "the policy promises to find \(falseIntervals) false intervals with probability \(promised), "
        + "its draws give \(given); draw more intervals"
    case .secretByteCount(let found): "a secret has 32 bytes, found \(found)"
    case .wrongSecret(let role, let expected, let found):
      "the \(role.rawValue)'s secret hashes to \(found), the terms say \(expected)"
    case .secretsExpected:
      "the draw follows from a delay, and the terms ask for the buyer's and the operator's secrets"
    case .delay(let error): "\(error)"
    case .hardwareWithoutExecution(let method):
      "with the method \(method.rawValue) nothing need be executed again, so that no hardware can "
        + "be asked for; ask for recompute or both"
    case .hardware(let required, let found):
      "the intervals were executed again on the hardware \(found.rawValue), the terms ask for "
        + "\(required.rawValue); ask a verifier that has it"
    case .proof(let refusal): "\(refusal)"
    case .dispute(let refusal): "\(refusal)"
    case .artefactUnchecked:
      "the verifier did not have the artefact, so nobody says that it is the last state; audit "
        + "again with --artefact"
    case .notInLog(let reason): "not shown to be in the log: \(reason)"
    }
  }
}
