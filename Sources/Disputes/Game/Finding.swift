public import AssayEvidence

/// What a dispute came to.
public struct Finding: Hashable, Sendable {
  /// How each party was shown to be wrong, if it was. None where the claims agree.
  public let faults: Pair<DisputeFault?>
  /// What it was about, such as "interval 3, step 41, operator 7 (matmul), element 12".
  public let subject: String
  /// What was false, or missing, for people.
  public let explanation: String

  /// A finding.
  public init(faults: Pair<DisputeFault?>, subject: String, explanation: String) {
    self.faults = faults
    self.subject = subject
    self.explanation = explanation
  }

  /// Who has to bear it: where both are wrong, the claim is false, so the defender; where both have
  /// stalled, nobody has shown that it is, so the challenger. Nil where nobody is wrong.
  public var loser: Party? {
    switch (faults.challenger, faults.defender) {
    case (nil, nil): nil
    case (.stalled, .stalled), (_, nil): .challenger
    case (_, _): .defender
    }
  }
}

/// What holding a dispute took whoever decided it.
public struct RefereeCost: Hashable, Sendable {
  /// Questions that were put to both.
  public internal(set) var questionCount = 0
  /// Bytes of all answers.
  public internal(set) var byteCount = 0
  /// Bytes of the answers to the last question: what is opened for the one thing that is computed.
  public internal(set) var openedByteCount = 0
  /// Values that were computed.
  public internal(set) var valueCount = 0
}
