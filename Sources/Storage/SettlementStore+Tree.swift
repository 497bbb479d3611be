public import AssayCryptography
internal import AssayEvidence
public import AssayMerkle

/// The log's tree, kept in tiles, and its signed heads.
extension SettlementStore {
  /// How many entries are read and hashed at a time.
  private static let batchCount: UInt64 = 4096

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
  /// - Returns: how many entries and how many heads there are.
  /// - Throws: `StorageError` with `corrupt` at the first difference.
  /// - Complexity: linear in the log.
  public func verifyLog() throws -> (entries: UInt64, heads: Int) {
    let rows = try database.query("SELECT note FROM heads ORDER BY size")
    let count = try logCount()
    var frontier = MerkleFrontier()
    for row in rows {
      guard let note = row[0].blob, let head = try? SignedTreeHead(decoding: note).unverifiedHead(),
        frontier.size <= head.size, head.size <= count
      else { throw broken("a signed head of the log is not what was written") }
      try append(frontier.size..<head.size, to: &frontier)
      guard frontier.root == head.root else {
        throw broken("the first \(head.size) entries of the log are not those signed for")
      }
    }
    try append(frontier.size..<count, to: &frontier)
    return (count, rows.count)
  }

  private func append(_ range: Range<UInt64>, to frontier: inout MerkleFrontier) throws {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(Self.batchCount)) {
      for leaf in try leafHashes(start..<min(start + Self.batchCount, range.upperBound)) {
        frontier.append(leafHash: leaf)
      }
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
      let leaves = try leafHashes(size..<next)
      for (tile, hashes) in try logTree(ofSize: size).tiles(appending: leaves) {
        try database.query(
          """
          INSERT INTO tiles VALUES (?, ?, ?) ON CONFLICT (level, position) DO UPDATE
          SET hashes = excluded.hashes
          """, .integer(Int64(tile.level)),
          .integer(Int64(tile.index)), .blob(hashes.flatMap(\.bytes)))
      }
      size = next
    }
  }

  /// The hashes of entries, recomputed from the stored bytes.
  private func leafHashes(_ range: Range<UInt64>) throws -> [Digest] {
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
