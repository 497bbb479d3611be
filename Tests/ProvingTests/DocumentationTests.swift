import AssayAlgebra
import AssayProving
import AssaySumcheck
import AssayTranscripts
import Testing

@Suite struct DocumentationTests {
  @Test func theExampleOfTheRoomProvesConstraints() throws {
    let schedule = Schedule(ConstraintSum.schedule(variables: 1, label: "constraints"))
    var transcript = TranscriptWriter<BN254Scalar>(schedule: schedule, context: [])
    let claim = try PlainConstraintSum.prove(
      a: [2, 3].map { BN254Scalar($0) }, b: [5, 7].map { BN254Scalar($0) },
      c: [10, 21].map { BN254Scalar($0) }, variables: 1, label: "constraints",
      transcript: &transcript)
    let proof = try transcript.finish()

    var reader = TranscriptReader<BN254Scalar>(schedule: schedule, context: [], proof: proof)
    let verified = try ConstraintSum.verify(
      variables: 1, label: "constraints", transcript: &reader)
    try reader.finish()
    #expect(verified == claim)
  }

  @Test func theExampleOfTheRoomProvesLookups() throws {
    let alpha = GoldilocksExtension(Goldilocks(10), Goldilocks(1))
    let schedule = Schedule(FractionSum.schedule(bits: 3, label: "lookups"))
    let prover = FractionSumProver()
    let values = try #require(IntegerColumn([3, 1, 4, 1, 5, 9, 2, 6]))
    let sites = try LookupSites([
      .init(bits: 3, constant: alpha, lanes: [.init(values, coefficient: -.one)])
    ])
    var transcript = TranscriptWriter<GoldilocksExtension>(schedule: schedule, context: [])
    let (root, leaves) = try prover.prove(sites, label: "lookups", transcript: &transcript)
    let proof = try transcript.finish()

    var reader = TranscriptReader<GoldilocksExtension>(
      schedule: schedule, context: [], proof: proof)
    let verified = try FractionSum.verify(bits: 3, label: "lookups", transcript: &reader)
    try reader.finish()
    #expect(verified == (root, leaves))
    let column = (0..<8).map { GoldilocksExtension(values[$0]) }
    #expect(leaves.denominator == alpha - Multilinear.evaluate(column, at: leaves.point))
  }
}
