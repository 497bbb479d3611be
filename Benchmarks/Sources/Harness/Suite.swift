/// Some ways of doing the same work, timed in turns and compared with the first.
///
/// Every turn runs each case once, so that what disturbs the machine disturbs all alike.
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

  /// Times all cases, after one turn that warms caches, page tables and thread pools.
  ///
  /// - Precondition: the suite has a case, and there is at least one turn.
  public func run(on machine: Machine, turns: Int = 9) -> Report {
    precondition(!cases.isEmpty && turns > 0, "nothing to measure")
    let clock = ContinuousClock()
    var rates = [[Double]](repeating: [], count: cases.count)
    for turn in 0...turns {
      for (index, entry) in cases.enumerated() {
        let duration = clock.measure(entry.body)
        if turn > 0 { rates[index].append(entry.work / (duration / .seconds(1))) }
      }
    }
    return Report(
      suite: name, machine: machine, unit: unit, parameters: parameters, turns: turns,
      figures: zip(cases, rates).map { ($0.name, Statistics($1)) })
  }
}
