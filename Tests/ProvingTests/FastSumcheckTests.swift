import AssayAlgebra
import AssayProving
import AssaySumcheck
import AssayTestSupport
import AssayTranscripts
import Testing

/// The provers with kernels must write the bytes that the plain provers write.
@Suite struct FastSumcheckTests {
  typealias K = GoldilocksExtension

  /// Words at which carries and reductions change.
  static let edges: [UInt64] = [
    0, 1, 2, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, (1 << 52) - 1, 1 << 52,
    (1 << 63) - 1, 1 << 63, 0xffff_fffe_ffff_ffff, 0xffff_ffff_0000_0000,
  ]

  static func word(_ generator: inout SeededGenerator) -> Goldilocks {
    let random = UInt64.random(in: 0..<Goldilocks.order, using: &generator)
    let word = Bool.random(using: &generator) ? random : edges.randomElement(using: &generator)
    return Goldilocks(uncheckedCanonical: word ?? random)
  }

  static func element(_ generator: inout SeededGenerator) -> K {
    K(word(&generator), word(&generator))
  }

  static func elements(_ count: Int, _ generator: inout SeededGenerator) -> [K] {
    (0..<count).map { _ in element(&generator) }
  }

  static let kernels: [SumcheckKernels] = SumcheckKernels.availablePaths.flatMap { path in
    [1, 3].compactMap { SumcheckKernels(path: path, threads: $0) }
  }

  static func proof(
    _ steps: [Schedule.Step],
    _ prove: (inout TranscriptWriter<K>) throws -> Void
  ) throws -> [UInt8] {
    var writer = TranscriptWriter<K>(schedule: Schedule(steps), context: [])
    try prove(&writer)
    return try writer.finish()
  }

  static func plainProof(_ p: [K], _ q: [K], bits: Int) throws -> [UInt8] {
    try proof(FractionSum.schedule(bits: bits, label: "t")) {
      _ = try PlainFractionSum.prove(
        numerators: p, denominators: q, bits: bits, label: "t", transcript: &$0)
    }
  }

  @Test func theFastestPathIsAmongThoseTested() {
    #expect(SumcheckKernels.availablePaths.contains(.portable))
    #expect(Self.kernels.count == 2 * SumcheckKernels.availablePaths.count)
  }

  @Test(arguments: 0...10) func fractionsAreProvedAsPlainly(bits: Int) throws {
    var generator = SeededGenerator(seed: SeededGenerator.defaultSeed &+ UInt64(bits))
    let count = Int.random(in: 0...(1 << bits), using: &generator)
    let p = Self.elements(count, &generator)
    let q = Self.elements(count, &generator).map { $0 == .zero ? .one : $0 }
    let expected = try Self.plainProof(p, q, bits: bits)
    for kernels in Self.kernels {
      let prover = FractionSumProver(kernels: kernels)
      for _ in 0..<2 {
        let found = try Self.proof(FractionSum.schedule(bits: bits, label: "t")) {
          _ = try prover.prove(
            numerators: p, denominators: q, bits: bits, label: "t", transcript: &$0)
        }
        #expect(found == expected, "\(kernels), seed \(generator.seed)")
      }
    }
  }

  /// Columns of every stored type, and segments that start anywhere in them.
  static func sites(_ bits: [Int], _ generator: inout SeededGenerator) throws -> LookupSites {
    let ranges: [ClosedRange<Int64>] = [
      0...255, -128...127, 0...65535, -32768...32767,
      Int64(Int32.min)...Int64(Int32.max),
    ]
    let length = (1 << (bits.max() ?? 0)) + 13
    let columns = try ranges.map { range in
      let values = (0..<length).map { _ in Int64.random(in: range, using: &generator) }
      return try #require(IntegerColumn(values + [range.lowerBound, range.upperBound]))
    }
    return try LookupSites(
      bits.enumerated().map { index, bits in
        let lanes = (0..<(index % 9)).map { lane in
          LookupSites.Lane(
            columns[(lane + index) % columns.count],
            start: Int.random(in: 0...(length - (1 << bits)), using: &generator),
            coefficient: element(&generator))
        }
        let constant = element(&generator)
        return LookupSites.Segment(
          bits: bits, constant: constant == .zero ? .one : constant, lanes: lanes)
      })
  }

  static func denominators(_ sites: LookupSites) -> [K] {
    sites.segments.flatMap { segment in
      (0..<(1 << segment.bits)).map { index in
        segment.lanes.reduce(segment.constant) {
          $0 + $1.coefficient * K(Int64($1.column[$1.start + index]))
        }
      }
    }
  }

  @Test(arguments: [
    [], [0], [1], [1, 0], [2], [2, 0], [2, 1, 0], [3], [3, 0], [3, 2, 1], [3, 2, 1, 0], [4],
    [4, 0, 0], [4, 3, 3], [6, 6, 6, 5, 2, 0], [7, 0], [8, 7, 6, 5, 4, 3, 2, 1, 0], [9, 8], [10],
    [10, 1, 0], Array(repeating: 5, count: 20) + Array(repeating: 0, count: 11),
  ])
  func sitesAreProvedAsTheirDenominatorsPlainly(bits: [Int]) throws {
    var generator = SeededGenerator(seed: SeededGenerator.defaultSeed &+ UInt64(bits.count))
    let sites = try Self.sites(bits, &generator)
    try expectPlainProof(of: sites, Self.kernels, "seed \(generator.seed)")
  }

