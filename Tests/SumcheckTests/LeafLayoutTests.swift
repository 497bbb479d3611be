import AssayAlgebra
import AssaySumcheck
import AssayTestSupport
import Testing

@Suite struct LeafLayoutTests {
  typealias K = GoldilocksExtension

  static func point(_ count: Int, _ generator: inout SeededGenerator) -> [K] {
    (0..<count).map { _ in
      K(
        Goldilocks(Int64.random(in: 0...Int64.max, using: &generator)),
        Goldilocks(Int64.random(in: 0...Int64.max, using: &generator)))
    }
  }

  @Test(arguments: [[], [0], [3], [2, 2], [3, 1, 0], [4, 4, 2, 2, 2, 2, 0], [1, 0, 0, 0]])
  func segmentsTileTheLeavesAndWeighTheirOwnValues(bits: [Int]) throws {
    var generator = SeededGenerator()
    let layout = try LeafLayout(segmentBits: bits)
    #expect(layout.count == bits.reduce(0) { $0 + (1 << $1) })
    #expect(layout.count <= 1 << layout.bits)
    #expect(layout.bits == 0 || layout.count > 1 << (layout.bits - 1))
    let values = Self.point(layout.count, &generator)
    let padded = values + Array(repeating: .zero, count: (1 << layout.bits) - layout.count)
    let point = Self.point(layout.bits, &generator)
    var sum = K.zero
    for segment in layout.segments {
      #expect(segment.start % (1 << segment.bits) == 0)
      let own = Array(values[segment.start..<segment.start + (1 << segment.bits)])
      sum +=
        layout.weight(segment, at: point)
        * Multilinear.evaluate(own, at: layout.inner(segment, at: point))
    }
    #expect(sum == Multilinear.evaluate(padded, at: point), "seed \(generator.seed)")
    let ones = padded.indices.map { $0 < layout.count ? K.one : .zero }
    #expect(layout.occupied(at: point) == Multilinear.evaluate(ones, at: point))
  }

  @Test func aSmallerSegmentBeforeALargerOneIsRefused() {
    #expect(throws: SumcheckError.segmentOrder(index: 2, bits: 3)) {
      try LeafLayout(segmentBits: [4, 2, 3])
    }
    #expect(throws: SumcheckError.segmentOrder(index: 0, bits: -1)) {
      try LeafLayout(segmentBits: [-1])
    }
  }

  @Test func moreLeavesThanTheLimitAreRefused() throws {
    #expect(try LeafLayout(segmentBits: [31, 31]).bits == 32)
    for bits in [[33], [Int.max], [32, 0], [31, 31, 0]] {
      #expect(throws: SumcheckError.leafCount(limit: 1 << 32)) {
        try LeafLayout(segmentBits: bits)
      }
    }
  }
}
