internal import Foundation
internal import Harness

/// Runs the suites that the arguments name, or all of them.
@main struct Benchmarks {
  private static let suites: [(name: String, make: @Sendable () -> [Suite])] = [
    ("commitment", { [CommitmentSuite.make()] }),
    ("matmul", { MatmulSuite.make() }),
    ("elementwise", { ElementwiseSuite.make() }),
    ("convolution", { ConvolutionSuite.make() }),
    ("training", { TrainingSuite.make() }),
    ("audit", { AuditSuite.make() }),
    ("sequence", { SequenceSuite.make() }),
  ]

  static func main() {
    var names: [String] = []
    var printsJSON = false
    for argument in CommandLine.arguments.dropFirst() {
      if argument == "--json" {
        printsJSON = true
      } else if suites.contains(where: { $0.name == argument }) {
        names.append(argument)
      } else {
        let known = suites.map(\.name).joined(separator: ", ")
        let message = "unknown argument '\(argument)'; expected --json or a suite: \(known)\n"
        FileHandle.standardError.write(Data(message.utf8))
        exit(2)
      }
    }
    let machine = Machine()
    for suite in suites where names.isEmpty || names.contains(suite.name) {
      for part in suite.make() {
        let report = part.run(on: machine)
        print(printsJSON ? report.json : report.text)
      }
    }
  }
}
