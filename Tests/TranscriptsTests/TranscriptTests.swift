import AssayAlgebra
import AssayCryptography
import AssayTestSupport
import AssayTranscripts
import AssayWire
import Testing

@Suite struct TranscriptTests {
  typealias K = GoldilocksExtension

  static let schedule = Schedule([
    .init("root", .digest), .init("sum", .elements(2)), .init("note", .bytes(3)),
    .init("work", .grind(bits: 4)), .init("paths", .opening(limit: 8)),
    .init("point", .challenges(1)), .init("columns", .indices(count: 3, bits: 16)),
  ])

  /// Everything that a verifier gets from a proof.
  struct Read: Equatable {
    var point: K
    var columns: [Int]
  }

  private func proof(context: [UInt8] = [9]) throws -> [UInt8] {
    var writer = TranscriptWriter<K>(schedule: Self.schedule, context: context)
    try writer.send("root", digest: SHA256.digest(of: [1]))
    try writer.send("sum", elements: [K(-1), K(2)])
    try writer.send("note", bytes: [1, 2, 3])
    try writer.grind("work")
    try writer.send("paths", opening: [7, 8])
    _ = try writer.challenge("point")
    _ = try writer.indices("columns")
    return try writer.finish()
  }

  private func read(
    _ proof: [UInt8], schedule: Schedule = schedule, context: [UInt8] = [9]
  ) throws -> Read {
    var reader = TranscriptReader<K>(schedule: schedule, context: context, proof: proof)
    _ = try reader.digest("root")
    _ = try reader.elements("sum")
    _ = try reader.bytes("note")
    try reader.grind("work")
    _ = try reader.opening("paths")
    let point = try reader.challenge("point")
    let columns = try reader.indices("columns")
    try reader.finish()
    return Read(point: point, columns: columns)
  }

  @Test func everyBitOfAMessageChangesWhatIsDrawn() throws {
    let proof = try proof()
    let honest = try read(proof)
    for (name, damaged) in Mutations.bitFlips(of: proof) {
      guard let other = try? read(damaged) else { continue }
      #expect(other.point != honest.point && other.columns != honest.columns, "\(name)")
    }
  }

  @Test func everyPartOfTheContextChangesWhatIsDrawn() throws {
    let proof = try proof()
    let contexts: [[UInt8]] = [[9], [8], [], [9, 0]]
    // The puzzle's answer changes too: another context mostly refuses it.
    let drawn = contexts.map { try? read(proof, context: $0).point }
    #expect(drawn[0] != nil && !drawn.dropFirst().contains(drawn[0]))
  }

