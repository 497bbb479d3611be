import AssayAlgebra
import AssayCommitments
import AssayFieldVectors
import AssayTestSupport
import AssayTranscripts
import Testing

@testable import AssayProving

@Suite struct OpeningTests {
  typealias K = GoldilocksExtension
  typealias Level = CommitmentParameters.Level

  static let levels = [
    [], [Level(splitBits: 2, rateBits: 2, queries: 5)],
    [Level(splitBits: 1, rateBits: 1, queries: 7), Level(splitBits: 3, rateBits: 3, queries: 4)],
    [Level(splitBits: 4, rateBits: 2, queries: 3)],
  ]

  private func check<P: ChallengeField, V: ChallengeField>(
    _ prover: P.Type, _ verifier: V.Type, levels: [Level], rounds: Int
  ) throws {
    var generator = SeededGenerator()
    for round in 0..<rounds {
      let parameters = try CommitmentParameters(
        rowBits: 4, rateBits: 1 + round % 2, queries: 9, levels: levels,
        grindingBits: round % 3)
      let shapes = (0..<Int.random(in: 1...4, using: &generator)).map { oracle in
        (
          kind: "oracle \(oracle)",
          columns: (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            (0..<Int.random(in: 0...3, using: &generator)).map { _ in
              Int.random(in: 1...7, using: &generator)
            }
          }
        )
      }
      let fixture = try OpeningFixture<P>(
        shapes, parameters: parameters, claimCount: 1 + round % 5, generator: &generator)
      let proof = try fixture.prove()
      #expect(throws: Never.self, "seed \(generator.seed), \(shapes)") {
        try fixture.verify(proof, in: P.self)
      }
      #expect(throws: Never.self, "seed \(generator.seed), \(shapes)") {
        try fixture.verify(proof, in: V.self)
      }
    }
  }

  @Test(arguments: levels)
  func honestOpeningsAreAccepted(levels: [Level]) throws {
    try check(K.self, GMPGoldilocksExtension.self, levels: levels, rounds: 12)
  }

  /// Rows of 16, 4 and 2 elements, each length with its own rate and queries; no level, levels
  /// whose rows are as short as the shortest ones, and shorter.
  @Test(arguments: [
    [], [Level(splitBits: 3, rateBits: 2, queries: 5)],
    [Level(splitBits: 3, rateBits: 1, queries: 7), Level(splitBits: 1, rateBits: 3, queries: 4)],
    [Level(splitBits: 4, rateBits: 2, queries: 3)],
  ])
  func rowsOfDifferentLengthsAreOpened(levels: [Level]) throws {
    var generator = SeededGenerator()
    let parameters = try CommitmentParameters(
      rowCodes: [
        .init(rowBits: 4, rateBits: 1, queries: 9), .init(rowBits: 2, rateBits: 3, queries: 6),
        .init(rowBits: 1, rateBits: 2, queries: 5),
      ], levels: levels, grindingBits: 1)
    for _ in 0..<8 {
      let shapes = (0..<Int.random(in: 3...5, using: &generator)).map { oracle in
        (
          kind: "oracle \(oracle)",
          columns: (0..<2).map { _ in
            [Int.random(in: 1...9, using: &generator), Int.random(in: 1...7, using: &generator)]
          }
        )
      }
      let fixture = try OpeningFixture<K>(shapes, parameters: parameters, generator: &generator)
      let proof = try fixture.prove()
      let arithmetic = GoldilocksArithmetic()
      for keepsCode in [false, true] {
        let oracles = zip(fixture.layouts, fixture.columns).map {
          layout, columns -> GoldilocksOracle in
          let rows = arithmetic.rows(columns.map { .int64($0) }, layout: layout)
          let rateBits = fixture.rateBits(of: layout)
          let code =
            keepsCode
            ? arithmetic.commit(data: rows, layout: layout, rateBits: rateBits, file: nil)
            : arithmetic.commit(rows, layout: layout, rateBits: rateBits)
          return CommittedOracle(rows, layout: layout, code: code)
        }
        let same = try fixture.prove(arithmetic: arithmetic, oracles: oracles) == proof
        #expect(same, "seed \(generator.seed), \(shapes)")
      }
      #expect(throws: Never.self, "seed \(generator.seed), \(shapes)") {
        try fixture.verify(proof, in: K.self)
        try fixture.verify(proof, in: GMPGoldilocksExtension.self)
      }
      // A claim about any of the oracles cannot be changed.
      for index in fixture.claims.indices {
        var claims = fixture.claims
        claims[index] = LinearClaim(terms: claims[index].terms, value: claims[index].value + .one)
        #expect(throws: CommitmentError.sum, "seed \(generator.seed)") {
          try fixture.verify(proof, in: GMPGoldilocksExtension.self, claims: claims)
        }
      }
    }
  }

  @Test func openingsWorkOverTheScalarsOfBN254() throws {
    try check(NativeBN254Scalar.self, BN254Scalar.self, levels: Self.levels[1], rounds: 4)
  }

  @Test func rowsOfOneElementAreOpened() throws {
    var generator = SeededGenerator()
    let fixture = try OpeningFixture<K>(
      [("a", [[5]]), ("b", [[]])],
      parameters: CommitmentParameters(rowBits: 0, rateBits: 2, queries: 5, levels: []),
      generator: &generator)
    try fixture.verify(fixture.prove(), in: K.self)
  }

  /// The plan for 100 bits, on a domain that is not much larger than the number of queries.
  @Test func aPlannedOpeningIsAccepted() throws {
    var generator = SeededGenerator()
    let shapes = [
      (kind: "state", columns: [[20, 31]]), (kind: "data", columns: [[100, 28], [100]]),
    ]
    let parameters = try CommitmentParameters.plan(
      CommitmentParameters.Demand([.init(elementCounts: [620, 2900])]), field: K.self)
    let fixture = try OpeningFixture<K>(shapes, parameters: parameters, generator: &generator)
    try fixture.verify(fixture.prove(), in: K.self)
  }

  /// Everything that a message decides is sent before what it must not know: roots and vectors
  /// before the positions at which they are opened, columns before the challenge that batches them.
  @Test func theOrderOfMessagesIsFixed() throws {
    let layouts = try [OracleLayout(shapes: [[48]], rowBits: 4)]
    let parameters = try CommitmentParameters(
      rowBits: 4, rateBits: 1, queries: 9,
      levels: [Level(splitBits: 2, rateBits: 2, queries: 5)], grindingBits: 3)
    let steps = try OpeningVerifier.schedule(
      layouts: layouts, parameters: parameters, field: K.self)
    func round(_ label: String, _ challenge: String) -> [Schedule.Step] {
      [Schedule.Step(label, .elements(2)), Schedule.Step(challenge, .challenges(1))]
    }
    let expected =
      [Schedule.Step("opening: batch of claims", .challenges(1))]
      + round("opening 0: round", "opening 0: challenge")
      + round("opening 0: round", "opening 0: challenge")
      + [
        Schedule.Step("opening 1: root", .digest),
        Schedule.Step("opening 0: grind", .grind(bits: 3)),
        Schedule.Step("opening 0: indices", .indices(count: 9, bits: 5)),
        Schedule.Step("opening 0: columns", .opening(limit: 9 * (3 * 8 + 5 * 32))),
        Schedule.Step("opening 0: batch of queries", .challenges(1)),
      ]
      + round("opening 1: round", "opening 1: challenge")
      + round("opening 1: round", "opening 1: challenge")
      + [
        Schedule.Step("opening: last vector", .elements(4)),
        Schedule.Step("opening 1: grind", .grind(bits: 3)),
        Schedule.Step("opening 1: indices", .indices(count: 5, bits: 4)),
        Schedule.Step("opening 1: columns", .opening(limit: 5 * (4 * 16 + 4 * 32))),
        Schedule.Step("opening 1: batch of queries", .challenges(1)),
      ]
      + round("opening: last round", "opening: last challenge")
      + round("opening: last round", "opening: last challenge")
    #expect(steps == expected)
  }
}
