/// The rows of several oracles, one oracle after another, as one matrix of 2^`rowBits` rows.
///
/// An oracle starts at a multiple of its largest block's number of rows, so that each of its blocks
/// starts at a multiple of its size in the whole matrix too. To lose little, the oracle with the
/// largest block comes first (among equals, the first). Rows that belong to no oracle are zero.
public struct RowStack: Hashable, Sendable {
  /// The first row of each oracle, in the order of the oracles.
  public let starts: [Int]
  /// log₂ of the number of rows.
  public let rowIndexBits: Int
  /// log₂ of the number of elements in a row.
  public let columnIndexBits: Int

  /// Places oracles.
  ///
  /// - Throws: `CommitmentError.layout` when there is none, or their rows differ in length.
  public init(_ layouts: [OracleLayout]) throws(CommitmentError) {
    guard let rowBits = layouts.first?.rowBits, layouts.allSatisfy({ $0.rowBits == rowBits }) else {
      throw .layout(
        reason: "expected one or more oracles with rows of one length, found rows of 2^b elements "
          + "with b = \(layouts.map(\.rowBits))")
    }
    let order = layouts.indices.sorted {
      layouts[$0].largestBlockBits > layouts[$1].largestBlockBits
    }
    var starts = [Int](repeating: 0, count: layouts.count)
    var end = 0
    for oracle in order {
      let step = 1 << max(0, layouts[oracle].largestBlockBits - rowBits)
      starts[oracle] = (end + step - 1) / step * step
      end = starts[oracle] + layouts[oracle].rowCount
    }
    self.starts = starts
    rowIndexBits = Int.bitWidth - (end - 1).leadingZeroBitCount
    columnIndexBits = rowBits
  }

  /// How many bits the index of an element has.
  public var indexBits: Int { rowIndexBits + columnIndexBits }
}
