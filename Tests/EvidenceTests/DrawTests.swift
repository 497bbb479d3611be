import AssayCryptography
import AssayEvidence
import AssayTestSupport
import Testing

struct DrawTests {
  private func seed(_ number: Int) -> Digest { SHA256.digest(of: Array("\(number)".utf8)) }

  @Test func drawsDistinctAscendingIntervalsAndTheSameAgain() throws {
    for intervals in [1, 2, 3, 20, 97, 1_000, 1 << 20] {
      for drawn in Set([1, intervals / 2, intervals - 1, intervals, 44]) {
        guard (1...min(intervals, 2_000)).contains(drawn) else { continue }
        let draw = try Draw(seed: seed(1), intervalCount: intervals, drawn: drawn)
        #expect(draw.indices.count == drawn)
        #expect(zip(draw.indices, draw.indices.dropFirst()).allSatisfy { $0 < $1 })
        #expect(draw.indices.allSatisfy { (0..<intervals).contains($0) })
        #expect(try Draw(seed: seed(1), intervalCount: intervals, drawn: drawn) == draw)
      }
    }
  }

  @Test func theStreamIsWhatTheDocumentationSays() throws {
    // Recomputed here from the description, with nothing but SHA-256.
    func block(_ seed: Digest, _ counter: UInt64) -> [UInt8] {
      func part(_ bytes: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
      }
      let number = (0..<8).map { UInt8(truncatingIfNeeded: counter >> UInt64(8 * $0)) }
      return SHA256.digest(of: part(Array("assay/draw/v1".utf8)) + part(seed.bytes) + part(number))
        .bytes
    }
    for (intervals, drawn) in [(10, 4), (1_000, 44), (3, 2), (1 << 20, 7)] {
      var chosen: Set<Int> = []
      var counter: UInt64 = 0
      let limit = UInt64.max - (UInt64.max % UInt64(intervals) + 1) % UInt64(intervals)
      while chosen.count < drawn {
        let bytes = block(seed(2), counter)
        counter += 1
        for start in stride(from: 0, to: 32, by: 8) where chosen.count < drawn {
          var word: UInt64 = 0
          for index in (0..<8).reversed() { word = word << 8 | UInt64(bytes[start + index]) }
          if word <= limit { chosen.insert(Int(word % UInt64(intervals))) }
        }
      }
      let draw = try Draw(seed: seed(2), intervalCount: intervals, drawn: drawn)
      #expect(draw.indices == chosen.sorted())
    }
  }

  @Test func everyIntervalIsEquallyLikely() throws {
    // χ² with 19 degrees of freedom over 4,000 draws of 5 of 20: below 43.8 with 99.9 %.
    var counts = [Int](repeating: 0, count: 20)
    for number in 0..<4_000 {
      let draw = try Draw(seed: seed(number), intervalCount: 20, drawn: 5)
      for index in draw.indices { counts[index] += 1 }
    }
    let statistic = counts.reduce(0.0) { sum, count in
      sum + (Double(count) - 1_000) * (Double(count) - 1_000) / 1_000
    }
    #expect(statistic < 43.8, "χ² = \(statistic), counts \(counts)")
  }

  @Test func theSeedDependsOnEverythingThatIsDrawnFor() {
    let digests = (0..<5).map(seed)
    func made(
      _ job: String = "job", _ terms: Int = 0, _ claim: Int = 1, _ policy: Int = 2,
      _ randomness: Int = 3
    ) -> Digest {
      Draw.seed(
        job: job, terms: digests[terms], claim: digests[claim], policy: digests[policy],
        randomness: digests[randomness])
    }
    let seeds = [
      made(), made("job2"), made("job", 4), made("job", 0, 4), made("job", 0, 1, 4),
      made("job", 0, 1, 2, 4), made("job", 1, 0),
    ]
    #expect(Set(seeds).count == seeds.count)
  }

  @Test func drawingNoneOrMoreThanThereIsIsRefused() {
    for (intervals, drawn) in [(0, 0), (0, 1), (5, 0), (5, 6), (-1, 1), (5, -1), (1 << 21, 1)] {
      #expect(throws: EvidenceError.drawSize(intervals: intervals, drawn: drawn)) {
        try Draw(seed: seed(0), intervalCount: intervals, drawn: drawn)
      }
    }
  }

  @Test func theCatchRateAgreesWithThePrintedProbability() throws {
    // A thousand draws with fresh randomness and a verdict each, for cheats of several sizes.
    var generator = SeededGenerator()
    let verifier = try SigningKey(seed: generator.bytes(32))
    let policy = EvidencePolicy(
      selection: .drawn(9), adversary: .lazy(fractionMillionths: 100_000),
      confidenceMillionths: 0)
    for falseCount in [1, 4, 10, 25] {
      let falseIntervals = Set((0..<100).shuffled(using: &generator).prefix(falseCount))
      var caught = 0
      for _ in 0..<1_000 {
        let challenge = try Challenge(
          job: "job", terms: seed(1), claim: seed(2), policy: policy,
          source: .secrets(
            buyer: generator.bytes(32), operator: generator.bytes(32)),
          intervalCount: 100)
        let hit = challenge.indices.first { falseIntervals.contains($0) }
        let outcome: Verdict.Outcome =
          hit.map {
            .rejected(
              Rejection(
                fault: .wrongComputation, interval: $0, claimedRoot: seed(3),
                computedRoot: seed(4)))
          } ?? .accepted
        let admitted = try AdmittedVerdict.admit(
          Verdict(on: challenge, outcome: outcome, device: "test").signed(by: verifier).encoded,
          expecting: VerdictExpectation(
            challenge: challenge, admittedKeys: [verifier.verifyingKey]))
        if case .rejected = admitted.verdict.outcome { caught += 1 }
      }
      let printed = Detection.probability(
        intervals: 100, drawn: 9, falseIntervals: falseCount)
      let expected = Double(printed.roundedMillionths) / 1_000_000
      let deviation = (expected * (1 - expected) / 1_000).squareRoot()
      #expect(
        abs(Double(caught) / 1_000 - expected) < 4 * deviation,
        "\(falseCount) false: caught \(caught) of 1000, printed \(printed), seed \(generator.seed)")
    }
  }
}
