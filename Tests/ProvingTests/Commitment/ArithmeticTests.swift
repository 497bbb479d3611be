import AssayAlgebra
import AssayCommitments
import AssayCryptography
import AssayFieldVectors
import AssayTestSupport
import AssayTranscripts
import Testing

@testable import AssayProving

/// The kernels against plain Swift: the same roots, and the same proofs byte by byte.
@Suite struct ArithmeticTests {
  typealias K = GoldilocksExtension
  typealias Level = CommitmentParameters.Level

  static let ways: [GoldilocksArithmetic] =
    FieldKernels.availablePaths.flatMap { path in
      [1, 3].compactMap { FieldKernels(path: path, threads: $0) }
    }.flatMap { kernels in
      [
        GoldilocksArithmetic(kernels: kernels),
        GoldilocksArithmetic(kernels: kernels, maximumCodeByteCount: 0),
      ]
    }

  private func oracles(
    of fixture: OpeningFixture<K>, _ arithmetic: GoldilocksArithmetic
  ) -> [GoldilocksOracle] {
    zip(fixture.layouts, fixture.columns).map { layout, columns in
      let rows = arithmetic.rows(columns.map { .int64($0) }, layout: layout)
      let code = arithmetic.commit(
        data: rows, layout: layout, rateBits: fixture.rateBits(of: layout), file: nil)
      return CommittedOracle(rows, layout: layout, code: code)
    }
  }

  @Test(arguments: ways.indices)
  func proofsAreTheSameOnEveryWay(way: Int) throws {
    let arithmetic = Self.ways[way]
    var generator = SeededGenerator()
    for rowBits in [0, 1, 3, 5, 8] {
      for levels in [[], [Level(splitBits: max(1, rowBits / 2), rateBits: 2, queries: 4)]]
      where rowBits > 0 || levels.isEmpty {
        let shapes = (0..<Int.random(in: 1...3, using: &generator)).map { oracle in
          (
            kind: "oracle \(oracle)",
            columns: (0..<3).map { _ in
              (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                Int.random(in: 1...20, using: &generator)
              }
            }
          )
        }
        let fixture = try OpeningFixture<K>(
          shapes,
          parameters: CommitmentParameters(
            rowBits: rowBits, rateBits: 1 + rowBits % 3, queries: 7, levels: levels),
          claimCount: 5, generator: &generator)
        let oracles = oracles(of: fixture, arithmetic)
        #expect(oracles.map(\.root) == fixture.roots, "seed \(generator.seed), \(shapes)")
        let proof = try fixture.prove(arithmetic: arithmetic, oracles: oracles)
        let plain = try fixture.prove()
        #expect(proof == plain, "seed \(generator.seed), \(shapes), rows of 2^\(rowBits)")
      }
    }
  }

  @Test func rootsDoNotDependOnTheTypeOfTheIntegers() throws {
    let arithmetic = GoldilocksArithmetic()
    let layout = try OracleLayout(kind: "state", shapes: [[5, 7], [3]], rowBits: 3)
    let small = (0..<35).map { Int8($0 - 5) }
    let counts: [UInt8] = [1, 200, 255]
    func root(_ columns: [RowMatrix.Values]) -> String {
      let rows = arithmetic.rows(columns, layout: layout)
      let oracle = GoldilocksOracle(rows, layout: layout, rateBits: 1, arithmetic: arithmetic)
      #expect(arithmetic.root(of: columns, layout: layout, rateBits: 1) == oracle.root)
      return oracle.root.hex
    }
    let expected = root([.int64(small.map { Int64($0) }), .int64(counts.map { Int64($0) })])
    #expect(root([.int8(small), .uint8(counts)]) == expected)
    #expect(
      root([.int16(small.map { Int16($0) }), .uint16(counts.map { UInt16($0) })]) == expected)
    #expect(root([.int32(small.map { Int32($0) }), .uint8(counts)]) == expected)
    #expect(
      root([
        .elements(small.map { Goldilocks(Int64($0)) }), .int16(counts.map { Int16($0) }),
      ]) == expected)
    // Values at the ends of each type, in wider ones too.
    let ends: [Int64] = [
      0, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, .max >> 32, 1 << 31, .max, -1, -128,
      -129, -32_768, -32_769, .min >> 32, .min >> 32 - 1, .min,
    ]
    let pair = try OracleLayout(kind: "state", shapes: [[2], [1]], rowBits: 1)
    for end in ends {
      let plain = PlainArithmetic<K>()
      let elements = [[Goldilocks(end), .one], [Goldilocks(-7)]]
      let rows = plain.rows(elements, layout: pair)
      let root = CommittedOracle(rows, layout: pair, rateBits: 1, arithmetic: plain).root
      #expect(
        arithmetic.root(of: [.int64([end, 1]), .int8([-7])], layout: pair, rateBits: 1) == root,
        "\(end)")
      #expect(
        arithmetic.root(of: [.int64([end, 1]), .int64([-7])], layout: pair, rateBits: 1) == root,
        "\(end)")
    }
    let unsigned = try OracleLayout(kind: "state", shapes: [[3]], rowBits: 3)
    #expect(
      arithmetic.root(of: [.uint8(counts)], layout: unsigned, rateBits: 2)
        == arithmetic.root(
          of: [.uint16(counts.map { UInt16($0) })], layout: unsigned, rateBits: 2))
  }

  /// Small blocks that fill a row with weights of their own, and a batch of rows of a table.
  @Test func manySmallBlocksAndBatchesAreOpened() throws {
    var generator = SeededGenerator()
    let parameters = try CommitmentParameters(
      rowBits: 6, rateBits: 1, queries: 5,
      levels: [Level(splitBits: 3, rateBits: 2, queries: 4)])
    var fixture = try OpeningFixture<K>(
      [("witness", (1...20).map { [$0, 1 + $0 % 3] }), ("data", [[50, 14], [50]])],
      parameters: parameters, claimCount: 0, generator: &generator)
    let batch = [3, 17, 17, 44].map { ($0, K.random(using: &generator)) }
    for column in 0..<20 {
      let shape = fixture.layouts[0].columns[column].shape
      let weights = shape.map { size in
        Weight<K>.vector((0..<size).map { _ in K.random(using: &generator) })
      }
      let terms: [Term<K>] = [
        .tensor(oracle: 0, column: column, coefficient: .one, weights: weights),
        .tensor(oracle: 0, column: column, coefficient: K(3), weights: [.index(0), .ones]),
        .tensor(
          oracle: 1, column: 0, coefficient: K(5),
          weights: [.sparse(batch), .eq((0..<4).map { _ in K.random(using: &generator) })]),
        .tensor(oracle: 1, column: 1, coefficient: .one, weights: [.sparse(batch)]),
      ]
      fixture.claims.append(LinearClaim(terms: terms, value: fixture.value(of: terms)))
    }
    let arithmetic = GoldilocksArithmetic()
    let proof = try fixture.prove(
      arithmetic: arithmetic, oracles: oracles(of: fixture, arithmetic))
    try fixture.verify(proof, in: GMPGoldilocksExtension.self)
    #expect(try fixture.prove() == proof)
  }
}
