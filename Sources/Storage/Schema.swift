/// The tables of a settlement database, and how a file is recognised as one.
///
/// `application_id` and `user_version` stand in the file's header, so that a foreign file and
/// another version are told apart before anything is read. The journal, the log with its signed
/// heads, and the evidence are what counts. Every other table is derived: from the log its tiles,
/// and from the journal the rest, of as many entries as `derived` says.
package enum Schema {
  /// "ASSY" in ASCII.
  package static let applicationID: Int64 = 0x4153_5359
  /// The version of these tables.
  package static let version: Int64 = 4
  /// The oldest version whose journal this program can replay.
  package static let oldestVersion: Int64 = 3

  /// What a database calls the types of columns, and what it wants after a table.
  package struct Dialect {
    let integer, text, bytes, ending, endingOfSmallRows: String

    /// A dialect; text must be ordered by its bytes.
    package init(
      integer: String, text: String, bytes: String, ending: String, endingOfSmallRows: String
    ) {
      self.integer = integer
      self.text = text
      self.bytes = bytes
      self.ending = ending
      self.endingOfSmallRows = endingOfSmallRows
    }

    static let sqlite = Dialect(
      integer: "INTEGER", text: "TEXT", bytes: "BLOB", ending: " STRICT",
      endingOfSmallRows: " STRICT, WITHOUT ROWID")
  }

  /// A table of what follows from others.
  struct Derived {
    let name: String
    /// The first of the columns, by which a row is found.
    let key: [String]
    let others: [String]

    var columns: String { (key + others).joined(separator: ", ") }
  }

  /// The tables that everything else follows from.
  static let primary = ["journal", "log", "heads", "evidence"]
  /// The derived tables.
  static let derived = [
    Derived(name: "jobs", key: ["name"], others: ["position", "phase", "deadline", "state"]),
    Derived(name: "parties", key: ["party", "position"], others: []),
    Derived(name: "events", key: ["job", "sequence"], others: []),
    Derived(
      name: "accounts", key: ["name"], others: ["asset", "balance", "available", "state"]),
    Derived(name: "transfers", key: ["position"], others: ["name", "state"]),
    Derived(name: "records", key: ["kind", "name"], others: ["state"]),
    Derived(name: "derived", key: ["single"], others: ["entries"]),
    Derived(name: "tiles", key: ["level", "position"], others: ["hashes"]),
  ]

  /// What creates the tables of a new database.
  package static func creation(_ dialect: Dialect) -> String {
    primary(dialect) + derivation(dialect)
  }

  /// What brings an older version's tables to this one: what is derived is made again from the
  /// journal when the database is opened.
  package static func migration(_ dialect: Dialect) -> String {
    "DROP TABLE jobs; DROP TABLE accounts; DROP TABLE transfers;\n" + derivation(dialect)
  }

  private static func primary(_ dialect: Dialect) -> String {
    let (integer, text, bytes) = (dialect.integer, dialect.text, dialect.bytes)
    return """
      CREATE TABLE journal (
        sequence \(integer) PRIMARY KEY, key \(text) NOT NULL UNIQUE, time \(integer) NOT NULL,
        command \(bytes) NOT NULL, outcome \(bytes) NOT NULL,
        chain \(bytes) NOT NULL)\(dialect.ending);
      CREATE TABLE log (
        position \(integer) PRIMARY KEY, kind \(text) NOT NULL,
        identity \(bytes) NOT NULL UNIQUE, envelope \(bytes) NOT NULL)\(dialect.ending);
      CREATE TABLE heads (
        size \(integer) PRIMARY KEY, note \(bytes) NOT NULL)\(dialect.ending);
      CREATE TABLE evidence (
        digest \(bytes) PRIMARY KEY, bytes \(bytes) NOT NULL)\(dialect.ending);
      CREATE TABLE tiles (
        level \(integer) NOT NULL, position \(integer) NOT NULL, hashes \(bytes) NOT NULL,
        PRIMARY KEY (level, position))\(dialect.ending);

      """
  }

  private static func derivation(_ dialect: Dialect) -> String {
    let (integer, text, bytes) = (dialect.integer, dialect.text, dialect.bytes)
    return """
      CREATE TABLE jobs (
        name \(text) PRIMARY KEY, position \(integer) NOT NULL, phase \(text) NOT NULL,
        deadline \(integer), state \(bytes) NOT NULL)\(dialect.ending);
      CREATE INDEX jobs_by_phase ON jobs (phase, position);
      CREATE INDEX jobs_by_position ON jobs (position);
      CREATE INDEX jobs_by_deadline ON jobs (deadline) WHERE deadline IS NOT NULL;
      CREATE TABLE parties (
        party \(text) NOT NULL, position \(integer) NOT NULL,
        PRIMARY KEY (party, position))\(dialect.endingOfSmallRows);
      CREATE TABLE events (
        job \(text) NOT NULL, sequence \(integer) NOT NULL,
        PRIMARY KEY (job, sequence))\(dialect.endingOfSmallRows);
      CREATE TABLE accounts (
        name \(text) PRIMARY KEY, asset \(text) NOT NULL, balance \(text) NOT NULL,
        available \(text) NOT NULL, state \(bytes) NOT NULL)\(dialect.endingOfSmallRows);
      CREATE TABLE transfers (
        position \(integer) PRIMARY KEY, name \(text) NOT NULL UNIQUE,
        state \(bytes) NOT NULL)\(dialect.ending);
      CREATE TABLE records (
        kind \(text) NOT NULL, name \(text) NOT NULL, state \(bytes) NOT NULL,
        PRIMARY KEY (kind, name))\(dialect.endingOfSmallRows);
      CREATE TABLE derived (
        single \(integer) PRIMARY KEY, entries \(integer) NOT NULL)\(dialect.ending);
      INSERT INTO derived VALUES (1, 0);
      """
  }

  /// Whether a database of this version must be brought to the present one first.
  ///
  /// - Throws: `StorageError` with `otherSchema` for one that cannot be.
  package static func mustMigrate(_ version: Int64, _ operation: String) throws -> Bool {
    if version == Schema.version { return false }
    guard (oldestVersion..<Schema.version).contains(version) else {
      throw StorageError(
        .otherSchema, operation,
        "expected schema version \(oldestVersion) to \(Schema.version), found \(version); "
          + (version > Schema.version
            ? "it was written by a newer assay: use that one"
            : "no assay that was released wrote it"))
    }
    return true
  }

  /// Opens a settlement database, of an older version, too.
  ///
  /// - Throws: `StorageError`: `cannotOpen`, `foreignFile`, `otherSchema` or `corrupt`.
  static func open(path: String, mayCreate: Bool) throws -> SQLiteDatabase {
    let database = try SQLiteDatabase(path: path, mayCreate: mayCreate)
    let operation = "open \(path)"
    let found = try number("application_id", in: database)
    if found == 0, mayCreate, try isEmpty(database) {
      try create(in: database)
      return database
    }
    guard found == applicationID else {
      throw StorageError(
        .foreignFile, operation,
        "expected a settlement database, found a database of another program")
    }
    _ = try mustMigrate(try number("user_version", in: database), operation)
    try setUp(database)
    try database.transaction {
      // Another process may have been faster.
      guard try mustMigrate(try number("user_version", in: database), operation) else { return }
      try database.execute(migration(.sqlite))
      try database.execute("PRAGMA user_version=\(version)")
    }
    return database
  }

  /// A settlement database that is gone with the object, for what is derived again.
  static func openTemporary() throws -> SQLiteDatabase {
    let database = try SQLiteDatabase(path: "", mayCreate: true)
    for setting in ["journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"] {
      try database.execute("PRAGMA \(setting)")
    }
    try database.execute(creation(.sqlite))
    return database
  }

  private static func number(_ pragma: String, in database: SQLiteDatabase) throws -> Int64 {
    try database.query("PRAGMA \(pragma)").first?.first?.integer ?? 0
  }

  private static func isEmpty(_ database: SQLiteDatabase) throws -> Bool {
    try database.query("SELECT count(*) FROM sqlite_schema").first?.first?.integer == 0
  }

  private static func setUp(_ database: SQLiteDatabase) throws {
    try database.execute("PRAGMA journal_mode=WAL")
    try database.execute("PRAGMA synchronous=FULL")
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
      try database.execute(creation(.sqlite))
    }
  }
}
