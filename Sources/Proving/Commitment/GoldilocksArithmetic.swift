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
    var blinding: Blinding?
  }

  /// Code words and the tree over their columns.
  public enum Code: CommittedCode {
    case computed(ComputedCode)
    /// In a file, which may have been damaged since.
    case stored(StoredCode, again: @Sendable () -> Code)

    public var root: Digest {
      switch self {
      case .computed(let code): code.root
      case .stored(let code, _): code.root
      }
    }

    public func opening(at indices: [Int]) -> [UInt8] {
      switch self {
      case .computed(let code): code.opening(at: indices)
      case .stored(let code, let again):
        code.opening(at: indices) ?? again().opening(at: indices)
      }
    }
  }

  /// Code words, in memory or to be computed again, and the tree over their columns.
  public struct ComputedCode: CommittedCode {
    let kernels: FieldKernels
    let rows: RowMatrix
    let columns: EncodedColumns
    let tree: HashTree
    var isSalted = false

    public var root: Digest { tree.root }

    public func opening(at indices: [Int]) -> [UInt8] {
      let elements = kernels.columns(indices, of: columns, rows: rows)
      let positions = MultiProof.nodePositions(
        leafIndices: indices.map { UInt64($0) << (isSalted ? 1 : 0) },
        treeSize: 1 << UInt64(tree.depth))
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
  /// Code words of data that have more bytes than this are not kept in memory. Those of all else
  /// never are, but computed again where columns are opened.
  public let maximumCodeByteCount: Int

  /// The code words of data that are kept unless a caller says otherwise.
  public static let largestCode = 64 << 20

  /// Takes the fastest kernels of this processor, and keeps code words of data of at most 64 MiB.
  public init(
    kernels: FieldKernels = FieldKernels(), maximumCodeByteCount: Int = Self.largestCode
  ) {
    self.kernels = kernels
    self.maximumCodeByteCount = maximumCodeByteCount
  }

  /// Arranges columns, each in row-major order, as the rows of an oracle.
  ///
  /// - Precondition: the columns have the layout's shapes, and none has extension elements; where
  ///   the blinding has masks, all are of elements.
  public func rows(
    _ columns: [RowMatrix.Values], layout: OracleLayout, blinding: Blinding? = nil
  ) -> Rows {
    precondition(
      columns.map(\.count) == layout.columns.map(\.elementCount),
      "columns have the shapes of their layout")
    let matrix = RowMatrix(stacking: columns, layout: layout)
    guard let blinding else { return Rows(matrix: matrix) }
    let (masks, tails) = blinding.elements(
      Goldilocks.self, rowCount: layout.rowCount, rowBits: layout.rowBits)
    var values = matrix.values
    if blinding.maskCount > 0 {
      guard case .elements(let elements) = values else {
        preconditionFailure("rows with masks are rows of elements")
      }
      values = .elements(elements + masks)
    }
    return Rows(
      matrix: RowMatrix(values, rowBits: layout.rowBits, tails: tails), blinding: blinding)
  }

  /// The root that columns have, without anything else: what an engine or a buyer compares.
  public func root(
    of columns: [RowMatrix.Values], layout: OracleLayout, rateBits: Int, blinding: Blinding? = nil
  ) -> Digest {
    commit(
      rows(columns, layout: layout, blinding: blinding), layout: layout, rateBits: rateBits
    ).root
  }

  public func commit(_ rows: Rows, layout: OracleLayout, rateBits: Int) -> Code {
    commit(rows, layout: layout, rateBits: rateBits, keepsCode: false)
  }

  /// Commits to data, which many proofs open: code words are kept if they are not too long.
  ///
  /// - Parameter file: where code words stand that are too long, or are put, and the root that the
  ///   data are said to have.
  func commit(
    data rows: Rows, layout: OracleLayout, rateBits: Int, file: StepProver.DataFile?
  ) -> Code {
    let code = ReedSolomonCode(messageBits: layout.rowBits, rateBits: rateBits)
    let isKept = codeByteCount(rows.matrix, code) <= maximumCodeByteCount
    guard !isKept, let file else {
      return commit(rows, layout: layout, rateBits: rateBits, keepsCode: isKept)
    }
    let stored = StoredCode(
      path: file.path, root: file.root, messageBits: layout.rowBits, rateBits: rateBits,
      rowCount: rows.matrix.rowCount,
      header: header(of: rows, layout: layout, rateBits: rateBits),
      isSalted: rows.blinding != nil)
    if !stored.isPresent {
      let computed = stored.write { take in
        let computed = commit(
          rows.matrix, code: code, header: stored.header, blinding: rows.blinding, take: take)
        return (computed, computed.tree)
      }
      guard stored.isPresent else { return .computed(computed) }
    }
    return .stored(stored) { commit(rows, layout: layout, rateBits: rateBits) }
  }

  private func header(of rows: Rows, layout: OracleLayout, rateBits: Int) -> [UInt8] {
    LeafHeader.bytes(
      of: layout, rateBits: rateBits, elementByteCount: 8, isHidden: rows.blinding != nil,
      maskCount: rows.blinding?.maskCount ?? 0)
  }

  private func commit(
    _ rows: Rows, layout: OracleLayout, rateBits: Int, keepsCode: Bool
  ) -> Code {
    .computed(
      commit(
        rows.matrix, code: ReedSolomonCode(messageBits: layout.rowBits, rateBits: rateBits),
        header: header(of: rows, layout: layout, rateBits: rateBits), blinding: rows.blinding,
        keepsCode: keepsCode))
  }

  private func codeByteCount(_ rows: RowMatrix, _ code: ReedSolomonCode) -> Int {
    (rows.columnElementCount + 7) / 8 * 64 * code.codeLength
  }

  public func commit(_ vector: [K], code: CommitmentParameters.Code) -> Code {
    .computed(
      commit(
        RowMatrix(.extensions(vector), rowBits: code.messageBits),
        code: ReedSolomonCode(
          messageBits: code.messageBits, rateBits: code.codeBits - code.messageBits),
        header: LeafHeader.bytes(of: code, elementByteCount: 16)))
  }

  private func commit(
    _ rows: RowMatrix, code: ReedSolomonCode, header: [UInt8], blinding: Blinding? = nil,
    keepsCode: Bool = false, take: (([UInt8]) -> Void)? = nil
  ) -> ComputedCode {
    let columns = kernels.encode(
      rows, code: code, header: header, keepsCode: keepsCode, take: take)
    let leaves = blinding?.salted(columns.leafHashes) ?? columns.leafHashes
    return ComputedCode(
      kernels: kernels, rows: rows, columns: columns, tree: kernels.tree(over: leaves),
      isSalted: blinding != nil)
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

  public func addTails(_ rows: Rows, weights: [K], to vector: inout [K], at start: Int) {
    let (tails, tailCount) = (rows.matrix.tails, rows.matrix.tailCount)
    for (row, weight) in weights.enumerated() {
      for place in 0..<tailCount {
        vector[start + place] += weight * tails[row * tailCount + place]
      }
    }
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
      coefficients, exponents: indices, orderBits: code.codeBits, count: 1 << code.vectorBits)
    kernels.add(powers, times: .one, to: &vector, at: code.vectorStart)
  }

  public func eqTable(_ point: [K]) -> [K] { kernels.eqTable(point) }

  public func outerProduct(_ first: [K], _ second: [K]) -> [K] {
    kernels.outerProduct(first, second)
  }

  public func add(_ vector: [K], times factor: K, to sum: inout [K], at start: Int) {
    kernels.add(vector, times: factor, to: &sum, at: start)
  }
}
