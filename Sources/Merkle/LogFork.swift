public import AssayCryptography
internal import AssayWire

/// Two heads that a log signed and that cannot both be: it showed two histories.
///
///     {"version":1,"heads":["…signed note…","…signed note…"],"path":["…hex…"]}
///
/// Heads of one size have different roots. Of two sizes, the path is a consistency proof that leads
/// to the larger head's root and shows that the beginning of that tree is not the smaller head's;
/// where the smaller size is a power of two, the root of that beginning stands before it.
///
/// - Soundness: a decoded fork proves nothing; `verify` is what checks it. It then convinces
///   whoever has the log's key, without the log.
public struct LogFork: Hashable, Sendable {
  /// Longer files are refused unread.
  public static let maximumByteCount = 4 * SignedTreeHead.maximumByteCount

  /// The head of the smaller tree.
  public let smaller: SignedTreeHead
  /// The head of the larger tree, or of another one of the same size.
  public let larger: SignedTreeHead
  /// The nodes of a consistency proof; none between equal sizes.
  public let path: [Digest]

  /// Puts a fork together; nothing is checked before it is verified.
  public init(smaller: SignedTreeHead, larger: SignedTreeHead, path: [Digest]) {
    self.smaller = smaller
    self.larger = larger
    self.path = path
  }

  /// The fork between a head and a tree that another head is of.
  ///
  /// - Parameters:
  ///   - head: signed for so many leaves of the tree, at least one, with another root.
  ///   - tree: the whole tree of the larger head.
  /// - Precondition: 0 < size ≤ tree.size.
  public init<Failure: Error>(
    smaller head: SignedTreeHead, size: UInt64, larger: SignedTreeHead,
    tree: inout TiledTree<Failure>
  ) throws(Failure) {
    var path: [Digest] = []
    if size < tree.size {
      path = try tree.consistencyProof(fromSize: size).path
      if size.nonzeroBitCount == 1 { path.insert(try tree.root(ofSize: size), at: 0) }
    }
    self.init(smaller: head, larger: larger, path: path)
  }

  /// Reads a fork.
  ///
  /// - Throws: `MerkleError.wire`, or what decoding a head throws.
  public init(decoding bytes: [UInt8]) throws(MerkleError) {
    var notes: [String] = []
    var path: [Digest] = []
    do throws(WireError) {
      var fields = try JSONFields(
        JSONValue.parse(bytes, maximumByteCount: Self.maximumByteCount))
      _ = try fields.integer("version", in: 1...1)
      for value in try fields.array("heads") {
        guard case .string(let note) = value else {
          throw fields.failure("heads", "expected signed notes, found another value")
        }
        notes.append(note)
      }
      guard notes.count == 2 else {
        throw fields.failure("heads", "expected 2 signed notes, found \(notes.count)")
      }
      for value in try fields.array("path") {
        guard case .string(let hex) = value, let digest = try? Digest(hex: hex) else {
          throw fields.failure("path", "expected hashes of 64 lower-case hex digits")
        }
        path.append(digest)
      }
      try fields.finish()
      guard path.count <= InclusionProof.maximumNodeCount + 1 else {
        throw fields.failure("path", "expected at most 65 hashes, found \(path.count)")
      }
    } catch { throw .wire(error) }
    self.init(
      smaller: try SignedTreeHead(decoding: Array(notes[0].utf8)),
      larger: try SignedTreeHead(decoding: Array(notes[1].utf8)), path: path)
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    let heads = [smaller, larger].map {
      JSONValue.string(String(decoding: $0.encoded, as: UTF8.self))
    }
    return JSONValue.object([
      "version": .integer(1), "heads": .array(heads),
      "path": .array(path.map { .string($0.hex) }),
    ]).serialized(pretty: true)
  }

  /// Accepts the fork when the key signed both heads for this log, and they cannot both be.
  ///
  /// - Throws: what `SignedTreeHead.verify` throws, then `sizeOrder`, `nodeCount`, `rootMismatch`
  ///   where the path does not lead to the larger head, and `noFork` where both heads may be.
  public func verify(origin: String, key: VerifyingKey) throws(MerkleError) {
    let old = try smaller.verify(name: origin, with: key)
    let new = try larger.verify(name: origin, with: key)
    if old.size == new.size {
      guard path.isEmpty else { throw .nodeCount(expected: 0, found: path.count) }
      guard old.root != new.root else {
        throw .noFork(reason: "both heads are of the size \(old.size) and the root \(old.root)")
      }
      return
    }
    let beginning = try ConsistencyProof.beginning(
      ofSize: old.size, inTreeOfSize: new.size, newRoot: new.root, nodes: path)
    guard beginning != old.root else {
      throw .noFork(reason: "the log of \(new.size) entries begins with the one of \(old.size)")
    }
  }
}
