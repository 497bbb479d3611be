public import AssayAlgebra
public import AssayCommitments
public import AssayCryptography
internal import AssayMerkle

/// Commitments over any field, in plain Swift on one thread: what other arithmetics are compared
/// with.
public struct PlainArithmetic<K: ChallengeField>: CommitmentArithmetic {
  /// Rows as field elements.
  public struct Rows: Sendable {
    /// Row after row; what is missing in the last row is zero.
    let elements: [K.Base]
    /// Further coefficients of each row, of higher degree.
    var tails: [K.Base] = []
    var blinding: Blinding?
  }

  /// Code words, column after column.
  public struct Code: CommittedCode {
    let columns: [UInt8]
    let columnByteCount: Int
    let tree: StoredTree
    let isSalted: Bool

    public var root: Digest { tree.root }

    public func opening(at indices: [Int]) -> [UInt8] {
      var bytes: [UInt8] = []
      for index in indices {
        bytes += columns[index * columnByteCount..<(index + 1) * columnByteCount]
      }
      for node in tree.multiProof(
        forLeaves: indices.map { $0 << (isSalted ? 1 : 0) }
      ).nodes { bytes += node.bytes }
      return bytes
    }
  }

  /// There is nothing to choose.
  public init() {}

  /// Arranges columns, each in row-major order, as the rows of an oracle.
  ///
  /// - Precondition: the columns have the layout's shapes.
  public func rows(
    _ columns: [[K.Base]], layout: OracleLayout, blinding: Blinding? = nil
  ) -> Rows {
    precondition(
      columns.map(\.count) == layout.columns.map(\.elementCount),
      "columns have the shapes of their layout")
    var elements = [K.Base](repeating: .zero, count: layout.rowCount << layout.rowBits)
    for (column, layout) in zip(columns, layout.columns) {
      layout.forEachRun { source, target in
        for (offset, index) in source.enumerated() { elements[target + offset] = column[index] }
      }
    }
    guard let blinding else { return Rows(elements: elements) }
    let (masks, tails) = blinding.elements(
      K.Base.self, rowCount: layout.rowCount, rowBits: layout.rowBits)
    return Rows(elements: elements + masks, tails: tails, blinding: blinding)
  }

  public func commit(_ rows: Rows, layout: OracleLayout, rateBits: Int) -> Code {
    encode(
      rows.elements, tails: rows.tails, messageBits: layout.rowBits, rateBits: rateBits,
      header: LeafHeader.bytes(
        of: layout, rateBits: rateBits, elementByteCount: K.Base.byteCount,
        isHidden: rows.blinding != nil, maskCount: rows.blinding?.maskCount ?? 0),
      blinding: rows.blinding, scale: { $0 * $1 })
  }

  public func commit(_ vector: [K], code: CommitmentParameters.Code) -> Code {
    encode(
      vector, messageBits: code.messageBits, rateBits: code.codeBits - code.messageBits,
      header: LeafHeader.bytes(of: code, elementByteCount: K.byteCount), scale: { $0 * $1 })
  }

  /// Encodes rows of 2^`messageBits` elements and hashes the columns.
  private func encode<E: Field>(
    _ elements: [E], tails: [E] = [], messageBits: Int, rateBits: Int, header: [UInt8],
    blinding: Blinding? = nil, scale: (E, K.Base) -> E
  ) -> Code {
    let rowCount = elements.count >> messageBits
    let transform = FourierTransform<K.Base>(bits: messageBits + rateBits)
    let width = rowCount * E.byteCount
    var columns = [UInt8](repeating: 0, count: width << (messageBits + rateBits))
    let tailCount = tails.count / max(1, rowCount)
    for row in 0..<rowCount {
      var word = Array(elements[row << messageBits..<(row + 1) << messageBits])
      word += tails[row * tailCount..<(row + 1) * tailCount]
      word += [E](repeating: .zero, count: transform.count - word.count)
      transform.apply(to: &word, scale: scale)
      for (index, element) in word.enumerated() {
        let start = index * width + row * E.byteCount
        for (offset, byte) in element.canonicalBytes.enumerated() {
          columns[start + offset] = byte
        }
      }
    }
    var leaves = (0..<transform.count).map { index in
      MerkleTree.leafHash(header + columns[index * width..<(index + 1) * width])
    }
    if let blinding {
      let salted = blinding.salted(leaves.flatMap(\.bytes))
      leaves = stride(from: 0, to: salted.count, by: Digest.byteCount).map { start in
        do { return try Digest(bytes: Array(salted[start..<start + Digest.byteCount])) } catch {
          preconditionFailure("32 bytes make a digest: \(error)")
        }
      }
    }
    return Code(
      columns: columns, columnByteCount: width, tree: StoredTree(leafHashes: leaves),
      isSalted: blinding != nil)
  }

  public func products(_ rows: Rows, layout: OracleLayout, part: ColumnPart<K>) -> [K] {
    (0..<rows.elements.count >> layout.rowBits).map { row in
      let start = row << layout.rowBits + part.start
      return K.dot(part.values, Array(rows.elements[start..<start + part.values.count]))
    }
  }

  public func addRows(
    _ rows: Rows, layout: OracleLayout, weights: ArraySlice<K>, to vector: inout [K]
  ) {
    for (row, weight) in weights.enumerated() {
      for column in 0..<1 << layout.rowBits {
        vector[column] += weight * rows.elements[row << layout.rowBits + column]
      }
    }
  }

  public func addTails(_ rows: Rows, weights: [K], to vector: inout [K], at start: Int) {
    let tailCount = rows.tails.count / max(1, weights.count)
    for (row, weight) in weights.enumerated() {
      for place in 0..<tailCount {
        vector[start + place] += weight * rows.tails[row * tailCount + place]
      }
    }
  }

  public func addPowers(
    indices: [Int], coefficients: [K], code: CommitmentParameters.Code, to vector: inout [K]
  ) {
    // The sum over q of c_q ω^(i · index_q) for all i is a Fourier transform of the c_q.
    let transform = FourierTransform<K.Base>(bits: code.codeBits)
    var values = [K](repeating: .zero, count: transform.count)
    for (index, coefficient) in zip(indices, coefficients) { values[index] += coefficient }
    transform.apply(to: &values, scale: { $0 * $1 })
    for index in 0..<1 << code.vectorBits { vector[code.vectorStart + index] += values[index] }
  }
}
