import AssayAlgebra
import AssayFieldVectors
import Testing

@Suite struct DocumentationTests {
  @Test func theExampleOfTheRoomWorks() {
    let header = [UInt8](repeating: 0, count: FieldKernels.headerByteCount)
    let challenge = GoldilocksExtension(7)
    let kernels = FieldKernels()
    let rows = RowMatrix(.int8([1, -2, 3, 4, 5, 6, -7, 8]), rowBits: 2)
    let code = ReedSolomonCode(messageBits: 2, rateBits: 1)
    let encoded = kernels.encode(rows, code: code, header: header)
    let tree = kernels.tree(over: encoded.leafHashes)
    let column = kernels.columns([3], of: encoded, rows: rows)
    let folded = kernels.combination(of: rows, coefficients: kernels.eqTable([challenge]))
    #expect(tree.depth == 3 && column.count == 2)
    #expect(folded[0] == GoldilocksExtension(-6 * 1 + 7 * 5))
  }

  @Test func pathsAreThoseOfTheProcessor() {
    #expect(FieldKernels.availablePaths.first == .portable)
    #expect(FieldKernels.availablePaths.last == FieldKernels().path)
    for path in FieldKernels.Path.allCases {
      #expect((FieldKernels(path: path) != nil) == FieldKernels.availablePaths.contains(path))
    }
  }
}
