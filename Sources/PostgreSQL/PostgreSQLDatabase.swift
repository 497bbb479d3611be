public import AssayStorage
internal import CAssayPostgreSQL

/// A connection to a PostgreSQL database that holds settlement's tables: the only owner of its
/// handle.
///
/// A transaction takes one lock of the whole database first, so that writers come one after the
/// other and no two of them conflict; readers are not held up. A commit returns when the server has
/// made it durable (`synchronous_commit=on`). A connection that was lost is made anew by the next
/// transaction or query outside one.
@safe public final class PostgreSQLDatabase: Database {
  private let handle: OpaquePointer
  /// `postgresql://host/database`, without user and password.
  public let name: String
  /// Prepared statements: the text, and its name on the server.
  private var prepared: [String: String] = [:]
  /// How many transactions are within each other.
  private var openTransactions = 0
  private var isLost = false

  /// Connects, and creates settlement's tables where they are not there and `mayCreate`.
  ///
  /// - Parameter url: a connection URI or string of libpq
  ///   (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
  /// - Throws: `StorageError`: `cannotOpen`, `foreignFile`, `otherSchema`.
  public init(url: String, mayCreate: Bool = true) throws {
    // Later keywords win, so that the URL may say otherwise.
    let options = [
      "connect_timeout": "10", "application_name": "assay", "keepalives_idle": "30",
      "tcp_user_timeout": "30000",
    ]
    let keywords = options.keys.sorted()
    let names = keywords + ["dbname"]
    let values = keywords.map { options[$0] ?? "" } + [url]
    // SAFETY: libpq copies what it needs before the call returns; a NULL ends both arrays.
    let opened = unsafe withPointers(to: names.map { Array($0.utf8) } + [nil]) { names in
      unsafe withPointers(to: values.map { Array($0.utf8) } + [nil]) { values in
        unsafe PQconnectdbParams(names, values, 1)
      }
    }
    guard let opened = unsafe opened else {
      throw StorageError(.cannotOpen, "connect to PostgreSQL", "there is no memory for it")
    }
    unsafe handle = opened
    // SAFETY: the handle is live; the texts are copied.
    name = unsafe "postgresql://\(text(PQhost(opened)))/\(text(PQdb(opened)))"
    // SAFETY: the handle is live.
    guard unsafe PQstatus(handle) == CONNECTION_OK else {
      // SAFETY: as above; libpq's message names host and user, never the password.
      let reason = unsafe text(PQerrorMessage(handle))
      throw StorageError(
        .cannotOpen, "connect to \(name)",
        "\(oneLine(reason)); check that the server runs and that the address is right")
    }
    try setUp()
    try openTables(mayCreate: mayCreate)
  }

  deinit {
    // SAFETY: the handle is closed once, here.
    unsafe PQfinish(handle)
  }

  private func setUp() throws {
    prepared = [:]
    isLost = false
    // A client that dies or hangs within a transaction must not hold the others up.
    try run(
      """
      SET synchronous_commit = on; SET lock_timeout = '10s'; SET client_min_messages = warning;
      SET idle_in_transaction_session_timeout = '60s'
      """)
  }

  /// Connects again where the connection was lost.
  private func reconnect() throws {
    guard isLost else { return }
    // SAFETY: the handle is live.
    unsafe PQreset(handle)
    // SAFETY: as above.
    guard unsafe PQstatus(handle) == CONNECTION_OK else {
      // SAFETY: as above.
      let reason = unsafe text(PQerrorMessage(handle))
      throw StorageError(
        .connectionLost, "connect to \(name)", "\(oneLine(reason)); try again when it runs")
    }
    try setUp()
  }

  public func execute(_ sql: String) throws {
    if openTransactions == 0 { try reconnect() }
    try run(sql)
  }

  private func run(_ sql: String) throws {
    // SAFETY: the text is a NUL-terminated copy for the call; the result has one owner.
    let result = unsafe Result(PQexec(handle, sql))
    guard result.isGood else { throw failure(result, sql) }
  }

