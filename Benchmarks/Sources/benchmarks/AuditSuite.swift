internal import AssayMerkle
internal import AssaySpecification
internal import AssayTraining
internal import Harness

/// What auditing an interval costs beside training and committing to it: a start state is hashed,
/// loaded and trained on, and its end is hashed.
enum AuditSuite {
  static func make() -> [Suite] {
    let count = 20
    let run = BenchmarkRun(.smallPerceptron)
    let hasher = KernelLeafHasher(threads: 2)
    let engine = run.engine(threads: 2)
    let start = run.initialState
    let startBytes = start.safetensors
    let startRoot = start.commitment(hasher).root
    var suite = Suite(
      "audit", unit: "intervals/s",
      parameters: [("interval", "\(run.spec.interval) steps of 784-128-10, batch 64")])
    suite.add("train and commit", work: Double(count)) {
      for _ in 0..<count {
        run.steps(Int(run.spec.interval), engine)
        run.commit(engine)
      }
    }
    suite.add("read, check, execute again, compare", work: Double(count)) {
      for _ in 0..<count {
        do {
          let state = try ModelState(safetensors: startBytes, step: 0, layout: run.spec.stateLayout)
          precondition(state.commitment(hasher).root == startRoot)
          try engine.load(state)
        } catch {
          preconditionFailure("\(error)")
        }
        run.steps(Int(run.spec.interval), engine)
        run.commit(engine)
      }
    }
    return [suite]
  }
}
