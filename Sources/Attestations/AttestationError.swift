public import AssayCryptography
public import AssayEvidence
public import AssaySpecification
public import AssayWire

/// Why an attestation was refused.
public enum AttestationError: Error, Hashable, Sendable {
  /// The envelope or its signature.
  case signature(CryptographyError)
  /// The predicate is of another type.
  case predicateType(expected: String, found: String)
  /// The JSON is not what the type demands.
  case malformed(WireError)
  /// The claim inside.
  case claim(SpecificationError)
  /// The verdict or the challenge inside.
  case evidence(EvidenceError)
  /// A part is about something else than the rest; the reason says which.
  case mismatch(reason: String)
  /// A statement that cannot be made of what was given; the reason says why.
  case notAttestable(reason: String)
}

extension AttestationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .signature(let error): error.description
    case .predicateType(let expected, let found):
      "attestation: expected the predicate type '\(expected)', found '\(found)'"
    case .malformed(let error): error.description
    case .claim(let error): "the claim inside: \(error)"
    case .evidence(let error): "the verdict inside: \(error)"
    case .mismatch(let reason): "attestation: \(reason)"
    case .notAttestable(let reason): reason
    }
  }
}
