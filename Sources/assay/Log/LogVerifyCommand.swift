internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayMerkle
internal import AssayTransparency
internal import AssayWire
internal import Foundation

/// `assay log verify`: checks a published log, a proof, or a fork.
struct LogVerifyCommand: Command {
  static let description = CommandDescription(
    name: "verify",
    abstract: "Check a published log, a proof that it holds a statement, or a fork.",
    discussion: """
      Of a folder, every hash is computed again from the entries, and compared with the tiles and
      the signed head. A proof (assay log prove) is checked for a statement, without the log. A fork
      (assay log watch) holds two heads that the operator signed and that cannot both be.

      With --cosigner, the head must also carry that cosigner's signature.
      """,
    examples: [
      CommandExample("assay log verify www --key operator.pub", "Checks a whole log."),
      CommandExample(
        "assay log verify claim.tlog-proof --statement run/claim.json --key operator.pub",
        "Checks that the claim is in the log."),
      CommandExample(
        "assay log verify www --key operator.pub --cosigner witness.example/1=witness.pub",
        "Asks for a cosigned head."),
    ])

  @Argument(help: "The folder, the address that serves one, the proof or the fork.")
  var path: String
  @Option("file", help: "Of a proof: the signed statement.") var statement: String?
  @Option("name=file", help: "A cosigner's name and public key.") var cosigner: [String]
  var log = LogKeyOptions()

  func run(_ console: Console) throws -> ExitCode {
    let key = try log.verifyingKey()
    do {
      let folder = try HTTPLog.open(path)
      if try folder.headIfPresent() != nil { return try verify(folder, key, console) }
      let bytes = try FileAccess.read(path, limit: LogFork.maximumByteCount)
      return bytes.first == UInt8(ascii: "{")
        ? try verifyFork(bytes, key, console) : try verifyProof(bytes, key, console)
    } catch let error as TransparencyError {
      if case .file(let error) = error { throw error }
      if case .source = error { throw OperationError("\(error)") }
      return try refuse(error.description, console)
    } catch let error as MerkleError {
      return try refuse(error.description, console)
    }
  }

  private func verify(
    _ folder: any TiledLog, _ key: VerifyingKey, _ console: Console
  ) throws -> ExitCode {
    let signed = try folder.head()
    let head = try folder.verify(origin: log.origin(of: signed), key: key)
    let cosignatures = try self.cosignatures(of: signed)
    try console.print("the log holds: every hash follows from its entries")
    try show(head, cosignatures, console, kind: "log")
    return .success
  }

  private func verifyProof(
    _ bytes: [UInt8], _ key: VerifyingKey, _ console: Console
  ) throws -> ExitCode {
    let proof = try LogProof(decoding: bytes)
    guard let statement else {
      throw UsageError(
        "'\(path)' proves that a statement is in a log; say which.",
        hint: "Add --statement claim.json.")
    }
    let logged = try LoggedStatement(file: statement)
    let head = try proof.verify(
      entry: logged.entry, origin: log.origin(of: proof.head), key: key)
    let cosignatures = try self.cosignatures(of: proof.head)
    try console.print("the proof holds: '\(statement)' is entry \(proof.index)")
    try show(head, cosignatures, console, kind: "proof", index: proof.index)
    return .success
  }

  private func verifyFork(
    _ bytes: [UInt8], _ key: VerifyingKey, _ console: Console
  ) throws -> ExitCode {
    let fork = try LogFork(decoding: bytes)
    try fork.verify(origin: log.origin(of: fork.larger), key: key)
    let (smaller, larger) = (try fork.smaller.unverifiedHead(), try fork.larger.unverifiedHead())
    try console.print("the fork holds: the operator signed two heads that cannot both be")
    for head in [smaller, larger] {
      try console.print("head     \(head.size) entries, root \(head.root)")
    }
    try console.print("origin   \(larger.origin)")
    try console.json(
      .object([
        "holds": .bool(true), "kind": .string("fork"), "origin": .string(larger.origin),
        "sizes": .array([.integer(smaller.size), .integer(larger.size)]),
      ]))
    return .success
  }

  /// The times at which every cosigner that is asked for signed the head.
  private func cosignatures(of head: SignedTreeHead) throws -> [(name: String, time: UInt64)] {
    try cosigner.map { text in
      guard let sign = text.lastIndex(of: "=") else {
        throw UsageError(
          "--cosigner: expected name=file, found '\(text)'.",
          hint: "Such as --cosigner witness.example/1=witness.pub.")
      }
      let name = String(text[..<sign])
      let key = try KeyFiles.verifyingKey(at: String(text[text.index(after: sign)...]))
      return (name, try head.cosignatureTime(name: name, key: key))
    }
  }

  private func show(
    _ head: TreeHead, _ cosignatures: [(name: String, time: UInt64)], _ console: Console,
    kind: String, index: UInt64? = nil
  ) throws {
    try console.print("origin   \(AuditText.printable(head.origin))")
    try console.print("entries  \(head.size)")
    try console.print("root     \(head.root)")
    for (name, time) in cosignatures {
      let date = Date(timeIntervalSince1970: Double(time)).formatted(.iso8601)
      try console.print("cosigned \(name), \(date)")
    }
    var members = [
      JSONMember(name: "holds", value: .bool(true)), JSONMember(name: "kind", value: .string(kind)),
      JSONMember(name: "origin", value: .string(head.origin)),
      JSONMember(name: "size", value: .integer(head.size)),
      JSONMember(name: "root", value: .string(head.root.hex)),
    ]
    if let index { members.append(JSONMember(name: "index", value: .integer(index))) }
    members.append(
      JSONMember(
        name: "cosigned",
        value: .array(
          cosignatures.map {
            .object(["name": .string($0.name), "time": .integer($0.time)])
          })))
    try console.json(.object(members))
  }

  private func refuse(_ reason: String, _ console: Console) throws -> ExitCode {
    console.note("assay: '\(path)' does not hold: \(AuditText.printable(reason))")
    try console.json(.object(["holds": .bool(false), "reason": .string(reason)]))
    return .rejected
  }
}
