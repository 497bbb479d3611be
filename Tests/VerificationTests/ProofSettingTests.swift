import AssayAlgebra
import AssayCommitments
import AssayCryptography
import Testing

@testable import AssayCircuits
@testable import AssaySpecification
@testable import AssayVerification

struct ProofSettingTests {
  /// A perceptron of 16 inputs, 4 hidden units and 3 classes on batches of 2.
  static func circuit(stepCount: Int, momentum: Bool = false) throws -> Circuit {
    func layer(_ place: Int, _ inputs: Int, _ outputs: Int) -> IntegerLayer {
      IntegerLayer(
        weightName: "w\(place)", velocityName: momentum ? "v\(place)" : nil,
        product: .linear(inputs: inputs, outputs: outputs), elementType: .int64,
        poolsOutput: false, weightFractionBits: 12, forwardShift: place == 0 ? 7 : nil,
        gradientShift: place == 0 ? nil : 6,
        bounds: IntegerBounds(
          product: 1 << 20, inputGradient: 1 << 20, weightGradient: 1 << 20, weight: 1 << 30,
          velocity: momentum ? 1 << 26 : nil))
    }
    let step = IntegerStep(
      batchSize: 2, featureCount: 16, layers: [layer(0, 16, 4), layer(1, 4, 3)],
      loss: IntegerLoss(
        classCount: 3, shift: 3, probabilityBits: 7, table: IntegerLoss.exponentials),
      update: momentum ? .momentum(decayShift: 3) : .sgd, rates: [IntegerRate(from: 1, rate: 4)])
    return try Circuit(step: step, exampleCount: 10, stepCount: stepCount)
  }

  static func setting(stepCount: Int = 1) throws -> ProofSetting {
    let circuit = try circuit(stepCount: stepCount)
    return try ProofSetting(circuit: circuit, rows: ProofSetting.rows(for: circuit))
  }

  @Test("a setting aims at 100 bits and counts at least as many", arguments: [1, 3])
  func security(stepCount: Int) throws {
    let report = try Self.setting(stepCount: stepCount).security
    #expect(report.bits >= 100)
    #expect(report.terms.count > 6)
    #expect(report.terms.allSatisfy { $0.bound <= report.total })
  }

  @Test("fewer than 80 bits are refused, whoever asks for them")
  func weak() throws {
    let circuit = try Self.circuit(stepCount: 1)
    let rows = try ProofSetting.rows(for: circuit)
    let least = try ProofSetting(circuit: circuit, rows: rows, securityBits: 80)
    #expect((80..<100).contains(least.security.bits))
    let error = #expect(throws: ProofError.self) {
      try ProofSetting(circuit: circuit, rows: rows, securityBits: 70)
    }
    guard case .security(70..<80, required: 80)? = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
  }

  @Test("a part that cannot err has no term")
  func noTerm() throws {
    let layer = IntegerLayer(
      weightName: "w", velocityName: nil, product: .linear(inputs: 1, outputs: 1),
      elementType: .int64, poolsOutput: false, weightFractionBits: 8, forwardShift: nil,
      gradientShift: nil,
      bounds: IntegerBounds(
        product: 1 << 20, inputGradient: nil, weightGradient: 1 << 20, weight: 1 << 24,
        velocity: nil))
    let step = IntegerStep(
      batchSize: 1, featureCount: 1, layers: [layer],
      loss: IntegerLoss(classCount: 1, shift: 3, table: IntegerLoss.exponentials), update: .sgd,
      rates: [IntegerRate(from: 1, rate: 4)])
    let circuit = try Circuit(step: step, exampleCount: 10, stepCount: 1)
    let setting = try ProofSetting(circuit: circuit, rows: ProofSetting.rows(for: circuit))
    // Relations at a single index hold there or nowhere: no point is drawn.
    #expect(!setting.security.terms.contains { $0.name.hasPrefix("relations") })
    #expect(setting.security.bits >= 100)
  }

  @Test("five challenges belong to the lookups")
  func lookupChallenges() async {
    await #expect(processExitsWith: .failure) {
      let setting = try Self.setting()
      _ = LookupClaims<GoldilocksExtension>(
        circuit: setting.circuit, layouts: setting.layouts,
        challenges: Array(repeating: .one, count: 6))
    }
  }

  @Test("states and data lie in rows of one length, however many steps a proof covers")
  func rows() throws {
    let planned = try Self.circuit(stepCount: 4)
    let rows = try ProofSetting.rows(for: planned)
    let full = try ProofSetting(circuit: planned, rows: rows)
    let rest = try ProofSetting(circuit: try Self.circuit(stepCount: 1), rows: rows)
    #expect(
      full.parameters.rowCodes.map { [$0.rowBits, $0.rateBits] }
        == rest.parameters.rowCodes.map { [$0.rowBits, $0.rateBits] })
    #expect(full.layouts[.start].digest == rest.layouts[.start].digest)
    #expect(full.layouts[.data].digest == rest.layouts[.data].digest)
    // Both ends of an interval are of one kind: their roots are comparable.
    #expect(full.layouts[.start].digest == full.layouts[.end].digest)
  }

  @Test("every public input is part of what the first challenge depends on")
  func context() throws {
    let setting = try Self.setting()
    let digests = (0..<5).map { SHA256.digest(of: [UInt8($0)]) }
    func statement(
      _ order: [Int] = [0, 1, 2, 3], firstStep: UInt64 = 1, stepCount: Int = 1
    ) -> StepStatement {
      StepStatement(
        spec: digests[order[0]], data: digests[order[1]], start: digests[order[2]],
        end: digests[order[3]], firstStep: firstStep, stepCount: stepCount)
    }
    let honest = statement().context(setting)
    for place in 0..<4 {
      var order = [0, 1, 2, 3]
      order[place] = 4
      #expect(statement(order).context(setting) != honest, "digest \(place)")
    }
    #expect(statement([0, 1, 3, 2]).context(setting) != honest)
    #expect(statement(firstStep: 2).context(setting) != honest)
    #expect(statement(stepCount: 2).context(setting) != honest)
    #expect(statement().context(try Self.setting(stepCount: 2)) != honest)
  }

  @Test("no bytes make the verifier trap, and none but a proof are accepted")
  func junk() throws {
    let setting = try Self.setting()
    let statement = StepStatement(
      spec: .zero, data: .zero, start: .zero, end: .zero, firstStep: 1, stepCount: 1)
    let inputs = PublicInputs(rates: [4], batches: [[0, 1]])
    for count in [0, 1, 31, 32, 33, 64, 1000, 100_000] {
      for byte in [0, 1, 0x7f, 0xff] as [UInt8] {
        let bytes = [UInt8](repeating: byte, count: count)
        #expect(throws: ProofError.self) {
          try StepVerifier<GMPGoldilocksExtension>.verify(
            bytes, of: statement, setting: setting, inputs: inputs)
        }
      }
    }
  }
}
