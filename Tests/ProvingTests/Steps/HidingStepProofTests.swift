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

struct HidingStepProofTests {
  /// What proofs of a run's first step are made from and checked with.
  struct Material {
    let run: ProvableRun
    let setting: ProofSetting
    let inputs: PublicInputs
    let values: ColumnValues

    init(_ kind: IntegerNetwork.Kind, _ hasMomentum: Bool) throws {
      run = try ProvableRun(kind, hasMomentum: hasMomentum)
      let circuit = try Circuit(spec: run.spec, stepCount: 1)
      setting = try ProofSetting(
        circuit: circuit, rows: ProofSetting.rows(for: circuit, hiddenOpenings: 2),
        hiddenOpenings: 2)
      inputs = try SpecSettings(spec: run.spec).inputs(1...1)
      values = try run.values(setting, from: .initial(run.spec), steps: 1...1)
    }

    /// A proof whose randomness follows from a seed.
    func prove(_ seed: UInt64, values: ColumnValues? = nil) throws(ProofError)
      -> StepProver.Result
    {
      func key(_ name: String) -> Digest {
        SHA256.digest(domain: name, [K(Int64(seed)).canonicalBytes])
      }
      return try StepProver(setting: setting).prove(
        values: values ?? self.values, inputs: inputs, spec: run.spec.digest, firstStep: 1,
        hiding: HidingKeys(
          data: key("data"), start: key("start"), end: key("end"), secret: key("secret")))
    }

    /// Why a proof is refused; both arithmetics must agree.
    func refusal(of proof: [UInt8], _ statement: StepStatement) -> ProofError? {
      let native = verify(GoldilocksExtension.self, proof, statement)
      let gmp = verify(GMPGoldilocksExtension.self, proof, statement)
      #expect(native == gmp)
      return native ?? gmp
    }

    private func verify<V: ChallengeField>(
      _ field: V.Type, _ proof: [UInt8], _ statement: StepStatement
    ) -> ProofError? {
      do throws(ProofError) {
        try StepVerifier<V>.verify(proof, of: statement, setting: setting, inputs: inputs)
        return nil
      } catch {
        return error
      }
    }
  }

  typealias K = GoldilocksExtension

  @Test(arguments: StepProofTests.kinds)
  func honestProofsAreAccepted(_ kind: IntegerNetwork.Kind, _ hasMomentum: Bool) throws {
    let material = try Material(kind, hasMomentum)
    #expect(material.setting.security.bits >= 100)
    let result = try material.prove(1)
    #expect(material.refusal(of: result.proof, result.statement) == nil)
  }

  @Test func theSameSeedGivesTheSameBytesAndAnotherOneOthers() throws {
    let material = try Material(.perceptron(hidden: [4, 3]), true)
    let first = try material.prove(1)
    #expect(try material.prove(1).proof == first.proof)
    let second = try material.prove(2)
    #expect(second.proof != first.proof)
    #expect(second.statement.end != first.statement.end)
    #expect(second.statement.data != first.statement.data)
  }

  @Test func alteredProofsAreRefused() throws {
    let material = try Material(.perceptron(hidden: [4]), true)
    let result = try material.prove(3)
    var generator = SeededGenerator()
    for _ in 0..<300 {
      var proof = result.proof
      let index = Int.random(in: 0..<proof.count, using: &generator)
      proof[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      #expect(
        material.refusal(of: proof, result.statement) != nil,
        "byte \(index), seed \(generator.seed)")
    }
    #expect(material.refusal(of: result.proof.dropLast(), result.statement) != nil)
    #expect(material.refusal(of: result.proof + [0], result.statement) != nil)
  }

  /// A wrong value anywhere leads to a proof that is refused, or to none.
  @Test func wrongWitnessesAreRefused() throws {
    let material = try Material(.perceptron(hidden: [4, 3]), true)
    var generator = SeededGenerator()
    for oracle in Oracle.allCases {
      for index in material.setting.circuit.columns(of: oracle).indices {
        let reference = ColumnReference(oracle, index)
        var column = material.values[reference]
        let place = Int.random(in: 0..<column.count, using: &generator)
        // Rows of the data that are not in the batch may be anything.
        if oracle == .data {
          for row in column.indices { column[row] += 1 }
        } else {
          column[place] += 1
        }
        var values = material.values
        values[reference] = column
        guard let result = try? material.prove(4, values: values) else { continue }
        #expect(
          material.refusal(of: result.proof, result.statement) != nil,
          "\(reference), \(place), seed \(generator.seed)")
      }
    }
  }

  @Test func withoutASecretNoHidingProofIsMade() throws {
    let material = try Material(.perceptron(hidden: [4]), false)
    #expect(throws: ProofError.secretMissing) {
      try StepProver(setting: material.setting).prove(
        values: material.values, inputs: material.inputs, spec: material.run.spec.digest,
        firstStep: 1)
    }
  }
}
