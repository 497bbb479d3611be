import AssaySpecification
import AssayVerification
import Testing

@testable import AssayCircuits
@testable import AssayProving

struct ProvingCostTests {
  private func setting(_ kind: IntegerNetwork.Kind, openings: Int = 0) throws -> ProofSetting {
    let run = try ProvableRun(kind, hasMomentum: false, openings: openings)
    return try SpecSettings(spec: run.spec).setting(stepCount: 1)
  }

  @Test("few code words of data stay in memory, where no file spares anything")
  func fewData() throws {
    let setting = try setting(.perceptron(hidden: [5]))
    let cost = ProvingCost(setting)
    #expect(cost.dataCodeByteCount == 0)
    #expect(cost == ProvingCost(setting, storesDataCode: false))
  }

  @Test("code words of many data take a file, or the time to compute them for each proof")
  func manyData() throws {
    let circuit = try Circuit(
      step: try #require(try ProvableRun(.lenet, hasMomentum: false).spec.integerStep),
      exampleCount: 200_000, stepCount: 1)
    let setting = try ProofSetting(circuit: circuit, rows: ProofSetting.rows(for: circuit))
    let stored = ProvingCost(setting)
    let computed = ProvingCost(setting, storesDataCode: false)
    // Each of 200,000 · 147 values at the rate ½ or less, 8 bytes each.
    #expect(stored.dataCodeByteCount >= 200_000 * 147 * 2 * 8)
    #expect(computed.dataCodeByteCount == 0)
    #expect(stored.seconds < computed.seconds)
    #expect(stored.memoryByteCount == computed.memoryByteCount)
  }

  @Test("hiding costs time and memory")
  func hiding() throws {
    let open = ProvingCost(try setting(.perceptron(hidden: [5])))
    let hidden = ProvingCost(try setting(.perceptron(hidden: [5]), openings: 2))
    #expect(hidden.seconds > open.seconds)
    #expect(hidden.memoryByteCount > open.memoryByteCount)
  }
}
