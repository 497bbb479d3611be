public import AssayAlgebra

/// A function of a row number that is affine on each dyadic range of its pieces.
public struct TableLane: Hashable, Sendable {
  /// On rows start ..< start + 2^bits the value is slope · (row − start) + intercept.
  public struct Piece: Hashable, Sendable {
    /// The first row.
    public let start: Int
    /// The number of rows, as a power of two.
    public let bits: Int
    /// What the value grows by from row to row.
    public let slope: Int64
    /// The value on the first row.
    public let intercept: Int64
  }

  /// Pieces that cover the table without overlap, in order.
  public let pieces: [Piece]

  /// The lane whose value on each of `segments` is slope · (row − start of the segment) +
  /// intercept.
  ///
  /// - Parameter segments: consecutive row ranges; each is cut into dyadic pieces.
  init(_ segments: [(rows: Range<Int>, slope: Int64, intercept: Int64)]) {
    var pieces: [Piece] = []
    for segment in segments {
      var start = segment.rows.lowerBound
      while start < segment.rows.upperBound {
        let room = (segment.rows.upperBound - start)
        let largest = Int.bitWidth - 1 - room.leadingZeroBitCount
        let bits = start == 0 ? largest : min(start.trailingZeroBitCount, largest)
        let offset = Int64(start - segment.rows.lowerBound)
        pieces.append(
          Piece(
            start: start, bits: bits, slope: segment.slope,
            intercept: segment.intercept + segment.slope * offset))
        start += 1 << bits
      }
    }
    self.pieces = pieces
  }

  /// The multilinear extension of the lane over `point.count` row bits, most significant first.
  func evaluate<F: Field>(at point: [F]) -> F {
    var sum = F.zero
    for piece in pieces {
      let prefixCount = point.count - piece.bits
      var value = F(piece.intercept)
      if piece.slope != 0 {
        var low = F.zero
        for bit in point[prefixCount...] { low = low + low + bit }
        value += F(piece.slope) * low
      }
      if value == .zero { continue }
      sum += value * Multilinear.eqAtIndex(point[..<prefixCount], index: piece.start >> piece.bits)
    }
    return sum
  }

  /// The lane's value at a row.
  func value(at row: Int) -> Int64 {
    // The last piece that starts at the row or before it.
    var (low, high) = (0, pieces.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if pieces[middle].start <= row { low = middle } else { high = middle }
    }
    return pieces[low].intercept + pieces[low].slope * Int64(row - pieces[low].start)
  }
}

/// A public table of tuples in which columns are looked up.
public struct LookupTable: Hashable, Sendable {
  /// What the table is called in reports.
  public let name: String
  /// Told apart from other tables by this number in every fingerprint.
  public let tag: Int64
  /// The table has 2^bits rows.
  public let bits: Int
  /// What each row holds.
  public let lanes: [TableLane]
  /// Where a tuple stands.
  let key: Key

  /// How a tuple's row is found.
  enum Key: Hashable, Sendable {
    /// Row = first lane + offset.
    case first(offset: Int64)
    /// Row = first lane + offset + second lane · 2^bits.
    case firstAndSecond(offset: Int64, bits: Int)
  }

  /// The row that a tuple must be, or nil where it is in no row.
  public func row(of tuple: [Int64]) -> Int? {
    guard tuple.count == lanes.count else { return nil }
    return row(first: tuple[0]) { tuple[1] }
  }

  /// The row that a tuple with these first lanes must be; `second` is read only where it counts.
  func row(first: Int64, second: () -> Int64) -> Int? {
    switch key {
    case .first(let offset):
      // Offsets are positive: a sum that wraps is below 0.
      let row = first &+ offset
      return row >= 0 && row < 1 << Int64(bits) ? Int(row) : nil
    case .firstAndSecond(let offset, let lowBits):
      let low = first &+ offset
      let high = second()
      guard low >= 0, low < 1 << Int64(lowBits), high >= 0, high < 1 << Int64(bits - lowBits) else {
        return nil
      }
      return Int(low + high << Int64(lowBits))
    }
  }

  /// The multilinear extensions of the lanes at a point of `bits` coordinates.
  @specialized(where F == GMPGoldilocksExtension)
  @specialized(where F == GoldilocksExtension)
  public func evaluate<F: Field>(at point: [F]) -> [F] { lanes.map { $0.evaluate(at: point) } }
}
