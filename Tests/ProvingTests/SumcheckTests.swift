import AssayAlgebra
import AssayProving
import AssaySumcheck
import AssayTestSupport
import AssayTranscripts
import Testing

@Suite struct SumcheckTests {
  /// Expects that the statement is proved over every field, and byte by byte the same in both
  /// arithmetics of one.
  func expectProof(of statement: some Statement, _ note: Comment) throws {
    let proof = try statement.proof(over: GoldilocksExtension.self)
    #expect(statement.outcome(of: proof) == .accepted, note)
    #expect(try statement.proof(over: GMPGoldilocksExtension.self) == proof, note)
    let scalars = try statement.proof(over: BN254Scalar.self)
    #expect(statement.outcome(of: scalars, over: BN254Scalar.self) == .accepted, note)
    #expect(statement.outcome(of: scalars, over: NativeBN254Scalar.self) == .accepted, note)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33])
  func fractionsAddUp(count: Int) throws {
    var generator = SeededGenerator(seed: SeededGenerator.defaultSeed &+ UInt64(count))
    try expectProof(of: Fractions.random(count, &generator), "seed \(generator.seed)")
  }

  @Test(arguments: [[], [0], [3], [0, 0], [4, 1, 0, 3, 4], [1, 2, 3], [5, 5, 5]])
  func productsAddUp(variables: [Int]) throws {
    var generator = SeededGenerator()
    try expectProof(of: Products.random(variables, &generator), "seed \(generator.seed)")
  }

  @Test(arguments: 0...5) func constraintsHold(variables: Int) throws {
    var generator = SeededGenerator(seed: SeededGenerator.defaultSeed &+ UInt64(variables))
    try expectProof(of: Constraints.random(variables, &generator), "seed \(generator.seed)")
  }

  /// 1/2 + 1/3 − 1/6 − 2/3 = 0.
  @Test func fractionsThatCancelAreRecognised() throws {
    typealias K = GMPGoldilocksExtension
    let fractions = Fractions(numerators: [1, 1, -1, -2], denominators: [2, 3, 6, 3])
    let roots = try [fractions, Fractions(numerators: [1], denominators: [7])].map { statement in
      var reader = TranscriptReader<K>(
        schedule: statement.schedule, context: [7], proof: try statement.proof(over: K.self))
      return try FractionSum.verify(bits: statement.bits, label: "tree", transcript: &reader).root
    }
    var reader = TranscriptReader<K>(schedule: Schedule([]), context: [], proof: [])
    try FractionSum.requireCancellation(Array(roots[..<1]), label: "sum", transcript: &reader)
    try FractionSum.requireCancellation(
      [FractionSum.Root<K>](), label: "sum", transcript: &reader)
    #expect(throws: SumcheckError.fractionsDoNotCancel) {
      var reader = TranscriptReader<K>(schedule: Schedule([]), context: [], proof: [])
      try FractionSum.requireCancellation(roots, label: "sum", transcript: &reader)
    }
  }

  static let small: [any Statement] = {
    var generator = SeededGenerator()
    return [
      Fractions.random(1, &generator), Fractions.random(3, &generator),
      Products.random([1, 0], &generator), Constraints.random(1, &generator),
    ]
  }()

  @Test(arguments: small.indices) func noBitOfAProofCanBeFlipped(index: Int) throws {
    let statement = Self.small[index]
    for mutation in Mutations.bitFlips(of: try statement.proof(over: GoldilocksExtension.self)) {
      let outcome = statement.outcome(of: mutation.bytes)
      #expect(outcome != nil && outcome != .accepted, "\(mutation.name)")
    }
  }

  @Test(arguments: small.indices) func noElementOfAProofCanBeReplaced(index: Int) throws {
    let statement = Self.small[index]
    let proof = try statement.proof(over: GoldilocksExtension.self)
    let elements = stride(from: 0, to: proof.count, by: 16).map { Array(proof[$0..<$0 + 16]) }
    let one = GoldilocksExtension.one
    for place in elements.indices {
      let value = try #require(GoldilocksExtension(canonicalBytes: elements[place]))
      var others = elements
      others += [value + one, value * GoldilocksExtension(-1), .zero].map(\.canonicalBytes)
      for other in others where other != elements[place] {
        var altered = elements
        altered[place] = other
        let outcome = statement.outcome(of: altered.flatMap { $0 })
        #expect(outcome != nil && outcome != .accepted, "element \(place)")
      }
      for second in elements.indices where elements[second] != elements[place] {
        var altered = elements
        altered.swapAt(place, second)
        let outcome = statement.outcome(of: altered.flatMap { $0 })
        #expect(outcome != nil && outcome != .accepted, "elements \(place) and \(second) swapped")
      }
    }
  }

  @Test(arguments: small.indices) func noProofCanBeShortenedOrLengthened(index: Int) throws {
    let statement = Self.small[index]
    let proof = try statement.proof(over: GoldilocksExtension.self)
    let truncations = Mutations.truncations(of: proof).map(\.bytes)
    for bytes in truncations + [proof + [0], proof + proof] {
      guard case .refused(.transcript) = statement.outcome(of: bytes) else {
        Issue.record("\(bytes.count) of \(proof.count) bytes")
        continue
      }
    }
  }

  @Test func aProofOfAnotherStatementIsRefused() throws {
    var generator = SeededGenerator()
    let (one, other) = (Fractions.random(6, &generator), Fractions.random(6, &generator))
    let proof = try other.proof(over: GoldilocksExtension.self)
    #expect(one.outcome(of: proof) == .falseClaim)
  }
}
