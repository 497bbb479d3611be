internal import AssaySpecification
internal import AssayTraining

/// Guesses, once an interval is known to be false, what was done instead.
///
/// A hypothesis is tested by executing the interval as it says; one that gives the claimed state
/// to the bit explains it. Nothing depends on the outcome, and many cheats fit none.
struct Diagnosis {
  let spec: Spec

  /// A way in which an interval may have been computed wrongly.
  private struct Hypothesis {
    let sentence: String
    var batch: ((UInt64) -> [Int])?
    var scalars: ((UInt64) -> StepScalars)?
  }

  /// What the claimed end is consistent with, if any hypothesis fits.
  func conjecture(
    _ interval: OpenedInterval, _ found: Audit.Execution, _ engine: StepEngine
  ) -> String? {
    if interval.end.contentsRoots == interval.startCommitment.contentsRoots {
      return "consistent with no work: the claimed state is the one before it, unchanged"
    }
    defer {
      engine.batchOverride = nil
      engine.scalarsOverride = nil
    }
    for hypothesis in hypotheses where explains(hypothesis, interval, engine) {
      return "consistent with \(hypothesis.sentence)"
    }
    let differing = zip(interval.end.contentsRoots, found.end.contentsRoots).count { $0 != $1 }
    return differing == 1 && interval.end.contentsRoots.count > 1
      ? "consistent with an alteration after the work: every other tensor is right" : nil
  }

  private func explains(
    _ hypothesis: Hypothesis, _ interval: OpenedInterval, _ engine: StepEngine
  ) -> Bool {
    engine.batchOverride = hypothesis.batch
    engine.scalarsOverride = hypothesis.scalars
    do throws(TrainingError) {
      try engine.load(interval.start)
      _ = try engine.run(steps: interval.steps)
      return try engine.commitment(step: interval.end.step).root == interval.end.root
    } catch {
      return false
    }
  }

  private var hypotheses: [Hypothesis] {
    let order = spec.batchOrder
    let count = spec.data.exampleCount
    let size = UInt64(spec.batchSize)
    let spec = spec
    let sequential = Hypothesis(sentence: "examples taken in their order, not in the spec's") {
      step in
      (0..<size).map { Int(((step &- 1) &* size &+ $0) % UInt64(count)) }
    }
    let late = Hypothesis(sentence: "each step on the batch of the step before it") { step in
      order.batch(step: max(1, step - 1))
    }
    let early = Hypothesis(sentence: "each step on the batch of the step after it") { step in
      order.batch(step: step + 1)
    }
    let factors: [(Float, String)] = [
      (0.1, "a tenth of"), (0.5, "half"), (2, "twice"), (10, "ten times"),
    ]
    return [sequential, late, early]
      + factors.map { factor, name in
        Hypothesis(
          sentence: "\(name) the spec's learning rate",
          scalars: { step in
            var scalars = spec.scalars(step: step)
            scalars.learningRate *= factor
            return scalars
          })
      }
  }
}
