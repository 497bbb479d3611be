import AssayAlgebra
import AssayCommitments
import AssayTestSupport
import Testing

@Suite struct LayoutTests {
  @Test func aDimensionIsCutIntoItsBinaryDigits() {
    let ranges = DyadicRange.cutting(784)
    #expect(ranges.map(\.start) == [0, 512, 768])
    #expect(ranges.map(\.count) == [512, 256, 16])
    for count in 1...300 {
      let ranges = DyadicRange.cutting(count)
      #expect(ranges.reduce(0) { $0 + $1.count } == count)
      #expect(ranges.allSatisfy { $0.start.isMultiple(of: $0.count) })
    }
  }

  @Test func blocksFillTheStackWithoutGapsAndAreAligned() throws {
    var generator = SeededGenerator()
    for _ in 0..<50 {
      let shapes = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in
          Int.random(in: 1...13, using: &generator)
        }
      }
      let layout = try OracleLayout(shapes: shapes, rowBits: 3)
      let blocks = layout.columns.flatMap(\.blocks).sorted { $0.offset < $1.offset }
      var end = 0
      for block in blocks {
        #expect(block.offset == end, "seed \(generator.seed), shapes \(shapes)")
        #expect(block.offset.isMultiple(of: block.count))
        #expect(block.bits == block.ranges.reduce(0) { $0 + $1.bits })
        end += block.count
      }
      #expect(end == layout.elementCount)
      #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $0.bits >= $1.bits })
      #expect(layout.rowCount == (end + 7) / 8)
      for (column, shape) in zip(layout.columns, shapes) {
        #expect(column.shape == shape)
        #expect(column.elementCount == column.blocks.reduce(0) { $0 + $1.count })
      }
    }
  }

  @Test func everyElementOfAColumnIsInExactlyOneBlock() throws {
    let layout = try OracleLayout(shapes: [[5, 3, 6]], rowBits: 2)
    var seen: [[Int]: Int] = [:]
    for block in layout.columns[0].blocks {
      for i in 0..<block.ranges[0].count {
        for j in 0..<block.ranges[1].count {
          for k in 0..<block.ranges[2].count {
            let index = zip([i, j, k], block.ranges).map { $0 + $1.start }
            seen[index, default: 0] += 1
          }
        }
      }
    }
    #expect(seen.count == 90)
    #expect(seen.values.allSatisfy { $0 == 1 })
  }

  @Test func aNumberIsOneBlockOfOneElement() throws {
    let layout = try OracleLayout(shapes: [[]], rowBits: 4)
    #expect(layout.columns[0].blocks.map(\.count) == [1])
    #expect(layout.elementCount == 1)
    #expect(layout.rowCount == 1)
  }

  @Test func layoutsHaveDifferentNames() throws {
    let layouts = try [
      OracleLayout(shapes: [[4, 2]], rowBits: 2), OracleLayout(shapes: [[2, 4]], rowBits: 2),
      OracleLayout(shapes: [[8]], rowBits: 2), OracleLayout(shapes: [[4], [4]], rowBits: 2),
      OracleLayout(shapes: [[8]], rowBits: 3),
      OracleLayout(kind: "state", shapes: [[8]], rowBits: 3),
    ]
    #expect(Set(layouts.map(\.digest)).count == layouts.count)
  }

  @Test(arguments: [
    ([[0]], 3, "column 0: expected positive"), ([[8], [-4]], 3, "column 1: expected positive"),
    ([[1 << 20, 1 << 20]], 3, "column 0: expected positive"),
    ([[Int.max, 2]], 3, "column 0: expected positive"),
    ([[1 << 32, 1 << 32]], 3, "column 0: expected positive"),
    ([], 3, "at least 1 column"), ([[2]], 31, "rows of 2^0"), ([[2]], -1, "rows of 2^0"),
    ([[1, 1, 1, 1, 1, 1, 1, 1, 1]], 3, "dimensions"),
    ([[1 << 35], [1 << 35], [1]], 3, "at most 2^36 elements"),
    (Array(repeating: [1 << 36], count: 1 << 10), 3, "at most 2^36 elements"),
    (Array(repeating: [4095, 4095], count: 2000), 3, "blocks"),
  ])
  func whatCannotBeLaidOutIsRefused(shapes: [[Int]], rowBits: Int, reason: String) {
    let error = #expect(throws: CommitmentError.self) {
      try OracleLayout(shapes: shapes, rowBits: rowBits)
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func oraclesAreStackedAtMultiplesOfTheirLargestBlocks() throws {
    let small = try OracleLayout(shapes: [[7]], rowBits: 2)
    let large = try OracleLayout(shapes: [[28]], rowBits: 2)
    let middle = try OracleLayout(shapes: [[8, 2]], rowBits: 2)
    let stack = try RowStack([small, large, middle])
    // 7 rows of 16 + 8 + 4 elements, then 4 rows from row 8 on, then 2 rows of 4 + 2 + 1 elements.
    #expect(stack.starts == [12, 0, 8])
    #expect(stack.rowIndexBits == 4)
    #expect(stack.indexBits == 6)
    #expect(throws: CommitmentError.self) { try RowStack([]) }
  }

  /// Rows of 8, 4 and 1 elements stand at the columns 0, 8 and 12; oracles of one length below each
  /// other, whatever stands beside them.
  @Test func rowsOfDifferentLengthsStandSideBySide() throws {
    let stack = try RowStack([
      OracleLayout(shapes: [[7]], rowBits: 2), OracleLayout(shapes: [[9]], rowBits: 3),
      OracleLayout(shapes: [[28]], rowBits: 2), OracleLayout(shapes: [[3]], rowBits: 0),
    ])
    #expect(stack.segments.map(\.start) == [0, 8, 12])
    #expect(stack.segments.map(\.bits) == [3, 2, 0])
    #expect(stack.segmentNumbers == [1, 0, 1, 2])
    #expect(stack.starts == [7, 0, 0, 0])
    // 9 rows of four elements, the longest stack; 13 columns.
    #expect(stack.rowIndexBits == 4)
    #expect(stack.columnIndexBits == 4)
    #expect(stack.indexBits == 8)
  }

  @Test func openingsThatFillGigabytesAreNotPlanned() throws {
    let layout = try OracleLayout(shapes: [[1 << 36]], rowBits: 2)
    let parameters = try CommitmentParameters(rowBits: 2, rateBits: 1, queries: 200, levels: [])
    let error = #expect(throws: CommitmentError.self) {
      try OpeningVerifier.schedule(
        layouts: [layout], parameters: parameters, field: GoldilocksExtension.self)
    }
    #expect(error?.description.contains("choose longer rows") == true)
  }
}
