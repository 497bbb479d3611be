internal import AssayAccounting
internal import AssayCryptography
internal import AssaySettlement
internal import AssayWire

/// The records of a settlement database, and a bounded number of them in memory.
///
/// What is kept has a checksum after it, so that damage is found when it is read. After a failure
/// there is no record at all until `forget()`, and nothing that was decided may be used.
final class StoredRecords: RecordSource {
  private struct Key: Hashable {
    let kind: String
    let name: String
  }

  /// About how many bytes of records, as they are stored, a generation may have.
  private static let byteLimit = 32 << 20

  private let database: any Database
  private(set) var failure: (any Error)?
  /// So many of the journal's entries have been applied.
  var answerCount = UInt64.max
  /// What was used since the last change of generation, and what was used in the one before.
  private var young: [Key: any Record] = [:]
  private var old: [Key: any Record] = [:]
  private var youngByteCount = 0

  init(_ database: any Database) { self.database = database }

  /// Reads everything anew from now on.
  func forget() {
    young = [:]
    old = [:]
    youngByteCount = 0
    failure = nil
  }

  /// Forgets what was just removed.
  func remove(_ kind: String, named name: String) {
    young[Key(kind: kind, name: name)] = nil
    old[Key(kind: kind, name: name)] = nil
  }

  /// Keeps in memory what was just written.
  func remember<Value: Record>(_ value: Value, named name: String, byteCount: Int) {
    youngByteCount += byteCount + name.utf8.count + 64
    if youngByteCount > Self.byteLimit {
      old = young
      young = [:]
      youngByteCount = 0
    }
    young[Key(kind: Value.kind, name: name)] = value
  }

  func record<Value: Record>(_ kind: Value.Type, named name: String) -> Value? {
    guard failure == nil else { return nil }
    let key = Key(kind: Value.kind, name: name)
    if let value = young[key] as? Value { return value }
    if let value = old[key] as? Value {
      remember(value, named: name, byteCount: 256)
      return value
    }
    do {
      guard let (value, byteCount) = try read(kind, name) else { return nil }
      remember(value, named: name, byteCount: byteCount)
      return value
    } catch {
      failure = error
      return nil
    }
  }

  private func read<Value: Record>(
    _ kind: Value.Type, _ name: String
  ) throws -> (Value, byteCount: Int)? {
    switch Value.kind {
    case Job.kind:
      return try job(name).flatMap { job, count in (job as? Value).map { ($0, count) } }
    case Answer.kind:
      let entry = try StoredJournal(database).entry(underKey: name)
      guard let entry, entry.sequence < answerCount else { return nil }
      return (try Answer(entry) as? Value).map { ($0, 256) }
    case Account.kind:
      return try state(
        kind, name, database.query("SELECT state FROM accounts WHERE name = ?", .text(name)))
    case Transfer.kind:
      return try state(
        kind, name, database.query("SELECT state FROM transfers WHERE name = ?", .text(name)))
    default:
      return try state(
        kind, name,
        database.query(
          "SELECT state FROM records WHERE kind = ? AND name = ?", .text(Value.kind),
          .text(name)))
    }
  }

  private func state<Value: Record>(
    _ kind: Value.Type, _ name: String, _ rows: [[SQLValue]]
  ) throws -> (Value, byteCount: Int)? {
    guard let row = rows.first else { return nil }
    let bytes = try opened(row[0], Value.kind, name)
    do throws(WireError) {
      return (try Value(decoding: bytes), bytes.count)
    } catch { throw broken(Value.kind, name, "\(error)") }
  }

  private func job(_ name: String) throws -> (Job, byteCount: Int)? {
    let rows = try database.query("SELECT state FROM jobs WHERE name = ?", .text(name))
    guard let row = rows.first else { return nil }
    let bytes = try opened(row[0], Job.kind, name)
    guard let (terms, count) = try read(Terms.self, name) else {
      throw broken(Job.kind, name, "there are no terms of that name")
    }
    do throws(WireError) {
      var reader = WireReader(bytes)
      let job = try Job(terms: terms, decodingState: &reader)
      try reader.finish()
      return (job, bytes.count + 2 * count)
    } catch { throw broken(Job.kind, name, "\(error)") }
  }

  private func opened(_ value: SQLValue, _ kind: String, _ name: String) throws -> [UInt8] {
    guard let sealed = value.blob, let bytes = Seal.open(sealed, kind, name) else {
      throw broken(kind, name, "its checksum differs")
    }
    return bytes
  }

  private func broken(_ kind: String, _ name: String, _ what: String) -> StorageError {
    StorageError(
      .corrupt, "read \(database.name)",
      "the \(kind) “\(name)” is not what was written (\(what)); “assay fsck” says what else "
        + "differs, and “assay restore” makes a database from a backup")
  }
}

/// A checksum after what is kept of a record.
enum Seal {
  private static let byteCount = 8

  static func close(_ bytes: [UInt8], _ kind: String, _ name: String) -> [UInt8] {
    bytes + checksum(bytes, kind, name)
  }

  /// What was kept; nil where it is not that.
  static func open(_ sealed: [UInt8], _ kind: String, _ name: String) -> [UInt8]? {
    let bytes = Array(sealed.dropLast(byteCount))
    return sealed.suffix(byteCount).elementsEqual(checksum(bytes, kind, name)) ? bytes : nil
  }

  private static func checksum(
    _ bytes: [UInt8], _ kind: String, _ name: String
  ) -> ArraySlice<UInt8> {
    SHA256.digest(domain: "assay/record/v1", [Array(kind.utf8), Array(name.utf8), bytes])
      .bytes.prefix(byteCount)
  }
}
