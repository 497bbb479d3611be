internal import AssayCryptography
internal import AssayFiles
internal import AssayMerkle
internal import AssayProving
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// `assay inspect`: says what a run folder holds, and checks that it holds together.
struct InspectCommand: Command {
  static let description = CommandDescription(
    name: "inspect",
    abstract: "Show a run, and check that its files hold together.",
    discussion: """
      Every stored state is hashed and compared with the trace. With --states, a line is printed
      per record of the trace.

      Nothing is recomputed: that is what `assay audit` is for. Exits with 1 when a stored state is
      torn or is not the one that the trace records.
      """,
    examples: [CommandExample("assay inspect run", "Shows the run in the folder 'run'.")])

  @Argument(help: "The run folder.") var run: String
  @Flag(help: "Print every record of the trace.") var states: Bool
  @Option("file", help: "What hides the states of a spec that was made with --hiding.")
  var secret: String?

  func run(_ console: Console) throws -> ExitCode {
    let directory = try RunDirectory.open(run)
    let spec = directory.spec
    let records = try directory.records()
    let last = records.last
    let checks = try check(directory, records)
    try console.print("spec         \(spec.digest)")
    try console.print("provider     \(directory.provider.keyID)")
    for (name, operation) in spec.model.summary {
      try console.print("             \(name) = \(operation)")
    }
    try console.print("model        \(spec.model.parameterElementCount) parameters")
    try console.print(
      "data         \(spec.data.exampleCount) examples, root \(spec.data.root)")
    let claimed = claimedQuality(directory)
    if let quality = spec.quality {
      try console.print(
        "measured     \(quality.metric.rawValue) on \(quality.exampleCount) test examples, root "
          + "\(quality.root)")
    }
    try console.print(
      "steps        \(last?.step ?? 0) of \(spec.steps), \(records.count) of "
        + "\(directory.segment.traceSize) "
        + "states recorded")
    if directory.segment.firstStep > 0 {
      try console.print("start        the checkpoint after step \(directory.segment.firstStep)")
    }
    if let last { try console.print("state root   \(last.stateRoot)") }
    if let last, last.index > 0 { try console.print("loss         \(last.meanLoss)") }
    try console.print(
      "trace root   \(MerkleTree.root(ofLeafHashes: records.map(\.leafHash)))")
    for check in checks where !check.isSound {
      try console.print("checkpoint   step \(check.step): torn, or not what the trace records")
    }
    try console.print(
      "checkpoints  \(checks.count { $0.isSound }) of \(checks.count) sound")
    if let claimed { try console.print("quality      \(claimed), as claimed") }
    if states {
      for record in records {
        try console.print(
          "\(record.index)\tstep \(record.step)\tloss \(record.meanLoss)\t\(record.stateRoot)")
      }
    }
    try console.json(json(directory, records, checks, claimed))
    return checks.allSatisfy(\.isSound) ? .success : .rejected
  }

  /// The quality in the run's claim, if it was claimed and measured.
  private func claimedQuality(_ directory: RunDirectory) -> Quality? {
    guard FileAccess.exists(directory.claimPath),
      let bytes = try? FileAccess.read(directory.claimPath, limit: Envelope.maximumByteCount)
    else { return nil }
    return try? ProviderClaim.open(bytes).claim.quality
  }

  private struct Check {
    var step: UInt64
    var isSound: Bool
  }

  private func check(_ directory: RunDirectory, _ records: [TraceRecord]) throws -> [Check] {
    let hasher = PolynomialHasher(
      KernelLeafHasher(), secret: try HidingSecret.read(at: secret, for: directory.spec))
    return directory.checkpointSteps().map { step in
      guard let record = directory.segment.record(atStep: step), record < records.count,
        let state = try? directory.checkpoint(step: step)
      else { return Check(step: step, isSound: false) }
      return Check(
        step: step, isSound: state.commitment(hasher).root == records[record].stateRoot)
    }
  }

  private func json(
    _ directory: RunDirectory, _ records: [TraceRecord], _ checks: [Check],
    _ claimed: Quality?
  ) -> JSONValue {
    var members = [
      JSONMember(name: "spec", value: .string(directory.spec.digest.hex)),
      JSONMember(name: "provider", value: .string(directory.provider.keyID)),
      JSONMember(name: "steps", value: .integer(directory.spec.steps)),
      JSONMember(name: "stepsDone", value: .integer(records.last?.step ?? 0)),
      JSONMember(name: "traceSize", value: .integer(records.count)),
      JSONMember(
        name: "traceRoot",
        value: .string(MerkleTree.root(ofLeafHashes: records.map(\.leafHash)).hex)),
      JSONMember(
        name: "checkpoints",
        value: .array(
          checks.map {
            .object(["step": .integer($0.step), "isSound": .bool($0.isSound)] as KeyValuePairs)
          })),
    ]
    if let claimed { members.append(JSONMember(name: "quality", value: claimed.json)) }
    if let last = records.last {
      members.append(JSONMember(name: "stateRoot", value: .string(last.stateRoot.hex)))
    }
    if states {
      members.append(
        JSONMember(
          name: "records",
          value: .array(
            records.map {
              .object(
                [
                  "index": .integer($0.index), "step": .integer($0.step),
                  "stateRoot": .string($0.stateRoot.hex),
                  "meanLoss": $0.meanLoss.isFinite ? .float($0.meanLoss) : .null,
                ] as KeyValuePairs)
            })))
    }
    return .object(members)
  }
}
