public import AssayMerkle
public import AssayTranscripts

/// Why a layout, a set of parameters, a claim or an opening was refused.
public enum CommitmentError: Error, Hashable, Sendable {
  /// No layout can be made; the reason says what was found and what is expected.
  case layout(reason: String)
  /// The parameters do not fit the layouts, the field or each other.
  case parameters(reason: String)
  /// Claim `claim` is not about these oracles: the caller's fault, whatever the proof says.
  case claim(claim: Int, reason: String)
  /// The columns and nodes opened on a level have another number of bytes than the drawn indices
  /// demand.
  case openingByteCount(level: Int, expected: Int, found: Int)
  /// A column opened on a level, of the oracle with this index, holds an element that is not
  /// reduced.
  case notReduced(level: Int, oracle: Int)
  /// The columns opened on a level do not lead to the root of the oracle with this index.
  case root(level: Int, oracle: Int, MerkleError)
  /// The vector sent at the end does not have the sum that the claims and the rounds demand: a
  /// claim is false, or a message is altered.
  case sum
  /// The proof's messages are not those of the schedule.
  case transcript(TranscriptError)
}

extension CommitmentError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .layout(let reason):
      "layout: \(reason)"
    case .parameters(let reason):
      "commitment parameters: \(reason)"
    case .claim(let claim, let reason):
      "claim \(claim): \(reason)"
    case .openingByteCount(let level, let expected, let found):
      "opening, level \(level): expected \(expected) bytes of columns and nodes, found \(found)"
    case .notReduced(let level, let oracle):
      "opening, level \(level), oracle \(oracle): expected reduced field elements, found one that "
        + "is not"
    case .root(let level, let oracle, let error):
      "opening, level \(level), oracle \(oracle): \(error)"
    case .sum:
      "opening: the last vector does not fit the claims; a claim is false or the proof is altered"
    case .transcript(let error):
      error.description
    }
  }
}
