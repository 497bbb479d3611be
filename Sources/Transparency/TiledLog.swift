public import AssayCryptography
public import AssayMerkle
internal import AssayWire

/// A log that is shown file by file, as C2SP tlog-tiles lays it out: in a folder, or at an address.
public protocol TiledLog: Sendable {
  /// What it is called in messages.
  var name: String { get }
  /// The bytes of a file, such as `tile/0/000`; nil where there is none.
  ///
  /// - Throws: `file` or `source` where it cannot be read, or has more than `limit` bytes.
  func bytes(of place: String, limit: Int) throws(TransparencyError) -> [UInt8]?
}

extension TiledLog {
  /// The signed tree head; its signature is not checked.
  ///
  /// - Throws: `noHead`, `head`, or what reading throws.
  public func head() throws(TransparencyError) -> SignedTreeHead {
    guard let head = try headIfPresent() else { throw .noHead(folder: name) }
    return head
  }

  /// The signed tree head, or nil where there is none.
  public func headIfPresent() throws(TransparencyError) -> SignedTreeHead? {
    guard let bytes = try bytes(of: "checkpoint", limit: SignedTreeHead.maximumByteCount) else {
      return nil
    }
    do { return try SignedTreeHead(decoding: bytes) } catch { throw .head(error) }
  }

  /// A tile's file; where a partial tile is gone, that of the full one that replaced it.
  private func file(
    of tile: Tile, limit: Int, _ path: (Tile) -> String
  ) throws(TransparencyError) -> (tile: Tile, bytes: [UInt8]) {
    if let bytes = try bytes(of: path(tile), limit: limit) { return (tile, bytes) }
    let full = Tile(level: tile.level, index: tile.index)
    if tile.isPartial, let bytes = try bytes(of: path(full), limit: limit) { return (full, bytes) }
    throw .tile(path: path(tile), reason: "it is not there")
  }

  /// The tree over the first entries, by what the tiles say.
  public func tree(ofSize size: UInt64) -> TiledTree<TransparencyError> {
    TiledTree(size: size) { tile throws(TransparencyError) in try self.hashes(of: tile) }
  }

  /// The hashes of a tile.
  ///
  /// - Throws: what reading throws, or `tile` where it is not there, or has another length than its
  ///   width demands.
  public func hashes(of tile: Tile) throws(TransparencyError) -> [Digest] {
    let (place, bytes) = try file(
      of: tile, limit: Tile.fullWidth * Digest.byteCount, \.path)
    guard bytes.count == place.width * Digest.byteCount else {
      throw .tile(
        path: place.path,
        reason: "expected \(place.width * Digest.byteCount) bytes, found \(bytes.count)")
    }
    var reader = WireReader(bytes)
    var hashes: [Digest] = []
    for _ in 0..<tile.width {
      do { hashes.append(try Digest(decoding: &reader)) } catch {
        throw .tile(path: place.path, reason: error.description)
      }
    }
    return hashes
  }

  /// The entries whose leaf hashes a tile of level 0 holds.
  ///
  /// - Throws: what reading throws, or `tile` where the bundle is not there or is misshapen.
  public func entries(of tile: Tile) throws(TransparencyError) -> [[UInt8]] {
    let (place, bytes) = try file(
      of: tile, limit: Tile.fullWidth * (2 + LogFolder.entryByteCountLimit), \.entriesPath)
    var entries: [[UInt8]] = []
    var rest = bytes[...]
    while let high = rest.popFirst() {
      guard let low = rest.popFirst(), rest.count >= Int(high) << 8 | Int(low) else {
        throw .tile(path: place.entriesPath, reason: "expected whole entries, found a part of one")
      }
      entries.append(Array(rest.prefix(Int(high) << 8 | Int(low))))
      rest = rest.dropFirst(Int(high) << 8 | Int(low))
    }
    guard entries.count == place.width else {
      throw .tile(
        path: place.entriesPath, reason: "expected \(place.width) entries, found \(entries.count)")
    }
    return Array(entries.prefix(tile.width))
  }

  /// The entries from `start` on, up to `end`.
  ///
  /// - Parameter size: how many entries the log has; tells how wide the last bundle is.
  /// - Precondition: start ≤ end ≤ size.
  public func entries(
    from start: UInt64, to end: UInt64, ofSize size: UInt64
  ) throws(TransparencyError) -> [[UInt8]] {
    var entries: [[UInt8]] = []
    var next = start
    while next < end {
      guard let tile = Tile(level: 0, holding: next, inTreeOfSize: size) else { break }
      let first = tile.index * UInt64(Tile.fullWidth)
      let bundle = try self.entries(of: tile)
      entries += bundle[Int(next - first)..<min(bundle.count, Int(end - first))]
      next = first + UInt64(Tile.fullWidth)
    }
    return entries
  }

  /// Checks the head's signature, recomputes every hash from the entries, and compares every tile.
  ///
  /// - Returns: the head.
  /// - Throws: `head`, `tile`, `root`, or what reading throws.
  /// - Complexity: linear in the log, 32 bytes of memory for an entry.
  public func verify(origin: String, key: VerifyingKey) throws(TransparencyError) -> TreeHead {
    let head = try LogFolder.verified(try self.head(), origin: origin, key: key)
    var leaves: [Digest] = []
    var next: UInt64 = 0
    while let tile = Tile(level: 0, holding: next, inTreeOfSize: head.size) {
      leaves += try entries(of: tile).map { MerkleTree.leafHash($0) }
      next += UInt64(Tile.fullWidth)
    }
    let empty = TiledTree<TransparencyError>(size: 0) { _ throws(TransparencyError) in [] }
    let computed = try empty.tiles(appending: leaves)
    for (tile, hashes) in computed where try self.hashes(of: tile) != hashes {
      throw .tile(path: tile.path, reason: "its hashes are not those of the entries")
    }
    try LogFolder.compare(MerkleTree.root(ofLeafHashes: leaves), with: head, size: head.size)
    return head
  }
}
