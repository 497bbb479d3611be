internal import AssayStorage

extension PostgreSQLDatabase {
  /// Finds settlement's tables in the connection's schema, or creates them.
  ///
  /// The table `assay_settlement` says which version of them is there.
  func openTables(mayCreate: Bool) throws {
    let operation = "open \(name)"
    try transaction {
      guard try isThere("assay_settlement") else {
        guard mayCreate else {
          throw StorageError(.cannotOpen, operation, "the database has no tables of settlement")
        }
        guard try !isThere("journal") else {
          throw StorageError(
            .foreignFile, operation,
            "expected an empty database, found a table “journal” of another program")
        }
        try execute("CREATE TABLE assay_settlement (version BIGINT PRIMARY KEY)")
        _ = try query(
          "INSERT INTO assay_settlement VALUES (?)", [.integer(Schema.version)])
        try execute(Schema.creation(dialect))
        return
      }
      guard
        case .integer(let version)? = try query("SELECT version FROM assay_settlement", [])
          .first?.first
      else { throw StorageError(.corrupt, operation, "the table “assay_settlement” is empty") }
      guard try Schema.mustMigrate(version, operation) else { return }
      try execute(Schema.migration(dialect))
      _ = try query("UPDATE assay_settlement SET version = ?", [.integer(Schema.version)])
    }
  }

  /// Names are ordered by their bytes, whatever language the server speaks.
  private var dialect: Schema.Dialect {
    Schema.Dialect(
      integer: "BIGINT", text: "TEXT COLLATE \"C\"", bytes: "BYTEA", ending: "",
      endingOfSmallRows: "")
  }

  private func isThere(_ table: String) throws -> Bool {
    try query("SELECT to_regclass(?)::text", [.text(table)]) != [[.null]]
  }
}
