import AssayAlgebra
import AssayCommitments
import AssayCryptography
import AssayMerkle
import AssayProving
import AssayTestSupport
import Synchronization
import Testing

/// Provers who follow the protocol, but compute something else at one place.
@Suite struct CheatingOpeningTests {
  typealias K = GoldilocksExtension
  typealias Level = CommitmentParameters.Level

  /// Where a prover cheats.
  enum Cheat: CaseIterable, Sendable {
    /// The rows' code words are no code words: each column is off at one row.
    case wordsOfNoRow
    /// One code word in many positions differs: more than half the distance away.
    case farWord
    /// Level 1 commits to a vector that is not the fold of the rows.
    case otherLevel
    /// The last vector is another one with the same weighted sum, so only the queries can tell.
    case otherLast
    /// The first round's message fits a false claim.
    case falseRound
  }

  /// The plain arithmetic, cheating once.
  final class Cheater: CommitmentArithmetic {
    typealias Rows = PlainArithmetic<K>.Rows

    struct Code: CommittedCode {
      var columns: [[UInt8]]
      var tree: StoredTree

      init(_ columns: [[UInt8]], header: [UInt8]) {
        self.columns = columns
        tree = StoredTree(leafHashes: columns.map { MerkleTree.leafHash(header + $0) })
      }

      var root: Digest { tree.root }

      func opening(at indices: [Int]) -> [UInt8] {
        indices.flatMap { columns[$0] }
          + tree.multiProof(forLeaves: indices).nodes.flatMap(\.bytes)
      }
    }

    let cheat: Cheat
    private let plain = PlainArithmetic<K>()
    private let lastBits: Int
    /// Which rows are cheated with, and where their part of the vector begins.
    private let cheated: (bits: Int, start: Int)
    private let weights = Mutex<[K]>([])

    init(_ cheat: Cheat, lastBits: Int, rows: (bits: Int, start: Int) = (5, 0)) {
      self.cheat = cheat
      self.lastBits = lastBits
      cheated = rows
    }

    private func columns(of code: PlainArithmetic<K>.Code, count: Int) -> [[UInt8]] {
      // Where all columns are opened, no nodes follow.
      let bytes = code.opening(at: Array(0..<count))
      let width = bytes.count / count
      return (0..<count).map { Array(bytes[$0 * width..<($0 + 1) * width]) }
    }

    func commit(_ rows: Rows, layout: OracleLayout, rateBits: Int) -> Code {
      let code = plain.commit(rows, layout: layout, rateBits: rateBits)
      var columns = columns(of: code, count: 1 << (layout.rowBits + rateBits))
      for index in columns.indices {
        switch cheat {
        case _ where layout.rowBits != cheated.bits: break
        case .wordsOfNoRow: columns[index][index % columns[index].count & ~7] ^= 1
        case .farWord where index % 8 < 7:
          // Zero is a reduced element too.
          for byte in 0..<8 { columns[index][byte] = 0 }
        default: break
        }
      }
      return Code(
        columns,
        header: LeafHeader.bytes(of: layout, rateBits: rateBits, elementByteCount: 8))
    }

    func commit(_ vector: [K], code: CommitmentParameters.Code) -> Code {
      var vector = vector
      if cheat == .otherLevel { vector[cheated.start + 1] += .one }
      return Code(
        columns(of: plain.commit(vector, code: code), count: 1 << code.codeBits),
        header: LeafHeader.bytes(of: code, elementByteCount: 16))
    }

    func products(_ rows: Rows, layout: OracleLayout, part: ColumnPart<K>) -> [K] {
      var products = plain.products(rows, layout: layout, part: part)
      if cheat == .falseRound { products[0] += .one }
      return products
    }

    func addRows(
      _ rows: Rows, layout: OracleLayout, weights: ArraySlice<K>, to vector: inout [K]
    ) {
      plain.addRows(rows, layout: layout, weights: weights, to: &vector)
    }

    func addTails(_ rows: Rows, weights: [K], to vector: inout [K], at start: Int) {
      plain.addTails(rows, weights: weights, to: &vector, at: start)
    }

    func addPowers(
      indices: [Int], coefficients: [K], code: CommitmentParameters.Code, to vector: inout [K]
    ) {
      plain.addPowers(indices: indices, coefficients: coefficients, code: code, to: &vector)
    }

    /// The weights are bound before the vector.
    func bind(_ vector: inout [K], to challenge: K) {
      plain.bind(&vector, to: challenge)
      guard cheat == .otherLast, vector.count == 1 << lastBits else { return }
      weights.withLock { weights in
        if weights.isEmpty {
          weights = vector
        } else if weights.count == vector.count {
          vector[0] += weights[1]
          vector[1] -= weights[0]
          weights.append(.zero)
        }
      }
    }
  }

  private func fixture() throws -> OpeningFixture<K> {
    var generator = SeededGenerator()
    let parameters = try CommitmentParameters(
      rowBits: 5, rateBits: 1, queries: 60,
      levels: [Level(splitBits: 2, rateBits: 2, queries: 40)])
    return try OpeningFixture(
      [("data", [[30, 7]])], parameters: parameters, generator: &generator)
  }

  @Test(arguments: Cheat.allCases)
  func cheatsAreRefused(cheat: Cheat) throws {
    try check(fixture(), Cheater(cheat, lastBits: 3))
  }