  public func query(_ sql: String, _ values: [SQLValue]) throws -> [[SQLValue]] {
    if openTransactions == 0 { try reconnect() }
    let statement = try prepare(sql, count: values.count)
    let parameters = values.map(\.binary)
    let lengths = parameters.map { Int32(clamping: $0?.count ?? 0) }
    let formats = [Int32](repeating: 1, count: parameters.count)
    // SAFETY: the parameters and the arrays about them live until the call returns.
    let answer = unsafe withPointers(to: parameters) { pointers in
      unsafe PQexecPrepared(
        handle, statement, Int32(parameters.count), pointers, lengths, formats, 1)
    }
    // SAFETY: the result has one owner.
    let result = unsafe Result(answer)
    guard result.isGood else { throw failure(result, sql) }
    return try result.rows { StorageError(.corrupt, "\(self.name): \(sql.prefix(60))", $0) }
  }

  /// Prepares a statement once, its `?` numbered as PostgreSQL writes them.
  private func prepare(_ sql: String, count: Int) throws -> String {
    if let known = prepared[sql] { return known }
    let pieces = sql.split(separator: "?", omittingEmptySubsequences: false)
    precondition(pieces.count == count + 1, "a value for each ? of: \(sql)")
    var numbered = String(pieces[0])
    for (index, piece) in pieces.dropFirst().enumerated() { numbered += "$\(index + 1)\(piece)" }
    let statement = "s\(prepared.count)"
    // SAFETY: the texts are NUL-terminated copies for the call; the result has one owner.
    let result = unsafe Result(PQprepare(handle, statement, numbered, 0, nil))
    guard result.isGood else { throw failure(result, sql) }
    prepared[sql] = statement
    return statement
  }

  public func transaction<Value>(_ body: () throws -> Value) throws -> Value {
    let isPart = openTransactions > 0
    if isPart { try run("SAVEPOINT part") } else { try begin() }
    openTransactions += 1
    defer { openTransactions -= 1 }
    do {
      let value = try body()
      try run(isPart ? "RELEASE part" : "COMMIT")
      return value
    } catch {
      // Where the connection is lost, the server undoes it.
      try? run(isPart ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK")
      throw error
    }
  }

  public func snapshot<Value>(_ body: () throws -> Value) throws -> Value {
    if openTransactions > 0 { return try body() }
    try reconnect()
    try run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    openTransactions += 1
    defer {
      openTransactions -= 1
      // Nothing was written.
      try? run("ROLLBACK")
    }
    return try body()
  }

  /// Nothing: PostgreSQL has tools of its own, and checksums of its pages where they are enabled.
  public func structuralDamage() throws -> [String] { [] }

  private func begin() throws {
    // The number is "ASSY" in ASCII: the lock that all of settlement's writers take.
    let statement = "BEGIN; SELECT pg_advisory_xact_lock(\(Schema.applicationID))"
    try reconnect()
    do {
      try run(statement)
    } catch  where isLost {
      // The server was started again since the last transaction.
      try reconnect()
      try run(statement)
    }
  }

  private func failure(_ result: borrowing Result, _ sql: String) -> StorageError {
    let operation = "\(name): \(sql.prefix(60))"
    // SAFETY: the handle is live.
    let reason = unsafe oneLine(text(PQerrorMessage(handle)))
    // Errors without a code are libpq's own: the server did not answer.
    switch result.state.prefix(2) {
    case "", "08", "57":
      isLost = true
      return StorageError(
        .connectionLost, operation,
        "\(reason). Whether the command was applied is not known: send it again, under the same "
          + "key")
    case "40", "55": return StorageError(.busy, operation, "\(reason); try again")
    case "25", "42", "53":
      return StorageError(.cannotWrite, operation, "\(reason); check the server and the rights")
    default: return StorageError(.corrupt, operation, reason)
    }
  }
}

/// libpq's messages have several lines.
private func oneLine(_ text: String) -> String {
  text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix("\t") }.joined(separator: "; ")
}

/// A copy of a C string; empty for NULL.
func text(_ pointer: UnsafePointer<CChar>?) -> String {
  // SAFETY: libpq's texts are NUL-terminated and live while their owner does.
  unsafe pointer.map { unsafe String(cString: $0) } ?? ""
}
