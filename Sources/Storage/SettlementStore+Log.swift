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
    try appendToLog([(kind, envelope)])[0]
  }

  /// Appends signed statements in one transaction and gives their places: all are durable when this
  /// returns, or none is there.
  ///
  /// - Throws: as for one statement.
  public func appendToLog(
    _ statements: [(kind: LogEntry.Kind, envelope: [UInt8])]
  ) throws -> [UInt64] {
    let identities = try statements.map { try Envelope(decoding: $0.envelope).identity }
    return try database.transaction {
      var count = try logCount()
      return try zip(statements, identities).map { statement, identity in
        let inserted = try database.query(
          """
          INSERT INTO log VALUES (?, ?, ?, ?) ON CONFLICT (identity) DO NOTHING
          RETURNING position
          """, .integer(Int64(count)), .text(statement.kind.rawValue), .blob(identity.bytes),
          .blob(statement.envelope))
        if inserted.isEmpty, let found = try logIndex(of: identity) { return found }
        count += 1
        return count - 1
      }
    }
  }

  /// Signs the log's present head and proves that an entry is under it.
  ///
  /// - Throws: `StorageError` with `notFound` or `corrupt`; `MerkleError` where the origin cannot
  ///   stand in a note.
  /// - Complexity: as `signLog`, and O(log n) for the proof.
  public func proveInLog(
    _ identity: Digest, origin: String, signingWith key: SigningKey
  ) throws -> LogEvidence {
    try database.transaction {
      guard let index = try logIndex(of: identity) else {
        throw StorageError(
          .notFound, "prove an entry of \(database.name)",
          "the statement \(identity) is not in the log; append it first")
      }
      let (head, signed) = try signWithinTransaction(origin: origin, key: key)
      var tree = logTree(ofSize: head.size)
      let proof = try tree.inclusionProof(forLeaf: index)
      // The proof is of the bytes that are stored now, or it is not given.
      let entry = try logEntries(index..<index + 1)[0]
      do throws(MerkleError) {
        try proof.verify(
          leafHash: LogEntry.leafHash(entry.kind, identity: entry.identity), root: head.root)
      } catch { throw broken("entry \(index) of the log is not the one that was signed for") }
      return LogEvidence(proof: proof, head: signed.encoded)
    }
  }

  /// How many entries the log has.
  public func logCount() throws -> UInt64 {
    let last = try database.query("SELECT max(position) FROM log").first?.first?.integer
    return last.map { UInt64($0) + 1 } ?? 0
  }

  /// Where a statement stands in the log; nil where it is not there.
  public func logIndex(of identity: Digest) throws -> UInt64? {
    let rows = try database.query(
      "SELECT position FROM log WHERE identity = ?", .blob(identity.bytes))
    return rows.first?.first?.integer.map { UInt64($0) }
  }

  /// Some entries, in order, each identity recomputed from the stored bytes.
  ///
  /// - Throws: `StorageError` with `corrupt` where one is missing, or a stored identity is not the
  ///   one of its bytes.
  public func logEntries(_ range: Range<UInt64>) throws -> [StoredLogEntry] {
    let rows = try database.query(
      """
      SELECT position, kind, identity, envelope FROM log WHERE position >= ? AND position < ?
      ORDER BY position
      """, .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)))
    return try range.enumerated().map { place, index in
      guard place < rows.count, rows[place].count == 4, rows[place][0].integer == Int64(index),
        let kind = rows[place][1].text.flatMap(LogEntry.Kind.init(rawValue:)),
        let bytes = rows[place][3].blob,
        let identity = try? Envelope(decoding: bytes).identity,
        rows[place][2].blob == identity.bytes
      else { throw broken("entry \(index) of the log is not what was written") }
      return StoredLogEntry(index: index, kind: kind, identity: identity, envelope: bytes)
    }
  }
}
