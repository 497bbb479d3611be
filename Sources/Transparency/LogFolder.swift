public import AssayCryptography
internal import AssayFiles
public import AssayMerkle
internal import AssayWire

/// A log as a folder of files that any web server can serve: C2SP tlog-tiles.
///
///     checkpoint                  the signed tree head
///     tile/0/000.p/17             hashes of leaves
///     tile/entries/000.p/17       the entries themselves, each after its length in 16 bits
public struct LogFolder: Sendable {
  /// The longest entry that a bundle can hold.
  public static let entryByteCountLimit = 65_535
  private static let bundleByteCountLimit = Tile.fullWidth * (2 + entryByteCountLimit)

  /// The folder.
  public let path: String

  /// The log in a folder, which need not be there yet.
  public init(_ path: String) {
    self.path = path
  }

  /// The signed tree head; its signature is not checked.
  ///
  /// - Throws: `noHead`, `file` or `head`.
  public func head() throws(TransparencyError) -> SignedTreeHead {
    let file = "\(path)/checkpoint"
    guard FileAccess.exists(file) else { throw .noHead(folder: path) }
    let bytes = try Self.read(file, limit: SignedTreeHead.maximumByteCount)
    do { return try SignedTreeHead(decoding: bytes) } catch { throw .head(error) }
  }

  /// The signed tree head, or nil in a folder without one.
  public func headIfPresent() throws(TransparencyError) -> SignedTreeHead? {
    FileAccess.exists("\(path)/checkpoint") ? try head() : nil
  }

  /// The tree over the first entries, by what the tiles say.
  public func tree(ofSize size: UInt64) -> TiledTree<TransparencyError> {
    TiledTree(size: size) { tile throws(TransparencyError) in try self.hashes(of: tile) }
  }

  /// The hashes of a tile.
  ///
  /// Where a partial tile is gone, the full one that replaced it is read.
  ///
  /// - Throws: `file`, or `tile` where it has another length than its width demands.
  public func hashes(of tile: Tile) throws(TransparencyError) -> [Digest] {
    let full = Tile(level: tile.level, index: tile.index)
    let isThere = FileAccess.exists("\(path)/\(tile.path)")
    let place = isThere || !tile.isPartial ? tile : full
    let bytes = try Self.read(
      "\(path)/\(place.path)", limit: Tile.fullWidth * Digest.byteCount)
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
  /// - Throws: `file`, or `tile` where the bundle is misshapen.
  public func entries(of tile: Tile) throws(TransparencyError) -> [[UInt8]] {
    let isThere = FileAccess.exists("\(path)/\(tile.entriesPath)")
    let place = isThere || !tile.isPartial ? tile : Tile(level: 0, index: tile.index)
    let bytes = try Self.read("\(path)/\(place.entriesPath)", limit: Self.bundleByteCountLimit)
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

  static func read(_ path: String, limit: Int) throws(TransparencyError) -> [UInt8] {
    do { return try FileAccess.read(path, limit: limit) } catch { throw .file(error) }
  }
}