  /// The same with rows of 32 and of 8 elements, of which only one length is cheated with.
  @Test(arguments: Cheat.allCases, [(5, 0), (3, 32)])
  func cheatsWithRowsOfOneLengthAreRefused(cheat: Cheat, rows: (bits: Int, start: Int)) throws {
    var generator = SeededGenerator()
    let parameters = try CommitmentParameters(
      rowCodes: [
        .init(rowBits: 5, rateBits: 1, queries: 60), .init(rowBits: 3, rateBits: 3, queries: 50),
      ], levels: [Level(splitBits: 2, rateBits: 2, queries: 40)])
    let fixture = try OpeningFixture<K>(
      [("data", [[30, 7]]), ("state", [[9, 5]])], parameters: parameters, generator: &generator)
    try check(fixture, Cheater(cheat, lastBits: 3, rows: rows))
  }

  private func check(_ fixture: OpeningFixture<K>, _ cheater: Cheater) throws {
    let oracles = zip(fixture.layouts, fixture.columns).map { layout, columns in
      CommittedOracle(
        PlainArithmetic<K>().rows(
          columns.map { $0.map { Goldilocks($0) } }, layout: layout),
        layout: layout, rateBits: fixture.rateBits(of: layout), arithmetic: cheater)
    }
    let proof = try fixture.prove(arithmetic: cheater, oracles: oracles)
    #expect(throws: CommitmentError.sum) {
      try fixture.verify(proof, in: K.self, roots: oracles.map(\.root))
    }
    #expect(throws: CommitmentError.sum) {
      try fixture.verify(proof, in: GMPGoldilocksExtension.self, roots: oracles.map(\.root))
    }
  }

  /// p + 5 has a hash of its own, and so could be committed beside 5.
  @Test func elementsThatAreNotReducedAreRefused() throws {
    struct Sloppy: CommitmentArithmetic {
      typealias Rows = PlainArithmetic<K>.Rows
      typealias Code = Cheater.Code
      let plain = PlainArithmetic<K>()
      let honest = Cheater(.falseRound, lastBits: 0)
      let level: Int

      func commit(_ rows: Rows, layout: OracleLayout, rateBits: Int) -> Code {
        var code = honest.commit(rows, layout: layout, rateBits: rateBits)
        if level == 0 {
          // The row is (5, 0, 0, …), so its code word is 5 everywhere.
          for index in code.columns.indices { code.columns[index] = Self.unreduced(5) }
        }
        return Code(
          code.columns,
          header: LeafHeader.bytes(of: layout, rateBits: rateBits, elementByteCount: 8))
      }

      func commit(_ vector: [K], code: CommitmentParameters.Code) -> Code {
        var committed = honest.commit(vector, code: code)
        if level == 1 {
          for index in committed.columns.indices {
            committed.columns[index].replaceSubrange(0..<8, with: Self.unreduced(5))
          }
        }
        return Code(
          committed.columns, header: LeafHeader.bytes(of: code, elementByteCount: 16))
      }

      static func unreduced(_ value: UInt64) -> [UInt8] {
        let word = Goldilocks.order + value
        return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
      }

      func products(_ rows: Rows, layout: OracleLayout, part: ColumnPart<K>) -> [K] {
        plain.products(rows, layout: layout, part: part)
      }
      func addRows(
        _ rows: Rows, layout: OracleLayout, weights: ArraySlice<K>, to vector: inout [K]
      ) { plain.addRows(rows, layout: layout, weights: weights, to: &vector) }
      func addTails(_ rows: Rows, weights: [K], to vector: inout [K], at start: Int) {
        plain.addTails(rows, weights: weights, to: &vector, at: start)
      }
      func addPowers(
        indices: [Int], coefficients: [K], code: CommitmentParameters.Code,
        to vector: inout [K]
      ) {
        plain.addPowers(indices: indices, coefficients: coefficients, code: code, to: &vector)
      }
    }
    var fixture = try fixture()
    fixture.parameters = try CommitmentParameters(
      rowBits: 5, rateBits: 1, queries: 9, levels: [Level(splitBits: 2, rateBits: 2, queries: 4)])
    fixture.layouts = try [OracleLayout(kind: "data", shapes: [[32]], rowBits: 5)]
    fixture.columns = [[[5] + [Int64](repeating: 0, count: 31)]]
    let term = Term<K>.tensor(oracle: 0, column: 0, coefficient: .one, weights: [.ones])
    fixture.claims = [LinearClaim(terms: [term], value: K(5))]
    for level in [0, 1] {
      let arithmetic = Sloppy(level: level)
      let rows = PlainArithmetic<K>().rows(
        fixture.columns[0].map { $0.map { Goldilocks($0) } }, layout: fixture.layouts[0])
      let oracle = CommittedOracle(
        rows, layout: fixture.layouts[0], rateBits: 1, arithmetic: arithmetic)
      let proof = try fixture.prove(arithmetic: arithmetic, oracles: [oracle])
      for refusal in [
        #expect(
          throws: CommitmentError.self,
          performing: {
            try fixture.verify(proof, in: K.self, roots: [oracle.root])
          }),
        #expect(
          throws: CommitmentError.self,
          performing: {
            try fixture.verify(proof, in: GMPGoldilocksExtension.self, roots: [oracle.root])
          }),
      ] {
        #expect(refusal == .notReduced(level: level, oracle: 0))
      }
    }
  }
}
