internal import AssayAccounting
internal import AssayAdversaries
internal import AssayAuditing
internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayFiles
internal import AssayReports
internal import AssaySettlement
internal import AssaySpecification
internal import AssayTensors
internal import AssayProving
internal import AssayTraining
internal import AssayWire
internal import Foundation

/// `assay demo`: the whole way of a job, for one honest provider and for every kind of cheat.
struct DemoCommand: Command {
  static let description = CommandDescription(
    name: "demo",
    abstract: "Watch jobs being paid or slashed: one honest provider, and every kind of cheat.",
    discussion: """
      Everything is real: the model is trained, states are hashed, the draw is made from fresh
      randomness after the claim is in the log, drawn intervals are executed again, and money moves
      in a settlement database. Only the clock of the market is moved forward by hand, so that
      nobody waits for a challenge window.

      A cheat in few intervals may pass a draw: the probability is printed beside the outcome. The
      last scene is about work that is proved, where no draw decides: one job is paid on proofs, of
      a cheat's interval no proof can be made, and a forged one moves no money, whoever signs for
      it.
      """,
    examples: [
      CommandExample("assay demo", "Runs in a new folder, assay-demo, and writes a report there.")
    ])

  @Option("folder", help: "A new folder; assay-demo, or the first free name after it, if left out.")
  var out: String?
  @Option("steps", in: 100...1_000_000, help: "Steps of training, in 100 intervals.")
  var steps: Int = 2000
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let folder =
      out ?? (FileAccess.exists("assay-demo") ? FileAccess.freeName("assay-demo") : "assay-demo")
    guard !FileAccess.exists(folder) else { throw FileAccess.alreadyExists(folder) }
    try FileAccess.makeFolder(folder)
    let began = console.elapsed()
    var demo = try Demonstration(
      folder: folder, steps: steps, backend: try options.backend(),
      hasher: PolynomialHasher(KernelLeafHasher(threads: options.threads)),
      console: console)
    try demo.introduce()
    try demo.runHonestJob()
    try demo.runPoorJob()
    try demo.runDeviceJob()
    try demo.runCheats()
    try demo.runTargetedCheats()
    try demo.runProvedJobs()
    return try demo.finish(seconds: console.elapsed() - began)
  }
}
