import AssayTestSupport
import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct RandomTests {
  @Test func philoxGivesRandom123sKnownAnswers() throws {
    for var test in try VectorFile.tests("specification/philox.json") {
      let number = try test.integer("tcId", in: 1...100)
      _ = try test.optionalString("comment")
      let counter = words(try test.string("counter"))
      let key = words(try test.string("key"))
      let block = Philox4x32.rounds(
        counter: (counter[0], counter[1], counter[2], counter[3]), key: (key[0], key[1]))
      #expect(
        [block.0, block.1, block.2, block.3] == words(try test.string("block")), "tcId \(number)")
      try test.finish()
    }
  }

  private func words(_ text: String) -> [UInt32] {
    text.split(separator: " ").compactMap { UInt32($0, radix: 16) }
  }

  @Test func differentAddressesGiveDifferentBlocks() {
    let generator = Philox4x32(seed: 0x0123_4567_89ab_cdef)
    var seen: Set<[UInt32]> = []
    for purpose in [Philox4x32.Purpose.initialization, .batchOrder, .generatedTask] {
      for step in [0, 1, UInt64(1) << 40] {
        for index in [0, 1, UInt64(1) << 33] {
          let block = generator.block(purpose: purpose, step: step, index: index)
          seen.insert([block.0, block.1, block.2, block.3])
        }
      }
    }
    #expect(seen.count == 27)
  }

  @Test func normalQuantileAgreesWithPythons() throws {
    for var test in try VectorFile.tests("specification/normal_quantile.json") {
      let number = try test.integer("tcId", in: 1...100)
      let expected = try test.double("z")
      let found = ElementaryFunctions.normalQuantile(try test.double("p"))
      #expect(abs(found - expected) <= 4e-15 * max(1, abs(expected)), "tcId \(number): \(found)")
    }
  }

  @Test(arguments: 1...70) func everyEpochUsesEveryExampleOnce(count: Int) {
    let order = BatchOrder(seed: 7, exampleCount: count, batchSize: 3)
    for epoch in 0..<3 as Range<UInt64> {
      let places = (0..<UInt64(count)).map { order.permuted($0, epoch: epoch) }
      #expect(Set(places) == Set(0..<UInt64(count)))
    }
  }

  @Test func batchesFollowOneAnotherAcrossEpochs() {
    let order = BatchOrder(seed: 11, exampleCount: 10, batchSize: 4)
    let run = (1...5 as ClosedRange<UInt64>).flatMap { order.batch(step: $0) }
    #expect(Set(run.prefix(10)) == Set(0..<10))
    #expect(Set(run.suffix(10)) == Set(0..<10))
    #expect(Array(run.prefix(10)) != Array(run.suffix(10)))
    #expect(order.epoch(step: 3) == 0 && order.epoch(step: 4) == 1)
    // A step's batch needs no other step.
    #expect(
      BatchOrder(seed: 11, exampleCount: 10, batchSize: 4).batch(step: 5) == Array(run.suffix(4)))
    #expect(
      BatchOrder(seed: 12, exampleCount: 10, batchSize: 4).batch(step: 1) != Array(run.prefix(4)))
  }

  @Test func aBatchMayBeLargerThanTheData() {
    let order = BatchOrder(seed: 1, exampleCount: 3, batchSize: 7)
    let run = order.batch(step: 1)
    #expect(run.count == 7 && Set(run.prefix(3)) == [0, 1, 2] && Set(run[3..<6]) == [0, 1, 2])
  }

  @Test func positionsOfOneExampleAreSpreadEvenly() {
    // Over many epochs example 0 falls in each tenth of the epoch about as often: χ² with nine
    // degrees of freedom stays below 33.7 with probability 0.9999; the seed is fixed.
    let order = BatchOrder(seed: 3, exampleCount: 100, batchSize: 1)
    var tenths = [Int](repeating: 0, count: 10)
    for epoch in 0..<1000 as Range<UInt64> {
      let place = (0..<100 as Range<UInt64>).first { order.permuted($0, epoch: epoch) == 0 }
      tenths[Int(place ?? 0) / 10] += 1
    }
    let chiSquare = tenths.reduce(0.0) { $0 + (Double($1) - 100) * (Double($1) - 100) / 100 }
    #expect(chiSquare < 33.7, "\(tenths)")
  }

  @Test func initialValuesHaveTheStatedSpread() throws {
    let uniform = try #require(
      Initializer.uniform(bound: 0.5).values(count: 10_001, parameter: 2, seed: 9))
    #expect(uniform.count == 10_001)
    #expect(uniform.allSatisfy { $0 >= -0.5 && $0 < 0.5 })
    #expect(abs(uniform.reduce(0, +) / 10_001) < 0.015)
    let normal = try #require(
      Initializer.normal(deviation: 2).values(count: 10_001, parameter: 2, seed: 9))
    let variance = normal.reduce(0.0) { $0 + Double($1 * $1) } / 10_001
    #expect(abs(variance - 4) < 0.25)
    #expect(Initializer.constant(value: 3).values(count: 2, parameter: 0, seed: 1) == [3, 3])
    #expect(
      Initializer.uniform(bound: 1).values(count: 4, parameter: 0, seed: 1)
        != Initializer.uniform(bound: 1).values(count: 4, parameter: 1, seed: 1))
  }
}
