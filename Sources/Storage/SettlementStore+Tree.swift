public import AssayCryptography
internal import AssayEvidence
public import AssayMerkle

/// The log's tree, kept in tiles, and its signed heads.
extension SettlementStore {
  /// How many entries are read and hashed at a time.
  static let batchCount: UInt64 = 4096

  /// Signs a head over every entry, or gives the one that is signed already.
  ///
  /// The leaves that no head covers yet are recomputed from the stored bytes, and the head last
  /// signed must be a beginning of this one: a log that has been altered is never signed.
  ///
  /// - Throws: `StorageError` with `corrupt`; `MerkleError` where the origin cannot stand in a
  ///   note.
  /// - Complexity: linear in the entries that no head covers yet.
  public func signLog(origin: String, key: SigningKey) throws -> SignedTreeHead {
    try database.transaction { try signWithinTransaction(origin: origin, key: key).signed }
  }

  /// The head last signed; nil where there is none.
  public func lastLogHead() throws -> SignedTreeHead? {
    let rows = try database.query("SELECT note FROM heads ORDER BY size DESC LIMIT 1")
    return try rows.first?.first?.blob.map { try SignedTreeHead(decoding: $0) }
  }

  /// The tree over the first entries, as it was hashed when a head was signed over them.
  ///
  /// - Precondition: a head covers so many entries.
  public func logTree(ofSize size: UInt64) -> TiledTree<any Error> {
    TiledTree(size: size) { tile in try self.hashes(of: tile) }
  }

  /// Recomputes every leaf from the stored bytes and compares the roots of all signed heads.
  ///
  /// - Parameter visit: called with a batch of entries, their leaves, and the heads over the batch.
  /// - Returns: how many entries and how many heads there are.
  /// - Throws: `StorageError` with `corrupt` at the first difference.
  /// - Complexity: linear in the log.
  @discardableResult
  public func verifyLog(
    _ visit: ([StoredLogEntry], [Digest], [SignedTreeHead]) throws -> Void = { _, _, _ in }
  ) throws -> (entries: UInt64, heads: UInt64) {
    let count = try logCount()
    var frontier = MerkleFrontier()
    var headCount: UInt64 = 0
    // A head over nothing is signed for nothing.
    var heads = try self.heads(0...0)
    repeat {
      let end = min(frontier.size + Self.batchCount, count)
      let entries = try logEntries(frontier.size..<end)
      let leaves = entries.map { LogEntry.leafHash($0.kind, identity: $0.identity) }
      if frontier.size < end { heads += try self.heads(frontier.size + 1...end) }
      var rest = heads[...]
      for leaf in [nil] + leaves {
        if let leaf { frontier.append(leafHash: leaf) }
        while let head = rest.first, head.size == frontier.size {
          guard frontier.root == head.root else {
            throw broken("the first \(head.size) entries of the log are not those signed for")
          }
          rest = rest.dropFirst()
        }
      }
      headCount += UInt64(heads.count)
      try visit(entries, leaves, heads.map(\.signed))
      heads = []
    } while frontier.size < count  // BOUND: every turn but the first takes up an entry.
    guard
      try database.query("SELECT count(*) FROM heads").first?.first?.integer
        == Int64(headCount)
    else { throw broken("a head is signed over more entries than the log has") }
    return (count, headCount)
  }

  private func heads(
    _ sizes: ClosedRange<UInt64>
  ) throws -> [(size: UInt64, root: Digest, signed: SignedTreeHead)] {
    let rows = try database.query(
      "SELECT size, note FROM heads WHERE size >= ? AND size <= ? ORDER BY size",
      .integer(Int64(sizes.lowerBound)), .integer(Int64(sizes.upperBound)))
    return try rows.map { row in
      guard let size = row[0].integer, let note = row[1].blob,
        let signed = try? SignedTreeHead(decoding: note), let head = try? signed.unverifiedHead(),
        head.size == UInt64(size)
      else { throw broken("a signed head of the log is not what was written") }
      return (head.size, head.root, signed)
    }
  }

  func signWithinTransaction(
    origin: String, key: SigningKey
  ) throws -> (head: TreeHead, signed: SignedTreeHead) {
    let size = try logCount()
    try hashNewEntries(upTo: size)
    var tree = logTree(ofSize: size)
    try checkExtendsLastHead(&tree)
    let head = TreeHead(origin: origin, size: size, root: try tree.root())
    if let last = try lastLogHead(),
      let signedFor = try? last.verify(name: origin, with: key.verifyingKey), signedFor == head
    {
      return (head, last)
    }
    let signed = try SignedTreeHead(signing: head, name: origin, key: key)
    try database.query(
      "INSERT INTO heads VALUES (?, ?) ON CONFLICT (size) DO UPDATE SET note = excluded.note",
      .integer(Int64(size)), .blob(signed.encoded))
    return (head, signed)
  }

  /// Brings the tiles up to the entries.
  private func hashNewEntries(upTo count: UInt64) throws {
    var size = try hashedCount()
    guard size <= count else {
      throw broken("the log has \(count) entries, and \(size) were signed for")
    }
    while size < count {
      let next = min(size + Self.batchCount, count)
      try append(try leafHashes(size..<next), toTreeOfSize: size)
      size = next
    }
  }

  /// Hashes leaves that follow the first ones into the tiles.
  func append(_ leaves: [Digest], toTreeOfSize size: UInt64) throws {
    for (tile, hashes) in try logTree(ofSize: size).tiles(appending: leaves) {
      try database.query(
        """
        INSERT INTO tiles VALUES (?, ?, ?) ON CONFLICT (level, position) DO UPDATE
        SET hashes = excluded.hashes
        """, .integer(Int64(tile.level)),
        .integer(Int64(tile.index)), .blob(hashes.flatMap(\.bytes)))
    }
  }

  /// The hashes of entries, recomputed from the stored bytes.
  func leafHashes(_ range: Range<UInt64>) throws -> [Digest] {
    try logEntries(range).map { LogEntry.leafHash($0.kind, identity: $0.identity) }
  }

  /// How many leaves are in the tiles.
  private func hashedCount() throws -> UInt64 {
    let rows = try database.query(
      """
      SELECT position, length(hashes) FROM tiles WHERE level = 0 ORDER BY position DESC LIMIT 1
      """)
    guard let row = rows.first, let last = row[0].integer, let length = row[1].integer else {
      return 0
    }
    return UInt64(last) * UInt64(Tile.fullWidth) + UInt64(length) / UInt64(Digest.byteCount)
  }

  /// The first hashes of a stored tile, which may be wider by now.
  private func hashes(of tile: Tile) throws -> [Digest] {
    let rows = try database.query(
      "SELECT hashes FROM tiles WHERE level = ? AND position = ?", .integer(Int64(tile.level)),
      .integer(Int64(tile.index)))
    guard let bytes = rows.first?.first?.blob, bytes.count >= tile.width * Digest.byteCount else {
      throw broken("\(tile.path) of the log is missing or too short")
    }
    return try (0..<tile.width).map { place in
      try Digest(bytes: Array(bytes[place * Digest.byteCount..<(place + 1) * Digest.byteCount]))
    }
  }

  private func checkExtendsLastHead(_ tree: inout TiledTree<any Error>) throws {
    guard let head = try lastLogHead()?.unverifiedHead() else { return }
    guard head.size <= tree.size, try tree.root(ofSize: head.size) == head.root else {
      throw broken("the log does not begin with the \(head.size) entries that were signed for")
    }
  }
}
