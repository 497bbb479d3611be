import AssaySpecification
import AssayTensors
import Testing

/// Attention and its gradient against their definitions, on every path and thread count.
@Suite struct AttentionTests {
  /// Forward and gradient over separate tensors, and over query, key and value side by side.
  static func all(
    _ batch: Int, _ positions: Int, _ heads: Int, _ headWidth: Int, isCausal: Bool
  ) -> [Instruction] {
    let geometry = AttentionGeometry(
      batch: batch, positions: positions, heads: heads, headWidth: headWidth, isCausal: isCausal)
    let width = heads * headWidth
    func whole(_ index: Int) -> AttentionOperand {
      AttentionOperand(buffer: b(index), offset: 0, rowStride: width)
    }
    func part(_ part: Int, of index: Int) -> AttentionOperand {
      AttentionOperand(buffer: b(index), offset: part * width, rowStride: 3 * width)
    }
    return [
      .attention(
        .forward(
          query: whole(0), key: whole(1), value: whole(2), out: whole(3), maximum: b(4),
          sum: b(5)), geometry),
      .attention(
        .forward(
          query: part(0, of: 0), key: part(1, of: 0), value: part(2, of: 0), out: whole(1),
          maximum: b(2), sum: b(3)), geometry),
      .attention(
        .gradient(
          query: whole(0), key: whole(1), value: whole(2), outputGradient: whole(3),
          maximum: b(4), sum: b(5), queryGradient: whole(6), keyGradient: whole(7),
          valueGradient: whole(8)), geometry),
      .attention(
        .gradient(
          query: part(0, of: 0), key: part(1, of: 0), value: part(2, of: 0),
          outputGradient: whole(1), maximum: b(2), sum: b(3), queryGradient: part(0, of: 4),
          keyGradient: part(1, of: 4), valueGradient: part(2, of: 4)), geometry),
    ]
  }

  /// (batch, positions, heads, head width) around tiles of queries, keys and columns.
  @Test(arguments: [
    (1, 1, 1, 1), (2, 3, 2, 4), (1, 7, 1, 16), (1, 8, 3, 17), (2, 9, 1, 31), (1, 16, 2, 32),
    (1, 33, 1, 33), (1, 63, 2, 5), (2, 64, 1, 8), (1, 65, 1, 48), (1, 71, 3, 2), (1, 100, 1, 64),
    (1, 130, 1, 12), (3, 20, 4, 16),
  ])
  func everyShapeGivesTheReferenceBits(
    batch: Int, positions: Int, heads: Int, headWidth: Int
  ) throws {
    for isCausal in [true, false] {
      for instruction in Self.all(batch, positions, heads, headWidth, isCausal: isCausal) {
        try expectReferenceBits(instruction, .ordinary, threads: [1, 3])
      }
    }
  }

  /// Sums over positions are cut at 512.
  @Test(arguments: [511, 513, 580])
  func everyBlockOfPositionsGivesTheReferenceBits(positions: Int) throws {
    for isCausal in [true, false] {
      for instruction in Self.all(1, positions, 2, 3, isCausal: isCausal).prefix(3) {
        try expectReferenceBits(instruction, .ordinary, threads: [2])
      }
    }
  }

  @Test func threeBlocksOfPositionsGiveTheReferenceBits() throws {
    for isCausal in [true, false] {
      for instruction in [0, 2].map({ Self.all(1, 1030, 1, 2, isCausal: isCausal)[$0] }) {
        try expectReferenceBits(instruction, .ordinary, threads: [1])
      }
    }
  }

  @Test func theWidestHeadGivesTheReferenceBits() throws {
    for instruction in Self.all(1, 10, 1, 512, isCausal: true) {
      try expectReferenceBits(instruction, .ordinary, threads: [1])
    }
  }

  @Test(arguments: TestContents.allCases)
  func specialValuesGiveTheReferenceBits(style: TestContents) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      for isCausal in [true, false] {
        for shape in [(1, 5, 2, 3), (2, 19, 1, 18), (1, 70, 1, 4)] {
          let (batch, positions, heads, headWidth) = shape
          for instruction in Self.all(batch, positions, heads, headWidth, isCausal: isCausal) {
            try expectReferenceBits(instruction, style, seed: seed, threads: [1, 2])
          }
        }
      }
    }
  }
}
