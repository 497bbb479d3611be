internal import AssayCryptography
internal import AssayDisputes
internal import AssayEvidence
internal import AssayFiles
internal import AssayWire
internal import Foundation

/// `assay dispute decide`: the referee's side.
struct DisputeDecideCommand: Command {
  static let description = CommandDescription(
    name: "decide",
    abstract: "Check every answer of a dispute, keep the time, and say who is wrong.",
    discussion: """
      Needs no data, no weights and no run: the answers are checked against what their parties had
      committed to, and the one value that is left is computed. Each call notes which answers are
      new, by the referee's clock, so call it as often as the time is to be kept; a party whose time
      is up has lost. With --key the outcome is signed, for `assay job ruling`.

      The transcript holds the claims and all signed answers: with `assay verify
      dispute.transcript` whoever has it holds the dispute again, so that the outcome needs nobody's
      word and either party may sign it.
      Only that a party was silent follows from no transcript, and is the referee's to say.
      """,
    examples: [
      CommandExample(
        "assay dispute decide quarrel --key referee.key --out outcome.json",
        "Signs who has lost, and how.")
    ])

  @Argument(help: "The dispute's folder.") var folder: String
  @Option("file", help: "The private key of the referee, or of a party.") var key: String?
  @Option("file", help: "Where to write the signed outcome.") var out: String = "outcome.json"
  @Option("file", help: "Where to write the transcript.")
  var transcript: String = "dispute.transcript"

  func run(_ console: Console) throws -> ExitCode {
    let folder = try DisputeFolder.open(folder)
    let arrivals = try folder.noteArrivals(now: UInt64(Date().timeIntervalSince1970))
    let began = console.elapsed()
    let (dispute, refused) = try folder.held(arrivals: arrivals)
    let seconds = console.elapsed() - began
    for reason in refused { console.note("does not count: \(reason)") }
    guard let finding = dispute.finding else {
      let missing = Party.allCases.filter { !dispute.hasAnswered($0) }.map(\.rawValue)
      try console.print(
        "open         question \(dispute.number), waiting for the "
          + missing.joined(separator: " and the "))
      try console.json(.object(["ended": .bool(false)]))
      return .success
    }
    for line in finding.lines() { try console.print(line) }
    let cost = dispute.cost
    try console.print(
      "referee      \(cost.questionCount) questions, \(Quantity.bytes(cost.byteCount)), "
        + "\(cost.valueCount) value computed, \(Quantity.milliseconds(seconds))")
    if var outcome = dispute.outcome {
      if outcome.fault != .stalled {
        let bytes = dispute.transcript.encoded
        outcome = try CheckedDispute(transcript: bytes, referee: TranscriptReferee()).outcome
        try FileAccess.write(bytes, to: transcript)
        try console.print("transcript   \(transcript), \(Quantity.bytes(bytes.count))")
      }
      if let key {
        try FileAccess.write(
          outcome.signed(by: KeyFiles.signingKey(at: key)).encoded, to: out)
        try console.print("outcome      \(out)")
      }
    }
    try console.json(
      .object([
        "ended": .bool(true), "subject": .string(finding.subject),
        "explanation": .string(finding.explanation),
        "loser": finding.loser.map { .string($0.rawValue) } ?? .null,
        "fault": finding.loser.flatMap { finding.faults[$0] }.map { .string($0.rawValue) } ?? .null,
        "questions": .integer(cost.questionCount), "bytes": .integer(cost.byteCount),
        "seconds": .double(seconds),
      ]))
    return finding.loser == nil ? .success : .rejected
  }
}

/// Waiting.
enum Pause {
  static func seconds(_ seconds: Double) { Thread.sleep(forTimeInterval: seconds) }
}
