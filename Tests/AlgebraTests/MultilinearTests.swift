import AssayAlgebra
import AssayTestSupport
import Testing

@Suite struct MultilinearTests {
  typealias K = GoldilocksExtension

  private func point(_ count: Int, _ generator: inout SeededGenerator) -> [K] {
    (0..<count).map { _ in K.random(&generator) }
  }

  @Test func eqIsOneAtEqualCornersAndZeroAtOthers() {
    for x in 0..<8 {
      for y in 0..<8 {
        #expect(Multilinear.eq(corner(x), corner(y)) == (x == y ? K.one : .zero))
      }
    }
    #expect(Multilinear.eq([K](), []) == .one)
  }

  /// The first coordinate is the most significant bit.
  private func corner(_ index: Int) -> [K] {
    (0..<3).map { K(Int64(index >> (2 - $0) & 1)) }
  }

  @Test func tablesHoldEqAtEachIndex() {
    var generator = SeededGenerator()
    for count in 0...6 {
      let point = point(count, &generator)
      let table = Multilinear.eqTable(point)
      #expect(table.count == 1 << count)
      for index in table.indices {
        let bits = (0..<count).map { K(Int64(index >> (count - 1 - $0) & 1)) }
        #expect(table[index] == Multilinear.eq(point, bits), "seed \(generator.seed)")
        #expect(table[index] == Multilinear.eqAtIndex(point, index: index))
      }
    }
  }

  @Test func extensionsAgreeWithTheirTableAndAreLinearInEachCoordinate() {
    var generator = SeededGenerator()
    let values = (0..<8).map { _ in K.random(&generator) }
    for index in 0..<8 {
      #expect(Multilinear.evaluate(values, at: corner(index)) == values[index])
    }
    for place in 0..<3 {
      var ends = (0..<3).map { _ in point(3, &generator) }
      for index in 0..<3 { ends[index] = ends[0] }
      ends[0][place] = K.random(&generator)
      ends[1][place] = K.random(&generator)
      ends[2][place] = ends[0][place] + ends[1][place]
      let zero = ends[0].enumerated().map { $0.offset == place ? K.zero : $0.element }
      let sum = ends[0...1].reduce(K.zero) { $0 + Multilinear.evaluate(values, at: $1) }
      #expect(
        sum == Multilinear.evaluate(values, at: ends[2]) + Multilinear.evaluate(values, at: zero),
        "seed \(generator.seed)")
    }
    #expect(Multilinear.evaluate([K(5)], at: []) == K(5))
  }

  @Test func prefixIndicatorsExtendTheTablesTheyStandFor() {
    var generator = SeededGenerator()
    for bits in 0...5 {
      for count in 0...(1 << bits) {
        let point = point(bits, &generator)
        let table = (0..<(1 << bits)).map { $0 < count ? K.one : .zero }
        #expect(
          Multilinear.prefixIndicator(count: count, at: point)
            == Multilinear.evaluate(table, at: point), "seed \(generator.seed)")
      }
    }
  }
}