  func expectPlainProof(
    of sites: LookupSites, _ kernels: [SumcheckKernels], _ note: Comment
  ) throws {
    let q = Self.denominators(sites)
    let expected = try Self.plainProof(q.map { _ in .one }, q, bits: sites.layout.bits)
    for kernels in kernels {
      let prover = FractionSumProver(kernels: kernels)
      let found = try Self.proof(FractionSum.schedule(bits: sites.layout.bits, label: "t")) {
        _ = try prover.prove(sites, label: "t", transcript: &$0)
      }
      #expect(found == expected, note)
    }
  }

  /// So many leaves that every pass of the lower layers has several tasks.
  @Test func manySitesLeaveTrueClaims() throws {
    var generator = SeededGenerator()
    let sites = try Self.sites([14, 6, 3, 1], &generator)
    let bits = sites.layout.bits
    let q = Self.denominators(sites)
    let padded = q + Array(repeating: .one, count: (1 << bits) - q.count)
    let schedule = FractionSum.schedule(bits: bits, label: "t")
    let proofs = try Self.kernels.map { kernels in
      try Self.proof(schedule) {
        _ = try FractionSumProver(kernels: kernels).prove(sites, label: "t", transcript: &$0)
      }
    }
    #expect(Set(proofs).count == 1, "seed \(generator.seed)")
    var reader = TranscriptReader<K>(
      schedule: Schedule(schedule), context: [], proof: try #require(proofs.first))
    let (root, leaves) = try FractionSum.verify(bits: bits, label: "t", transcript: &reader)
    try reader.finish()
    #expect(root.denominator == q.reduce(.one) { $0 * $1 })
    #expect(leaves.numerator == sites.layout.occupied(at: leaves.point))
    #expect(leaves.denominator == Multilinear.evaluate(padded, at: leaves.point))
  }

  /// What one proof leaves in the memory does not show in the next.
  @Test func oneProverProvesTreesOfAllSizes() throws {
    var generator = SeededGenerator()
    let prover = FractionSumProver()
    for bits in [[5, 3], [9, 2], [1], [6], [9, 8], [3]] {
      let sites = try Self.sites(bits, &generator)
      let q = Self.denominators(sites)
      let found = try Self.proof(FractionSum.schedule(bits: sites.layout.bits, label: "t")) {
        _ = try prover.prove(sites, label: "t", transcript: &$0)
      }
      let expected = try Self.plainProof(q.map { _ in .one }, q, bits: sites.layout.bits)
      #expect(found == expected, "\(bits), seed \(generator.seed)")
    }
  }

  @Test func aZeroDenominatorIsNotProved() throws {
    let values = try #require(IntegerColumn([1, 2, 3, 4, 5, 6, 7, 8]))
    let segment = LookupSites.Segment(
      bits: 3, constant: K(5), lanes: [.init(values, coefficient: K(-1))])
    let sites = try LookupSites([segment])
    #expect(throws: SumcheckError.pole(label: "t")) {
      try Self.proof(FractionSum.schedule(bits: 3, label: "t")) {
        _ = try FractionSumProver().prove(sites, label: "t", transcript: &$0)
      }
    }
    #expect(throws: SumcheckError.pole(label: "t")) {
      try Self.plainProof([.one, .one], [.one, .zero], bits: 1)
    }
  }

  @Test(arguments: [[], [0], [1], [3, 0, 2], [9, 9, 1, 4, 0, 8], [10, 3], [7, 11]])
  func productsAreProvedAsPlainly(variables: [Int]) throws {
    var generator = SeededGenerator()
    let instances = variables.enumerated().map { index, variables in
      let counts = (0..<3).map { _ in Int.random(in: 0...(1 << variables), using: &generator) }
      return PlainBatchedProducts.Instance(
        variables: variables, gate: index % 2 == 0 ? nil : Self.elements(counts[0], &generator),
        left: Self.elements(counts[1], &generator), right: Self.elements(counts[2], &generator))
    }
    let schedule = BatchedProducts.schedule(variables: variables, label: "p")
    let expected = try Self.proof(schedule) {
      _ = try PlainBatchedProducts.prove(instances, label: "p", transcript: &$0)
    }
    let claimed = instances.map { instance in
      var sum = K.zero
      for index in 0..<min(instance.left.count, instance.right.count) {
        let gate = instance.gate.map { index < $0.count ? $0[index] : .zero } ?? .one
        sum += gate * instance.left[index] * instance.right[index]
      }
      return BatchedProductsProver.Instance(
        claim: .init(variables: instance.variables, value: sum), gate: instance.gate,
        left: instance.left, right: instance.right)
    }
    for kernels in Self.kernels {
      let prover = BatchedProductsProver(kernels: kernels)
      let found = try Self.proof(schedule) {
        _ = try prover.prove(claimed, label: "p", transcript: &$0)
      }
      #expect(found == expected, "\(kernels), seed \(generator.seed)")
    }
  }

  @Test func integersOfMoreThan32BitsAreRefused() {
    #expect(IntegerColumn([0, Int64(Int32.max) + 1]) == nil)
    #expect(IntegerColumn([0, Int64(Int32.min) - 1]) == nil)
    #expect(IntegerColumn([UInt64.max]) == nil)
    #expect(IntegerColumn([Int64(Int32.max), Int64(Int32.min)])?[1] == Int64(Int32.min))
    #expect(IntegerColumn([Int]())?.count == 0)
  }
}
