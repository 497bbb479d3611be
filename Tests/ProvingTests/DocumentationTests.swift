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
}
