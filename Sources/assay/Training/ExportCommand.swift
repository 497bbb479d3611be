internal import AssayCryptography
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// `assay export`: writes a run's model as one file of weights.
struct ExportCommand: Command {
  static let description = CommandDescription(
    name: "export",
    abstract: "Write a run's model as a safetensors file of its weights alone.",
    discussion: """
      What the optimiser keeps and moving averages are left out; frozen tensors are there, and
      low-rank adapters are merged into the weights beside which they stand. The file is for use, in
      PyTorch for example, or to start another spec from (--weights); claims and audits are about
      the checkpoints.
      """,
    examples: [
      CommandExample("assay export run --out model.safetensors", "Writes the last stored state.")
    ])

  @Argument(help: "The run folder.") var run: String
  @Option("file", help: "Where to write the weights.") var out: String
  @Option("step", in: 0...1 << 40, help: "Take the state after this step.") var step: UInt64?
  @Flag(help: "Replace an existing file.") var force: Bool

  func run(_ console: Console) throws -> ExitCode {
    let directory = try RunDirectory.open(run)
    let chosen = try directory.storedStep(step)
    let bytes = try directory.checkpoint(step: chosen).exported(
      directory.spec, weights: directory.weights())
    let file = try WeightsFile(bytes)
    try FileAccess.write(bytes, to: out, replacing: force)
    let merged = directory.spec.model.mergeableAdapters.count
    try console.print("weights      \(out), \(Quantity.bytes(bytes.count))")
    try console.print("SHA-256      \(file.digest)")
    try console.print("step         \(chosen)")
    try console.print(
      "tensors      \(file.tensors.count)" + (merged == 0 ? "" : ", adapters of \(merged) merged"))
    try console.json(
      .object([
        "weights": .string(out), "digest": .string(file.digest.hex), "step": .integer(chosen),
        "tensors": .integer(file.tensors.count), "mergedAdapters": .integer(merged),
      ]))
    return .success
  }
}
