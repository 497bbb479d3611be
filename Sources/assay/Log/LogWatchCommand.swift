internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayMerkle
internal import AssayTransparency
internal import AssayWire
internal import Foundation

/// `assay log watch`: notices a log that was cut, rewritten, or shows two histories.
struct LogWatchCommand: Command {
  static let description = CommandDescription(
    name: "watch",
    abstract: "Watch a published log; keep the evidence when it shows two histories.",
    discussion: """
      Keeps a copy of the log in a folder, and compares what the log shows with it: one look, or one
      every so many seconds. Every hash is computed again from the entries.

      A log that signed two heads which cannot both be is caught with both: they are written to
      fork-1.json in the folder, which `assay log verify` checks anywhere. A log that shows an older
      head of the same history is reported, and the head kept as older-1.note. Either ends the
      command with code 1. --head compares a head that somebody else was shown, such as the one at
      the end of a proof.

      With --cosigner-key and --cosigner-name, a head that was found good is cosigned (C2SP
      tlog-cosignature v1) and written to cosigned.note in the folder.
      """,
    examples: [
      CommandExample("assay log watch www --key operator.pub --copy watched", "Looks once."),
      CommandExample(
        "assay log watch https://log.example/1 --key operator.pub --copy watched --every 60",
        "Looks every minute until something is wrong."),
      CommandExample(
        "assay log watch www --key operator.pub --copy watched --head other.note",
        "Also compares a head from elsewhere."),
    ])

  @Argument(help: "The published log: a folder, or an address that serves one.") var folder: String
  @Option("folder", help: "Where to keep the copy and what is found.") var copy: String
  @Option("file", help: "A signed head, or a proof with one, that others were shown.")
  var head: [String]
  @Option("seconds", in: 1...86_400, help: "Look again and again, so far apart.") var every: UInt64?
  @Option("file", help: "A private key to cosign good heads with.") var cosignerKey: String?
  @Option("name", help: "The name that cosignatures are given under.") var cosignerName: String?
  var log = LogKeyOptions()

  func run(_ console: Console) throws -> ExitCode {
    guard (cosignerKey == nil) == (cosignerName == nil) else {
      throw UsageError(
        "A cosigner has a key and a name.",
        hint: "Add --cosigner-key witness.key --cosigner-name witness.example/1.")
    }
    guard every == nil || !console.isJSON else {
      throw UsageError("--json is for one look.", hint: "Leave out --every.")
    }
    while true {
      let code = try look(console)
      guard code == .success, let every else { return code }
      Thread.sleep(forTimeInterval: Double(every))
    }
  }

  private func look(_ console: Console) throws -> ExitCode {
    let published = try HTTPLog.open(folder)
    let mine = LogFolder(copy)
    do {
      // The first look decides which log it is.
      let origin = try log.origin(of: try mine.headIfPresent() ?? published.head())
      let monitor = LogMonitor(origin: origin, key: try log.verifyingKey(), copy: mine)
      var findings = [try monitor.look(at: published)]
      for file in head { findings.append(try monitor.compare(try signedHead(in: file))) }
      return try report(findings, mine, console)
    } catch let error as TransparencyError {
      if case .file(let error) = error { throw error }
      if case .source = error { throw OperationError("\(error)") }
      return try refuse(error.description, console)
    } catch let error as MerkleError {
      return try refuse(error.description, console)
    }
  }

  /// The head in a file that holds it alone, or in a proof.
  private func signedHead(in file: String) throws -> SignedTreeHead {
    let bytes = try FileAccess.read(file, limit: LogProof.maximumByteCount)
    return bytes.starts(with: LogProof.header)
      ? try LogProof(decoding: bytes).head : try SignedTreeHead(decoding: bytes)
  }

  private func report(
    _ findings: [LogMonitor.Finding], _ mine: LogFolder, _ console: Console
  ) throws -> ExitCode {
    // The worst says how it ends.
    for finding in findings {
      if case .fork(let fork) = finding { return try report(fork, console) }
    }
    for finding in findings.prefix(1) {
      if case .older(let head, let known) = finding {
        return try report(older: head, known: known, console)
      }
    }
    let signed = try mine.head()
    let head = try signed.unverifiedHead()
    var new: [[UInt8]] = []
    if case .grown(let start, _, let entries) = findings[0] {
      new = entries
      try console.print("grown    from \(start) to \(head.size) entries: \(Self.kinds(entries))")
    } else {
      try console.print("the same \(head.size) entries")
    }
    try console.print("root     \(head.root)")
    try cosign(signed, console)
    try console.json(
      .object([
        "result": .string("good"), "origin": .string(head.origin), "size": .integer(head.size),
        "root": .string(head.root.hex), "new": .integer(new.count),
      ]))
    return .success
  }

  private func report(_ fork: LogFork, _ console: Console) throws -> ExitCode {
    let path = try keep(fork.encoded, as: "fork", ending: "json")
    let heads = [try fork.smaller.unverifiedHead(), try fork.larger.unverifiedHead()]
    console.note("assay: '\(folder)': the log's key signed two heads that cannot both be:")
    for head in heads { console.note("  \(head.size) entries, root \(head.root)") }
    console.note("The evidence is in '\(path)'; `assay log verify` checks it anywhere.")
    try console.json(
      .object([
        "result": .string("fork"), "evidence": .string(path),
        "sizes": .array(heads.map { .integer($0.size) }),
      ]))
    return .rejected
  }

  private func report(
    older head: TreeHead, known: TreeHead, _ console: Console
  ) throws -> ExitCode {
    let path = try keep(HTTPLog.open(folder).head().encoded, as: "older", ending: "note")
    console.note(
      "assay: '\(folder)' went back to \(head.size) entries, after one of \(known.size): a stale "
        + "copy, or a log that lost its end. The old head is kept in '\(path)'.")
    try console.json(
      .object([
        "result": .string("older"), "evidence": .string(path), "size": .integer(head.size),
        "known": .integer(known.size),
      ]))
    return .rejected
  }

  /// Writes evidence under a name that is free, unless it is there already.
  private func keep(_ bytes: [UInt8], as name: String, ending: String) throws -> String {
    var number = 1
    while true {
      let path = "\(copy)/\(name)-\(number).\(ending)"
      guard FileAccess.exists(path) else {
        try FileAccess.makeFolder(copy)
        try FileAccess.write(bytes, to: path)
        return path
      }
      if try FileAccess.read(path, limit: LogFork.maximumByteCount) == bytes { return path }
      number += 1
    }
  }

  private func cosign(_ signed: SignedTreeHead, _ console: Console) throws {
    guard let cosignerKey, let cosignerName else { return }
    let time = UInt64(max(0, Date.now.timeIntervalSince1970))
    let cosigned = try signed.cosigned(
      name: cosignerName, key: try KeyFiles.signingKey(at: cosignerKey), time: time)
    try FileAccess.write(cosigned.encoded, to: copy + "/cosigned.note")
    try console.print("cosigned \(copy)/cosigned.note")
  }

  /// Such as `3 claims, 1 verdict`.
  private static func kinds(_ entries: [[UInt8]]) -> String {
    var counts: [String: Int] = [:]
    for entry in entries {
      counts[LogEntry.read(entry)?.kind.rawValue ?? "entry of another kind", default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
      .joined(separator: ", ")
  }

  private func refuse(_ reason: String, _ console: Console) throws -> ExitCode {
    console.note("assay: '\(folder)' is refused: \(AuditText.printable(reason))")
    try console.json(.object(["result": .string("refused"), "reason": .string(reason)]))
    return .rejected
  }
}
