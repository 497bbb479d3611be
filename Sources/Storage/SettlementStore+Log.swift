public import AssayCryptography
public import AssayEvidence
internal import AssayMerkle

/// An entry of the evidence log.
public struct StoredLogEntry: Hashable, Sendable {
  /// Its place, from 0.
  public let index: UInt64
  /// What it is about.
  public let kind: LogEntry.Kind
  /// The identity of the envelope.
  public let identity: Digest
  /// The signed statement, as its bytes came.
  public let envelope: [UInt8]
}

extension SettlementStore {
  /// Appends a signed statement to the log and gives its place; durable when this returns.
  ///
  /// A statement that is there keeps its place.
  ///
  /// - Throws: `CryptographyError` where the bytes are no envelope, `StorageError`.
  public func appendToLog(_ kind: LogEntry.Kind, envelope: [UInt8]) throws -> UInt64 {
    let identity = try Envelope(decoding: envelope).identity
    return try database.transaction {
      if let found = try logIndex(of: identity) { return found }
      let count = try logCount()
      try database.query(
        "INSERT INTO log VALUES (?, ?, ?, ?)", .integer(Int64(count)), .text(kind.rawValue),
        .blob(identity.bytes), .blob(envelope))
      return count
    }
  }

  /// Signs the log's present head and proves that an entry is under it.
  ///
  /// The leaves are recomputed from the stored bytes, and the head last signed must be a beginning
  /// of this one: a log that has been altered is never signed.
  ///
  /// - Throws: `StorageError` with `notFound` or `corrupt`; `MerkleError` where the origin cannot
  ///   stand in a note.
  /// - Complexity: linear in the log.
  public func proveInLog(
    _ identity: Digest, origin: String, signingWith key: SigningKey
  ) throws -> LogEvidence {
    try database.transaction {
      let leaves = try logEntries().map { LogEntry.leafHash($0.kind, identity: $0.identity) }
      guard let index = try logIndex(of: identity), index < UInt64(leaves.count) else {
        throw StorageError(
          .notFound, "prove an entry of \(database.path)",
          "the statement \(identity) is not in the log; append it first")
      }
      try checkExtendsLastHead(leaves, origin: origin, key: key.verifyingKey)
      let head = try SignedTreeHead(
        signing: TreeHead(
          origin: origin, size: UInt64(leaves.count),
          root: MerkleTree.root(ofLeafHashes: leaves)),
        name: origin, key: key)
      try database.query(
        "INSERT OR REPLACE INTO heads VALUES (?, ?)", .integer(Int64(leaves.count)),
        .blob(head.encoded))
      return LogEvidence(
        proof: MerkleTree.inclusionProof(forLeaf: Int(index), inLeafHashes: leaves),
        head: head.encoded)
    }
  }

  /// Every entry, in order, each identity recomputed from the stored bytes.
  ///
  /// - Throws: `StorageError` with `corrupt` where a stored identity is not the one of its bytes.
  public func logEntries() throws -> [StoredLogEntry] {
    let rows = try database.query(
      "SELECT position, kind, identity, envelope FROM log ORDER BY position")
    return try rows.enumerated().map { index, row in
      guard row.count == 4, row[0].integer == Int64(index),
        let kind = row[1].text.flatMap(LogEntry.Kind.init(rawValue:)), let bytes = row[3].blob,
        let identity = try? Envelope(decoding: bytes).identity, row[2].blob == identity.bytes
      else {
        throw StorageError(
          .corrupt, "read the log of \(database.path)",
          "entry \(index) is not what was written; restore the file from a backup")
      }
      return StoredLogEntry(
        index: UInt64(index), kind: kind, identity: identity, envelope: bytes)
    }
  }

  private func logCount() throws -> UInt64 {
    UInt64(try database.query("SELECT count(*) FROM log").first?.first?.integer ?? 0)
  }

  private func logIndex(of identity: Digest) throws -> UInt64? {
    let rows = try database.query(
      "SELECT position FROM log WHERE identity = ?", .blob(identity.bytes))
    return rows.first?.first?.integer.map { UInt64($0) }
  }

  private func checkExtendsLastHead(
    _ leaves: [Digest], origin: String, key: VerifyingKey
  ) throws {
    let rows = try database.query("SELECT size, note FROM heads ORDER BY size DESC LIMIT 1")
    guard let row = rows.first, let note = row.last?.blob else { return }
    // A head of another origin or key says nothing about this one's promises.
    guard let signed = try? SignedTreeHead(decoding: note),
      let head = try? signed.verify(name: origin, with: key)
    else { return }
    guard head.size <= UInt64(leaves.count),
      MerkleTree.root(ofLeafHashes: Array(leaves.prefix(Int(head.size)))) == head.root
    else {
      throw StorageError(
        .corrupt, "sign the log of \(database.path)",
        "the log no longer begins with the \(head.size) entries that were signed for")
    }
  }
}
