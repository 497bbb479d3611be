public import AssayCryptography
public import AssayWire

/// Why a Merkle proof or a signed tree head was refused.
public enum MerkleError: Error, Hashable, Sendable {
  /// The leaf `index` is not below the tree's `size`.
  case leafOutOfRange(index: UInt64, size: UInt64)
  /// A tree cannot shrink: `old` is larger than `new`.
  case sizeOrder(old: UInt64, new: UInt64)
  /// The proof has `found` nodes where its shape demands `expected`.
  case nodeCount(expected: Int, found: Int)
  /// A proof for several leaves was given `found` leaf hashes instead of `expected`.
  case leafCount(expected: Int, found: Int)
  /// The proof leads to the root `found`, not to `expected`.
  case rootMismatch(expected: Digest, found: Digest)
  /// The bytes around the proof are wrong.
  case wire(WireError)
  /// The text is not a signed note that holds a tree head; the reason says what was expected.
  case note(reason: String)
  /// The note has no signature by the key of this name and ID.
  case unsignedNote(keyName: String, keyID: String)
  /// The note's signature by the key of this name is not one over its text.
  case invalidSignature(keyName: String)
  /// The tree head is of the log `found`, not of `expected`.
  case origin(expected: String, found: String)
  /// The file is not a proof of logging; the reason says what was expected.
  case logProof(reason: String)
  /// Two signed heads that may both be; the reason says how.
  case noFork(reason: String)
}

extension MerkleError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .leafOutOfRange(let index, let size):
      "Merkle proof: expected a leaf index below the tree size \(size), found \(index)"
    case .sizeOrder(let old, let new):
      "consistency proof: expected an old size of at most \(new), found \(old)"
    case .nodeCount(let expected, let found):
      "Merkle proof: expected \(expected) nodes for this tree, found \(found)"
    case .leafCount(let expected, let found):
      "Merkle proof: expected \(expected) leaf hashes, found \(found)"
    case .rootMismatch(let expected, let found):
      "Merkle proof: expected root \(expected), found \(found); the content or the proof is altered"
    case .wire(let error):
      error.description
    case .note(let reason):
      "signed tree head: \(reason)"
    case .unsignedNote(let name, let keyID):
      "signed tree head: expected a signature by '\(name)' (key ID \(keyID)), found none"
    case .invalidSignature(let name):
      "signed tree head: the signature by '\(name)' does not fit the text; fetch it again"
    case .origin(let expected, let found):
      "signed tree head: expected the log '\(expected)', found '\(found)'"
    case .logProof(let reason):
      "proof of logging: \(reason)"
    case .noFork(let reason):
      "fork of a log: \(reason)"
    }
  }
}
