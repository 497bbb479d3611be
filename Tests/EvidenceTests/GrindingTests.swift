import AssayBeacons
import AssayCryptography
import AssayEvidence
import AssayTestSupport
import Testing

@Suite struct GrindingTests {
  private static let intervals = 40
  private static let falseIntervals = 4
  private static let drawn = 10

  private let policy = EvidencePolicy(
    selection: .drawn(drawn), adversary: .lazy(fractionMillionths: 100_000),
    confidenceMillionths: 0)

  private func passes(_ draw: Draw) -> Bool {
    draw.indices.allSatisfy { $0 >= Self.falseIntervals }
  }

  private func draw(_ claim: Digest, _ randomness: Digest) throws -> Draw {
    try Draw(
      seed: Draw.seed(
        job: "job", terms: .zero, claim: claim, policy: policy.digest, randomness: randomness),
      intervalCount: Self.intervals, policy: policy)
  }

  /// What passes with this many of `tries` lies within five standard deviations of the expected.
  private func expect(_ count: Int, of tries: Int, near probability: Double, _ what: String) {
    let mean = Double(tries) * probability
    let deviation = (mean * (1 - probability)).squareRoot()
    #expect(abs(Double(count) - mean) < 5 * deviation, "\(what): \(count) of \(tries)")
  }

  private var passing: Double {
    Double(
      Grinding(
        intervals: Self.intervals, drawn: Self.drawn, falseIntervals: Self.falseIntervals,
        squarings: 1
      ).passing.numerator) / 0x1p64
  }

  /// The product (36·35·…·27)/(40·39·…·31), by hand.
  @Test func theProbabilityOfATryIsThatOfDrawingAroundTheFalseIntervals() {
    let expected = (0..<10).reduce(1.0) { $0 * Double(36 - $1) / Double(40 - $1) }
    #expect(abs(passing - expected) < 1e-12)
  }

  /// Among a hundred claims the provider takes one that passes for the secrets that it guesses; the
  /// real secrets draw as if it had taken any.
  @Test func redrawingBeforeSecretsAreKnownGainsNothing() throws {
    var generator = SeededGenerator()
    var caught = 0
    let rounds = 1_000
    for _ in 0..<rounds {
      let guess = SHA256.digest(of: generator.bytes(32))
      let secret = SHA256.digest(of: generator.bytes(32))
      for _ in 0..<100 {
        let claim = SHA256.digest(of: generator.bytes(32))
        guard passes(try draw(claim, guess)) else { continue }
        if !passes(try draw(claim, secret)) { caught += 1 }
        break
      }
    }
    expect(caught, of: rounds, near: 1 - passing, "caught, seed \(generator.seed)")
  }

  /// Attackers with so many cores and so much time pass as often as the planner says; each draws
  /// from what stands for the output of a delay, which the planner reckons as done or not.
  @Test func withinATimeAttackersPassAsOftenAsPredicted() throws {
    var generator = SeededGenerator()
    let attacker = Grinding.Attacker(squaringsPerSecond: 1_000, cores: 2, coreHourPrice: 1)
    let grinding = Grinding(
      intervals: Self.intervals, drawn: Self.drawn, falseIntervals: Self.falseIntervals,
      squarings: 1_000)
    let attackers = 1_500
    for (seconds, tries) in [(0.9, 0), (1.0, 2), (3.5, 6)] {
      var passed = 0
      for _ in 0..<attackers {
        let hasPassed = try (0..<tries).contains { _ in
          let claim = SHA256.digest(of: generator.bytes(32))
          return passes(try draw(claim, SHA256.digest(of: generator.bytes(32))))
        }
        if hasPassed { passed += 1 }
      }
      let predicted = grinding.probability(attacker, withinSeconds: seconds)
      guard tries > 0 else {
        #expect(predicted == 0)
        continue
      }
      expect(
        passed, of: attackers, near: predicted, "passed in \(seconds) s, seed \(generator.seed)")
    }
  }

