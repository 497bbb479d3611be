internal import AssayCryptography
internal import AssayFiles
public import AssayMerkle
internal import AssayWire

/// How a folder comes to hold a longer log.
extension LogFolder {
  /// Appends entries, and then replaces the signed tree head.
  ///
  /// The hashes are computed from the entries; nothing is written unless they give the root that
  /// was signed. Whoever reads the folder meanwhile finds the old head or the new one, each with
  /// its tiles.
  ///
  /// - Parameters:
  ///   - entries: what comes after the entries of the folder's own head.
  ///   - head: what `signed` states; its signature is the caller's to check.
  /// - Throws: `root` where the entries are not those that were signed for, `tile` or `file`.
  public func append(
    _ entries: [[UInt8]], head: TreeHead, signed: SignedTreeHead
  ) throws(TransparencyError) {
    let size = try ownSize()
    let leaves = entries.map { MerkleTree.leafHash($0) }
    let changed = try tree(ofSize: size).tiles(appending: leaves)
    let written = Dictionary(uniqueKeysWithValues: changed.map { ($0.tile, $0.hashes) })
    let count = size + UInt64(entries.count)
    var grown = TiledTree(size: count) { tile throws(TransparencyError) in
      if let hashes = written[tile] { return hashes }
      return try self.hashes(of: tile)
    }
    try Self.compare(try grown.root(), with: head, size: count)
    try writeEntries(entries, after: size)
    for (tile, hashes) in changed {
      try write(hashes.flatMap(\.bytes), to: tile.path)
    }
    try write(signed.encoded, to: "checkpoint")
  }

  /// The head when the key signed it for this log.
  static func verified(
    _ signed: SignedTreeHead, origin: String, key: VerifyingKey
  ) throws(TransparencyError) -> TreeHead {
    do { return try signed.verify(name: origin, with: key) } catch { throw .head(error) }
  }

  static func compare(
    _ root: Digest, with head: TreeHead, size: UInt64
  ) throws(TransparencyError) {
    guard root == head.root, size == head.size else {
      throw .root(size: size, .init(signed: head.root.hex, found: root.hex))
    }
  }

  /// How many entries the folder's own head covers.
  func ownSize() throws(TransparencyError) -> UInt64 {
    guard let signed = try headIfPresent() else { return 0 }
    do { return try signed.unverifiedHead().size } catch { throw .head(error) }
  }

  private func writeEntries(
    _ entries: [[UInt8]], after size: UInt64
  ) throws(TransparencyError) {
    let count = size + UInt64(entries.count)
    var rest = entries[...]
    var next = size
    while next < count, let tile = Tile(level: 0, holding: next, inTreeOfSize: count) {
      let first = tile.index * UInt64(Tile.fullWidth)
      var bundle: [[UInt8]] = []
      if next > first, let before = Tile(level: 0, holding: first, inTreeOfSize: size) {
        bundle = try self.entries(of: before)
      }
      let added = rest.prefix(tile.width - bundle.count)
      rest = rest.dropFirst(added.count)
      next += UInt64(added.count)
      var bytes: [UInt8] = []
      for entry in bundle + added {
        guard entry.count <= Self.entryByteCountLimit else {
          throw .tile(
            path: tile.entriesPath,
            reason: "expected entries of at most \(Self.entryByteCountLimit) bytes, found one of "
              + "\(entry.count)")
        }
        bytes += [UInt8(entry.count >> 8), UInt8(entry.count & 0xff)] + entry
      }
      try write(bytes, to: tile.entriesPath)
    }
  }

  private func write(_ bytes: [UInt8], to place: String) throws(TransparencyError) {
    let file = "\(path)/\(place)"
    do throws(FileError) {
      try FileAccess.makeFolder(String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]))
      try FileAccess.write(bytes, to: file)
    } catch { throw .file(error) }
  }
}
