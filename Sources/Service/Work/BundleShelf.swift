internal import AssayCryptography
internal import AssayFiles
internal import AssayStorage

/// Files that travel with jobs, each known by its SHA-256: data for providers, answers to
/// challenges for verifiers.
///
/// Which there are, and how much of each has come, stands in the store; their bytes lie in a folder
/// that all services of one store share. A file is there for the parties of its job once all of it
/// has come and its digest is right. Pieces are on the disk before they are counted, so that a
/// crash loses none that was acknowledged.
final class BundleShelf {
  /// The most bytes of one piece.
  static let pieceLimit = 8 << 20
  /// The most files of one key.
  static let countLimit = 65_536

  /// A file, whole or on its way.
  struct Bundle {
    let job: String
    let party: String
    let digest: Digest
    let name: String
    let size: Int64
    let received: Int64
    let time: UInt64

    var isWhole: Bool { received == size }
  }

  private let database: any Database
  private let folder: String
  private let limits: MarketService.BundleLimits
  /// The files that are being hashed as they come, by their paths, and how far.
  private var hashing: [String: Hashing] = [:]

  private final class Hashing {
    var hash = SHA256()
    var count: Int64 = 0
  }

  init(
    _ database: any Database, folder: String, limits: MarketService.BundleLimits
  ) throws {
    self.database = database
    self.folder = folder
    self.limits = limits
    try database.transaction {
      try database.execute(
        """
        CREATE TABLE IF NOT EXISTS service_bundles (
          job TEXT NOT NULL, party TEXT NOT NULL, digest TEXT NOT NULL, name TEXT NOT NULL,
          size BIGINT NOT NULL, received BIGINT NOT NULL, time BIGINT NOT NULL,
          PRIMARY KEY (job, party, digest))
        """)
    }
  }

  /// The files of a job in the order in which they came.
  func bundles(of job: String) throws -> [Bundle] {
    try database.query(
      """
      SELECT job, party, digest, name, size, received, time FROM service_bundles
      WHERE job = ? ORDER BY time, digest
      """, [.text(job)]
    ).compactMap(Self.bundle)
  }

  /// What is known of a file that is to be taken.
  private func known(_ upload: Bundle) throws -> Bundle? {
    try database.query(
      """
      SELECT job, party, digest, name, size, received, time FROM service_bundles
      WHERE job = ? AND party = ? AND digest = ?
      """, [.text(upload.job), .text(upload.party), .text(upload.digest.hex)]
    ).first.flatMap(Self.bundle)
  }

  /// The path of a whole file.
  func path(of digest: Digest, in job: String) throws -> (path: String, size: Int)? {
    for bundle in try bundles(of: job) where bundle.digest == digest && bundle.isWhole {
      let path = path(bundle.job, bundle.party, digest)
      if FileAccess.exists(path) { return (path, Int(bundle.size)) }
    }
    return nil
  }

  /// Takes the next piece of a file; the first one begins it.
  ///
  /// - Throws: `Problem` where the piece is not the next one, the file is larger than may be, or
  ///   is not what its digest says, when it begins again.
  func take(
    _ piece: [UInt8], at offset: Int64, of upload: Bundle, now: UInt64
  ) throws -> Bundle {
    let path = path(upload.job, upload.party, upload.digest)
    let known = try known(upload)
    if let known, known.name != upload.name || known.size != upload.size {
      throw Problem(
        .malformedRequest,
        "this file was begun as “\(known.name)” of \(known.size) bytes; go on so, or wait")
    }
    if known == nil { try begin(upload) }
    var received = known?.received ?? 0
    if received == upload.size, FileAccess.exists(path) { return known ?? upload }
    // A folder that was emptied has to be filled again.
    if try open(path).byteCount < Int(received) { received = 0 }
    guard offset == received else {
      try record(upload, received: received, now: now)
      throw Problem(.wrongOffset, "expected the piece at \(received), found one at \(offset)")
    }
    guard received + Int64(piece.count) <= upload.size else {
      throw Problem(.malformedRequest, "there is more than the \(upload.size) bytes announced")
    }
    try append(piece, at: received, to: path)
    received += Int64(piece.count)
    if received == upload.size, hashing.removeValue(forKey: path)?.hash.finalize() != upload.digest
    {
      try remove(upload)
      throw Problem(
        .digestMismatch, "what came does not have the SHA-256 in the path; send it again")
    }
    return try record(upload, received: received, now: now)
  }

