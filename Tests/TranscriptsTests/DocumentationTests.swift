import AssayAlgebra
import AssayTranscripts
import Testing

@Suite struct DocumentationTests {
  @Test func theExampleOfTheRoomWorks() throws {
    let publicInputs: [UInt8] = [1, 2, 3]
    let schedule = Schedule([
      Schedule.Step("sum", .elements(1)),
      Schedule.Step("point", .challenges(2)),
      Schedule.Step("columns", .indices(count: 3, bits: 10)),
    ])
    var writer = TranscriptWriter<GoldilocksExtension>(schedule: schedule, context: publicInputs)
    try writer.send("sum", elements: [GoldilocksExtension(7)])
    let point = try writer.challenges("point")
    let columns = try writer.indices("columns")
    let proof = try writer.finish()

    var reader = TranscriptReader<GMPGoldilocksExtension>(
      schedule: schedule, context: publicInputs, proof: proof)
    let sum = try reader.elements("sum")
    let samePoint = try reader.challenges("point")
    let sameColumns = try reader.indices("columns")
    try reader.finish()

    #expect(sum == [GMPGoldilocksExtension(7)])
    #expect(samePoint.map(\.canonicalBytes) == point.map(\.canonicalBytes))
    #expect(sameColumns == columns && columns.allSatisfy { $0 < 1024 })
  }
}
