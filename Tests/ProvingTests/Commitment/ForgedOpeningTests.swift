import AssayAlgebra
import AssayCommitments
import AssayCryptography
import AssayMerkle
import AssayProving
import AssayTestSupport
import AssayTranscripts
import Testing

/// Openings that are damaged, or honest and about something else.
@Suite struct ForgedOpeningTests {
  typealias K = GoldilocksExtension
  typealias Level = CommitmentParameters.Level

  static let parameters: CommitmentParameters = {
    do {
      return try CommitmentParameters(
        rowBits: 3, rateBits: 2, queries: 6,
        levels: [Level(splitBits: 2, rateBits: 3, queries: 5)], grindingBits: 2)
    } catch { preconditionFailure("\(error)") }
  }()

  private let fixture: OpeningFixture<K>
  private let proof: [UInt8]

  init() throws {
    var generator = SeededGenerator()
    fixture = try OpeningFixture(
      [
        ("state", [[5, 3], [2]]), ("state", [[5, 3], [2]]), ("data", [[5, 3], [2]]),
      ], parameters: Self.parameters, generator: &generator)
    proof = try fixture.prove()
    try fixture.verify(proof, in: K.self)
  }

  /// Both arithmetics refuse, for the same reason, which is returned.
  @discardableResult
  private func refusal(
    _ proof: [UInt8], of other: OpeningFixture<K>? = nil, claims: [LinearClaim<K>]? = nil,
    roots: [Digest]? = nil, layouts: [OracleLayout]? = nil,
    parameters: CommitmentParameters? = nil, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> CommitmentError? {
    let fixture = other ?? self.fixture
    let native = #expect(throws: CommitmentError.self, comment, sourceLocation: sourceLocation) {
      try fixture.verify(
        proof, in: K.self, claims: claims, roots: roots, layouts: layouts, parameters: parameters)
    }
    let gmp = #expect(throws: CommitmentError.self, comment, sourceLocation: sourceLocation) {
      try fixture.verify(
        proof, in: GMPGoldilocksExtension.self, claims: claims, roots: roots, layouts: layouts,
        parameters: parameters)
    }
    #expect(native == gmp, comment, sourceLocation: sourceLocation)
    return native
  }

  private func parts() throws -> ProofParts {
    ProofParts(proof, schedule: try fixture.schedule(), field: K.self)
  }

  // MARK: Damaged bytes

  /// On a proof of its own, as small as one with all kinds of messages can be.
  @Test func everyFlippedBitAndTruncationIsRefused() throws {
    var generator = SeededGenerator()
    let parameters = try CommitmentParameters(
      rowBits: 2, rateBits: 1, queries: 3,
      levels: [Level(splitBits: 1, rateBits: 1, queries: 2)], grindingBits: 3)
    let fixture = try OpeningFixture<K>(
      [("a", [[3, 2]])], parameters: parameters, claimCount: 2, generator: &generator)
    let proof = try fixture.prove()
    try fixture.verify(proof, in: GMPGoldilocksExtension.self)
    for (name, bytes) in Mutations.bitFlips(of: proof) + Mutations.truncations(of: proof) {
      refusal(bytes, of: fixture, "\(name)")
    }
  }

  /// On a proof with rows of two lengths, and no level above.
  @Test func everyFlippedBitOfRowsOfTwoLengthsIsRefused() throws {
    var generator = SeededGenerator()
    let parameters = try CommitmentParameters(
      rowCodes: [
        .init(rowBits: 2, rateBits: 1, queries: 3), .init(rowBits: 1, rateBits: 2, queries: 2),
      ], levels: [], grindingBits: 3)
    let fixture = try OpeningFixture<K>(
      [("a", [[3, 2]]), ("b", [[3]])], parameters: parameters, claimCount: 2,
      generator: &generator)
    let proof = try fixture.prove()
    try fixture.verify(proof, in: GMPGoldilocksExtension.self)
    for (name, bytes) in Mutations.bitFlips(of: proof) + Mutations.truncations(of: proof) {
      refusal(bytes, of: fixture, "\(name)")
    }
    // Neither length can be left out, nor proved with the parameters of one.
    for code in parameters.rowCodes {
      let parameters = try CommitmentParameters(rowCodes: [code], levels: [], grindingBits: 3)
      guard case .parameters = refusal(proof, of: fixture, parameters: parameters) else {
        Issue.record("expected both lengths to be demanded")
        return
      }
    }
  }

  @Test func bytesAfterTheProofAreRefused() throws {
    let error = refusal(proof + [0])
    guard case .transcript(.wire) = error else {
      Issue.record("expected trailing bytes, found \(String(describing: error))")
      return
    }
  }

  @Test func randomEditsAreRefused() {
    var generator = SeededGenerator()
    for number in 0..<400 {
      let edited = Mutations.edit(proof, with: &generator)
      if edited != proof { refusal(edited, "seed \(generator.seed), edit \(number)") }
    }
  }

  /// Unused bytes inside an opening are refused by its byte count, before anything is hashed.
  @Test(arguments: [0, 1])
  func everyByteOfAnOpeningIsUsed(level: Int) throws {
    var longer = try parts()
    let index = longer.index(of: "opening \(level): columns")
    let count = longer.messages[index].bytes.count
    longer.messages[index].bytes.append(0)
    #expect(
      refusal(longer.proof)
        == .openingByteCount(level: level, expected: count, found: count + 1))
    var shorter = try parts()
    shorter.messages[index].bytes.removeLast(32)
    #expect(
      refusal(shorter.proof)
        == .openingByteCount(level: level, expected: count, found: count - 32))
  }

  /// A column that is drawn twice is opened once: a second copy does not fit.
  @Test func aRepeatedColumnIsRefused() throws {
    var parts = try parts()
    let index = parts.index(of: "opening 1: columns")
    let column = Array(parts.messages[index].bytes.prefix(4 * 16))
    parts.messages[index].bytes.insert(contentsOf: column, at: 0)
    guard case .openingByteCount(level: 1, _, _) = refusal(parts.proof) else {
      Issue.record("expected a byte count")
      return
    }
  }

  /// Each message of the proof is replaced by that of another honest proof.
  @Test func messagesOfAnotherProofAreRefused() throws {
    var generator = SeededGenerator(seed: 7)
    let other = try OpeningFixture<K>(
      [("state", [[5, 3], [2]]), ("state", [[5, 3], [2]]), ("data", [[5, 3], [2]])],
      parameters: Self.parameters, generator: &generator)
    let theirs = ProofParts(
      try other.prove(), schedule: try fixture.schedule(), field: K.self)
    let ours = try parts()
    for index in ours.messages.indices
    where ours.messages[index].bytes != theirs.messages[index].bytes {
      var mixed = ours
      mixed.messages[index] = theirs.messages[index]
      refusal(mixed.proof, "message \(index), \(ours.messages[index].label)")
    }
    refusal(theirs.proof)
  }

  // MARK: Other statements

  @Test func everyWrongValueIsRefused() {
    for index in fixture.claims.indices {
      var claims = fixture.claims
      claims[index] = LinearClaim(
        terms: claims[index].terms, value: claims[index].value + K(Goldilocks(0), Goldilocks(1)))
      #expect(refusal(proof, claims: claims) == .sum)
    }
  }

  /// The honest prover of a false claim makes a proof that is refused.
  @Test func aFalseClaimCannotBeProvedHonestly() throws {
    var forged = fixture
    let claim = forged.claims[0]
    forged.claims[0] = LinearClaim(terms: claim.terms, value: claim.value + .one)
    let proof = try forged.prove()
    #expect(refusal(proof, claims: forged.claims) == .sum)
  }

  /// Two false claims whose errors cancel in a plain sum.
  @Test func errorsOfTwoClaimsDoNotCancel() throws {
    var claims = fixture.claims
    claims[0] = LinearClaim(terms: claims[0].terms, value: claims[0].value + .one)
    claims[1] = LinearClaim(terms: claims[1].terms, value: claims[1].value - .one)
    #expect(refusal(proof, claims: claims) == .sum)
  }

  @Test func claimsInAnotherOrderAreRefused() {
    #expect(refusal(proof, claims: fixture.claims.reversed()) == .sum)
    #expect(refusal(proof, claims: Array(fixture.claims.dropLast())) == .sum)
  }

  /// Every kind of weight, each changed in one place.
  @Test func everyWrongWeightIsRefused() throws {
    var generator = SeededGenerator()
    let x = (0..<8).map { _ in K.random(using: &generator) }
    let right: [[Weight<K>]] = [
      [.eq(Array(x[0..<3])), .eq(Array(x[3..<5]))], [.vector(Array(x[0..<5])), .ones],
      [.sparse([(1, x[0]), (4, x[1])]), .index(2)], [.ones, .vector(Array(x[0..<3]))],
    ]
    let wrong: [[[Weight<K>]]] = [
      [
        [.eq([x[0], x[1], x[7]]), .eq(Array(x[3..<5]))],
        [.eq([x[1], x[0], x[2]]), .eq(Array(x[3..<5]))],
        [.eq(Array(x[0..<3])), .eq([x[4], x[3]])], [.ones, .eq(Array(x[3..<5]))],
      ],
      [[.vector([x[0], x[1], x[2], x[3], x[7]]), .ones], [.vector(Array(x[0..<5])), .index(0)]],
      [
        [.sparse([(1, x[0]), (3, x[1])]), .index(2)], [.sparse([(1, x[0])]), .index(2)],
        [.sparse([(1, x[0]), (4, x[1])]), .index(1)],
        [.sparse([(1, x[0]), (4, x[1]), (4, x[2])]), .index(2)],
      ],
      [[.ones, .vector([x[0], x[1], x[7]])], [.index(4), .vector(Array(x[0..<3]))]],
    ]
    for (right, wrong) in zip(right, wrong) {
      var fixture = fixture
      func claim(_ weights: [Weight<K>], oracle: Int = 0, coefficient: K = .one) -> Term<K> {
        .tensor(oracle: oracle, column: 0, coefficient: coefficient, weights: weights)
      }
      let value = fixture.value(of: [claim(right)])
      fixture.claims = [LinearClaim(terms: [claim(right)], value: value)]
      let proof = try fixture.prove()
      try fixture.verify(proof, in: K.self)
      for weights in wrong {
        let claims = [LinearClaim(terms: [claim(weights)], value: value)]
        #expect(refusal(proof, claims: claims) == .sum)
      }
      for term in [claim(right, oracle: 1), claim(right, coefficient: K(2))] {
        let claims = [LinearClaim(terms: [term], value: value)]
        #expect(refusal(proof, claims: claims) == .sum)
      }
    }
  }

  @Test func claimsAboutWhatIsNotThereAreRefused() {
    let point = [K](repeating: .one, count: 3)
    let terms: [Term<K>] = [
      .tensor(oracle: 3, column: 0, coefficient: .one, weights: [.ones, .ones]),
      .tensor(oracle: -1, column: 0, coefficient: .one, weights: [.ones, .ones]),
      .tensor(oracle: 0, column: 2, coefficient: .one, weights: [.ones]),
      .tensor(oracle: 0, column: 0, coefficient: .one, weights: [.ones]),
      .tensor(oracle: 0, column: 0, coefficient: .one, weights: [.eq([]), .ones]),
      .tensor(oracle: 0, column: 0, coefficient: .one, weights: [.eq(point + point), .ones]),
      .tensor(oracle: 0, column: 0, coefficient: .one, weights: [.vector(point), .ones]),
      .tensor(oracle: 0, column: 0, coefficient: .one, weights: [.index(5), .ones]),
      .tensor(oracle: 0, column: 0, coefficient: .one, weights: [.index(-1), .ones]),
      .tensor(oracle: 0, column: 0, coefficient: .one, weights: [.sparse([(5, .one)]), .ones]),
      .block(oracle: 0, column: 0, block: 4, coefficient: .one, point: []),
      .block(oracle: 0, column: 0, block: 0, coefficient: .one, point: []),
      .block(oracle: 9, column: 0, block: 0, coefficient: .one, point: point),
    ]
    for (index, term) in terms.enumerated() {
      let claims = fixture.claims + [LinearClaim(terms: [term], value: .zero)]
      guard case .claim(claim: 4, _) = refusal(proof, claims: claims) else {
        Issue.record("term \(index): expected the claim to be named")
        continue
      }
    }
    guard case .claim = refusal(proof, claims: []) else {
      Issue.record("expected no claims to be refused")
      return
    }
  }

  // MARK: Other roots, layouts, parameters

  @Test func swappedRootsAreRefused() {
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
      var roots = fixture.roots
      roots.swapAt(a, b)
      refusal(proof, roots: roots, "roots \(a) and \(b)")
    }
  }

  /// Columns and nodes of one state stand in the place of the other's, where the challenges allow:
  /// the context is the same, so everything up to the columns is too.
  @Test func columnsOfAnotherOracleAreRefused() throws {
    var parts = try parts()
    let index = parts.index(of: "opening 0: columns")
    let third = parts.messages[index].bytes.count / 3
    let bytes = parts.messages[index].bytes
    parts.messages[index].bytes =
      Array(bytes[third..<2 * third]) + Array(bytes[..<third]) + Array(bytes[(2 * third)...])
    guard case .root(level: 0, oracle: 0, .rootMismatch) = refusal(parts.proof) else {
      Issue.record("expected the root of oracle 0 to be named")
      return
    }
    parts.messages[index].bytes =
      Array(bytes[..<third]) + Array(bytes[..<third]) + Array(bytes[(2 * third)...])
    guard case .root(level: 0, oracle: 1, .rootMismatch) = refusal(parts.proof) else {
      Issue.record("expected the root of oracle 1 to be named")
      return
    }
  }

  @Test func equalColumnsOfTwoKindsHaveDifferentRoots() throws {
    var fixture = fixture
    fixture.columns = Array(repeating: fixture.columns[0], count: 3)
    fixture.commit()
    #expect(fixture.roots[0] == fixture.roots[1])
    #expect(fixture.roots[0] != fixture.roots[2])
  }

  @Test func aCommitmentOfAnotherKindIsRefused() throws {
    var layouts = fixture.layouts
    layouts[2] = layouts[0]
    guard case .root(level: 0, oracle: 2, .rootMismatch) = refusal(proof, layouts: layouts) else {
      Issue.record("expected the root of oracle 2 to be named")
      return
    }
  }

  @Test func layoutsThatDoNotFitAreRefused() throws {
    var layouts = fixture.layouts
    layouts[1] = try OracleLayout(kind: "state", shapes: [[5, 3], [2]], rowBits: 4)
    guard case .parameters = refusal(proof, layouts: layouts) else {
      Issue.record("expected rows of the parameters' length")
      return
    }
    let longer = try (0..<3).map { _ in
      try OracleLayout(kind: "state", shapes: [[5, 3], [2]], rowBits: 4)
    }
    guard case .parameters = refusal(proof, layouts: longer) else {
      Issue.record("expected the parameters' row length")
      return
    }
  }

  @Test func codesThatTheFieldDoesNotHaveAreRefused() throws {
    let parameters = try CommitmentParameters(
      rowBits: 25, rateBits: 8, queries: 1, levels: [])
    let layouts = try [OracleLayout(shapes: [[3]], rowBits: 25)]
    guard
      case .parameters = refusal(
        proof, roots: [.zero], layouts: layouts, parameters: parameters)
    else {
      Issue.record("expected too long a code to be refused")
      return
    }
  }

  /// A schedule with the right labels and other counts is the caller's mistake, and refused.
  @Test(arguments: [("opening 0: round", 2), ("opening: last vector", 4)])
  func otherCountsInTheScheduleAreRefused(label: String, expected: Int) throws {
    var generator = SeededGenerator()
    let parameters = try CommitmentParameters(rowBits: 2, rateBits: 1, queries: 3, levels: [])
    let fixture = try OpeningFixture<K>(
      [("a", [[3, 2]])], parameters: parameters, claimCount: 2, generator: &generator)
    let steps = try fixture.schedule().steps.map { step in
      step.label == label ? Schedule.Step(label, .elements(1)) : step
    }
    var reader = TranscriptReader<K>(
      schedule: Schedule(steps), context: [], proof: try fixture.prove())
    let error = #expect(throws: CommitmentError.self) {
      try OpeningVerifier.verify(
        claims: fixture.claims, oracles: Array(zip(fixture.layouts, fixture.roots)),
        parameters: parameters, transcript: &reader)
    }
    #expect(error == .transcript(.count(label: label, expected: expected, found: 1)))
  }

  /// A verifier's parameters are its own: proofs made with others do not fit.
  @Test func proofsWithOtherParametersAreRefused() throws {
    func make(
      rateBits: Int = 2, queries: Int = 6, levels: [Level], grindingBits: Int = 2
    ) throws -> CommitmentParameters {
      try CommitmentParameters(
        rowBits: 3, rateBits: rateBits, queries: queries, levels: levels,
        grindingBits: grindingBits)
    }
    let level = Level(splitBits: 2, rateBits: 3, queries: 5)
    let others = try [
      make(queries: 1, levels: [level]), make(levels: []), make(rateBits: 1, levels: [level]),
      make(levels: [Level(splitBits: 2, rateBits: 3, queries: 1)]),
      make(levels: [Level(splitBits: 2, rateBits: 1, queries: 5)]),
      make(levels: [Level(splitBits: 1, rateBits: 3, queries: 5)]),
      make(levels: [level], grindingBits: 0),
      make(levels: [level, Level(splitBits: 1, rateBits: 1, queries: 1)]),
    ]
    for parameters in others {
      var cheap = fixture
      cheap.parameters = parameters
      cheap.commit()
      let proof = try cheap.prove()
      try cheap.verify(proof, in: K.self)
      refusal(proof, roots: cheap.roots, parameters: Self.parameters, "\(parameters)")
      // Nor does the schedule of one fit the parameters of the other.
      refusal(self.proof, parameters: parameters, "\(parameters)")
    }
  }
}
