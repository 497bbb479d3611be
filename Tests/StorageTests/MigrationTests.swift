import AssaySettlement
import AssayStorageTestSupport
import Testing

@testable import AssayStorage

struct MigrationTests {
  /// The tables of version 3.
  private static let version3 = """
    CREATE TABLE journal (
      sequence INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, time INTEGER NOT NULL,
      command BLOB NOT NULL, outcome BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
    CREATE TABLE jobs (
      name TEXT PRIMARY KEY, phase TEXT NOT NULL, deadline INTEGER, state BLOB NOT NULL) STRICT;
    CREATE TABLE accounts (
      name TEXT PRIMARY KEY, asset TEXT NOT NULL, balance TEXT NOT NULL,
      available TEXT NOT NULL, state BLOB NOT NULL) STRICT;
    CREATE TABLE transfers (
      position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state BLOB NOT NULL) STRICT;
    CREATE TABLE log (
      position INTEGER PRIMARY KEY, kind TEXT NOT NULL, identity BLOB NOT NULL UNIQUE,
      envelope BLOB NOT NULL) STRICT;
    CREATE TABLE evidence (digest BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE heads (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;
    CREATE TABLE tiles (
      level INTEGER NOT NULL, position INTEGER NOT NULL, hashes BLOB NOT NULL,
      PRIMARY KEY (level, position)) STRICT;
    """

  @Test func aDatabaseOfVersion3IsBroughtForwardAndGoesOn() throws {
    let folder = try TemporaryFolder()
    let original = try fullStore(folder.file("new.db"))
    let commands = try sampleCommands()
    let old = try SQLiteDatabase(path: folder.file(), mayCreate: true)
    try old.execute("PRAGMA application_id=\(Schema.applicationID); PRAGMA user_version=3")
    try old.execute(Self.version3)
    for (table, columns) in [
      ("journal", 6), ("log", 4), ("heads", 2), ("evidence", 2), ("tiles", 3),
    ] {
      let rows = try original.database.query("SELECT * FROM \(table)")
      try old.insert(
        into: table, columns: columns, table == "journal" ? rows.dropLast(5) : rows)
    }
    try old.execute("INSERT INTO jobs VALUES ('job-1', 'settled', NULL, x'00')")
    let store = try SettlementStore(path: folder.file(), mayCreate: false)
    #expect(store.machine.sequence == UInt64(commands.count - 5))
    #expect(try store.check().disagreements == [])
    for (command, time) in commands.suffix(5) { _ = try store.apply(command, now: time) }
    #expect(try store.state == original.state)
    #expect(try store.database.query("PRAGMA user_version") == [[.integer(Schema.version)]])
  }
}
