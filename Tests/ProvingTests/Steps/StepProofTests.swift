import AssayAlgebra
import AssayCircuits
import AssayCommitments
import AssayCryptography
import AssaySpecification
import AssayTestSupport
import AssayTraining
import AssayVerification
import Testing

@testable import AssayProving

struct StepProofTests {
  static let kinds: [(IntegerNetwork.Kind, Bool)] = [
    (.perceptron(hidden: [5]), false), (.perceptron(hidden: [4, 3]), true), (.lenet, true),
  ]

  /// A proof of the first stretch of a run, with all that checks it.
  struct Proved {
    let run: ProvableRun
    let setting: ProofSetting
    let inputs: PublicInputs
    let values: ColumnValues
    let result: StepProver.Result

    init(_ kind: IntegerNetwork.Kind, _ hasMomentum: Bool, proofSteps: Int = 1) throws {
      run = try ProvableRun(kind, hasMomentum: hasMomentum, proofSteps: proofSteps)
      let settings = try SpecSettings(spec: run.spec)
      setting = try settings.setting(stepCount: proofSteps)
      let steps = 1...UInt64(proofSteps)
      inputs = try settings.inputs(steps)
      values = try run.values(setting, from: .initial(run.spec), steps: steps)
      result = try StepProver(setting: setting).prove(
        values: values, inputs: inputs, spec: run.spec.digest, firstStep: 1)
    }

    /// Whether both verifiers accept; they must agree.
    func isAccepted(
      _ proof: [UInt8]? = nil, _ statement: StepStatement? = nil, _ inputs: PublicInputs? = nil
    ) -> Bool {
      refusal(of: proof, statement, inputs) == nil
    }

    /// Why both verifiers refuse; they must agree.
    func refusal(
      of proof: [UInt8]? = nil, _ statement: StepStatement? = nil, _ inputs: PublicInputs? = nil
    ) -> ProofError? {
      let native = verify(GoldilocksExtension.self, proof, statement, inputs)
      let gmp = verify(GMPGoldilocksExtension.self, proof, statement, inputs)
      #expect(native == gmp)
      return native ?? gmp
    }

    private func verify<K: ChallengeField>(
      _ field: K.Type, _ proof: [UInt8]?, _ statement: StepStatement?, _ inputs: PublicInputs?
    ) -> ProofError? {
      do throws(ProofError) {
        try StepVerifier<K>.verify(
          proof ?? result.proof, of: statement ?? result.statement, setting: setting,
          inputs: inputs ?? self.inputs)
        return nil
      } catch {
        return error
      }
    }
  }

  @Test("what the engine computed is proved, and both verifiers accept", arguments: kinds)
  func honest(kind: IntegerNetwork.Kind, hasMomentum: Bool) throws {
    let proved = try Proved(kind, hasMomentum, proofSteps: 2)
    #expect(proved.isAccepted())
    #expect(
      proved.setting.circuit.firstViolation(of: proved.values, inputs: proved.inputs) == nil)
    // The proof's ends are the roots that the engine's own states have.
    let (_, commitments) = try proved.run.states()
    #expect(proved.result.statement.start == commitments[0].polynomialRoot)
    #expect(proved.result.statement.end == commitments[1].polynomialRoot)
  }

  /// Which constraint each kind of lie breaks is for `CheatingProviderTests`; here any element of
  /// any column is changed.
  @Test("a step with any one wrong value is not proved")
  func wrongValues() throws {
    let proved = try Proved(.perceptron(hidden: [5]), true)
    var generator = SeededGenerator()
    let circuit = proved.setting.circuit
    let columns = Oracle.allCases.filter { $0 != .data }.flatMap { oracle in
      circuit.columns(of: oracle).indices.map { ColumnReference(oracle, $0) }
    }
    for _ in 0..<Rounds.of(5) {
      let column = try #require(columns.randomElement(using: &generator))
      var values = proved.values
      let place = Int.random(in: 0..<values[column].count, using: &generator)
      values[column][place] += Int64([-256, -1, 1, 128].randomElement(using: &generator) ?? 1)
      let forged = try StepProver(setting: proved.setting).prove(
        values: values, inputs: proved.inputs, spec: proved.run.spec.digest, firstStep: 1)
      #expect(
        !proved.isAccepted(forged.proof, forged.statement),
        "seed \(generator.seed): \(circuit[column].name)[\(place)]")
    }
  }

  @Test("a proof holds for its own statement, batch and rate alone")
  func otherStatements() throws {
    let proved = try Proved(.perceptron(hidden: [5]), false)
    let honest = proved.result.statement
    let other = SHA256.digest(of: [1])
    func statement(
      spec: Digest? = nil, data: Digest? = nil, start: Digest? = nil, end: Digest? = nil,
      firstStep: UInt64 = 1
    ) -> StepStatement {
      StepStatement(
        spec: spec ?? honest.spec, data: data ?? honest.data, start: start ?? honest.start,
        end: end ?? honest.end, firstStep: firstStep, stepCount: 1)
    }
    #expect(proved.isAccepted(nil, statement()))
    #expect(!proved.isAccepted(nil, statement(spec: other)))
    #expect(!proved.isAccepted(nil, statement(data: other)))
    #expect(!proved.isAccepted(nil, statement(start: other)))
    #expect(!proved.isAccepted(nil, statement(end: other)))
    #expect(!proved.isAccepted(nil, statement(start: honest.end, end: honest.start)))
    #expect(!proved.isAccepted(nil, statement(firstStep: 2)))
    var batches = proved.inputs.batches
    batches[0].swapAt(0, 1)
    #expect(
      !proved.isAccepted(nil, nil, PublicInputs(rates: proved.inputs.rates, batches: batches)))
    #expect(
      !proved.isAccepted(
        nil, nil,
        PublicInputs(rates: proved.inputs.rates.map { $0 + 1 }, batches: proved.inputs.batches)))
  }

  @Test("a proof with any bit flipped, a part cut off or added is refused")
  func alteredBytes() throws {
    let proved = try Proved(.perceptron(hidden: [3]), false)
    var generator = SeededGenerator()
    let proof = proved.result.proof
    for _ in 0..<40 {
      var altered = proof
      let bit = Int.random(in: 0..<8 * proof.count, using: &generator)
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!proved.isAccepted(altered), "seed \(generator.seed): bit \(bit)")
    }
    for count in [0, 1, 32, proof.count / 2, proof.count - 1] {
      #expect(!proved.isAccepted(Array(proof.prefix(count))), "\(count) bytes")
    }
    #expect(!proved.isAccepted(proof + [0]))
    for _ in 0..<20 {
      let edited = Mutations.edit(proof, with: &generator)
      if edited != proof { #expect(!proved.isAccepted(edited), "seed \(generator.seed)") }
    }
  }
}
