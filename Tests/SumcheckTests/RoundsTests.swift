import AssayAlgebra
import AssaySumcheck
import AssayTranscripts
import Testing

@Suite struct RoundsTests {
  typealias K = GMPGoldilocksExtension

  /// g(x, y) = 5 + x·(2 + 3·y): over {0,1}² it is 5, 5, 7 and 10.
  @Test func aSumWorkedOutByHandIsReducedToItsValue() throws {
    let schedule = Schedule(SumcheckRounds.schedule(rounds: 2, degree: 2, label: "sum"))
    var writer = TranscriptWriter<K>(schedule: schedule, context: [])
    // The mean over y: 5 + x·3.5, as X's coefficient; and then r·3 for Y's.
    let half = try #require(K(2).inverse)
    try writer.send("sum.round", elements: [K(7) * half, .zero])
    let x = try writer.challenge("sum.point")
    try writer.send("sum.round", elements: [K(3) * x, .zero])
    let y = try writer.challenge("sum.point")
    let proof = try writer.finish()

    var reader = TranscriptReader<K>(schedule: schedule, context: [], proof: proof)
    let result = try SumcheckRounds.verify(
      claim: K(27), rounds: 2, degree: 2, label: "sum", transcript: &reader)
    try reader.finish()
    #expect(result.point == [x, y])
    #expect(result.value == K(5) + x * (K(2) + K(3) * y))

    var other = TranscriptReader<K>(schedule: schedule, context: [], proof: proof)
    let wrong = try SumcheckRounds.verify(
      claim: K(28), rounds: 2, degree: 2, label: "sum", transcript: &other)
    #expect(wrong.value != result.value)
  }

  @Test func aMessageOfAnotherLengthIsRefused() throws {
    let schedule = Schedule([.init("sum.round", .elements(3)), .init("sum.point", .challenges(1))])
    var reader = TranscriptReader<K>(
      schedule: schedule, context: [], proof: [UInt8](repeating: 0, count: 48))
    var error: SumcheckError?
    do {
      _ = try SumcheckRounds.verify(
        claim: .zero, rounds: 1, degree: 2, label: "sum", transcript: &reader)
    } catch let refused { error = refused }
    #expect(error == .transcript(.count(label: "sum.round", expected: 2, found: 3)))
  }

  @Test func anotherNumberOfCoordinatesIsRefused() throws {
    var reader = TranscriptReader<K>(
      schedule: Schedule(ConstraintSum.schedule(variables: 2, label: "c")), context: [], proof: [])
    var error: SumcheckError?
    do {
      _ = try ConstraintSum.verify(variables: 1, label: "c", transcript: &reader)
    } catch let refused { error = refused }
    #expect(error == .transcript(.count(label: "c.tau", expected: 1, found: 2)))
  }
}
