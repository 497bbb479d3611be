import AssayStorageTestSupport
import Foundation
import Testing

@testable import AssayPostgreSQL
@testable import AssayStorage

/// On a server of the tests' own; left out where PostgreSQL is not installed.
@Suite(.serialized, .enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"))
struct PostgreSQLDatabaseTests {
  private let server: PostgreSQLServer

  init() throws { server = try #require(PostgreSQLServer.shared, "the server does not start") }

  @Test func theStoreKeepsTheContract() throws {
    for check in [
      StoreContract.checkReplay, StoreContract.checkRefusal, StoreContract.checkSharing,
      StoreContract.checkGroups, StoreContract.checkLogAndEvidence,
    ] {
      let url = try server.newDatabase()
      try check(StoreContract { try SettlementStore(PostgreSQLDatabase(url: url)) })()
    }
  }

  @Test func aCrashBetweenWritesLosesThatCommandAndNothingElse() throws {
    for write in [0, 1, 4] {
      let url = try server.newDatabase()
      let contract = StoreContract { try SettlementStore(PostgreSQLDatabase(url: url)) }
      #expect(try contract.checkCrash(afterWrites: write) > 0)
    }
  }

  @Test func valuesComeBackAsTheyWere() throws {
    let database = try PostgreSQLDatabase(url: try server.newDatabase())
    try database.execute("CREATE TABLE things (place BIGINT, name TEXT, bytes BYTEA)")
    let rows: [[SQLValue]] = [
      [.integer(.min), .text(""), .blob([])], [.integer(-1), .text("ü ? $1 '"), .blob([0, 255])],
      [.integer(.max), .null, .null],
    ]
    for row in rows { _ = try database.query("INSERT INTO things VALUES (?, ?, ?)", row) }
    #expect(
      try database.query("SELECT place, name, bytes FROM things ORDER BY place", []) == rows)
    let counts = try database.query("SELECT 1, count(*) FROM things", [])
    #expect(counts == [[.integer(1), .integer(3)]])
  }

  @Test func alteredRowsAreFound() throws {
    let database = try PostgreSQLDatabase(url: try server.newDatabase())
    let store = try SettlementStore(database)
    for (command, time) in try sampleCommands() { _ = try store.apply(command, now: time) }
    struct Undo: Error {}
    for edit in [
      "UPDATE journal SET time = time + 1 WHERE sequence = 5",
      "UPDATE journal SET outcome = '' WHERE sequence = 4",
      "DELETE FROM journal WHERE sequence = (SELECT max(sequence) FROM journal)",
      "UPDATE jobs SET state = '' WHERE name = 'job-1'",
      "DELETE FROM transfers WHERE position = 3",
    ] {
      #expect(throws: Undo.self) {
        try database.transaction {
          try database.execute(edit)
          #expect(try !store.check().disagreements.isEmpty, "\(edit)")
          throw Undo()
        }
      }
    }
    #expect(try store.check().disagreements == [])
  }

  @Test func aCopyGoesToAFileAndBack() throws {
    let store = try SettlementStore(PostgreSQLDatabase(url: try server.newDatabase()))
    for (command, time) in try sampleCommands() { _ = try store.apply(command, now: time) }
    try store.keep(evidence: [1, 2, 3])
    let file = try SettlementStore(Schema.openTemporary())
    #expect(try store.copy(to: file).disagreements == [])
    let back = try SettlementStore(PostgreSQLDatabase(url: try server.newDatabase()))
    #expect(try file.copy(to: back).disagreements == [])
    #expect(try back.state == store.state)
  }

  @Test func otherDatabasesAreToldApart() throws {
    func code(_ url: String, mayCreate: Bool = true) -> StorageError.Code? {
      do {
        _ = try PostgreSQLDatabase(url: url, mayCreate: mayCreate)
        return nil
      } catch { return (error as? StorageError)?.code }
    }
    let empty = try server.newDatabase()
    #expect(code(empty, mayCreate: false) == .cannotOpen)
    #expect(code(empty) == nil)
    try PostgreSQLDatabase(url: empty).execute("UPDATE assay_settlement SET version = 99")
    #expect(code(empty) == .otherSchema)
    #expect(code("postgresql:///none?host=/nowhere") == .cannotOpen)
    #expect(code("nonsense") == .cannotOpen)
    let foreign = try server.newDatabase()
    try PostgreSQLDatabase(url: foreign).execute("DROP TABLE assay_settlement")
    #expect(code(foreign) == .foreignFile)
  }

  @Test func noMessageHoldsThePassword() {
    do {
      _ = try PostgreSQLDatabase(
        url: "postgresql://someone:geheim@127.0.0.1:1/market?connect_timeout=2")
      Issue.record("connected to nothing")
    } catch { #expect(!"\(error)".contains("geheim"), "\(error)") }
  }

  @Test func aServerThatCrashesLosesNothingAcknowledged() throws {
    let url = try server.newDatabase()
    let store = try SettlementStore(PostgreSQLDatabase(url: url))
    let commands = try sampleCommands()
    for (index, (command, time)) in commands.enumerated() {
      if index == commands.count / 3 {
        // Within the writes of a command.
        store.betweenWrites = { [server] write in if write == "journal" { server.crash() } }
        #expect { _ = try store.apply(command, now: time) } throws: {
          ($0 as? StorageError)?.code == .connectionLost
        }
        store.betweenWrites = { _ in }
        #expect(throws: StorageError.self) { _ = try store.apply(command, now: time) }
        try server.start()
      } else if index == commands.count / 2 {
        server.crash()
        try server.start()
      }
      _ = try store.apply(command, now: time)
    }
    // On a server that never crashed, the same commands lead to the same state.
    let calm = try SettlementStore(PostgreSQLDatabase(url: try server.newDatabase()))
    for (command, time) in commands { _ = try calm.apply(command, now: time) }
    #expect(try SettlementStore(PostgreSQLDatabase(url: url)).state == calm.state)
  }
}
