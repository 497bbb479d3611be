internal import AssayCryptography
internal import AssayFiles
internal import AssayTolerance
internal import AssayWire

extension Distance: ArgumentValue {}

/// Which intervals are looked at, as three options.
struct SelectionOptions: OptionGroup {
  @Option("count", in: 1...TraceManifest.checkpointLimit, help: "Draw so many intervals.")
  var draw: Int?
  @Flag(help: "Take every interval.") var every: Bool
  @Option(
    "count", in: 1...TraceManifest.checkpointLimit,
    help: "Take the so many largest updates, which a provider can foresee.")
  var largest: Int?

  func selection() throws(UsageError) -> TolerancePolicy.Selection {
    switch (draw, every, largest) {
    case (let count?, false, nil): .drawn(count)
    case (nil, true, nil): .every
    case (nil, false, let count?): .largest(count)
    default:
      throw UsageError(
        "Say which intervals to execute again.",
        hint: "Give one of --draw COUNT, --every and --largest COUNT.")
    }
  }
}

/// `assay tolerance policy`: declares what is near enough, before anything is looked at.
struct TolerancePolicyCommand: Command {
  static let description = CommandDescription(
    name: "policy",
    abstract: "Declare distances and thresholds from two honest runs.",
    discussion: """
      Two honest runs of the same training from different seeds end in different weights. Their
      distance is the reference (d_ref in the papers): what training the model again comes to. An
      interval is accepted when the claimed and the executed end are within a fraction of it, the
      threshold, in every distance and in every group of tensors (the model, the optimiser, …).

      The runs are trace folders: recorded or imported, by whoever verifies. Choose the threshold
      above what an honest re-run of one interval on your machines measures, and not further: all
      that lies within it is accepted.

      With --first-state training must start from the state in that file, which the step function's
      program wrote before any training; else a provider may start from anybody's model.

      A policy refuses to count an interval whose start already lies within the tolerance of its
      end, because it shows nothing; --admit-uninformative takes it as the papers do.
      """,
    examples: [
      CommandExample(
        "assay tolerance policy run-a run-b --threshold 0.01 --draw 4 --out policy.json",
        "A hundredth of the reference, four drawn intervals."),
      CommandExample(
        "assay tolerance policy run-a run-b --distance l2 --ignore optimizer --threshold 0.05 "
          + "--largest 2 --admit-uninformative",
        "What the published code does: weights only, the largest updates."),
    ])

  @Argument(help: "The folder of an honest run.") var first: String
  @Argument(help: "The folder of another one, from another seed.") var second: String
  @Option("fraction", in: 0...1e6, help: "The fraction of the reference that is accepted.")
  var threshold: Double
  @Option("distance", help: "l1, l2, linf or cosine; all four if left out.")
  var distance: [Distance]
  @Option("group", help: "A group of tensors that is left to the provider.") var ignore: [String]
  @Option("file", help: "The state that training starts from, as safetensors.")
  var firstState: String?
  @Flag(help: "Count intervals whose start lies within the tolerance of their end.")
  var admitUninformative: Bool
  @Option("file", help: "Where to write the policy.") var out: String = "policy.json"
  var options = SelectionOptions()

  func run(_ console: Console) throws -> ExitCode {
    let selection = try options.selection()
    let policy = try TolerancePolicy.from(
      try last(of: first), try last(of: second),
      distances: distance.isEmpty ? Distance.allCases : distance, threshold: threshold,
      ignored: ignore, selection: selection, admitsUninformative: admitUninformative,
      firstState: try firstState.map { path in
        try TracedState(
          safetensors: FileAccess.read(path, limit: ToleranceTrace.checkpointByteLimit),
          file: path
        ).identity
      })
    try FileAccess.write(policy.json.serialized(pretty: true), to: out)
    try console.print("class        TOLERANCE")
    for bound in policy.bounds {
      try console.print(
        "accepted     \(bound.distance.rawValue) of \(AuditText.printable(bound.group)) up to "
          + "\(bound.threshold) of \(bound.reference)")
    }
    try console.print("first state  \(policy.firstState?.hex ?? "any")")
    for group in policy.ignored {
      try console.print("ignored      \(AuditText.printable(group))")
    }
    try console.print("policy       \(out)")
    try console.json(
      .object([
        "file": .string(out), "digest": .string(policy.digest.hex), "policy": policy.json,
      ]))
    return .success
  }

  private func last(of folder: String) throws -> TracedState {
    let trace = try ToleranceTrace(opening: folder)
    return try trace.state(ofRecord: trace.intervalCount)
  }
}
