/// The rows of several oracles as one matrix.
///
/// Oracles whose rows have one length lie one below the other, and rows of different lengths side
/// by side, the longest first: so rows of one length fold to one *segment* of the vector that all
/// rows fold to. An oracle starts at a multiple of its largest block's number of rows, so that each
/// of its blocks starts at a multiple of its size among the rows of its length. To lose little, of
/// those the oracle with the largest block comes first (among equals, the first). Places that
/// belong to no oracle are zero.
public struct RowStack: Hashable, Sendable {
  /// The columns of rows of one length.
  public struct Segment: Hashable, Sendable {
    /// The first column: a multiple of the number of columns.
    public let start: Int
    /// log₂ of the number of columns: of a row's elements.
    public let bits: Int
  }

  /// The columns, the longest rows' first.
  public let segments: [Segment]
  /// The number of each oracle's segment, in the order of the oracles.
  public let segmentNumbers: [Int]
  /// The first row of each oracle, in the order of the oracles.
  public let starts: [Int]
  /// log₂ of the number of rows, rounded up.
  public let rowIndexBits: Int
  /// log₂ of the number of columns, rounded up.
  public let columnIndexBits: Int

  /// Places oracles.
  ///
  /// - Throws: `CommitmentError.layout` when there is none.
  public init(_ layouts: [OracleLayout]) throws(CommitmentError) {
    guard !layouts.isEmpty else {
      throw .layout(reason: "expected one or more oracles, found none")
    }
    let lengths = Set(layouts.map(\.rowBits)).sorted(by: >)
    var columnCount = 0
    segments = lengths.map { bits in
      defer { columnCount += 1 << bits }
      return Segment(start: columnCount, bits: bits)
    }
    segmentNumbers = layouts.map { lengths.firstIndex(of: $0.rowBits) ?? 0 }
    let order = layouts.indices.sorted {
      layouts[$0].largestBlockBits > layouts[$1].largestBlockBits
    }
    var starts = [Int](repeating: 0, count: layouts.count)
    var ends = [Int](repeating: 0, count: lengths.count)
    for oracle in order {
      let segment = segmentNumbers[oracle]
      let step = 1 << max(0, layouts[oracle].largestBlockBits - lengths[segment])
      starts[oracle] = (ends[segment] + step - 1) / step * step
      ends[segment] = starts[oracle] + layouts[oracle].rowCount
    }
    self.starts = starts
    rowIndexBits = ends.map(Self.bits).max() ?? 0
    columnIndexBits = Self.bits(columnCount)
  }

  /// How many bits the index of an element has.
  public var indexBits: Int { rowIndexBits + columnIndexBits }

  /// ⌈log₂ count⌉ for count ≥ 1.
  static func bits(_ count: Int) -> Int { Int.bitWidth - (count - 1).leadingZeroBitCount }
}
