internal import AssayCryptography

/// Hashes leaves and nodes one after another in one digest context.
struct TreeHasher: ~Copyable {
  /// RFC 9162 §2.1.1: the first byte says whether a leaf or a node is hashed, so that neither can
  /// stand for the other.
  private static let leafPrefix: [UInt8] = [0x00]
  private static let nodePrefix: [UInt8] = [0x01]

  private var hash = SHA256()

  /// SHA-256(0x00 ‖ entry).
  mutating func leaf(_ entry: [UInt8]) -> Digest {
    hash.update(Self.leafPrefix)
    hash.update(entry)
    return hash.finalize()
  }

  /// SHA-256(0x00 ‖ header ‖ body).
  mutating func leaf(header: [UInt8], body: RawSpan) -> Digest {
    hash.update(Self.leafPrefix)
    hash.update(header)
    hash.update(body)
    return hash.finalize()
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  mutating func node(_ left: Digest, _ right: Digest) -> Digest {
    hash.update(Self.nodePrefix)
    hash.update(left)
    hash.update(right)
    return hash.finalize()
  }
}
