extension LookupTable {
  /// How many low bits of a key, or of a range, are looked up on their own.
  static let lowBits = 8

  /// Two small tables that together say what a table of quotients says.
  struct Halves {
    /// (h, class), or (h, second lane, class): what the high byte h leaves open.
    let high: LookupTable
    /// (l, class, …): what the low byte makes of it, the lanes behind the key.
    let low: LookupTable
    /// The classes are 0 ..< this.
    let classCount: Int
  }

  /// The table cut at its key's low byte: with first lane + offset = 2⁸·h + l, all bytes h that
  /// make the same of l are of one class.
  ///
  /// Few bytes differ where a function saturates, so few rows are left.
  ///
  /// - Precondition: the first lane is the row, less an offset, modulo 2^`quotientBits`.
  var halves: Halves {
    let keyLaneCount: Int
    switch key {
    case .first: keyLaneCount = 1
    case .firstAndSecond: keyLaneCount = 2
    }
    let values = lanes.dropFirst(keyLaneCount)
    let byteCount = 1 << (bits - Self.lowBits)
    var classes: [[[TableLane.Piece]]: Int] = [:]
    var functions: [[[TableLane.Piece]]] = []
    let classOfByte = (0..<byteCount).map { byte in
      let function = values.map { $0.pieces(inRange: byte, ofBits: Self.lowBits) }
      if let known = classes[function] { return known }
      classes[function] = functions.count
      functions.append(function)
      return functions.count - 1
    }
    let classBits = Int.bitWidth - (functions.count - 1).leadingZeroBitCount
    return Halves(
      high: high(classOfByte, keyLaneCount: keyLaneCount),
      low: low(functions, classBits: classBits), classCount: functions.count)
  }

  private func high(_ classOfByte: [Int], keyLaneCount: Int) -> LookupTable {
    let size = 1 << (Self.quotientBits - Self.lowBits)
    let starts = Array(stride(from: 0, to: classOfByte.count, by: size))
    var keyLanes = [TableLane(starts.map { ($0..<$0 + size, 1, 0) })]
    if keyLaneCount == 2 {
      keyLanes.append(TableLane(starts.map { ($0..<$0 + size, 0, Int64($0 / size)) }))
    }
    let classes = TableLane(
      classOfByte.enumerated().map { ($0.offset..<$0.offset + 1, 0, Int64($0.element)) })
    return LookupTable(
      name: name + ".high", tag: tag + 32, bits: bits - Self.lowBits, lanes: keyLanes + [classes],
      key: keyLaneCount == 2
        ? .firstAndSecond(offset: 0, bits: Self.quotientBits - Self.lowBits) : .first(offset: 0))
  }

  /// Rows of classes that there are not stand for no byte; they hold zeros.
  private func low(_ functions: [[[TableLane.Piece]]], classBits: Int) -> LookupTable {
    let size = 1 << Self.lowBits
    let rows = (0..<1 << classBits).map { $0 * size..<($0 + 1) * size }
    var lanes = [
      TableLane(rows.map { ($0, 1, 0) }),
      TableLane(rows.enumerated().map { ($0.element, 0, Int64($0.offset)) }),
    ]
    for lane in functions[0].indices {
      lanes.append(
        TableLane(
          rows.enumerated().flatMap { number, rows in
            number < functions.count
              ? functions[number][lane].map { piece in
                let start = rows.lowerBound + piece.start
                return (start..<start + 1 << piece.bits, piece.slope, piece.intercept)
              } : [(rows, 0, 0)]
          }))
    }
    return LookupTable(
      name: name + ".low", tag: tag + 64, bits: classBits + Self.lowBits, lanes: lanes,
      key: .firstAndSecond(offset: 0, bits: Self.lowBits))
  }
}

extension TableLane {
  /// The lane on rows `number` · 2^bits and the following 2^bits − 1, numbered from 0.
  fileprivate func pieces(inRange number: Int, ofBits bits: Int) -> [Piece] {
    let first = number << bits
    return pieces.compactMap { piece in
      let end = piece.start + 1 << piece.bits
      guard piece.start < first + 1 << bits, end > first else { return nil }
      // Both are dyadic: one lies in the other.
      guard piece.bits > bits else {
        return Piece(
          start: piece.start - first, bits: piece.bits, slope: piece.slope,
          intercept: piece.intercept)
      }
      return Piece(
        start: 0, bits: bits, slope: piece.slope,
        intercept: piece.intercept + piece.slope * Int64(first - piece.start))
    }
  }
}
