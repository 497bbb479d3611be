import AssaySpecification
import AssayTraining
import Testing

@testable import AssayProving

struct ProvingStageTests {
  @Test("each stretch of an interval enters every stage once, in order")
  func order() throws {
    let run = try ProvableRun(.perceptron(hidden: [5]), hasMomentum: false)
    let prover = try IntervalProver(
      spec: run.spec, dataset: run.dataset, engine: run.engine(tracing: true))
    var stages: [ProvingStage] = []
    _ = try prover.prove(1...2, from: .initial(run.spec), entering: { stages.append($0) })
    #expect(stages == ProvingStage.allCases + ProvingStage.allCases)
  }
}
