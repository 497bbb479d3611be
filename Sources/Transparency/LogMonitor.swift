public import AssayCryptography
public import AssayMerkle

/// Watches a log: keeps a copy of what it showed, and compares what it shows now with that.
///
/// - Soundness: a monitor finds that a log shows two histories only where both are shown to it.
///   Hand it the heads that others have seen.
public struct LogMonitor: Sendable {
  /// What a look at a log found.
  public enum Finding: Sendable {
    /// The log is what it was.
    case unchanged(TreeHead)
    /// The log has the entries that it had, and these after them.
    case grown(from: UInt64, TreeHead, entries: [[UInt8]])
    /// The log shows a head that it signed before the one that is known, and of the same history: a
    /// stale copy, or a log that lost its end.
    case older(TreeHead, known: TreeHead)
    /// The log signed two heads that cannot both be.
    case fork(LogFork)
  }

  /// The log's name.
  public let origin: String
  /// The log's key.
  public let key: VerifyingKey
  /// The copy, and the head that it is of.
  public let copy: LogFolder

  /// A monitor that remembers in a folder.
  public init(origin: String, key: VerifyingKey, copy: LogFolder) {
    self.origin = origin
    self.key = key
    self.copy = copy
  }

  /// Looks at the log; where it has grown, brings the copy up to it.
  ///
  /// - Throws: `head` where the head is not the log's, `root` or `tile` where the files do not give
  ///   what the head states: nothing can be said of a log that does not show its entries.
  public func look(at log: any TiledLog) throws(TransparencyError) -> Finding {
    let signed = try log.head()
    let head = try LogFolder.verified(signed, origin: origin, key: key)
    guard let knownSigned = try copy.headIfPresent() else {
      return try follow(log, from: 0, to: head, signed: signed)
    }
    let known = try LogFolder.verified(knownSigned, origin: origin, key: key)
    guard head.size > known.size else { return try compare(signed) }
    if known.size > 0 {
      var tree = log.tree(ofSize: head.size)
      try LogFolder.compare(try tree.root(), with: head, size: head.size)
      guard try tree.root(ofSize: known.size) == known.root else {
        return try checked(
          try LogFork(smaller: knownSigned, size: known.size, larger: signed, tree: &tree))
      }
    }
    return try follow(log, from: known.size, to: head, signed: signed)
  }

  /// Compares a head that somebody else was shown with the copy.
  ///
  /// - Returns: `unchanged`, `older` or `fork`; of a head of more entries than are known nothing
  ///   can be said before the log was looked at.
  /// - Throws: as `look`, and `noHead` before the first look.
  public func compare(_ signed: SignedTreeHead) throws(TransparencyError) -> Finding {
    let head = try LogFolder.verified(signed, origin: origin, key: key)
    let knownSigned = try copy.head()
    let known = try LogFolder.verified(knownSigned, origin: origin, key: key)
    guard head.size <= known.size else {
      throw .tile(
        path: "checkpoint",
        reason: "this head is of \(head.size) entries, and \(known.size) are known; look again")
    }
    if head.size == 0 { return known.size == 0 ? .unchanged(head) : .older(head, known: known) }
    var tree = copy.tree(ofSize: known.size)
    try LogFolder.compare(try tree.root(), with: known, size: known.size)
    guard try tree.root(ofSize: head.size) == head.root else {
      return try checked(
        try LogFork(smaller: signed, size: head.size, larger: knownSigned, tree: &tree))
    }
    return head.size == known.size ? .unchanged(head) : .older(head, known: known)
  }

  /// A fork that convinces others; tiles that contradict each other can feign one.
  private func checked(_ fork: LogFork) throws(TransparencyError) -> Finding {
    do { try fork.verify(origin: origin, key: key) } catch {
      throw .tile(path: "tile", reason: "the tiles contradict each other: \(error)")
    }
    return .fork(fork)
  }

  private func follow(
    _ log: any TiledLog, from size: UInt64, to head: TreeHead, signed: SignedTreeHead
  ) throws(TransparencyError) -> Finding {
    let entries = try log.entries(from: size, to: head.size, ofSize: head.size)
    try copy.append(entries, head: head, signed: signed)
    return .grown(from: size, head, entries: entries)
  }
}
