import AssayAlgebra
import AssayProving
import AssaySumcheck
import AssayTestSupport
import AssayTranscripts
import Testing

/// A whole lookup argument: pairs of columns against one table, by both provers with kernels, and
/// verified in GMP's arithmetic down to the columns.
@Suite struct LookupArgumentTests {
  /// Blocks of pairs (key, f(key)), and how often each key of the table is claimed to occur.
  struct Lookups {
    /// 2^bits pairs each.
    var blocks: [(bits: Int, keys: [Int64], values: [Int64])]
    var multiplicities: [Int64]

    /// The table: the clamped value of every signed byte.
    static let table: [(key: Int64, value: Int64)] = (-128..<128).map {
      ($0, min(max($0, 0), 100))
    }

    static func random(_ bits: [Int], _ generator: inout SeededGenerator) -> Lookups {
      var lookups = Lookups(blocks: [], multiplicities: table.map { _ in 0 })
      for bits in bits {
        let rows = (0..<(1 << bits)).map { _ in table.indices.randomElement(using: &generator) ?? 0
        }
        for row in rows { lookups.multiplicities[row] += 1 }
        lookups.blocks.append((bits, rows.map { table[$0].key }, rows.map { table[$0].value }))
      }
      return lookups
    }

    func schedule() throws -> Schedule {
      let bits = try LeafLayout(segmentBits: blocks.map(\.bits)).bits
      return Schedule(
        [.init("alpha", .challenges(1)), .init("beta", .challenges(1))]
          + FractionSum.schedule(bits: bits, label: "sites")
          + FractionSum.schedule(bits: 8, label: "table"))
    }

    /// Everything is public here: a real proof has the roots of commitments in their place.
    var context: [UInt8] {
      Array("\(blocks) \(multiplicities)".utf8)
    }

    func proof() throws -> [UInt8] {
      typealias K = GoldilocksExtension
      var transcript = TranscriptWriter<K>(schedule: try schedule(), context: context)
      let (alpha, beta) = (try transcript.challenge("alpha"), try transcript.challenge("beta"))
      let sites = try LookupSites(
        blocks.map { block in
          let keys = try #require(IntegerColumn(block.keys))
          let values = try #require(IntegerColumn(block.values))
          return LookupSites.Segment(
            bits: block.bits, constant: alpha,
            lanes: [.init(keys, coefficient: -.one), .init(values, coefficient: -beta)])
        })
      let prover = FractionSumProver()
      _ = try prover.prove(sites, label: "sites", transcript: &transcript)
      _ = try prover.prove(
        numerators: multiplicities.map { K(-$0) },
        denominators: Self.table.map { alpha - K($0.key) - beta * K($0.value) }, bits: 8,
        label: "table", transcript: &transcript)
      return try transcript.finish()
    }

    /// True when what the sums leave to be shown holds of the columns.
    func verify(_ proof: [UInt8]) throws -> Bool {
      typealias K = GMPGoldilocksExtension
      var transcript = TranscriptReader<K>(
        schedule: try schedule(), context: context, proof: proof)
      let (alpha, beta) = (try transcript.challenge("alpha"), try transcript.challenge("beta"))
      let layout = try LeafLayout(segmentBits: blocks.map(\.bits))
      let sites = try FractionSum.verify(
        bits: layout.bits, label: "sites", transcript: &transcript)
      let table = try FractionSum.verify(bits: 8, label: "table", transcript: &transcript)
      try FractionSum.requireCancellation(
        [sites.root, table.root], label: "sum", transcript: &transcript)
      try transcript.finish()

      let point = sites.leaves.point
      let occupied = layout.occupied(at: point)
      var denominator = K.one - occupied
      for (segment, block) in zip(layout.segments, blocks) {
        let inner = layout.inner(segment, at: point)
        let key = Multilinear.evaluate(block.keys.map { K($0) }, at: inner)
        let value = Multilinear.evaluate(block.values.map { K($0) }, at: inner)
        denominator += layout.weight(segment, at: point) * (alpha - key - beta * value)
      }
      let rows = Self.table.map { alpha - K($0.key) - beta * K($0.value) }
      return sites.leaves.numerator == occupied && sites.leaves.denominator == denominator
        && table.leaves.numerator
          == Multilinear.evaluate(multiplicities.map { K(-$0) }, at: table.leaves.point)
        && table.leaves.denominator == Multilinear.evaluate(rows, at: table.leaves.point)
    }
  }

  @Test(arguments: [[0], [3], [5, 5, 2, 0], [10], [10, 9, 9, 9, 4, 1]])
  func valuesOfTheTableAreAccepted(bits: [Int]) throws {
    var generator = SeededGenerator()
    let lookups = Lookups.random(bits, &generator)
    #expect(try lookups.verify(lookups.proof()), "seed \(generator.seed)")
  }

  /// The pair (−3, 5) is in no row, (−3, 0) is.
  @Test func pairsThatAreNoRowAreRefused() throws {
    var generator = SeededGenerator()
    let honest = Lookups.random([4, 2], &generator)
    for block in honest.blocks.indices {
      for place in honest.blocks[block].keys.indices {
        var lookups = honest
        lookups.blocks[block].values[place] += 1
        #expect(throws: SumcheckError.fractionsDoNotCancel) {
          try lookups.verify(lookups.proof())
        }
      }
    }
  }

  @Test func multiplicitiesThatAreNotTheCountsAreRefused() throws {
    var generator = SeededGenerator()
    let honest = Lookups.random([4, 2], &generator)
    for row in stride(from: 0, to: 256, by: 37) {
      var lookups = honest
      lookups.multiplicities[row] += 1
      lookups.multiplicities[(row + 1) % 256] -= 1
      #expect(throws: SumcheckError.fractionsDoNotCancel) {
        try lookups.verify(lookups.proof())
      }
    }
  }

  /// A proof for these columns, shown for others that a real commitment would bind.
  @Test func aProofIsOfItsOwnColumns() throws {
    var generator = SeededGenerator()
    let honest = Lookups.random([4, 2], &generator)
    var other = honest
    other.blocks[0].keys.swapAt(0, 1)
    other.blocks[0].values.swapAt(0, 1)
    let isTheSame = other.blocks[0].keys == honest.blocks[0].keys
    let proof = try honest.proof()
    #expect(!isTheSame && throwsOrIsFalse { try other.verify(proof) })
  }

  func throwsOrIsFalse(_ body: () throws -> Bool) -> Bool {
    (try? body()) != true
  }
}
