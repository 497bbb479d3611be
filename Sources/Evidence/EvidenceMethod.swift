/// What each drawn interval must rest on before work counts as right.
public enum EvidenceMethod: String, Hashable, Sendable, CaseIterable {
  /// A verifier executed it again.
  case recompute
  /// A proof of it was checked: by the verifier, and again by whoever releases money.
  case proof
  /// One of the two, interval by interval.
  case either
  /// The one and the other.
  case both

  /// Whether a proof counts.
  public var admitsProofs: Bool { self != .recompute }

  /// Whether an interval that was executed again, proved, or both rests on enough.
  public func isEnough(executed: Bool, proved: Bool) -> Bool {
    switch self {
    case .recompute: executed
    case .proof: proved
    case .either: executed || proved
    case .both: executed && proved
    }
  }
}
