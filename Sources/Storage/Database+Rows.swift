extension Database {
  /// Inserts rows, many with one statement, and gives nothing back.
  ///
  /// - Parameters:
  ///   - columns: how many values a row has.
  ///   - conflict: what follows the values, such as `ON CONFLICT (name) DO NOTHING`.
  func insert(
    into table: String, columns: Int, _ rows: [[SQLValue]], conflict: String = "",
    betweenStatements: () throws -> Void = {}
  ) throws {
    let row = "(" + [String](repeating: "?", count: columns).joined(separator: ", ") + ")"
    var rest = rows[...]
    // A few sizes, so that there are a few statements to prepare.
    for size in [64, 16, 4, 1] {
      while rest.count >= size {
        let places = [String](repeating: row, count: size).joined(separator: ", ")
        _ = try query(
          "INSERT INTO \(table) VALUES \(places) \(conflict)",
          rest.prefix(size).flatMap(\.self))
        rest = rest.dropFirst(size)
        try betweenStatements()
      }
    }
  }
}
