internal import AssaySpecification
internal import AssayTraining
internal import Foundation
internal import Harness

/// The figures that Assay is to be judged by, each with its goal.
struct Table {
  let machine: Machine
  let isQuick: Bool
  var rows: [TableRow] = []
  /// What rows were made from.
  var details: [(section: String, comparisons: [Comparison])] = []
  /// The peers that were asked, with the reason where one is absent.
  var peers: [(name: String, absence: String?)] = []

  /// How many times as fast as PyTorch the steps of each model should be, and could be.
  static let goals: [BenchmarkRun.Model: (goal: Double, stretch: Double)] = [
    .largePerceptron: (2, 2.5), .lenet: (1.3, 2), .resnet20: (1.3, 2), .gpt: (1.3, 1.8),
  ]

  /// Measures everything: some minutes, or with `isQuick` about one, more roughly.
  static func measured(isQuick: Bool) -> Table {
    var table = Table(machine: Machine(), isQuick: isQuick)
    let openBLAS = Peer("OpenBLAS", [CommandLine.arguments[0], "openblas-peer"])
    let pyTorch = Peer("PyTorch", ["python3", "Benchmarks/pytorch/peer.py"])
    table.compareModels(pyTorch)
    table.compareProducts([openBLAS, pyTorch])
    table.compareElements(pyTorch)
    table.compareConvolutions(pyTorch)
    table.measureCommitment()
    table.peers = [openBLAS, pyTorch].map { ($0.name, $0.absence) }
    return table
  }

  private func comparer(_ peers: [Peer], turns: Int) -> Comparer {
    Comparer(peers: peers, turns: isQuick ? 3 : turns, cores: machine.cores)
  }

  private func budget(_ seconds: Double) -> Double { isQuick ? seconds / 4 : seconds }

  private mutating func compareModels(_ peer: Peer) {
    say("training steps")
    let found = comparer([peer], turns: 7)
      .compare(BenchmarkRun.Model.allCases.map(Work.training), threads: 0, budget: budget(0.5))
    for comparison in found {
      guard case .training(let model) = comparison.work else { continue }
      let (goal, stretch) = Self.goals[model].map { ($0, $1) } ?? (nil, nil)
      rows.append(row("training", comparison, goal: goal, stretch: stretch))
    }
  }

  private mutating func compareProducts(_ peers: [Peer]) {
    for threads in machine.cores > 1 ? [1, machine.cores] : [1] {
      let count = threads == 1 ? "1 thread" : "\(threads) threads"
      let section = "matrix products, \(count)"
      say(section)
      let found = comparer(peers, turns: 9)
        .compare(ModelWork.products, threads: threads, budget: budget(0.02))
      details.append((section, found))
      let ratios = found.compactMap(\.ratio)
      let mean =
        ratios.isEmpty ? nil : exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
      rows.append(
        TableRow(
          section: "matrix products", name: "geometric mean of \(found.count), \(count)",
          figure: .ratio, value: mean, goal: 1, stretch: 1.05))
      let worst = found.min { ($0.ratio ?? .infinity) < ($1.ratio ?? .infinity) }
      if let worst, worst.ratio != nil {
        rows.append(
          row(
            "matrix products", worst, name: "the worst, \(worst.work.name), \(count)",
            goal: 0.9))
      }
    }
    say("other matrix products")
    let others =
      [16, 32, 48, 64, 96, 100, 128, 256, 512, 1024, 2048]
      .map { MatmulSuite.Product(m: $0, n: $0, k: $0) }
      + MatmulSuite.layers + [MatmulSuite.Product(m: 128, n: 1, k: 64, transposeB: true)]
    let work = others.map(Work.product).filter { !ModelWork.products.contains($0) }
    details.append(
      (
        "other matrix products, 1 thread",
        comparer(peers, turns: 5).compare(work, threads: 1, budget: budget(0.02))
      ))
  }

  private mutating func compareElements(_ peer: Peer) {
    say("element-wise operators")
    let work = [(1 << 16, 256), (1 << 24, 4096)].flatMap { count, columns in
      Work.ElementOperator.allCases.map { Work.elements($0, count: count, columns: columns) }
    }
    let found = comparer([peer], turns: 9).compare(work, threads: 0, budget: budget(0.05))
    for comparison in found {
      rows.append(row("element-wise operators", comparison, goal: 1, stretch: 3))
    }
  }

  private mutating func compareConvolutions(_ peer: Peer) {
    for threads in machine.cores > 1 ? [1, machine.cores] : [1] {
      let section = "convolutions, \(threads) thread\(threads == 1 ? "" : "s")"
      say(section)
      let found = comparer([peer], turns: 5)
        .compare(ModelWork.convolutions, threads: threads, budget: budget(0.05))
      details.append((section, found))
    }
  }

  private mutating func measureCommitment() {
    say("commitment")
    for (model, limit) in [(BenchmarkRun.Model.largePerceptron, 100.0), (.gpt, 10)] {
      let run = BenchmarkRun(model)
      let interval = Double(run.spec.interval)
      let engine = run.engine(threads: machine.cores)
      var steps: [Double] = []
      var commitments: [Double] = []
      for _ in 0..<(isQuick ? 3 : 7) {
        steps.append(secondsPerCall(budget: budget(0.5)) { run.steps(1, engine) })
        commitments.append(secondsPerCall(budget: budget(0.3)) { run.commit(engine) })
      }
      let commitment = Statistics(commitments).median
      rows.append(
        TableRow(
          section: "commitment", name: "\(model.rawValue), share of training", figure: .share,
          value: commitment / (interval * Statistics(steps).median), goal: 0.02, stretch: 0.01,
          own: "\(decimal(1000 * commitment, 1)) ms"))
      rows.append(
        TableRow(
          section: "commitment", name: "\(model.rawValue), steps between two", figure: .steps,
          value: interval, goal: limit))
    }
    rows.append(
      TableRow(
        section: "commitment", name: "hashing, 1 thread", figure: .rate,
        value: CommitmentSuite.rate(turns: isQuick ? 3 : 9), goal: 3.5))
  }

  private func row(
    _ section: String, _ comparison: Comparison, name: String? = nil, goal: Double? = nil,
    stretch: Double? = nil
  ) -> TableRow {
    let unit = comparison.work.unit.name
    return TableRow(
      section: section, name: name ?? comparison.work.name, figure: .ratio,
      value: comparison.ratio, goal: goal, stretch: stretch,
      own: "\(brief(comparison.rate(comparison.own))) \(unit)",
      other: comparison.best.map {
        "\(brief(comparison.rate($0.seconds))) \(unit), \($0.name), \($0.setting)"
      } ?? "")
  }

  private func say(_ what: String) {
    FileHandle.standardError.write(Data("measuring \(what)\n".utf8))
  }
}
