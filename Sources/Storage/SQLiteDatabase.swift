internal import CAssaySQLite

/// An open SQLite database: the only owner of its handle.
///
/// Write-ahead log, `synchronous=FULL`: a transaction that has been committed survives a crash of
/// the process and of the machine.
@safe final class SQLiteDatabase: Database {
  private let handle: OpaquePointer
  /// The path of the file.
  let name: String
  private var cache: [String: Statement] = [:]
  /// How many transactions are within each other.
  private var openTransactions = 0

  /// Opens a file, creating it where it is not there and `mayCreate`; a temporary one without a
  /// name, which is gone with the object.
  init(path: String, mayCreate: Bool) throws {
    name = path
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_READWRITE | (mayCreate ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_FULLMUTEX
      | SQLITE_OPEN_EXRESCODE
    // SAFETY: the path is a NUL-terminated copy for the call; SQLite fills the handle.
    let status = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard let opened = unsafe opened else {
      throw StorageError(.cannotOpen, "open \(path)", "SQLite has no memory for a handle")
    }
    guard status == SQLITE_OK else {
      // SAFETY: the handle is closed once, here, and not used after.
      unsafe sqlite3_close_v2(opened)
      throw StorageError(
        .cannotOpen, "open \(path)",
        "\(SQLiteDatabase.text(of: status)); check that the file is there and may be written")
    }
    unsafe handle = opened
    // SAFETY: the handle is open.
    unsafe sqlite3_busy_timeout(handle, 10_000)
  }

  deinit {
    cache = [:]
    // SAFETY: the handle is closed once; every statement was finalised by its own deinit.
    unsafe sqlite3_close_v2(handle)
  }

  func execute(_ sql: String) throws {
    // SAFETY: the text is a NUL-terminated copy for the call; there is no callback.
    let status = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard status == SQLITE_OK else { throw failure(status, sql) }
  }

  func query(_ sql: String, _ values: [SQLValue]) throws -> [[SQLValue]] {
    let statement = try prepare(sql)
    defer { statement.reset() }
    for (index, value) in values.enumerated() {
      let status = statement.bind(value, at: Int32(index + 1))
      guard status == SQLITE_OK else { throw failure(status, sql) }
    }
    var rows: [[SQLValue]] = []
    while true {
      let status = statement.step()
      if status == SQLITE_DONE { return rows }
      guard status == SQLITE_ROW else { throw failure(status, sql) }
      rows.append(statement.row)
    }
  }

  func transaction<Result>(_ body: () throws -> Result) throws -> Result {
    let isPart = openTransactions > 0
    try execute(isPart ? "SAVEPOINT part" : "BEGIN IMMEDIATE")
    openTransactions += 1
    defer { openTransactions -= 1 }
    do {
      let result = try body()
      try execute(isPart ? "RELEASE part" : "COMMIT")
      return result
    } catch {
      // A failed COMMIT may have ended the transaction already.
      try? execute(isPart ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK")
      throw error
    }
  }

  func snapshot<Result>(_ body: () throws -> Result) throws -> Result {
    if openTransactions > 0 { return try body() }
    try execute("BEGIN")
    openTransactions += 1
    defer {
      openTransactions -= 1
      // Nothing was written.
      try? execute("ROLLBACK")
    }
    return try body()
  }

  func structuralDamage() throws -> [String] {
    let found = try query("PRAGMA integrity_check(20)", []).compactMap { $0.first?.text }
    return found == ["ok"] ? [] : found
  }

  private func prepare(_ sql: String) throws -> Statement {
    if let statement = cache[sql] { return statement }
    var prepared: OpaquePointer?
    // SAFETY: the text is a NUL-terminated copy for the call; SQLite fills the statement.
    let status = unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
    guard status == SQLITE_OK, let prepared = unsafe prepared else { throw failure(status, sql) }
    let statement = unsafe Statement(prepared)
    cache[sql] = statement
    return statement
  }

  private func failure(_ status: Int32, _ sql: String) -> StorageError {
    let operation = "\(name): \(sql.prefix(60))"
    let text = SQLiteDatabase.text(of: status)
    switch status & 0xff {
    case SQLITE_NOTADB:
      return StorageError(.foreignFile, operation, "the file is not a database")
    case SQLITE_CORRUPT:
      return StorageError(.corrupt, operation, "\(text); restore the file from a backup")
    case SQLITE_BUSY, SQLITE_LOCKED:
      return StorageError(.busy, operation, "another process holds the database; try again")
    case SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_PERM:
      return StorageError(.cannotWrite, operation, "\(text); check the disk and its permissions")
    case SQLITE_CANTOPEN:
      return StorageError(.cannotOpen, operation, text)
    default:
      return StorageError(.corrupt, operation, text)
    }
  }

  private static func text(of status: Int32) -> String {
    // SAFETY: SQLite gives a static NUL-terminated text for every status.
    unsafe sqlite3_errstr(status).map { unsafe String(cString: $0) } ?? "status \(status)"
  }

  /// A prepared statement: the only owner of its handle.
  @safe private final class Statement {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
      // SAFETY: the pointer comes from `sqlite3_prepare_v2`, and nothing else keeps it.
      unsafe self.handle = handle
    }

    deinit {
      // SAFETY: the handle is finalised once.
      unsafe sqlite3_finalize(handle)
    }

    func reset() {
      // SAFETY: the handle is live while this object is.
      unsafe sqlite3_reset(handle)
      // SAFETY: as above.
      unsafe sqlite3_clear_bindings(handle)
    }

    func step() -> Int32 {
      // SAFETY: the handle is live while this object is.
      unsafe sqlite3_step(handle)
    }

    func bind(_ value: SQLValue, at index: Int32) -> Int32 {
      switch value {
      case .null:
        // SAFETY: the handle is live; SQLite checks the index.
        return unsafe sqlite3_bind_null(handle, index)
      case .integer(let number):
        // SAFETY: as above.
        return unsafe sqlite3_bind_int64(handle, index, number)
      case .text(let text):
        let utf8 = Array(text.utf8)
        // SAFETY: SQLite copies `count` bytes before the call returns.
        return unsafe utf8.withUnsafeBufferPointer { buffer in
          // SAFETY: both are bytes.
          unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
            unsafe sqlite3_bind_text(
              handle, index, characters.baseAddress, Int32(clamping: characters.count),
              assay_sqlite_transient())
          }
        }
      case .blob(let bytes):
        guard !bytes.isEmpty else {
          // SAFETY: the handle is live; an empty blob has no bytes to copy.
          return unsafe sqlite3_bind_zeroblob(handle, index, 0)
        }
        // SAFETY: SQLite copies `count` bytes before the call returns.
        return unsafe bytes.withUnsafeBytes { buffer in
          unsafe sqlite3_bind_blob64(
            handle, index, buffer.baseAddress, UInt64(buffer.count), assay_sqlite_transient())
        }
      }
    }

    /// The values of the current row.
    var row: [SQLValue] {
      // SAFETY: the handle is live and stands on a row.
      let count = unsafe sqlite3_column_count(handle)
      return (0..<count).map { column in
        // SAFETY: the column is below the count.
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER:
          // SAFETY: as above.
          return .integer(unsafe sqlite3_column_int64(handle, column))
        case SQLITE_TEXT: return .text(String(decoding: bytes(column), as: UTF8.self))
        case SQLITE_BLOB: return .blob(bytes(column))
        default: return .null
        }
      }
    }

    private func bytes(_ column: Int32) -> [UInt8] {
      // SAFETY: the pointer is valid until the next call on this statement; the bytes are copied.
      guard let pointer = unsafe sqlite3_column_blob(handle, column) else { return [] }
      // SAFETY: the count belongs to the value that was just asked for.
      let count = unsafe sqlite3_column_bytes(handle, column)
      // SAFETY: SQLite gives `count` readable bytes.
      return unsafe Array(UnsafeRawBufferPointer(start: pointer, count: Int(count)))
    }
  }
}
