import AssayAlgebra
import AssaySumcheck
import AssayTranscripts
import Testing

@Suite struct SoundnessTests {
  /// Degree times the challenges of each kind, counted in the schedule itself.
  static func numerator(_ steps: [Schedule.Step]) -> Int {
    var degree = 1
    var sum = 0
    for step in steps {
      switch step.kind {
      case .elements(let count) where step.label.hasSuffix(".round"): degree = count
      case .challenges(let count): sum += step.label.hasSuffix(".point") ? degree : count
      default: break
      }
    }
    return sum
  }

  @Test(arguments: [0, 1, 2, 3, 10, 26])
  func theNumeratorsCountEveryChallengeOfTheSchedule(bits: Int) {
    #expect(
      FractionSum.soundnessNumerator(bits: bits)
        == Self.numerator(FractionSum.schedule(bits: bits, label: "tree")))
    #expect(
      ConstraintSum.soundnessNumerator(variables: bits)
        == Self.numerator(ConstraintSum.schedule(variables: bits, label: "r1cs")))
    #expect(SumcheckRounds.soundnessNumerator(rounds: bits, degree: 3) == 3 * bits)
    // γ has the degree (instances − 1), not 1.
    let variables = [bits, 0, bits, 1]
    #expect(
      BatchedProducts.soundnessNumerator(variables: variables)
        == Self.numerator(BatchedProducts.schedule(variables: variables, label: "p")) - 1 + 3)
  }

  @Test func nothingIsSentForNothing() {
    #expect(BatchedProducts.schedule(variables: [], label: "p").isEmpty)
    #expect(BatchedProducts.soundnessNumerator(variables: []) == 0)
    #expect(FractionSum.identitySoundnessNumerator(leafCount: 0) == 0)
    #expect(FractionSum.identitySoundnessNumerator(leafCount: 60_200_000) == 60_199_999)
  }
}
