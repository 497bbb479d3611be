public import AssaySettlement

/// Why a simulation cannot be run.
public enum SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A number is out of its range; `name` says which.
  case parameter(name: String, reason: String)
  /// The terms cannot be read or break a rule.
  case terms(SettlementError)
  /// The machine refused what every honest party does, in a job of this strategy.
  case refused(strategy: String, refusal: Refusal)
  /// A job did not come to its end.
  case endless(strategy: String)

  public var description: String {
    switch self {
    case .parameter(let name, let reason): "\(name): \(reason)"
    case .terms(let error): "\(error)"
    case .refused(let strategy, let refusal): "“\(strategy)” cannot be played: \(refusal)"
    case .endless(let strategy): "a job of “\(strategy)” does not end; this is a bug"
    }
  }
}
