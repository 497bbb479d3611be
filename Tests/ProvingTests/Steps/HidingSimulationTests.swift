import AssayAlgebra
import AssayCircuits
import AssayCommitments
import AssayCryptography
import AssaySpecification
import AssayTestSupport
import AssayVerification
import Testing

@testable import AssayProving

/// Who chooses the challenges needs no witness: so messages that a verifier accepts carry nothing
/// of one.
struct HidingSimulationTests {
  typealias K = GoldilocksExtension
  typealias Answer = ChosenReader<K>.Answer

  private static func isAccepted<V: ChallengeField>(
    _ answers: [Answer], _ roots: [Digest], _ material: HidingStepProofTests.Material,
    in field: V.Type
  ) -> Bool {
    let statement = StepStatement(
      spec: .zero, data: roots[Oracle.data.rawValue], start: roots[Oracle.start.rawValue],
      end: roots[Oracle.end.rawValue], firstStep: 1, stepCount: 1)
    let reader = ChosenReader<V>(
      material.setting.schedule,
      answers: answers, source: RandomSource(seed: 0))
    guard
      let rest = try? StepVerifier<V>.verify(
        reading: reader, of: statement, setting: material.setting, inputs: material.inputs)
    else { return false }
    return rest.isAtEnd
  }

  @Test func proofsWithoutAWitnessPassWhereChallengesAreChosen() throws {
    for (kind, hasMomentum) in StepProofTests.kinds.prefix(2) {
      let material = try HidingStepProofTests.Material(kind, hasMomentum)
      var simulator = ProofSimulator(
        setting: material.setting, inputs: material.inputs, seed: 11)
      let (answers, roots) = try simulator.simulate()
      #expect(Self.isAccepted(answers, roots, material, in: GoldilocksExtension.self))
      #expect(Self.isAccepted(answers, roots, material, in: GMPGoldilocksExtension.self))
    }
  }

  /// The verifier did look: any other element is refused, but for the last challenge, at which two
  /// polynomials are compared that are equal everywhere.
  @Test func aSimulatedProofCannotBeAltered() throws {
    let material = try HidingStepProofTests.Material(.perceptron(hidden: [4]), true)
    var simulator = ProofSimulator(setting: material.setting, inputs: material.inputs, seed: 12)
    let (answers, roots) = try simulator.simulate()
    var generator = SeededGenerator()
    for _ in 0..<40 {
      let place = Int.random(in: 0..<answers.count - 1, using: &generator)
      guard case .elements(var elements) = answers[place], !elements.isEmpty else { continue }
      elements[Int.random(in: 0..<elements.count, using: &generator)] += .one
      var altered = answers
      altered[place] = .elements(elements)
      #expect(
        !Self.isAccepted(altered, roots, material, in: K.self),
        "message \(place), seed \(generator.seed)")
    }
  }
}
