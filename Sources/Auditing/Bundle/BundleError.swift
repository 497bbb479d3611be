public import AssayCryptography
public import AssayFiles

/// Why a file is not the answer to a challenge.
public enum BundleError: Error, Hashable, Sendable {
  /// The file could not be read: nothing is said of who is to blame.
  case unreadable(FileError)
  /// The file does not start as a bundle of this version does.
  case notABundle
  /// The bundle answers for another claim.
  case otherClaim(expected: Digest, found: Digest)
  /// The bundle answers another draw.
  case otherDraw(expected: Digest, found: Digest)
  /// The bundle opens other intervals than were drawn.
  case otherIntervals
  /// The bundle has `found` nodes where no proof of its records has more than `limit`.
  case nodeCount(limit: Int, found: Int)
  /// The bundle ends early; `interval` is the first drawn one that is not there whole.
  case truncated(expected: Int, found: Int, interval: Int?)
  /// The bundle is longer than its parts.
  case trailingBytes(expected: Int, found: Int)
}

extension BundleError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let error): "\(error)"
    case .notABundle: "the file does not start with \"assay.bundle.v1\": it is not a bundle"
    case .otherClaim(let expected, let found):
      "the bundle answers for the claim \(found), expected \(expected)"
    case .otherDraw(let expected, let found):
      "the bundle answers the draw \(found), expected \(expected)"
    case .otherIntervals: "the bundle opens other intervals than were drawn"
    case .nodeCount(let limit, let found):
      "the bundle announces \(found) nodes of its Merkle proof, more than the \(limit) possible"
    case .truncated(let expected, let found, let interval):
      "the bundle ends after \(found) of \(expected) bytes"
        + (interval.map { "; interval \($0) is missing or cut" } ?? "")
    case .trailingBytes(let expected, let found):
      "the bundle has \(found) bytes, expected \(expected)"
    }
  }
}
