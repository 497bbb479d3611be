import AssayBeacons
import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

@Suite struct DelayTests {
  private struct Answer {
    let input: Digest
    let delay: DelayProof

    init(_ test: JSONFields) throws {
      var test = test
      input = try Digest(bytes: Hex.decode(test.string("input")))
      delay = DelayProof(
        squarings: UInt64(try test.integer("squarings")),
        output: try Hex.decode(test.string("output")), proof: try Hex.decode(test.string("proof")))
      try test.finish()
    }
  }

  private func answers() throws -> [Answer] {
    try VectorFile.tests("beacons/delay.json").map(Answer.init)
  }

  private func evaluated(_ input: Digest, _ squarings: UInt64) throws -> DelayProof {
    var evaluation = try DelayEvaluation(input: input, squarings: squarings)
    while evaluation.advance() {}
    return evaluation.prove()
  }

  @Test func delaysAndTheirProofsAreTheKnownOnes() throws {
    for answer in try answers() {
      try answer.delay.verify(input: answer.input)
      #expect(try evaluated(answer.input, answer.delay.squarings) == answer.delay)
    }
  }

  /// 4 × 4,096 checkpoints at least, so that four cores have parts.
  @Test func theProofDoesNotDependOnTheNumberOfCores() throws {
    let input = SHA256.digest(of: [7])
    var evaluation = try DelayEvaluation(input: input, squarings: 200_000)
    while evaluation.advance() {}
    #expect(evaluation.checkpointCount >= 1 << 14)
    let proof = evaluation.prove()
    try proof.verify(input: input)
    for cores in [0, 2, 3, 4, 64] { #expect(evaluation.prove(cores: cores) == proof) }
  }

  @Test func aDelayGoesOnFromEveryCheckpoint() throws {
    let answer = try #require(answers().last)
    let squarings = answer.delay.squarings
    var evaluation = try DelayEvaluation(input: answer.input, squarings: squarings)
    while evaluation.advance() {}
    let bytes = evaluation.checkpoints(after: 0)
    var stored = stride(from: 0, to: bytes.count, by: 256).map { Array(bytes[$0..<$0 + 256]) }
    #expect(stored.count > 100 && stored.count == evaluation.checkpointCount)
    #expect(evaluation.checkpoints(after: 7) == Array(bytes[(7 * 256)...]))
    #expect(evaluation.checkpoints(after: stored.count + 1).isEmpty)
    for count in [0, 1, 2, stored.count / 2, stored.count - 1, stored.count] {
      var resumed = try DelayEvaluation(
        input: answer.input, squarings: squarings, checkpoints: Array(stored[..<count].joined()))
      while resumed.advance() {}
      #expect(resumed.prove() == answer.delay)
    }
    #expect(throws: BeaconError.self) {
      _ = try DelayEvaluation(
        input: answer.input, squarings: squarings, checkpoints: stored[0].dropLast(1) + [])
    }
    #expect(throws: BeaconError.self) {
      _ = try DelayEvaluation(
        input: answer.input, squarings: squarings,
        checkpoints: Array(stored.joined()) + stored[0])
    }
    // A damaged checkpoint gives a proof that is refused.
    stored[3][255] ^= 1
    var damaged = try DelayEvaluation(
      input: answer.input, squarings: squarings, checkpoints: Array(stored[..<5].joined()))
    while damaged.advance() {}
    #expect(throws: BeaconError.wrongOutput) { try damaged.prove().verify(input: answer.input) }
  }

  @Test func everyChangedByteIsRefused() throws {
    let answer = try #require(answers().first { $0.delay.squarings == 1000 })
    let delay = answer.delay
    for index in 0..<256 {
      for bit: UInt8 in [1, 128] {
        var output = delay.output
        output[index] ^= bit
        #expect(throws: BeaconError.self) {
          try DelayProof(squarings: 1000, output: output, proof: delay.proof)
            .verify(input: answer.input)
        }
        var proof = delay.proof
        proof[index] ^= bit
        #expect(throws: BeaconError.self) {
          try DelayProof(squarings: 1000, output: delay.output, proof: proof)
            .verify(input: answer.input)
        }
      }
    }
    for squarings: UInt64 in [0, 1, 999, 1001, .max] {
      #expect(throws: BeaconError.self) {
        try DelayProof(squarings: squarings, output: delay.output, proof: delay.proof)
          .verify(input: answer.input)
      }
    }
    #expect(throws: BeaconError.wrongOutput) {
      try delay.verify(input: SHA256.digest(domain: "another", []))
    }
    for count in [0, 255, 257] {
      let bytes = [UInt8](repeating: 1, count: count)
      #expect(throws: BeaconError.elementByteCount(name: "output", found: count)) {
        try DelayProof(squarings: 1000, output: bytes, proof: delay.proof)
          .verify(input: answer.input)
      }
      #expect(throws: BeaconError.elementByteCount(name: "proof", found: count)) {
        try DelayProof(squarings: 1000, output: delay.output, proof: bytes)
          .verify(input: answer.input)
      }
    }
  }

  /// −y and N + y are other writings of the same element, 0 is none.
  @Test func anElementHasOneWriting() throws {
    let answer = try #require(answers().first)
    let modulus = try Hex.decode(
      "c7970ceedcc3b0754490201a7aa613cd73911081c790f5f1a8726f463550bb5b"
        + "7ff0db8e1ea1189ec72f93d1650011bd721aeeacc2acde32a04107f0648c2813"
        + "a31f5b0b7765ff8b44b4b6ffc93384b646eb09c7cf5e8592d40ea33c80039f35"
        + "b4f14a04b51f7bfd781be4d1673164ba8eb991c2c4d730bbbe35f592bdef524a"
        + "f7e8daefd26c66fc02c479af89d64d373f442709439de66ceb955f3ea37d5159"
        + "f6135809f85334b5cb1813addc80cd05609f10ac6a95ad65872c909525bdad32"
        + "bc729592642920f24c61dc5b3c3b7923e56b16a4d9d373d8721f24a3fc0f1b31"
        + "31f55615172866bccc30f95054c824e733a5eb6817f7bc16399d48c6361cc7e5")
    var negative = modulus
    var borrow = 0
    for index in stride(from: 255, through: 0, by: -1) {
      let digit = Int(modulus[index]) - Int(answer.delay.output[index]) - borrow
      negative[index] = UInt8(truncatingIfNeeded: digit)
      borrow = digit < 0 ? 1 : 0
    }
    let zero = [UInt8](repeating: 0, count: 256)
    for other in [negative, modulus, zero, [UInt8](repeating: 255, count: 256)] {
      #expect(throws: BeaconError.notCanonical(name: "output")) {
        try DelayProof(squarings: 1, output: other, proof: answer.delay.proof)
          .verify(input: answer.input)
      }
      #expect(throws: BeaconError.notCanonical(name: "proof")) {
        try DelayProof(squarings: 1, output: answer.delay.output, proof: other)
          .verify(input: answer.input)
      }
    }
  }

  @Test(arguments: [0, DelayProof.squaringLimit + 1, .max])
  func aDelayOfNoOrTooManySquaringsIsRefused(squarings: UInt64) {
    #expect(throws: BeaconError.squarings(found: squarings)) {
      _ = try DelayEvaluation(input: SHA256.digest(domain: "x", []), squarings: squarings)
    }
  }
}
