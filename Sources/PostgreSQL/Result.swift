internal import AssayStorage
internal import CAssayPostgreSQL

/// What the server answered: the only owner of its handle.
@safe struct Result: ~Copyable {
  private let handle: OpaquePointer?

  init(_ handle: OpaquePointer?) {
    // SAFETY: the pointer comes from libpq, which accepts nil everywhere; nothing else keeps it.
    unsafe self.handle = handle
  }

  deinit {
    // SAFETY: the handle is cleared once.
    unsafe PQclear(handle)
  }

  var isGood: Bool {
    // SAFETY: the handle is live or nil.
    let status = unsafe PQresultStatus(handle)
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
  }

  /// The code of an error, five characters
  /// (https://www.postgresql.org/docs/current/errcodes-appendix.html); empty without one.
  var state: String {
    // SAFETY: the handle is live or nil; 'C' is PG_DIAG_SQLSTATE, a macro.
    unsafe text(PQresultErrorField(handle, Int32(UInt8(ascii: "C"))))
  }

  /// The rows, in binary form.
  func rows(otherwise error: (String) -> StorageError) throws -> [[SQLValue]] {
    // SAFETY: the handle is live or nil.
    let (rows, columns) = unsafe (PQntuples(handle), PQnfields(handle))
    return try (0..<rows).map { row in
      try (0..<columns).map { column in
        // SAFETY: row and column are below the counts.
        if unsafe PQgetisnull(handle, row, column) == 1 { return .null }
        // SAFETY: as above.
        let kind = unsafe PQftype(handle, column)
        let bytes = bytes(row, column)
        switch kind {
        // The numbers of bigint, int, text, varchar, name and bytea in pg_type.dat.
        case 20 where bytes.count == 8, 23 where bytes.count == 4:
          let isNegative = bytes[0] & 0x80 != 0
          return .integer(bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) })
        case 25, 1043, 19: return .text(String(decoding: bytes, as: UTF8.self))
        case 17: return .blob(bytes)
        default:
          throw error("a column has the type \(kind), which settlement's tables do not use")
        }
      }
    }
  }

  private func bytes(_ row: Int32, _ column: Int32) -> [UInt8] {
    // SAFETY: the value lives as long as the handle; the bytes are copied.
    guard let pointer = unsafe PQgetvalue(handle, row, column) else { return [] }
    // SAFETY: the length belongs to the value.
    let count = unsafe PQgetlength(handle, row, column)
    // SAFETY: libpq gives `count` readable bytes.
    return unsafe Array(UnsafeRawBufferPointer(start: pointer, count: Int(count)))
  }
}
