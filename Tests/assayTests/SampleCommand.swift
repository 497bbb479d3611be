internal import AssayWire

@testable import assay

/// A command with one parameter of every kind, for the tests of the command line itself.
struct SampleCommand: Command {
  enum Order: String, CaseIterable, ArgumentValue { case shuffled, sequential }

  static let description = CommandDescription(
    name: "sample",
    abstract: "Trains something imaginary.",
    discussion: """
      Reads a spec and a data set, and does nothing with them, so that the help of a command with
      a discussion longer than one line can be compared.

      A second paragraph.
      """,
    examples: [
      CommandExample("assay sample spec.json --steps 10", "Ten steps of nothing, quickly done.")
    ])

  @Argument(help: "The spec to read.") var spec: String
  @Argument(help: "More specs.") var second: String?
  @Option("count", in: 1...1000, help: "How many steps to train.") var steps: Int
  @Option("count", in: 0...64, help: "Threads; 0 is one per core.") var threads: Int = 0
  @Option("rate", help: "How far a step goes, which is a number that needs a long explanation.")
  var learningRate: Double = 0.5
  @Option("order", help: "The order of the batches: shuffled or sequential.")
  var order: Order = .shuffled
  @Option("seed", help: "Where random numbers start.") var seed: UInt64?
  @Option("file", help: "A data file.") var data: [String]
  @Flag(help: "Replace what exists.") var force: Bool

  func run(_ console: Console) throws -> ExitCode {
    try console.print("\(steps) steps")
    try console.json(.object(["steps": .integer(steps)]))
    return .success
  }
}
