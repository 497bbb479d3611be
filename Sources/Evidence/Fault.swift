/// What a provider did wrong: a closed set, because money follows it and free text never moves any.
public enum Fault: String, Hashable, Sendable, CaseIterable {
  /// A drawn interval, executed again from its claimed start, does not end in its claimed state.
  case wrongComputation
  /// The first state of the trace is not the one that the spec's initialisation gives.
  case wrongInitialState
  /// The delivered artefact is not the canonical writing of the last state.
  case wrongArtefact
  /// The claimed quality is not that of the last state on the spec's test set.
  case wrongQuality
  /// Records of the trace do not join: a state's root is not the one that a neighbour names.
  case brokenTrace
  /// The claim contradicts the spec or the terms, in steps, sizes or digests.
  case invalidClaim
  /// The trace was made by or for somebody else and signed again.
  case foreignTrace
  /// An opening was given that does not belong to the claimed trace.
  case wrongOpening
  /// A drawn interval was not opened, or proved, in time.
  case withheldOpening
  /// What was handed in as the proof of a drawn interval is none.
  case wrongProof

  /// What a rejection for this fault must show before it is admitted.
  public var requiredEvidence: RequiredEvidence {
    switch self {
    case .wrongComputation: RequiredEvidence(interval: true, roots: true)
    case .wrongInitialState, .wrongArtefact, .wrongQuality:
      RequiredEvidence(interval: false, roots: true)
    case .wrongOpening, .withheldOpening, .wrongProof:
      RequiredEvidence(interval: true, roots: false)
    case .brokenTrace, .invalidClaim, .foreignTrace:
      RequiredEvidence(interval: false, roots: false)
    }
  }

  /// The fault in a sentence for people.
  public var explanation: String {
    switch self {
    case .wrongComputation: "the interval, executed again, ends in another state"
    case .wrongInitialState: "the first state is not the spec's initial state"
    case .wrongArtefact: "the artefact is not the last state"
    case .wrongQuality: "the claimed quality is not that of the last state"
    case .brokenTrace: "the records of the trace do not join"
    case .invalidClaim: "the claim contradicts the spec or the terms"
    case .foreignTrace: "the trace is somebody else's"
    case .wrongOpening: "an opening does not belong to the claimed trace"
    case .withheldOpening: "a drawn interval was not opened"
    case .wrongProof: "the proof of a drawn interval does not hold"
    }
  }
}

/// What a rejection must show for its fault.
public struct RequiredEvidence: Hashable, Sendable {
  /// The drawn interval that it is about.
  public let interval: Bool
  /// The claimed and the computed root, which differ.
  public let roots: Bool
}

/// Why a verifier could neither accept nor reject: a closed set.
public enum InconclusiveReason: String, Hashable, Sendable, CaseIterable {
  /// The training data, or part of it, could not be had.
  case missingData
  /// The provider's bundle could not be had or read, through no fault that is shown to be its own.
  case missingBundle
  /// The spec needs an operator or a size that this verifier cannot execute.
  case unsupported
  /// The spec contradicts itself: its two commitments to the data are not of the same data.
  case contradictorySpec
  /// The verifier's own back ends give different bits.
  case deviceDisagreement
  /// The verifier ran out of time or memory.
  case outOfResources
}