  @Test func truncatedAndExtendedProofsAreRefused() throws {
    let proof = try proof()
    for (name, damaged) in Mutations.truncations(of: proof) {
      #expect(throws: TranscriptError.self, "\(name)") { try read(damaged) }
    }
    #expect(throws: TranscriptError.wire(label: "end of the proof", .trailingBytes(count: 1))) {
      try read(proof + [0])
    }
  }

  @Test func elementsThatAreNotReducedAreRefused() throws {
    var proof = try proof()
    // The second coordinate of the second element, after a digest and three coordinates.
    proof.replaceSubrange(32 + 24..<32 + 32, with: [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])
    #expect(throws: TranscriptError.notReduced(label: "sum", index: 1)) { try read(proof) }
  }

  @Test func openingsAboveTheirLimitAreRefused() throws {
    let proof = try proof()
    let start = 32 + 32 + 3 + 8
    var long = proof
    long[start] = 9
    #expect(throws: TranscriptError.wire(label: "paths", .tooLong(limit: 8, found: 9))) {
      try read(long)
    }
    var writer = TranscriptWriter<K>(
      schedule: Schedule([.init("paths", .opening(limit: 8))]), context: [])
    #expect(throws: TranscriptError.wire(label: "paths", .tooLong(limit: 8, found: 9))) {
      try writer.send("paths", opening: [UInt8](repeating: 0, count: 9))
    }
  }

  @Test func aNumberThatDoesNotSolveThePuzzleIsRefused() throws {
    let proof = try proof()
    let start = 32 + 32 + 3
    let refused = (0..<64).filter { change in
      var other = proof
      other[start + 1] = UInt8(change)
      do { _ = try read(other) } catch {
        return error as? TranscriptError == .grinding(label: "work", bits: 4)
      }
      return false
    }
    #expect(refused.count > 40)
  }

  @Test func stepsOutOfOrderAreRefused() throws {
    var reader = TranscriptReader<K>(schedule: Self.schedule, context: [], proof: [])
    let expected = "digest 'root'"
    #expect(throws: TranscriptError.step(expected: expected, found: "elements 'root'")) {
      try reader.elements("root")
    }
    #expect(throws: TranscriptError.step(expected: expected, found: "digest 'other'")) {
      try reader.digest("other")
    }
    #expect(throws: TranscriptError.step(expected: expected, found: "challenges 'point'")) {
      try reader.challenge("point")
    }
    #expect(throws: TranscriptError.step(expected: expected, found: "indices 'columns'")) {
      try reader.indices("columns")
    }
    #expect(throws: TranscriptError.step(expected: expected, found: "grind 'work'")) {
      try reader.grind("work")
    }
    #expect(throws: TranscriptError.step(expected: expected, found: "the end")) {
      let unread = TranscriptReader<K>(schedule: Self.schedule, context: [], proof: [])
      try unread.finish()
    }
    var empty = TranscriptReader<K>(schedule: Schedule([]), context: [], proof: [])
    #expect(throws: TranscriptError.step(expected: nil, found: "opening 'x'")) {
      try empty.opening("x")
    }
    try empty.finish()
  }

  @Test func theWriterFollowsTheSchedule() throws {
    let schedule = Schedule([.init("sum", .elements(2)), .init("note", .bytes(3))])
    var writer = TranscriptWriter<K>(schedule: schedule, context: [])
    #expect(throws: TranscriptError.step(expected: "elements 'sum'", found: "bytes 'note'")) {
      try writer.send("note", bytes: [1, 2, 3])
    }
    #expect(throws: TranscriptError.count(label: "sum", expected: 2, found: 1)) {
      try writer.send("sum", elements: [.one])
    }
    #expect(throws: TranscriptError.count(label: "note", expected: 3, found: 0)) {
      try writer.send("note", bytes: [])
    }
    #expect(throws: TranscriptError.step(expected: "bytes 'note'", found: "the end")) {
      var early = TranscriptWriter<K>(schedule: schedule, context: [])
      try early.send("sum", elements: [.one, .one])
      _ = try early.finish()
    }
    var two = TranscriptWriter<K>(
      schedule: Schedule([.init("point", .challenges(2))]), context: [])
    #expect(throws: TranscriptError.count(label: "point", expected: 1, found: 2)) {
      try two.challenge("point")
    }
  }

  @Test func differentSchedulesAndFieldsDrawDifferently() throws {
    func first<F: ChallengeField>(_ field: F.Type, _ steps: [Schedule.Step]) throws -> [UInt8] {
      var writer = TranscriptWriter<F>(schedule: Schedule(steps), context: [])
      return Array(try writer.challenge("point").canonicalBytes.prefix(8))
    }
    let step = Schedule.Step("point", .challenges(1))
    let drawn = [
      try first(K.self, [step]), try first(K.self, [step, step]),
      try first(BN254Scalar.self, [step]),
    ]
    #expect(Set(drawn).count == 3)
    #expect(try first(GMPGoldilocksExtension.self, [step]) == drawn[0])
    var twice = TranscriptWriter<K>(schedule: Schedule([step, step]), context: [])
    #expect(try twice.challenge("point") != twice.challenge("point"))
  }

  @Test func refusalsSayWhatToDo() {
    let errors: [TranscriptError] = [
      .step(expected: nil, found: "elements 'sum'"), .count(label: "a", expected: 1, found: 2),
      .wire(label: "a", .trailingBytes(count: 1)), .notReduced(label: "a", index: 3),
      .grinding(label: "a", bits: 4),
    ]
    #expect(
      errors.map(\.description) == [
        "transcript: expected the end, found elements 'sum'; follow the schedule in order",
        "a: expected 1 elements or bytes, found 2; follow the schedule",
        "a: expected the end, found 1 more bytes; remove what follows the value",
        "a: expected a reduced field element, found another at 3; fetch the proof again",
        "a: expected a number that solves a puzzle of 4 bits, found another; fetch the proof again",
      ])
  }
}
