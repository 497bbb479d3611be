import AssaySpecification
import AssayTraining
import AssayVerification
import Testing

@testable import AssayProving

struct ProvingCostTests {
  @Test("a bound on memory gives up the data's code words, and then the proof")
  func bounds() throws {
    let run = try ProvableRun(.perceptron(hidden: [5]), hasMomentum: false)
    let setting = try SpecSettings(spec: run.spec).setting(stepCount: 1)
    let free = try #require(ProvingCost.within(memory: nil, setting))
    #expect(free.keepsDataCode && free == ProvingCost(setting))
    let least = ProvingCost(setting, keepsDataCode: false)
    #expect(!least.keepsDataCode && least.seconds > free.seconds)
    #expect(ProvingCost.within(memory: free.memoryByteCount, setting) == free)
    #expect(ProvingCost.within(memory: least.memoryByteCount - 1, setting)?.keepsDataCode != false)
    #expect(
      ProvingCost.within(
        memory: min(free.memoryByteCount, least.memoryByteCount) - 1, setting) == nil)
  }

  @Test("proofs are the same whether the data's code words are kept or computed again")
  func codeWords() throws {
    let run = try ProvableRun(.lenet, hasMomentum: true)
    let proofs = try [true, false].map { keeps in
      try IntervalProver(
        spec: run.spec, dataset: run.dataset, engine: run.engine(tracing: true),
        keepsDataCode: keeps
      ).prove(1...2, from: .initial(run.spec)).proofs
    }
    #expect(proofs[0] == proofs[1])
  }
}