  /// Refuses what is too much of one party.
  private func begin(_ upload: Bundle) throws {
    guard upload.size <= limits.byteCount else {
      throw Problem(.bodyTooLarge, "expected at most \(limits.byteCount) bytes")
    }
    let used = try database.query(
      """
      SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT), COUNT(*) FROM service_bundles
      WHERE party = ?
      """, [.text(upload.party)]
    ).first
    let (bytes, count) = (used?.first?.integer ?? 0, used?.last?.integer ?? 0)
    guard upload.size <= limits.byteCountOfParty - bytes, count < Self.countLimit else {
      throw Problem(
        .quotaExceeded,
        "a key may keep \(limits.byteCountOfParty) bytes in \(Self.countLimit) files here, and "
          + "keeps \(bytes) in \(count)")
    }
  }

  /// Writes a piece and hashes it with those before.
  private func append(_ piece: [UInt8], at offset: Int64, to path: String) throws {
    do {
      let file = try open(path)
      // A piece may have been written and not counted.
      try file.truncate(to: Int(offset))
      try file.append(piece)
      try file.flush()
      let known = hashing[path]
      let state = known?.count == offset ? known ?? Hashing() : Hashing()
      while state.count < offset {  // BOUND: every turn reads a piece.
        let count = min(Self.pieceLimit, Int(offset - state.count))
        state.hash.update(try file.read(at: Int(state.count), count: count))
        state.count += Int64(count)
      }
      state.hash.update(piece)
      state.count += Int64(piece.count)
      if hashing.count >= 1_024 { hashing = [:] }
      hashing[path] = state
    } catch let error as FileError {
      throw Problem(.unavailable, "the file cannot be kept: \(error)")
    }
  }

  /// The jobs that have files.
  func jobs() throws -> [String] {
    try database.query("SELECT DISTINCT job FROM service_bundles", []).compactMap {
      $0.first?.text
    }
  }

  /// Removes the files of a job.
  func removeAll(of job: String) throws {
    for bundle in try bundles(of: job) { try remove(bundle) }
  }

  private func remove(_ bundle: Bundle) throws {
    let path = path(bundle.job, bundle.party, bundle.digest)
    hashing[path] = nil
    FileAccess.remove(path)
    _ = try database.query(
      "DELETE FROM service_bundles WHERE job = ? AND party = ? AND digest = ?",
      [.text(bundle.job), .text(bundle.party), .text(bundle.digest.hex)])
  }

  @discardableResult
  private func record(_ bundle: Bundle, received: Int64, now: UInt64) throws -> Bundle {
    _ = try database.query(
      """
      INSERT INTO service_bundles VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (job, party, digest) DO UPDATE SET received = excluded.received,
      time = excluded.time
      """,
      [
        .text(bundle.job), .text(bundle.party), .text(bundle.digest.hex), .text(bundle.name),
        .integer(bundle.size), .integer(received), .integer(Int64(clamping: now)),
      ])
    return Bundle(
      job: bundle.job, party: bundle.party, digest: bundle.digest, name: bundle.name,
      size: bundle.size, received: received, time: now)
  }

  private func open(_ path: String) throws -> OpenFile {
    do throws(FileError) {
      try FileAccess.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
      return try OpenFile(path, for: .appending)
    } catch { throw Problem(.unavailable, "the file cannot be kept: \(error)") }
  }

  /// Where the bytes lie: in no name that a client chooses.
  private func path(_ job: String, _ party: String, _ digest: Digest) -> String {
    let place = SHA256.digest(domain: "assay/bundle/v1", [Array(job.utf8), Array(party.utf8)])
    return "\(folder)/\(place.hex.prefix(32))/\(digest)"
  }

  private static func bundle(_ row: [SQLValue]) -> Bundle? {
    guard row.count == 7, let job = row[0].text, let party = row[1].text,
      let digest = row[2].text.flatMap({ try? Digest(hex: $0) }), let name = row[3].text,
      let size = row[4].integer, let received = row[5].integer, let time = row[6].integer
    else { return nil }
    return Bundle(
      job: job, party: party, digest: digest, name: name, size: size, received: received,
      time: UInt64(clamping: time))
  }
}
