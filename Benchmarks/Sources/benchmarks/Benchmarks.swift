internal import Foundation
internal import Harness

/// Runs the suites that the arguments name, or all of them; or prints the table.
@main struct Benchmarks {
  private static let suites: [(name: String, make: @Sendable () -> [Suite])] = [
    ("commitment", { [CommitmentSuite.make()] }),
    ("matmul", { MatmulSuite.make() }),
    ("integer", { MatmulSuite.makeIntegers() }),
    ("elementwise", { ElementwiseSuite.make() }),
    ("convolution", { ConvolutionSuite.make() }),
    ("training", { TrainingSuite.make() }),
    ("audit", { AuditSuite.make() }),
    ("sequence", { SequenceSuite.make() }),
    ("field", { FieldSuite.make() }),
    ("lookup", { SumcheckSuite.makeLookups() }),
    ("products", { SumcheckSuite.makeProducts() }),
    ("opening", { OpeningSuite.make() }),
    ("delay", { DelaySuite.make() }),
  ]

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "openblas-peer": OpenBLASPeer.run()
    case "table": runTable(Array(arguments.dropFirst()))
    case "proof": runProofs(Array(arguments.dropFirst()))
    case "log": runLog(Array(arguments.dropFirst()))
    default: runSuites(arguments)
    }
  }

  private static func runProofs(_ arguments: [String]) {
    var rest = arguments.filter { $0 != "--json" }
    let asJSON = rest.count < arguments.count
    if rest.count == 2, rest[0] == "--case",
      let entry = ProofCase.all.first(where: { $0.name == rest[1] })
    {
      ProofSuite.run(case: entry, asJSON: asJSON)
      return
    }
    let isQuick = rest.first == "--quick"
    if isQuick { rest.removeFirst() }
    guard rest.isEmpty else {
      let names = ProofCase.all.map { "\"\($0.name)\"" }.joined(separator: ", ")
      fail("expected proof [--quick | --case one of \(names)] [--json]; found \(arguments)")
    }
    ProofSuite.run(isQuick: isQuick, asJSON: asJSON)
  }

  private static func runLog(_ arguments: [String]) {
    var rest = arguments.filter { $0 != "--json" }
    var entries = 1_000_000
    if rest.count == 2, rest[0] == "--entries", let count = Int(rest[1]), count > 0 {
      entries = count
      rest = []
    }
    guard rest.isEmpty else {
      fail("expected log [--entries number] [--json]; found \(arguments)")
    }
    do {
      try LogSuite.run(entries: entries, asJSON: arguments.contains("--json"))
    } catch { fail("\(error)") }
  }

  private static func runSuites(_ arguments: [String]) {
    let names = arguments.filter { $0 != "--json" }
    for name in names where !suites.contains(where: { $0.name == name }) {
      let known = suites.map(\.name).joined(separator: ", ")
      fail("unknown argument '\(name)'; expected table, proof, log, --json or a suite: \(known)")
    }
    let machine = Machine()
    for suite in suites where names.isEmpty || names.contains(suite.name) {
      for part in suite.make() {
        let report = part.run(on: machine)
        print(arguments.contains("--json") ? report.json : report.text)
      }
    }
  }

  /// Prints the table; `--out` also writes it, as text, JSON and a picture.
  private static func runTable(_ arguments: [String]) {
    var rest = arguments
    var out: String?
    if let index = rest.firstIndex(of: "--out"), index + 1 < rest.count {
      out = rest[index + 1]
      rest.removeSubrange(index...index + 1)
    }
    guard rest.allSatisfy({ $0 == "--quick" }) else {
      fail("expected table [--quick] [--out path without ending]; found \(arguments)")
    }
    let table = Table.measured(isQuick: !rest.isEmpty)
    print(table.text, terminator: "")
    guard let out else { return }
    for (ending, contents) in [("txt", table.text), ("json", table.json), ("svg", table.svg)] {
      do {
        try contents.write(toFile: "\(out).\(ending)", atomically: true, encoding: .utf8)
      } catch {
        fail("\(out).\(ending): \(error.localizedDescription)")
      }
    }
  }

  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
    exit(2)
  }
}
