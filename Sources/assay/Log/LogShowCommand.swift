internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssayStorage
internal import AssayWire

/// `assay log show`: what is in the log of a settlement database.
struct LogShowCommand: Command {
  static let description = CommandDescription(
    name: "show", abstract: "List the last entries of the log, and its head.",
    examples: [
      CommandExample("assay log show", "The last 20 entries."),
      CommandExample("assay log show --count 1000 --json", "More of them, for programs."),
    ])

  @Option("number", in: 1...100_000, help: "How many entries to list.") var count: UInt64 = 20
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let size = try store.logCount()
    let entries = try store.logEntries(size - min(size, count)..<size)
    for entry in entries {
      let place = String(entry.index)
      try console.print(
        String(repeating: " ", count: max(0, 8 - place.count)) + place
          + "  \(entry.kind.rawValue.padding(to: 8))  \(entry.identity)")
    }
    let head = try store.lastLogHead()?.unverifiedHead()
    try console.print("entries  \(size)")
    try console.print(
      "head     " + (head.map { "\($0.origin), \($0.size) entries, root \($0.root)" } ?? "none"))
    try console.json(
      .object([
        "size": .integer(size),
        "head": head.map {
          .object([
            "origin": .string($0.origin), "size": .integer($0.size), "root": .string($0.root.hex),
          ])
        } ?? .null,
        "entries": .array(
          entries.map {
            .object([
              "index": .integer($0.index), "kind": .string($0.kind.rawValue),
              "identity": .string($0.identity.hex),
            ])
          }),
      ]))
    return .success
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
