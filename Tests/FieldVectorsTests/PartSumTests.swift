import AssayAlgebra
import AssayFieldVectors
import AssayTestSupport
import Testing

@Suite struct PartSumTests {
  /// Every aligned part of rows of each type, against sums of scalar products.
  @Test(arguments: FieldKernels.availablePaths)
  func partsOfRowsAreSummed(path: FieldKernels.Path) throws {
    let kernels = try #require(FieldKernels(path: path, threads: 2))
    var generator = SeededGenerator()
    let (rowBits, rowCount) = (6, 11)
    let integers = (0..<rowCount << rowBits).map { _ in
      Int8.random(in: -128...127, using: &generator)
    }
    let matrices: [RowMatrix.Values] = [
      .int8(integers), .int32(integers.map { Int32($0) }), .int64(integers.map { Int64($0) }),
      .elements(integers.map { Goldilocks(Int64($0)) }),
    ]
    for bits in 0...rowBits {
      for start in stride(from: 0, to: 1 << rowBits, by: 1 << bits) {
        let vector = (0..<1 << bits).map { _ in
          GoldilocksExtension(
            Goldilocks(Int64(truncatingIfNeeded: generator.next())),
            Goldilocks(Int64(truncatingIfNeeded: generator.next())))
        }
        let expected = (0..<rowCount).map { row in
          zip(vector, integers[row << rowBits + start..<row << rowBits + start + vector.count])
            .reduce(GoldilocksExtension.zero) { $0 + $1.0 * Goldilocks(Int64($1.1)) }
        }
        for values in matrices {
          let sums = kernels.rowSums(
            RowMatrix(values, rowBits: rowBits), from: start, times: vector)
          #expect(sums == expected, "seed \(generator.seed), 2^\(bits) from \(start)")
        }
      }
    }
  }
}
