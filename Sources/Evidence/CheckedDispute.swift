public import AssayCryptography

/// Holds a dispute again from all that its parties have signed.
///
/// Declared here, where money asks for it; implemented by who knows the game.
public protocol DisputeReferee: Sendable {
  /// Decides a dispute by its transcript alone.
  ///
  /// - Throws: `EvidenceError.dispute` where the bytes are no transcript, or lead to no loser.
  func decide(_ transcript: [UInt8]) throws(EvidenceError) -> DisputeOutcome
}

/// Why an outcome of a dispute moves no money.
public enum DisputeRefusal: Error, Hashable, Sendable {
  /// The transcript is none, or does not show that somebody has lost.
  case refused(reason: String)
  /// The transcript that the outcome names was not checked here.
  case notChecked(transcript: Digest)
  /// The outcome is one that a transcript shows, and it names none.
  case transcriptMissing(fault: DisputeFault)
}

extension DisputeRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refused(let reason): "the transcript is refused: \(reason)"
    case .notChecked(let transcript):
      "the outcome rests on the transcript \(transcript), which was not checked here; hand it in"
    case .transcriptMissing(let fault):
      "\(fault.rawValue) is shown by the dispute's transcript, and the outcome names none; only "
        + "that a party was silent rests on the referee's word"
    }
  }
}

/// A dispute that was held again in this process, from its transcript.
///
/// Made by checking alone, so that whoever has it knows that the outcome follows.
public struct CheckedDispute: Hashable, Sendable {
  /// How it ended; names the transcript.
  public let outcome: DisputeOutcome

  /// Holds a dispute again.
  ///
  /// - Throws: `dispute` with why the transcript decides nothing.
  public init(
    transcript: [UInt8], referee: any DisputeReferee
  ) throws(EvidenceError) {
    outcome = try referee.decide(transcript).following(from: SHA256.digest(of: transcript))
  }

  /// Refuses unless the dispute with this transcript was held again here.
  ///
  /// - Returns: how it ended.
  /// - Throws: `dispute(.notChecked)`.
  @discardableResult
  public static func require(
    _ transcript: Digest, in checked: CheckedDispute?
  ) throws(EvidenceError) -> DisputeOutcome {
    guard let checked, checked.outcome.transcript == transcript else {
      throw .dispute(.notChecked(transcript: transcript))
    }
    return checked.outcome
  }
}
