public import AssayCommitments
public import AssayCryptography

/// A committed oracle with all that its opening needs.
public struct CommittedOracle<A: CommitmentArithmetic>: Sendable {
  /// Where columns lie.
  public let layout: OracleLayout
  let rows: A.Rows
  let code: A.Code

  /// Commits to rows.
  public init(_ rows: A.Rows, layout: OracleLayout, rateBits: Int, arithmetic: A) {
    self.layout = layout
    self.rows = rows
    code = arithmetic.commit(rows, layout: layout, rateBits: rateBits)
  }

  /// Takes a commitment to rows.
  init(_ rows: A.Rows, layout: OracleLayout, code: A.Code) {
    self.layout = layout
    self.rows = rows
    self.code = code
  }

  /// The commitment.
  public var root: Digest { code.root }
}

extension ColumnLayout {
  /// Calls `copy` with each run of elements that lie together in the column (row-major) and in the
  /// stack.
  func forEachRun(_ copy: (_ column: Range<Int>, _ stack: Int) -> Void) {
    for block in blocks {
      // The runs are as long as the last dimension's range, or as all dimensions that are whole.
      var runBits = 0
      var outer = shape.count
      while outer > 0 {
        outer -= 1
        runBits += block.ranges[outer].bits
        if block.ranges[outer].count != shape[outer] { break }
      }
      let run = 1 << runBits
      for number in 0..<(1 << (block.bits - runBits)) {
        let source = sourceIndex(of: number << runBits, in: block)
        let target = block.offset + (number << runBits)
        copy(source..<source + run, target)
      }
    }
  }

  /// The row-major index in the column of an element of a block.
  private func sourceIndex(of element: Int, in block: Block) -> Int {
    var shift = block.bits
    var index = 0
    for (size, range) in zip(shape, block.ranges) {
      shift -= range.bits
      index = index * size + range.start + (element >> shift & (range.count - 1))
    }
    return index
  }
}
