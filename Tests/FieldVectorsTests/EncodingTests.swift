import AssayAlgebra
import AssayFieldVectors
import AssayTestSupport
import Testing

/// Every path of this processor, on one thread and on several.
let allKernels = FieldKernels.availablePaths.flatMap { path in
  [1, 3].compactMap { FieldKernels(path: path, threads: $0) }
}

/// A row of each type, and the elements that its values stand for.
func samples(
  rows: Int, rowBits: Int, _ generator: inout SeededGenerator
) -> [(matrix: RowMatrix, elements: [[Goldilocks]])] {
  let count = rows << rowBits
  func integers<T: FixedWidthInteger & Sendable>(_ type: T.Type) -> [T] {
    // One in eight is the least or the greatest.
    (0..<count).map { _ in
      switch generator.next() % 16 {
      case 0: T.min
      case 1: T.max
      default: T(truncatingIfNeeded: generator.next())
      }
    }
  }
  func element() -> Goldilocks {
    let edges: [Int64] = [0, 1, -1, 0xffff_ffff, 0x1_0000_0000, -0x1_0000_0000]
    let place = Int(generator.next() % 12)
    let random = Goldilocks(Int64(generator.next() >> 2)) * Goldilocks(5)
    return place < edges.count ? Goldilocks(edges[place]) : random
  }
  func cut(_ elements: [Goldilocks]) -> [[Goldilocks]] {
    (0..<rows).map { Array(elements[$0 << rowBits..<($0 + 1) << rowBits]) }
  }
  func sample<T: FixedWidthInteger>(
    _ values: [T], _ wrap: ([T]) -> RowMatrix.Values
  ) -> (matrix: RowMatrix, elements: [[Goldilocks]]) {
    (RowMatrix(wrap(values), rowBits: rowBits), cut(values.map { Goldilocks(Int64($0)) }))
  }
  let elements = (0..<count).map { _ in element() }
  return [
    sample(integers(Int8.self), RowMatrix.Values.int8),
    sample(integers(UInt8.self), RowMatrix.Values.uint8),
    sample(integers(Int16.self), RowMatrix.Values.int16),
    sample(integers(UInt16.self), RowMatrix.Values.uint16),
    sample(integers(Int32.self), RowMatrix.Values.int32),
    sample(integers(Int64.self), RowMatrix.Values.int64),
    (RowMatrix(.elements(elements), rowBits: rowBits), cut(elements)),
  ]
}

@Suite struct EncodingTests {
  /// Row by row: the values of the polynomial at every power of the root, by Horner's rule.
  private func encode(_ row: [Goldilocks], rateBits: Int) -> [Goldilocks] {
    let bits = row.count.trailingZeroBitCount + rateBits
    let root = Goldilocks.rootOfUnity(log2Order: bits)
    var point = Goldilocks.one
    return (0..<1 << bits).map { _ in
      defer { point *= root }
      return row.reversed().reduce(.zero) { $0 * point + $1 }
    }
  }

