public import AssayCryptography
internal import AssayWire

/// A proof, to be checked offline, that an entry is in a log: C2SP tlog-proof v1.
///
///     c2sp.org/tlog-proof@v1
///     index 73894
///     …one base64 hash a line, from the leaf's sibling upwards…
///
///     …the signed tree head…
///
/// - Soundness: a decoded proof proves nothing; `verify` is what checks it.
public struct LogProof: Hashable, Sendable {
  private static let firstLine = "c2sp.org/tlog-proof@v1"
  /// How every such file begins.
  public static let header = Array((firstLine + "\n").utf8)
  private static let extraLimit = 1 << 16
  /// Longer files are refused unread.
  public static let maximumByteCount = SignedTreeHead.maximumByteCount + (1 << 18)

  /// Which entry, from 0.
  public let index: UInt64
  /// The hashes from the leaf's sibling upwards.
  public let path: [Digest]
  /// The signed head of the tree that the entry is in.
  public let head: SignedTreeHead

  /// A proof under a head; the tree's size is the head's to say.
  public init(index: UInt64, path: [Digest], head: SignedTreeHead) {
    self.index = index
    self.path = path
    self.head = head
  }

  /// Reads a proof; extra data, which nobody signed, is left out.
  ///
  /// - Throws: `MerkleError.logProof`, or what decoding the head throws.
  public init(decoding bytes: [UInt8]) throws(MerkleError) {
    guard bytes.count <= Self.maximumByteCount else {
      throw .wire(.tooLong(limit: Self.maximumByteCount, found: bytes.count))
    }
    guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: [0x0a, 0x0a]) }) else {
      throw .logProof(reason: "expected an empty line before the signed tree head, found none")
    }
    var lines = bytes[..<end].split(separator: 0x0a, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }[...]
    guard lines.popFirst() == Self.firstLine else {
      throw .logProof(reason: "expected the first line '\(Self.firstLine)', found another")
    }
    if let line = lines.first, line.hasPrefix("extra ") {
      lines = lines.dropFirst()
      do throws(WireError) {
        let extra = try Base64.decode(String(line.dropFirst("extra ".count)))
        guard extra.count <= Self.extraLimit else {
          throw .tooLong(limit: Self.extraLimit, found: extra.count)
        }
      } catch { throw .wire(error) }
    }
    guard let line = lines.popFirst(), line.hasPrefix("index "),
      let index = UInt64(line.dropFirst("index ".count)), line == "index \(index)"
    else {
      throw .logProof(reason: "expected a line 'index' with a decimal number, found another")
    }
    guard lines.count <= InclusionProof.maximumNodeCount else {
      throw .nodeCount(expected: InclusionProof.maximumNodeCount, found: lines.count)
    }
    var path: [Digest] = []
    for line in lines { path.append(try Self.hash(line)) }
    self.index = index
    self.path = path
    head = try SignedTreeHead(decoding: Array(bytes[(end + 2)...]))
  }

  private static func hash(_ line: String) throws(MerkleError) -> Digest {
    let bytes: [UInt8]
    do { bytes = try Base64.decode(line) } catch { throw .wire(error) }
    guard let digest = try? Digest(bytes: bytes) else {
      throw .logProof(reason: "expected hashes of 32 bytes, found one of \(bytes.count)")
    }
    return digest
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    let lines = [Self.firstLine, "index \(index)"] + path.map { Base64.encode($0.bytes) }
    return Array((lines.joined(separator: "\n") + "\n\n").utf8) + head.encoded
  }

  /// Accepts the proof when the key signed the head for this log, and the entry is under it.
  ///
  /// - Returns: the head.
  /// - Throws: what `SignedTreeHead.verify` and `InclusionProof.verify` throw.
  @discardableResult
  public func verify(
    entry: [UInt8], origin: String, key: VerifyingKey
  ) throws(MerkleError) -> TreeHead {
    let head = try head.verify(name: origin, with: key)
    try InclusionProof(leafIndex: index, treeSize: head.size, path: path).verify(
      leafHash: MerkleTree.leafHash(entry), root: head.root)
    return head
  }
}
