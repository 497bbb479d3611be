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

  /// The rounds, columns and nodes of level 0.
  func rows(elementCounts: [Int], rowBits: Int, rateBits: Int, queries: Int) -> Int {
    let rows = elementCounts.map { ($0 + (1 << rowBits) - 1) >> rowBits }
    let rounds = Int.bitWidth - (rows.reduce(0, +) - 1).leadingZeroBitCount
    return 4 + 2 * byteCount * rounds
      + opened(
        columnByteCount: rows.reduce(0, +) * baseByteCount, trees: rows.count,
        leafBits: rowBits + rateBits, queries: queries)
  }

  /// The root, rounds, columns and nodes of a level that cuts a vector of 2^`bits` elements.
  func level(_ level: CommitmentParameters.Level, bits: Int) -> Int {
    4 + 32 + 2 * byteCount * level.splitBits
      + opened(
        columnByteCount: byteCount << level.splitBits, trees: 1,
        leafBits: bits - level.splitBits + level.rateBits, queries: level.queries)
  }

  /// The last vector and its rounds.
  func last(bits: Int) -> Int { byteCount << bits + 2 * byteCount * bits }

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
  /// How many bytes an opening of oracles with these numbers of elements has, on average: opened
  /// positions share more or fewer nodes.
  public func expectedByteCount<K: ChallengeField>(
    elementCounts: [Int], field: K.Type
  ) -> Int {
    let size = OpeningSize(field)
    var bits = rowBits
    var total = size.rows(
      elementCounts: elementCounts, rowBits: rowBits, rateBits: rateBits, queries: queries)
    for level in levels {
      total += size.level(level, bits: bits)
      bits -= level.splitBits
    }
    return total + size.last(bits: bits) + (levels.count + 1) * (grindingBits > 0 ? 8 : 0)
  }
}
