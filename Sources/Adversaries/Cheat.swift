public import AssayEvidence
public import AssaySpecification

/// A way to be paid for training that was not done, or not done as agreed.
public enum Cheat: String, Hashable, Sendable, CaseIterable {
  case skippedIntervals
  case fewerSteps
  case wrongLearningRate
  case otherData
  case flippedLabel
  case sequentialOrder
  case alteredWeight
  case replacedCheckpoint
  /// See papers/fang2023-more-broken.md.
  case infinitesimalUpdates
  /// See papers/zhang2022-adversarial-examples.md.
  case interpolation
  case stolenClaim
  case stolenTrace
  case foreignBundle
  case forgedSignature
  /// Needs a spec that measures its last state.
  case inflatedQuality

  /// How much of a run a cheat falsifies.
  public enum Scope: Hashable, Sendable {
    /// Every interval is false: any draw meets one.
    case wholeRun
    /// A part of the intervals is false.
    case fractionOfIntervals
    /// One interval is false.
    case oneInterval
    /// What is false is shown to every verifier, whatever is drawn.
    case notComputational
  }

  /// A name for people.
  public var name: String {
    switch self {
    case .skippedIntervals: "skipped intervals"
    case .fewerSteps: "fewer steps"
    case .wrongLearningRate: "wrong learning rate"
    case .otherData: "other data"
    case .flippedLabel: "one flipped label"
    case .sequentialOrder: "swapped batch order"
    case .alteredWeight: "one altered weight"
    case .replacedCheckpoint: "checkpoint replaced after the claim"
    case .infinitesimalUpdates: "infinitesimal updates"
    case .interpolation: "interpolated checkpoints"
    case .stolenClaim: "somebody else's claim"
    case .stolenTrace: "somebody else's trace"
    case .foreignBundle: "another run's bundle"
    case .forgedSignature: "forged signature"
    case .inflatedQuality: "inflated quality"
    }
  }

  /// What the provider does, in a sentence.
  public var explanation: String {
    switch self {
    case .skippedIntervals:
      "Leaves out every fifth interval and records the state before it once more."
    case .fewerSteps:
      "Stops half way and fills the rest of the trace with the last state."
    case .wrongLearningRate:
      "Trains with twice the learning rate of the spec."
    case .otherData:
      "Trains on inverted copies of the examples that the spec commits to."
    case .flippedLabel:
      "Changes the label of one example, and trains as agreed otherwise."
    case .sequentialOrder:
      "Takes the examples in their order instead of the spec's permutation."
    case .alteredWeight:
      "Changes one weight in one state, and goes on from it as agreed."
    case .replacedCheckpoint:
      "Trains and claims as agreed, and then answers with another state in place of one."
    case .infinitesimalUpdates:
      "Trains with a millionth of the learning rate, so that each segment stays within any "
        + "tolerance."
    case .interpolation:
      "Fills the trace with points on the line from the start to a final state taken from others."
    case .stolenClaim:
      "Signs another provider's claim again with a key of its own."
    case .stolenTrace:
      "Claims another provider's trace as its own."
    case .foreignBundle:
      "Answers the challenge with the states of another run."
    case .forgedSignature:
      "Claims in the name of another provider, without that provider's key."
    case .inflatedQuality:
      "Trains as agreed, and claims a better quality than the last state has."
    }
  }

  /// The cheats that can be tried on runs of a spec.
  public static func cases(for spec: Spec) -> [Cheat] {
    allCases.filter { $0 != .inflatedQuality || spec.quality != nil }
  }

  /// How much of the run is false.
  public var scope: Scope {
    switch self {
    case .wrongLearningRate, .otherData, .sequentialOrder, .infinitesimalUpdates, .interpolation:
      .wholeRun
    case .skippedIntervals, .fewerSteps, .flippedLabel: .fractionOfIntervals
    case .alteredWeight, .replacedCheckpoint: .oneInterval
    case .stolenClaim, .stolenTrace, .foreignBundle, .forgedSignature, .inflatedQuality:
      .notComputational
    }
  }

  /// The fault that an audit finds.
  public var expectedFault: Fault {
    switch self {
    case .skippedIntervals, .fewerSteps, .wrongLearningRate, .otherData, .flippedLabel,
      .sequentialOrder, .alteredWeight, .infinitesimalUpdates, .interpolation:
      .wrongComputation
    case .replacedCheckpoint, .foreignBundle: .wrongOpening
    case .stolenClaim, .forgedSignature: .invalidClaim
    case .stolenTrace: .foreignTrace
    case .inflatedQuality: .wrongQuality
    }
  }
}
