import AssayAlgebra
import AssayCryptography
import AssayTestSupport
import AssayTranscripts
import AssayWire
import Testing

/// The known answers: a program in another language follows the definition on the room's page.
@Suite struct TranscriptVectorTests {
  static let schedule = Schedule([
    .init("root", .digest), .init("alpha", .challenges(2)), .init("values", .elements(2)),
    .init("header", .bytes(3)), .init("work", .grind(bits: 9)), .init("none", .grind(bits: 0)),
    .init("columns", .indices(count: 5, bits: 11)), .init("paths", .opening(limit: 100)),
    .init("alpha", .challenges(7)),
  ])

  @Test func agreesWithTheDefinition() throws {
    for test in try VectorFile.tests("transcripts/transcript.json") {
      var probe = test
      switch try probe.string("field") {
      case "goldilocks2":
        try check(test, GoldilocksExtension.self)
        try check(test, GMPGoldilocksExtension.self)
      default:
        try check(test, BN254Scalar.self)
        try check(test, NativeBN254Scalar.self)
      }
    }
  }

  private func check<K: ChallengeField>(_ test: JSONFields, _ field: K.Type) throws {
    var test = test
    _ = try test.string("field")
    let context = try Hex.decode(test.string("context"))
    let proof = try Hex.decode(test.string("proof"))
    let digest = try test.string("schedule")
    #expect(Self.schedule.digest.hex == digest)
    let first = try test.array("first")
    let last = try test.array("last")
    let indices = try test.array("indices")
    try test.finish()

    let root = try Digest(bytes: (0..<32).map { $0 })
    var writer = TranscriptWriter<K>(schedule: Self.schedule, context: context)
    try writer.send("root", digest: root)
    #expect(try texts(writer.challenges("alpha")) == first)
    try writer.send("values", elements: [.zero, K(5)])
    try writer.send("header", bytes: [1, 2, 3])
    try writer.grind("work")
    try writer.grind("none")
    #expect(try writer.indices("columns").map { .integer(Int64($0)) } == indices)
    try writer.send("paths", opening: Array("path".utf8))
    #expect(try texts(writer.challenges("alpha")) == last)
    #expect(try writer.finish() == proof)

    var reader = TranscriptReader<K>(schedule: Self.schedule, context: context, proof: proof)
    #expect(try reader.digest("root") == root)
    #expect(try texts(reader.challenges("alpha")) == first)
    #expect(try reader.elements("values") == [.zero, K(5)])
    #expect(try reader.bytes("header") == [1, 2, 3])
    try reader.grind("work")
    try reader.grind("none")
    #expect(try reader.indices("columns").map { .integer(Int64($0)) } == indices)
    #expect(try reader.opening("paths") == Array("path".utf8))
    #expect(try texts(reader.challenges("alpha")) == last)
    try reader.finish()
  }

  private func texts<K: ChallengeField>(_ elements: [K]) -> [JSONValue] {
    elements.map { .string(Hex.encode($0.canonicalBytes)) }
  }
}
