internal import AssayAuditing
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// `assay open`: answers a challenge.
struct OpenCommand: Command {
  static let description = CommandDescription(
    name: "open",
    abstract: "Answer a challenge: pack what it asks for into one file.",
    discussion: """
      The bundle holds, for each drawn interval, its start state, the hashes of its end and the
      trace records around it; the records' proof of inclusion in the claimed trace; and the last
      state, which is the artefact. States that are not stored are recomputed from the nearest
      stored one, and everything is compared with the trace before it is sent.
      """,
    examples: [
      CommandExample("assay open run --challenge challenge.json --out bundle", "Packs the answer.")
    ])

  @Argument(help: "The run folder.") var run: String
  @Option("file", help: "The challenge.") var challenge: String
  @Option("file", help: "The claim that was made; claim.json in the run folder if left out.")
  var claim: String?
  @Option("file", help: "Where to write the bundle.") var out: String = "bundle"
  var files = DataOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let began = console.elapsed()
    let directory = try RunDirectory.open(run)
    let challenge = try Challenge(
      decoding: FileAccess.read(self.challenge, limit: Challenge.maximumByteCount))
    let answer = try RunAnswer(
      directory,
      claim: FileAccess.read(claim ?? directory.claimPath, limit: Envelope.maximumByteCount),
      challenge: challenge, files: files, options: options)
    let byteCount = answer.packer.byteCount
    try console.print("bundle       \(out), \(Quantity.bytes(byteCount))")
    let bar = console.progress(total: challenge.indices.count, unit: "intervals")
    defer { bar.finish() }
    try answer.pack(toFile: out) { bar.update($0) }
    bar.finish()
    let seconds = console.elapsed() - began
    try console.print(
      "intervals    \(challenge.indices.count), \(answer.states.recomputedIntervalCount) recomputed"
    )
    try console.print("time         \(Quantity.seconds(seconds))")
    try console.json(
      .object([
        "bundle": .string(out), "bytes": .integer(byteCount),
        "intervals": .integer(challenge.indices.count),
        "recomputedIntervals": .integer(answer.states.recomputedIntervalCount),
        "seconds": .double(seconds),
      ]))
    return .success
  }
}
