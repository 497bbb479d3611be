public import AssayEvidence

/// Where a job stands. Every state but the last has a deadline and an exit that anyone can take
/// once it has passed.
public enum Phase: Hashable, Sendable {
  /// The terms are there; the buyer may fund.
  case offered(until: UInt64)
  /// Price and fee are held; a provider may accept.
  case funded(until: UInt64)
  /// The stake is held; the provider works, and says so before `until` where it is to be heard of.
  case active(until: UInt64, workUntil: UInt64)
  /// The provider was not heard of; it may still come back, or claim what it has done.
  case interrupted(until: UInt64, workUntil: UInt64)
  /// The provider has left and been paid for what was verified; another may take over.
  case vacant(until: UInt64)
  /// The provider has committed to a trace; the operator must show it in the log.
  case committed(until: UInt64)
  /// The claim is logged; this party must reveal its secret, the operator before the buyer.
  case sampling(awaiting: RevealRole, until: UInt64)
  /// The intervals are drawn; a verifier must answer.
  case verifying(until: UInt64)
  /// Every drawn verifier is bound to its answer; each must show it.
  case revealing(until: UInt64)
  /// An answer was inconclusive or none came; another verifier may answer.
  case inconclusive(until: UInt64)
  /// A verdict stands and may be challenged.
  case challengeOpen(until: UInt64)
  /// Challenged, by one or several side by side; the referee must answer before the first of their
  /// times is over. The window goes on beside it.
  case disputed(until: UInt64, windowUntil: UInt64)
  /// The work is accepted; the provider must disclose the key of the sealed artefact to be paid.
  case delivering(until: UInt64)
  /// It is over.
  case settled(Ending, at: UInt64)

  /// The name of the state.
  public var name: PhaseName {
    switch self {
    case .offered: .offered
    case .funded: .funded
    case .active: .active
    case .interrupted: .interrupted
    case .vacant: .vacant
    case .committed: .committed
    case .sampling: .sampling
    case .verifying: .verifying
    case .revealing: .revealing
    case .inconclusive: .inconclusive
    case .challengeOpen: .challengeOpen
    case .disputed: .disputed
    case .delivering: .delivering
    case .settled: .settled
    }
  }

  /// When the state's time is over, in seconds; nil for a settled job.
  public var deadline: UInt64? {
    switch self {
    case .offered(let until), .funded(let until), .active(let until, _),
      .interrupted(let until, _), .vacant(let until), .committed(let until),
      .sampling(_, let until), .verifying(let until), .revealing(let until),
      .inconclusive(let until),
      .challengeOpen(let until), .disputed(let until, _), .delivering(let until):
      until
    case .settled: nil
    }
  }
}

/// The name of a state.
public enum PhaseName: String, Hashable, Sendable, CaseIterable {
  case offered, funded, active, interrupted, vacant, committed, sampling, verifying, revealing
  case inconclusive, challengeOpen, disputed, delivering, settled
}
