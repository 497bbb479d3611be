/// The tables of a settlement database, and how a file is recognised as one.
///
/// `application_id` and `user_version` stand in the file's header, so that a foreign file and
/// another version are told apart before anything is read. The journal is what counts; jobs,
/// accounts and transfers are written in the same transactions for other programs to read, and are
/// compared with what the journal gives whenever a file is opened. Proofs and the specs they are
/// about are kept by their digests, which stand in verdicts and terms. Tiles hold the hashes of the
/// log's tree, as far as a head covers it.
package enum Schema {
  /// "ASSY" in ASCII.
  package static let applicationID: Int64 = 0x4153_5359
  /// The version of these tables.
  package static let version: Int64 = 3

  /// What creates the tables, with a database's own names of types.
  package static func statements(integer: String, bytes: String, ending: String) -> String {
    """
    CREATE TABLE journal (
      sequence \(integer) PRIMARY KEY, key TEXT NOT NULL UNIQUE, time \(integer) NOT NULL,
      command \(bytes) NOT NULL, outcome \(bytes) NOT NULL, chain \(bytes) NOT NULL)\(ending);
    CREATE TABLE jobs (
      name TEXT PRIMARY KEY, phase TEXT NOT NULL, deadline \(integer),
      state \(bytes) NOT NULL)\(ending);
    CREATE TABLE accounts (
      name TEXT PRIMARY KEY, asset TEXT NOT NULL, balance TEXT NOT NULL,
      available TEXT NOT NULL, state \(bytes) NOT NULL)\(ending);
    CREATE TABLE transfers (
      position \(integer) PRIMARY KEY, name TEXT NOT NULL UNIQUE,
      state \(bytes) NOT NULL)\(ending);
    CREATE TABLE log (
      position \(integer) PRIMARY KEY, kind TEXT NOT NULL, identity \(bytes) NOT NULL UNIQUE,
      envelope \(bytes) NOT NULL)\(ending);
    CREATE TABLE evidence (digest \(bytes) PRIMARY KEY, bytes \(bytes) NOT NULL)\(ending);
    CREATE TABLE heads (size \(integer) PRIMARY KEY, note \(bytes) NOT NULL)\(ending);
    CREATE TABLE tiles (
      level \(integer) NOT NULL, position \(integer) NOT NULL, hashes \(bytes) NOT NULL,
      PRIMARY KEY (level, position))\(ending);
    """
  }

  /// Opens a settlement database.
  ///
  /// - Throws: `StorageError`: `cannotOpen`, `foreignFile`, `otherSchema` or `corrupt`.
  static func open(path: String, mayCreate: Bool) throws -> SQLiteDatabase {
    let database = try SQLiteDatabase(path: path, mayCreate: mayCreate)
    let operation = "open \(path)"
    let found = try database.query("PRAGMA application_id").first?.first?.integer ?? 0
    if found == 0, mayCreate, try isEmpty(database) {
      try create(in: database)
    } else {
      guard found == applicationID else {
        throw StorageError(
          .foreignFile, operation,
          "expected a settlement database, found a database of another program")
      }
      let version = try database.query("PRAGMA user_version").first?.first?.integer ?? 0
      guard version == Schema.version else {
        throw StorageError(
          .otherSchema, operation,
          "expected schema version \(Schema.version), found \(version); use the program that "
            + "wrote it")
      }
    }
    try setUp(database)
    let check = try database.query("PRAGMA quick_check(1)").first?.first?.text
    guard check == "ok" else {
      throw StorageError(
        .corrupt, operation, "\(check ?? "unreadable"); restore the file from a backup")
    }
    return database
  }

  private static func isEmpty(_ database: SQLiteDatabase) throws -> Bool {
    try database.query("SELECT count(*) FROM sqlite_schema").first?.first?.integer == 0
  }

  private static func setUp(_ database: SQLiteDatabase) throws {
    try database.execute("PRAGMA journal_mode=WAL")
    try database.execute("PRAGMA synchronous=FULL")
    try database.execute("PRAGMA foreign_keys=ON")
    // 64 MiB: identities are random, and come to be looked up in every part of their index.
    try database.execute("PRAGMA cache_size=-65536")
  }

  private static func create(in database: SQLiteDatabase) throws {
    try setUp(database)
    try database.transaction {
      // Another process may have been faster.
      guard try isEmpty(database) else { return }
      try database.execute("PRAGMA application_id=\(applicationID)")
      try database.execute("PRAGMA user_version=\(version)")
      try database.execute(
        statements(integer: "INTEGER", bytes: "BLOB", ending: " STRICT"))
    }
  }
}
