/// Why a delay's output is refused.
public enum BeaconError: Error, Hashable, Sendable {
  /// A delay of no steps, or of more than are supported.
  case squarings(found: UInt64)
  /// An element has other than 256 bytes.
  case elementByteCount(name: String, found: Int)
  /// An element is 0, or it is not the smaller of itself and its negative.
  case notCanonical(name: String)
  /// The proof does not show that the output follows from the input.
  case wrongOutput
  /// Stored checkpoints that are no whole number of elements, or more than the delay has.
  case checkpointByteCount(found: Int, limit: Int)
}

extension BeaconError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .squarings(let found):
      "a delay has 1 to \(DelayProof.squaringLimit) squarings, not \(found)"
    case .elementByteCount(let name, let found):
      "the delay's \(name) has \(found) bytes, expected \(DelayProof.elementByteCount)"
    case .notCanonical(let name):
      "the delay's \(name) is not the canonical writing of an element: from 1 to half the modulus"
    case .wrongOutput: "the delay's proof does not show that its output follows from its input"
    case .checkpointByteCount(let found, let limit):
      "the delay's checkpoints have \(found) bytes; expected whole elements of "
        + "\(DelayProof.elementByteCount), \(limit) bytes at most: delete the file to start again"
    }
  }
}
