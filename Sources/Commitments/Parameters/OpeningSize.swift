public import AssayAlgebra

/// How many bytes the parts of an opening have, on average.
struct OpeningSize {
  private let baseByteCount: Int
  private let byteCount: Int

  init<K: ChallengeField>(_ field: K.Type) {
    baseByteCount = K.Base.byteCount
    byteCount = K.byteCount
  }

  var baseElementsPerElement: Int { byteCount / baseByteCount }

  /// Rounds of a sumcheck.
  func rounds(_ count: Int) -> Int { 2 * byteCount * count }

  /// The columns and nodes of oracles with rows of one length.
  func rows(elementCounts: [Int], _ code: CommitmentParameters.RowCode) -> Int {
    let rows = elementCounts.map { ($0 + (1 << code.rowBits) - 1) >> code.rowBits }
    return 4
      + opened(
        columnByteCount: rows.reduce(0, +) * baseByteCount, trees: rows.count,
        leafBits: code.rowBits + code.rateBits, queries: code.queries)
  }

  /// The root, rounds, columns and nodes of a level that cuts a vector into `rowCount` rows of
  /// 2^`messageBits` elements.
  func level(_ level: CommitmentParameters.Level, rowCount: Int, messageBits: Int) -> Int {
    4 + 32 + rounds(RowStack.bits(rowCount))
      + opened(
        columnByteCount: byteCount * rowCount, trees: 1,
        leafBits: messageBits + level.rateBits, queries: level.queries)
  }

  /// The last vector and its rounds.
  func last(count: Int) -> Int { byteCount * count + rounds(RowStack.bits(count)) }

  private func opened(
    columnByteCount: Int, trees: Int, leafBits: Int, queries: Int
  ) -> Int {
    // Few positions are drawn twice, unless there are few.
    let distinct = leafBits < 60 ? min(queries, 1 << leafBits) : queries
    return distinct * columnByteCount
      + trees * Self.nodeCount(leafBits: leafBits, queries: distinct) * 32
  }

  /// About as many nodes as a proof for `queries` random leaves of 2^`leafBits` has: each path
  /// has log₂ of leaves / queries nodes, less 0.85 where paths meet.
  private static func nodeCount(leafBits: Int, queries: Int) -> Int {
    let path =
      leafBits * FixedLogarithm.unit - FixedLogarithm.upper(UInt64(queries))
      - 85 * FixedLogarithm.unit / 100
    return max(0, queries * path) >> 16
  }
}

extension CommitmentParameters {
  /// How many bytes an opening of these oracles has, on average: opened positions share more or
  /// fewer nodes.
  public func expectedByteCount<K: ChallengeField>(
    layouts: [OracleLayout], field: K.Type
  ) throws(CommitmentError) -> Int {
    let size = OpeningSize(field)
    var total = size.rounds(try RowStack(layouts).rowIndexBits)
    for code in rowCodes {
      let opened = layouts.filter { $0.rowBits == code.rowBits }
      total += size.rows(elementCounts: opened.map(\.elementCount), code)
    }
    for (level, code) in zip(levels, codesOfLevels) {
      total += size.level(level, rowCount: code.rowCount, messageBits: code.messageBits)
    }
    let draws = rowCodes.count + levels.count
    return total + size.last(count: lastCount) + draws * (grindingBits > 0 ? 8 : 0)
  }
}
