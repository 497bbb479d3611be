public import AssayAlgebra
public import AssayCommitments
public import AssayCryptography
public import AssayFieldVectors
internal import AssayMerkle

/// An oracle of integers over the Goldilocks field.
public typealias GoldilocksOracle = CommittedOracle<GoldilocksArithmetic>

/// Commitments over the Goldilocks field, in vector kernels on several threads.
public struct GoldilocksArithmetic: CommitmentArithmetic {
  public typealias K = GoldilocksExtension

  /// Rows of integers of one type.
  public struct Rows: Sendable {
    let matrix: RowMatrix
  }

  /// Code words and the tree over their columns.
  public struct Code: CommittedCode {
    let kernels: FieldKernels
    let rows: RowMatrix
    let columns: EncodedColumns
    let tree: HashTree

    public var root: Digest { tree.root }

    public func opening(at indices: [Int]) -> [UInt8] {
      let elements = kernels.columns(indices, of: columns, rows: rows)
      let positions = MultiProof.nodePositions(
        leafIndices: indices.map(UInt64.init), treeSize: 1 << UInt64(tree.depth))
      var bytes: [UInt8] = []
      bytes.reserveCapacity(8 * elements.count + 32 * positions.count)
      for element in elements {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: element.value >> shift))
        }
      }
      for position in positions { bytes += tree[position.height, Int(position.index)].bytes }
      return bytes
    }
  }

  /// How vectors are computed.
  public let kernels: FieldKernels
  /// Code words of more bytes than this are not kept, but computed again where columns are opened.
  public let maximumCodeByteCount: Int

  /// The code words that are kept unless a caller says otherwise.
  public static let largestCode = 64 << 20

  /// Takes the fastest kernels of this processor, and keeps code words of at most 64 MiB an oracle:
  /// fresh memory for more costs as much as encoding again what is opened. For data that many
  /// proofs open more is worth its memory.
  public init(
    kernels: FieldKernels = FieldKernels(), maximumCodeByteCount: Int = Self.largestCode
  ) {
    self.kernels = kernels
    self.maximumCodeByteCount = maximumCodeByteCount
  }

  /// Arranges columns, each in row-major order, as the rows of an oracle.
  ///
  /// - Precondition: the columns have the layout's shapes, and none has extension elements.
  public func rows(_ columns: [RowMatrix.Values], layout: OracleLayout) -> Rows {
    precondition(
      columns.map(\.count) == layout.columns.map(\.elementCount),
      "columns have the shapes of their layout")
    return Rows(matrix: RowMatrix(stacking: columns, layout: layout))
  }

  /// The root that columns have, without anything else: what an engine or a buyer compares.
  public func root(
    of columns: [RowMatrix.Values], layout: OracleLayout, rateBits: Int
  ) -> Digest {
    let rows = rows(columns, layout: layout).matrix
    let code = ReedSolomonCode(messageBits: layout.rowBits, rateBits: rateBits)
    let header = LeafHeader.bytes(of: layout, rateBits: rateBits, elementByteCount: 8)
    let encoded = kernels.encode(rows, code: code, header: header, keepsCode: false)
    return kernels.tree(over: encoded.leafHashes).root
  }

  public func commit(_ rows: Rows, layout: OracleLayout, rateBits: Int) -> Code {
    commit(
      rows.matrix, code: ReedSolomonCode(messageBits: layout.rowBits, rateBits: rateBits),
      header: LeafHeader.bytes(of: layout, rateBits: rateBits, elementByteCount: 8))
  }

  public func commit(_ vector: [K], code: CommitmentParameters.Code) -> Code {
    commit(
      RowMatrix(.extensions(vector), rowBits: code.messageBits),
      code: ReedSolomonCode(
        messageBits: code.messageBits, rateBits: code.codeBits - code.messageBits),
      header: LeafHeader.bytes(of: code, elementByteCount: 16))
  }

  private func commit(_ rows: RowMatrix, code: ReedSolomonCode, header: [UInt8]) -> Code {
    let byteCount = (rows.columnElementCount + 7) / 8 * 64 * code.codeLength
    let columns = kernels.encode(
      rows, code: code, header: header, keepsCode: byteCount <= maximumCodeByteCount)
    return Code(
      kernels: kernels, rows: rows, columns: columns, tree: kernels.tree(over: columns.leafHashes))
  }

  public func products(_ rows: Rows, layout: OracleLayout, part: ColumnPart<K>) -> [K] {
    kernels.rowSums(rows.matrix, from: part.start, times: part.values)
  }

  public func addRows(
    _ rows: Rows, layout: OracleLayout, weights: ArraySlice<K>, to vector: inout [K]
  ) {
    let sum = kernels.combination(of: rows.matrix, coefficients: Array(weights))
    kernels.add(sum, times: .one, to: &vector)
  }

  public func products(
    _ rows: Rows, layout: OracleLayout, part: ColumnPart<K>, choosing chosen: [Int]
  ) -> [K] {
    kernels.rowSums(rows.matrix, choosing: chosen, from: part.start, times: part.values)
  }

  public func addRows(
    _ rows: Rows, layout: OracleLayout, choosing chosen: [Int], weights: [K],
    to vector: inout [K], at start: Int
  ) {
    kernels.addRows(rows.matrix, choosing: chosen, times: weights, to: &vector, at: start)
  }

  public func round(
    _ a: inout [K], _ b: inout [K], after challenge: K?
  ) -> (atZero: K, leading: K) {
    let sums = SumcheckKernels(kernels).round(&a, &b, after: challenge)
    return (sums[0], sums[1])
  }

  public func addPowers(
    indices: [Int], coefficients: [K], code: CommitmentParameters.Code, to vector: inout [K]
  ) {
    let powers = kernels.sparseTransform(
      coefficients, exponents: indices, orderBits: code.codeBits, count: vector.count)
    kernels.add(powers, times: .one, to: &vector)
  }

  public func eqTable(_ point: [K]) -> [K] { kernels.eqTable(point) }

  public func outerProduct(_ first: [K], _ second: [K]) -> [K] {
    kernels.outerProduct(first, second)
  }

  public func add(_ vector: [K], times factor: K, to sum: inout [K], at start: Int) {
    kernels.add(vector, times: factor, to: &sum, at: start)
  }
}