  @Test(arguments: [(0, 0), (0, 2), (1, 1), (2, 1), (3, 1), (4, 2), (5, 0), (7, 1)])
  func codewordsAreThePolynomialsValues(rowBits: Int, rateBits: Int) {
    var generator = SeededGenerator()
    let code = ReedSolomonCode(messageBits: rowBits, rateBits: rateBits)
    let header = generator.bytes(63)
    for rows in [1, 9] {
      for (matrix, elements) in samples(rows: rows, rowBits: rowBits, &generator) {
        let expected = elements.map { encode($0, rateBits: rateBits) }
        let indices = Array(0..<code.codeLength)
        let columns = indices.flatMap { index in expected.map { $0[index] } }
        for kernels in allKernels {
          let encoded = kernels.encode(matrix, code: code, header: header)
          #expect(
            kernels.columns(indices, of: encoded, rows: matrix) == columns,
            "\(kernels), seed \(generator.seed)")
        }
      }
    }
  }

  /// Sizes at which blocks are cut, transforms recur and columns are hashed in several tasks.
  @Test(arguments: [(9, 1, 3), (10, 0, 8), (11, 1, 17), (12, 2, 1)])
  func longCodesAgreeWithTheirPolynomialsInPlaces(rowBits: Int, rateBits: Int, rows: Int) {
    var generator = SeededGenerator()
    let code = ReedSolomonCode(messageBits: rowBits, rateBits: rateBits)
    let header = generator.bytes(63)
    let values = (0..<rows << rowBits).map { _ in Int32(truncatingIfNeeded: generator.next()) }
    let matrix = RowMatrix(.int32(values), rowBits: rowBits)
    let indices =
      [0, 1, 2, code.codeLength / 2, code.codeLength - 1]
      + (0..<5).map { _ in Int(generator.next() % UInt64(code.codeLength)) }
    let root = Goldilocks.rootOfUnity(log2Order: rowBits + rateBits)
    let expected = indices.flatMap { index in
      (0..<rows).map { row in
        let point = root.power(UInt64(index))
        return values[row << rowBits..<(row + 1) << rowBits].reversed().reduce(Goldilocks.zero) {
          $0 * point + Goldilocks(Int64($1))
        }
      }
    }
    var leaves: [[UInt8]] = []
    for kernels in allKernels {
      let kept = kernels.encode(matrix, code: code, header: header)
      let passing = kernels.encode(matrix, code: code, header: header, keepsCode: false)
      #expect(kept.keepsCode && !passing.keepsCode)
      let columns = kernels.columns(indices, of: kept, rows: matrix)
      #expect(columns == expected, "\(kernels), seed \(generator.seed)")
      #expect(kernels.columns(indices, of: passing, rows: matrix) == expected, "\(kernels)")
      leaves += [kept.leafHashes, passing.leafHashes]
    }
    #expect(Set(leaves).count == 1)
  }

  @Test func extensionRowsAreTwoRowsOfCoordinates() {
    var generator = SeededGenerator()
    let code = ReedSolomonCode(messageBits: 3, rateBits: 1)
    let header = generator.bytes(63)
    for rows in [1, 4, 5] {
      let coordinates = (0..<2 * rows).map { _ in
        (0..<8).map { _ in Goldilocks(Int64(generator.next() >> 1)) }
      }
      let pairs = (0..<rows).flatMap { row in
        (0..<8).map { GoldilocksExtension(coordinates[2 * row][$0], coordinates[2 * row + 1][$0]) }
      }
      let matrix = RowMatrix(.extensions(pairs), rowBits: 3)
      let plain = RowMatrix(.elements(coordinates.flatMap { $0 }), rowBits: 3)
      #expect(matrix.rowCount == rows && matrix.columnElementCount == 2 * rows)
      for kernels in allKernels {
        let encoded = kernels.encode(matrix, code: code, header: header)
        let expected = kernels.encode(plain, code: code, header: header)
        #expect(encoded.leafHashes == expected.leafHashes)
        let indices = [15, 0, 7]
        #expect(
          kernels.columns(indices, of: encoded, rows: matrix)
            == kernels.columns(indices, of: expected, rows: plain))
      }
    }
  }

  @Test func noRowsAndNoColumnsAreFine() {
    let code = ReedSolomonCode(messageBits: 2, rateBits: 1)
    let matrix = RowMatrix(.int32([]), rowBits: 2)
    for kernels in allKernels {
      let encoded = kernels.encode(matrix, code: code, header: [UInt8](repeating: 1, count: 63))
      #expect(encoded.leafHashes.count == 8 * 32)
      #expect(kernels.columns([1, 2], of: encoded, rows: matrix).isEmpty)
    }
  }
}

/// Codes that were not kept: only what leads to the wanted columns is computed again.
@Suite struct PickedColumnTests {
  @Test(arguments: FieldKernels.availablePaths)
  func columnsOfLongCodesAreTheKeptOnes(path: FieldKernels.Path) throws {
    let kernels = try #require(FieldKernels(path: path, threads: 2))
    let header = [UInt8](repeating: 7, count: FieldKernels.headerByteCount)
    var generator = SeededGenerator()
    for messageBits in [0, 3, 6, 7, 8, 9, 10, 11, 13] {
      for rateBits in [0, 1, 2] {
        let values = (0..<11 << messageBits).map { _ in
          Int16.random(in: -9...999, using: &generator)
        }
        let rows = RowMatrix(.int16(values), rowBits: messageBits)
        let code = ReedSolomonCode(messageBits: messageBits, rateBits: rateBits)
        let kept = kernels.encode(rows, code: code, header: header, keepsCode: true)
        let passed = kernels.encode(rows, code: code, header: header, keepsCode: false)
        for count in [1, 2, 40] {
          let indices = (0..<count).map { _ in
            Int.random(in: 0..<code.codeLength, using: &generator)
          }
          let expected = kernels.columns(indices, of: kept, rows: rows)
          let again = kernels.columns(indices, of: passed, rows: rows)
          #expect(again == expected, "seed \(generator.seed), 2^\(messageBits), \(indices)")
        }
      }
    }
  }
}
