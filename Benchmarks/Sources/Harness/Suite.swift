internal import AssayWire

/// Some ways of doing the same work, timed in turns and compared with the first.
///
/// Every turn runs each case once, so that what disturbs the machine disturbs all alike. Figures
/// are work per second, the median over the turns with its median absolute deviation.
public struct Suite {
  private struct Case {
    var name: String
    var work: Double
    var body: () -> Void
  }

  private let name: String
  private let unit: String
  private let parameters: [(name: String, value: String)]
  private var cases: [Case] = []

  /// Starts a suite whose figures have a unit such as `GB/s`.
  public init(_ name: String, unit: String, parameters: [(name: String, value: String)]) {
    self.name = name
    self.unit = unit
    self.parameters = parameters
  }

  /// Adds a case; the first is the baseline of all others.
  ///
  /// - Parameter work: how many units (of which the figure counts those per second) one call does.
  public mutating func add(_ name: String, work: Double, _ body: @escaping () -> Void) {
    cases.append(Case(name: name, work: work, body: body))
  }

  /// Times all cases and prints the figures, as JSON where the arguments contain `--json`.
  ///
  /// - Precondition: the suite has a case.
  public func run(turns: Int = 9, arguments: [String]) {
    precondition(!cases.isEmpty, "a suite without cases")
    let machine = Machine()
    let clock = ContinuousClock()
    var rates = [[Double]](repeating: [], count: cases.count)
    for turn in 0...turns {
      for (index, entry) in cases.enumerated() {
        let duration = clock.measure(entry.body)
        // The first turn warms caches, page tables and thread pools.
        if turn > 0 { rates[index].append(entry.work / (duration / .seconds(1))) }
      }
    }
    let statistics = rates.map(Statistics.init)
    if arguments.contains("--json") {
      let bytes = json(machine: machine, turns: turns, statistics).serialized(pretty: true)
      print(String(decoding: bytes, as: UTF8.self), terminator: "")
    } else {
      printTable(machine: machine, turns: turns, statistics)
    }
  }

  private func printTable(machine: Machine, turns: Int, _ statistics: [Statistics]) {
    print("\(name): \(machine)")
    print(parameters.map { "\($0.name) \($0.value)" }.joined(separator: ", ") + ", \(turns) turns")
    let width = cases.map(\.name.count).max() ?? 0
    for (entry, figure) in zip(cases, statistics) {
      let ratio = figure.median / statistics[0].median
      print(
        entry.name + String(repeating: " ", count: width - entry.name.count),
        "  \(rounded(figure.median)) ± \(rounded(figure.deviation)) \(unit)",
        "  \(rounded(ratio)) × the first")
    }
  }

  private func json(
    machine: Machine, turns: Int, _ statistics: [Statistics]
  ) -> JSONValue {
    .object([
      "suite": .string(name),
      "machine": .object([
        "processor": .string(machine.processor), "cores": .integer(machine.cores),
        "instructionSets": .array(machine.instructionSets.map { .string($0) }),
        "load": .double(machine.load),
      ]),
      "commit": .string(machine.commit),
      "parameters": .object(
        parameters.map { JSONMember(name: $0.name, value: .string($0.value)) }),
      "turns": .integer(turns),
      "unit": .string(unit),
      "cases": .array(
        zip(cases, statistics).map { entry, figure in
          .object([
            "name": .string(entry.name), "median": .double(figure.median),
            "deviation": .double(figure.deviation),
            "ratioToFirst": .double(figure.median / statistics[0].median),
          ])
        }),
    ])
  }

  /// Two places after the point, without the locale.
  private func rounded(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = String(hundredths % 100)
    return "\(hundredths / 100)." + (fraction.count == 1 ? "0" : "") + fraction
  }
}
