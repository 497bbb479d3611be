public import AssayCryptography
public import AssayMerkle
public import AssayWire

/// A transparency log, as terms name it: the origin line of its tree heads and the key that signs
/// them.
public struct LogIdentity: Hashable, Sendable {
  /// The origin line and the key's name in the signed note.
  public let origin: String
  /// The key.
  public let key: VerifyingKey

  /// A log.
  public init(origin: String, key: VerifyingKey) {
    self.origin = origin
    self.key = key
  }
}

/// The entries of a transparency log of evidence.
public enum LogEntry {
  /// What an entry is about.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A provider's claim.
    case claim
    /// A verifier's verdict.
    case verdict
    /// A referee's word on how a dispute ended.
    case dispute
    /// A guardian's word that a job must not go on.
    case quarantine
    /// An operator's receipt.
    case receipt
  }

  /// The entry's bytes: its kind and version, then the identity of the envelope.
  public static func bytes(_ kind: Kind, identity: Digest) -> [UInt8] {
    var writer = WireWriter()
    writer.write(tag(kind))
    writer.write(raw: identity.bytes)
    return writer.bytes
  }

  /// Reads an entry's bytes; nil where they are none of this log's entries.
  public static func read(_ bytes: [UInt8]) -> (kind: Kind, identity: Digest)? {
    var reader = WireReader(bytes)
    guard let tag = try? reader.readString(limit: 64),
      let kind = Kind.allCases.first(where: { self.tag($0) == tag }),
      let identity = try? Digest(decoding: &reader), (try? reader.finish()) != nil,
      self.bytes(kind, identity: identity) == bytes
    else { return nil }
    return (kind, identity)
  }

  private static func tag(_ kind: Kind) -> String { "assay.log.\(kind.rawValue).v1" }

  /// The entry's leaf in the log's tree.
  public static func leafHash(_ kind: Kind, identity: Digest) -> Digest {
    MerkleTree.leafHash(bytes(kind, identity: identity))
  }
}

/// What shows that an entry is in a log: an inclusion proof and the signed tree head it is for.
public struct LogEvidence: Hashable, Sendable {
  /// The proof.
  public let proof: InclusionProof
  /// The signed tree head: a C2SP checkpoint, as its bytes came.
  public let head: [UInt8]

  /// A proof under a signed tree head.
  public init(proof: InclusionProof, head: [UInt8]) {
    self.proof = proof
    self.head = head
  }

  /// Checks the head's signature, its origin, and the proof, in this order.
  ///
  /// - Throws: `notInLog` with what is wrong.
  public func check(
    _ kind: LogEntry.Kind, identity: Digest, in log: LogIdentity
  ) throws(EvidenceError) {
    let treeHead: TreeHead
    do throws(MerkleError) {
      treeHead = try SignedTreeHead(decoding: head).verify(name: log.origin, with: log.key)
    } catch { throw .notInLog(reason: "\(error)") }
    guard treeHead.size == proof.treeSize else {
      throw .notInLog(
        reason: "the proof is for a tree of \(proof.treeSize), the head for one of "
          + "\(treeHead.size)")
    }
    do throws(MerkleError) {
      try proof.verify(
        leafHash: LogEntry.leafHash(kind, identity: identity), root: treeHead.root)
    } catch { throw .notInLog(reason: "\(error)") }
  }

  /// Appends the proof and the head, each length-prefixed.
  public func encode(to writer: inout WireWriter) {
    var inner = WireWriter()
    proof.encode(to: &inner)
    writer.write(lengthPrefixed: inner.bytes)
    writer.write(lengthPrefixed: head)
  }

  /// Reads what `encode` writes.
  public init(decoding reader: inout WireReader) throws(WireError) {
    var inner = WireReader(try reader.readLengthPrefixed(limit: 1 << 16))
    proof = try InclusionProof(decoding: &inner)
    try inner.finish()
    head = try reader.readLengthPrefixed(limit: SignedTreeHead.maximumByteCount)
  }
}
