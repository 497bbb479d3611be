import AssayAlgebra
import AssayCommitments
import AssayCryptography
import AssayFieldVectors
import AssayProving
import AssayTestSupport
import AssayTranscripts
import Testing

@Suite struct HidingOpeningTests {
  typealias K = GoldilocksExtension
  typealias Level = CommitmentParameters.Level

  static let levels = [
    [], [Level(splitBits: 2, rateBits: 2, queries: 5)],
    [Level(splitBits: 1, rateBits: 1, queries: 7), Level(splitBits: 3, rateBits: 3, queries: 4)],
    [Level(splitBits: 4, rateBits: 2, queries: 3)],
  ]

  /// Oracles with a claim at a random point on each of many columns, so that masks hide all rounds.
  static func fixture<P: ChallengeField>(
    _ field: P.Type, levels: [Level], tailCount: Int = 9, generator: inout SeededGenerator
  ) throws -> OpeningFixture<P> {
    let parameters = try CommitmentParameters(
      rowBits: 4, rateBits: 2, queries: 9, levels: levels, tailCount: tailCount)
    var fixture = try OpeningFixture<P>(
      [("a", [[7, 9], [16]]), ("b", [[33]]), ("masks", [[30]])], parameters: parameters,
      claimCount: 0, generator: &generator)
    for (oracle, layout) in fixture.layouts.enumerated() {
      for (column, place) in layout.columns.enumerated() {
        let weights = place.shape.map { size in
          Weight<P>.vector((0..<size).map { _ in P.random(using: &generator) })
        }
        let terms = [
          Term.tensor(oracle: oracle, column: column, coefficient: .one, weights: weights)
        ]
        fixture.claims.append(LinearClaim(terms: terms, value: fixture.value(of: terms)))
      }
    }
    return fixture
  }

  @Test(arguments: levels)
  func honestOpeningsAreAccepted(levels: [Level]) throws {
    var generator = SeededGenerator()
    for tailCount in [9, 12, 16] {
      let fixture = try Self.fixture(
        K.self, levels: levels, tailCount: tailCount, generator: &generator)
      let proof = try fixture.prove()
      try fixture.verify(proof, in: K.self)
      try fixture.verify(proof, in: GMPGoldilocksExtension.self)
    }
    let fixture = try Self.fixture(NativeBN254Scalar.self, levels: levels, generator: &generator)
    try fixture.verify(fixture.prove(), in: BN254Scalar.self)
  }

  /// The kernels commit and open as the plain arithmetic does, byte for byte.
  @Test func kernelsMakeTheSameProof() throws {
    var generator = SeededGenerator()
    let fixture = try Self.fixture(K.self, levels: Self.levels[1], generator: &generator)
    let arithmetic = GoldilocksArithmetic()
    let oracles = fixture.layouts.enumerated().map { number, layout in
      let columns = fixture.columns[number].map { column in
        number == 2
          ? RowMatrix.Values.elements(column.map { Goldilocks($0) }) : .int64(column)
      }
      return CommittedOracle(
        arithmetic.rows(columns, layout: layout, blinding: fixture.blinding(ofOracle: number)),
        layout: layout, rateBits: fixture.rateBits(of: layout), arithmetic: arithmetic)
    }
    #expect(oracles.map(\.root) == fixture.roots)
    #expect(try fixture.prove(arithmetic: arithmetic, oracles: oracles) == fixture.prove())
  }

  @Test func everyAlteredByteIsRefused() throws {
    var generator = SeededGenerator()
    let fixture = try Self.fixture(K.self, levels: Self.levels[1], generator: &generator)
    let proof = try fixture.prove()
    for index in proof.indices {
      var altered = proof
      altered[index] ^= 1 << UInt8(index % 8)
      #expect(throws: CommitmentError.self, "byte \(index), seed \(generator.seed)") {
        try fixture.verify(altered, in: K.self)
      }
    }
  }

  @Test func falseClaimsAreRefused() throws {
    var generator = SeededGenerator()
    for levels in Self.levels {
      var fixture = try Self.fixture(K.self, levels: levels, generator: &generator)
      let claim = fixture.claims[1]
      fixture.claims[1] = LinearClaim(terms: claim.terms, value: claim.value + .one)
      #expect(throws: CommitmentError.sum) { try fixture.verify(fixture.prove(), in: K.self) }
    }
  }

  /// A claim on one column of one row leaves rounds unmasked: no proof is made.
  @Test func claimsThatMasksCannotHideAreNotProved() throws {
    var generator = SeededGenerator()
    var fixture = try Self.fixture(K.self, levels: Self.levels[0], generator: &generator)
    let terms = [
      Term<K>.tensor(
        oracle: 0, column: 0, coefficient: .one, weights: [.index(0), .index(0)])
    ]
    fixture.claims = [LinearClaim(terms: terms, value: fixture.value(of: terms))]
    #expect {
      _ = try fixture.prove()
    } throws: { error in
      guard case .parameters = error as? CommitmentError else { return false }
      return true
    }
  }
}