  /// Every try of a certificate with a short delay passes as often as the planner says.
  @Test func grindingACertificatePassesAsOftenAsPredicted() throws {
    var generator = SeededGenerator()
    var passed = 0
    let tries = 300
    for _ in 0..<tries {
      let claim = SHA256.digest(of: generator.bytes(32))
      let input = DrawSource.delayInput(
        job: "job", terms: .zero, claim: claim, policy: policy.digest)
      var evaluation = try DelayEvaluation(input: input, squarings: 2)
      while evaluation.advance() {}
      let challenge = try Challenge(
        job: "job", terms: .zero, claim: claim, policy: policy,
        source: .delay(evaluation.prove()), intervalCount: Self.intervals)
      if passes(challenge.draw) { passed += 1 }
    }
    expect(passed, of: tries, near: passing, "passed, seed \(generator.seed)")
  }

  @Test func thePlanCostsMoreThanItGainsAndNoCheaperDrawDoes() {
    let attacker = Grinding.Attacker(
      squaringsPerSecond: 4_000_000, cores: 1000, coreHourPrice: 0.02)
    for gain in [0.001, 1, 1e6] {
      let plan = Grinding.plan(
        intervals: 1000, falseIntervals: 100, gain: gain, attacker: attacker,
        ownSquaringsPerSecond: 1_000_000, secondsPerInterval: 1)
      #expect(plan.expectedCost(attacker) > gain)
      let fewer = Grinding(
        intervals: 1000, drawn: plan.drawn - 1, falseIntervals: 100, squarings: plan.squarings)
      #expect(fewer.expectedCost(attacker) <= gain)
    }
    let all = Grinding(intervals: 10, drawn: 10, falseIntervals: 1, squarings: 1)
    #expect(all.expectedTries == .infinity)
    #expect(all.probability(attacker, withinSeconds: 1e9) == 0)
  }

  @Test func aSingleTryWithinTheTimeHasTheProbabilityOfATry() {
    let grinding = Grinding(intervals: 40, drawn: 10, falseIntervals: 4, squarings: 1_000)
    let attacker = Grinding.Attacker(squaringsPerSecond: 1_000, cores: 1, coreHourPrice: 1)
    #expect(abs(grinding.probability(attacker, withinSeconds: 1.5) - passing) < 1e-12)
    #expect(grinding.probability(attacker, withinSeconds: 0.5) == 0)
  }

  @Test func aChallengeFromADelayReadsBackAndEveryChangeIsRefused() throws {
    let input = DrawSource.delayInput(job: "job", terms: .zero, claim: .zero, policy: policy.digest)
    var evaluation = try DelayEvaluation(input: input, squarings: 50)
    while evaluation.advance() {}
    let delay = evaluation.prove()
    let challenge = try Challenge(
      job: "job", terms: .zero, claim: .zero, policy: policy, source: .delay(delay),
      intervalCount: Self.intervals)
    #expect(try Challenge(decoding: challenge.encoded) == challenge)
    for index in stride(from: 0, to: challenge.encoded.count, by: 7) {
      var bytes = challenge.encoded
      bytes[index] ^= 1
      #expect(throws: EvidenceError.self) { try Challenge(decoding: bytes) }
    }
    for (job, claim) in [("another", Digest.zero), ("job", SHA256.digest(of: [1]))] {
      #expect(throws: EvidenceError.delay(.wrongOutput)) {
        try Challenge(
          job: job, terms: .zero, claim: claim, policy: policy, source: .delay(delay),
          intervalCount: Self.intervals)
      }
    }
    #expect(throws: EvidenceError.secretsExpected) {
      try challenge.checkSecrets(buyerSecretHash: .zero, operatorSecretHash: .zero)
    }
    try challenge.checkSecrets(buyerSecretHash: nil, operatorSecretHash: nil)
  }
}
