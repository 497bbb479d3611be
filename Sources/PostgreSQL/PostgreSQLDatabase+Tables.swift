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
        try execute(Schema.statements(integer: "BIGINT", bytes: "BYTEA", ending: ""))
        return
      }
      let versions = try query("SELECT version FROM assay_settlement", [])
      guard versions == [[.integer(Schema.version)]] else {
        throw StorageError(
          .otherSchema, operation,
          "expected schema version \(Schema.version), found \(versions.flatMap { $0 }); use the "
            + "program that wrote it")
      }
    }
  }

  private func isThere(_ table: String) throws -> Bool {
    try query("SELECT to_regclass(?)::text", [.text(table)]) != [[.null]]
  }
}
