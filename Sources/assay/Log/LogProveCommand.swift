internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayMerkle
internal import AssayTransparency
internal import AssayWire

/// `assay log prove`: writes the proof that a statement is in a log.
struct LogProveCommand: Command {
  static let description = CommandDescription(
    name: "prove", abstract: "Write the proof that a statement is in a published log.",
    discussion: """
      Anyone can make it, from the files that `assay log export` wrote. The proof is one file of the
      C2SP tlog-proof format: the entry's index, the hashes up to the root, and the signed head.
      """,
    examples: [
      CommandExample(
        "assay log prove run/claim.json --log www --out claim.tlog-proof", "Then it stands alone.")
    ])

  @Argument(help: "The signed claim, verdict or receipt.") var statement: String
  @Option("folder", help: "The published log, or the address that serves it.") var log: String
  @Option("file", help: "Where to write the proof.") var out: String

  func run(_ console: Console) throws -> ExitCode {
    let logged = try LoggedStatement(file: statement)
    let folder = try HTTPLog.open(log)
    let signed = try folder.head()
    let head = try signed.unverifiedHead()
    guard let index = try index(of: logged.entry, in: folder, size: head.size) else {
      console.note(
        "assay: '\(statement)' is not among the \(head.size) entries of the log in '\(log)'.")
      try console.json(.object(["logged": .bool(false), "size": .integer(head.size)]))
      return .rejected
    }
    var tree = folder.tree(ofSize: head.size)
    let proof = try tree.inclusionProof(forLeaf: index)
    try proof.verify(leafHash: MerkleTree.leafHash(logged.entry), root: head.root)
    let file = LogProof(index: index, path: proof.path, head: signed)
    try FileAccess.write(file.encoded, to: out)
    try console.print("proof    \(out)")
    try console.print("entry    \(index) of \(head.size), a \(logged.kind.rawValue)")
    try console.print("log      \(head.origin)")
    try console.json(
      .object([
        "logged": .bool(true), "proof": .string(out), "index": .integer(index),
        "size": .integer(head.size), "kind": .string(logged.kind.rawValue),
      ]))
    return .success
  }

  private func index(
    of entry: [UInt8], in folder: any TiledLog, size: UInt64
  ) throws -> UInt64? {
    var next: UInt64 = 0
    while let tile = Tile(level: 0, holding: next, inTreeOfSize: size) {
      if let place = try folder.entries(of: tile).firstIndex(of: entry) {
        return next + UInt64(place)
      }
      next += UInt64(Tile.fullWidth)
    }
    return nil
  }
}
