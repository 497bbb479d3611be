internal import AssaySpecification
internal import AssayTraining
internal import Harness

/// How fast steps of each template run, and what committing to a state every default interval
/// costs. The table has them beside PyTorch's.
enum TrainingSuite {
  static func make() -> [Suite] { BenchmarkRun.Model.allCases.map(suite) }

  private static func suite(_ model: BenchmarkRun.Model) -> Suite {
    let run = BenchmarkRun(model)
    var suite = Suite(
      "training \(model.rawValue)", unit: "steps/s",
      parameters: [("batch", "\(model.batch)"), ("optimizer", "adamw")])
    for threads in [1, 2] {
      let engine = run.engine(threads: threads)
      suite.add("steps, \(threads) threads", work: Double(model.steps)) {
        run.steps(model.steps, engine)
      }
    }
    let interval = Int(run.spec.interval)
    let engine = run.engine(threads: 2)
    let count = max(interval, model.steps / interval * interval)
    suite.add("committing every \(interval), 2 threads", work: Double(count)) {
      for _ in 0..<count / interval {
        run.steps(interval, engine)
        run.commit(engine)
      }
    }
    return suite
  }
}
