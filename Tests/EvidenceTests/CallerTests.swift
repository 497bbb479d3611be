import AssayCryptography
import AssayEvidence
import Testing

/// Numbers that only a caller's mistake can bring: of files and signed statements they are refused
/// while reading.
struct CallerTests {
  @Test func probabilitiesOfWhatCannotBe() async {
    await #expect(processExitsWith: .failure) {
      _ = Detection.probability(intervals: 1 << 20 + 1, drawn: 1, falseIntervals: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = Detection.probability(intervals: 10, drawn: 11, falseIntervals: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = Detection.probability(intervals: 10, drawn: 0, falseIntervals: 11)
    }
    await #expect(processExitsWith: .failure) {
      _ = Detection.leastDraws(
        intervals: 1 << 20 + 1, falseIntervals: 1 << 20, confidence: Probability(millionths: 1))
    }
    await #expect(processExitsWith: .failure) {
      _ = Detection.leastDraws(
        intervals: 10, falseIntervals: -1, confidence: Probability(millionths: 0))
    }
    await #expect(processExitsWith: .failure) { _ = Probability(millionths: 1_000_001) }
  }

  @Test func stakesOfWhatCannotBe() async {
    await #expect(processExitsWith: .failure) {
      _ = Deterrence(
        intervals: 1 << 20 + 1, drawn: 1, forfeit: 1, workCost: 1, outsideGain: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = Deterrence(intervals: 10, drawn: 11, forfeit: 1, workCost: 1, outsideGain: 1)
    }
  }

  @Test func policiesOfWhatCannotBe() async {
    await #expect(processExitsWith: .failure) {
      _ = EvidencePolicy(
        selection: .drawn(0), adversary: .lazy(fractionMillionths: 1), confidenceMillionths: 0)
    }
    await #expect(processExitsWith: .failure) {
      _ = EvidencePolicy(
        selection: .every, adversary: .lazy(fractionMillionths: 0), confidenceMillionths: 0)
    }
    await #expect(processExitsWith: .failure) {
      _ = EvidencePolicy(
        selection: .every, adversary: .lazy(fractionMillionths: 1),
        confidenceMillionths: 1_000_001)
    }
  }

  @Test func verdictsOnWhatCannotBe() async {
    await #expect(processExitsWith: .failure) {
      _ = Verdict(
        job: "", terms: .zero, claim: .zero, policy: .zero, drawSeed: .zero, intervals: [1, 1],
        outcome: .accepted, device: "")
    }
    await #expect(processExitsWith: .failure) {
      _ = Verdict(
        job: "", terms: .zero, claim: .zero, policy: .zero, drawSeed: .zero, intervals: [1, 2],
        outcome: .accepted, executed: [1], device: "")
    }
  }
}
