internal import AssayWire

/// The figures of a suite: work per second, the median over the turns with its median absolute
/// deviation, the best turn, and the ratio of the best turns to that of the first case.
public struct Report {
  let suite: String
  let machine: Machine
  let unit: String
  let parameters: [(name: String, value: String)]
  let turns: Int
  let figures: [(name: String, statistics: Statistics)]

  /// A table for people.
  public var text: String {
    let width = figures.map(\.name.count).max() ?? 0
    let rows = figures.map { name, figure in
      name + String(repeating: " ", count: width - name.count)
        + "  \(rounded(figure.median)) ± \(rounded(figure.deviation)) \(unit)"
        + "  best \(rounded(figure.best))"
        + "  \(rounded(ratio(figure))) × the first"
    }
    let setting = parameters.map { "\($0.name) \($0.value)" } + ["\(turns) turns"]
    return (["\(suite): \(machine)", setting.joined(separator: ", ")] + rows)
      .joined(separator: "\n")
  }

  /// The same as one line of JSON.
  public var json: String {
    let value = JSONValue.object([
      "suite": .string(suite),
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
        figures.map { name, figure in
          .object([
            "name": .string(name), "median": .double(figure.median),
            "deviation": .double(figure.deviation), "best": .double(figure.best),
            "ratioToFirst": .double(ratio(figure)),
          ])
        }),
    ])
    return String(decoding: value.serialized(), as: UTF8.self)
  }

  private func ratio(_ figure: Statistics) -> Double {
    figure.best / (figures.first?.statistics.best ?? figure.best)
  }

  /// Two places after the point, without the locale.
  private func rounded(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = String(hundredths % 100)
    return "\(hundredths / 100)." + (fraction.count == 1 ? "0" : "") + fraction
  }
}
