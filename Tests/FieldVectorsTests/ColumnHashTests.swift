import AssayAlgebra
import AssayCryptography
import AssayFieldVectors
import AssayTestSupport
import Testing

@Suite struct ColumnHashTests {
  /// Up to 8 rows around every length of padding, and more than one block of rows.
  @Test(arguments: [0, 1, 2, 5, 6, 7, 8, 9, 15, 16, 30])
  func leavesAreTheHashesOfHeaderAndColumn(rows: Int) {
    var generator = SeededGenerator()
    let code = ReedSolomonCode(messageBits: 4, rateBits: 1)
    let header = generator.bytes(63)
    let values = (0..<rows << 4).map { _ in Int64(truncatingIfNeeded: generator.next()) }
    let matrix = RowMatrix(.int64(values), rowBits: 4)
    for kernels in allKernels {
      let encoded = kernels.encode(matrix, code: code, header: header)
      let columns = kernels.columns(Array(0..<32), of: encoded, rows: matrix)
      let expected = (0..<32).flatMap { index in
        let column = columns[index * rows..<(index + 1) * rows].flatMap(\.canonicalBytes)
        return SHA256.digest(of: [0] + header + column).bytes
      }
      #expect(encoded.leafHashes == expected, "\(kernels), seed \(generator.seed)")
    }
  }

  @Test(arguments: [0, 1, 2, 5, 9, 11])
  func treesHaveTheNodesOfRFC9162(bits: Int) {
    var generator = SeededGenerator()
    let leaves = generator.bytes(32 << bits)
    var levels = [
      stride(from: 0, to: leaves.count, by: 32).map { Array(leaves[$0..<$0 + 32]) }
    ]
    while let level = levels.last, level.count > 1 {
      levels.append(
        stride(from: 0, to: level.count, by: 2).map {
          SHA256.digest(of: [1] + level[$0] + level[$0 + 1]).bytes
        })
    }
    for kernels in allKernels {
      let tree = kernels.tree(over: leaves)
      let found = (0...bits).map { level in
        (0..<1 << (bits - level)).map { tree[level, $0].bytes }
      }
      #expect(found == levels, "\(kernels), seed \(generator.seed)")
      #expect(tree.depth == bits && [tree.root.bytes] == levels[bits])
    }
  }
}
