/// What a verdict within a tolerance cannot exclude: a closed set, listed in every such verdict.
public enum Weakness: String, Hashable, Sendable, CaseIterable {
  /// Nothing but equality ties a state to the one before it.
  case statesWithinTheBall
  /// See papers/fang2023-more-broken.md.
  case infinitesimalUpdates
  /// See papers/zhang2022-adversarial-examples.md.
  case interpolation
  case chosenData
  case unboundData
  case firstState
  case hyperparameters
  case undrawnIntervals
  case foreseeableSelection
  case ignoredGroups
  case uninformativeIntervals
  case unsandboxedStep

  /// The weakness in a sentence for people.
  public var explanation: String {
    switch self {
    case .statesWithinTheBall:
      "any state within the tolerance of an honest one: a few altered weights, a hidden backdoor"
    case .infinitesimalUpdates:
      "updates so small, or intervals so short, that each stays within the tolerance"
    case .interpolation:
      "checkpoints made up between a start and weights taken from others, close together"
    case .chosenData:
      "examples or an order of examples chosen so that a step lands where it should"
    case .unboundData: "other training data: no hash of the data was checked"
    case .firstState: "a first checkpoint that is no fresh start, but somebody's trained model"
    case .hyperparameters:
      "settings that the provider chose, where the step function takes them from the trace"
    case .undrawnIntervals: "anything in the intervals that were not executed again"
    case .foreseeableSelection:
      "false intervals with smaller updates: the provider could foresee which would be checked"
    case .ignoredGroups: "any contents of the groups that the policy ignores"
    case .uninformativeIntervals:
      "no work at all in intervals whose start lies within the tolerance of their end"
    case .unsandboxedStep: "a step function that read or sent what it should not"
    }
  }

  /// What cannot be excluded under a policy.
  static func all(
    policy: TolerancePolicy, findings: [IntervalFinding], intervalCount: Int, isDataBound: Bool,
    isSandboxed: Bool
  ) -> [Weakness] {
    allCases.filter { weakness in
      switch weakness {
      case .statesWithinTheBall, .infinitesimalUpdates, .interpolation, .chosenData,
        .hyperparameters:
        true
      case .firstState: policy.firstState == nil
      case .unboundData: !isDataBound
      case .undrawnIntervals: findings.count < intervalCount
      case .foreseeableSelection: if case .largest = policy.selection { true } else { false }
      case .ignoredGroups: !policy.ignored.isEmpty
      case .uninformativeIntervals: findings.contains { $0.isUninformative(policy) }
      case .unsandboxedStep: !isSandboxed
      }
    }
  }
}
