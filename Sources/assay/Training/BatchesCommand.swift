internal import AssayFiles
internal import AssaySpecification
internal import AssayWire

/// `assay spec batches`: which examples each step trains on.
struct BatchesCommand: Command {
  static let description = CommandDescription(
    name: "batches",
    abstract: "Print which examples some steps train on.",
    discussion: """
      Batches follow from the spec's seed alone; any step's batch is computed by itself. Other
      programs can train on the same batches with the JSON that --json prints.
      """,
    examples: [
      CommandExample("assay spec batches spec.json --from 1 --count 3", "The first three batches.")
    ])

  @Argument(help: "The spec.") var spec: String
  @Option("step", in: 1...1 << 40, help: "The first step.") var from: UInt64 = 1
  @Option("count", in: 1...100_000, help: "How many steps.") var count: UInt64 = 1

  func run(_ console: Console) throws -> ExitCode {
    let spec = try InputFiles.spec(self.spec)
    guard from + count - 1 <= spec.steps else {
      throw UsageError(
        "The spec has \(spec.steps) steps.", hint: "Ask for --from and --count within them.")
    }
    let order = spec.batchOrder
    let batches = (from..<from + count).map { ($0, order.batch(step: $0)) }
    for (step, batch) in batches {
      try console.print("\(step)\t\(batch.map(String.init).joined(separator: " "))")
    }
    try console.json(
      .object([
        "first": .integer(from),
        "batches": .array(batches.map { .array($0.1.map { .integer($0) }) }),
        "learningRates": .array(
          batches.map { .float(spec.schedule.learningRate(step: $0.0, of: spec.steps)) }),
      ]))
    return .success
  }
}
