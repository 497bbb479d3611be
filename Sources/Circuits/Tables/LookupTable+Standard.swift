extension LookupTable {
  /// The quotients that a rounding may have before it saturates: −2¹⁵ ..< 2¹⁵.
  static let quotientBits = 16
  private static let quotientCount = 1 << quotientBits
  private static let quotientOffset: Int64 = 1 << 15

  /// 0 ..< 2^bits: the remainders of a rounding by `bits`.
  static func range(bits: Int) -> LookupTable {
    LookupTable(
      name: "range\(bits)", tag: Int64(bits), bits: bits,
      lanes: [TableLane([(0..<1 << bits, 1, 0)])], key: .first(offset: 0))
  }

  /// (q, clamp(q, low, high)): a rounding that saturates.
  static func clamp(low: Int64, high: Int64) -> LookupTable {
    LookupTable(
      name: "clamp", tag: 32, bits: quotientBits,
      lanes: [quotientLane, clampLane(low: low, high: high)],
      key: .first(offset: quotientOffset))
  }

  /// (q, clamp(q, 0, high), [q > 0]): a rounding, the rectifier and its mask in one.
  static func rectifier(high: Int64) -> LookupTable {
    let positive = Int(quotientOffset) + 1
    return LookupTable(
      name: "rectifier", tag: 33, bits: quotientBits,
      lanes: [
        quotientLane, clampLane(low: 0, high: high),
        TableLane([(0..<positive, 0, 0), (positive..<quotientCount, 0, 1)]),
      ], key: .first(offset: quotientOffset))
  }

  /// (q, m, m · clamp(q, low, high)): the rounding of a gradient behind a mask.
  static func maskedClamp(low: Int64, high: Int64) -> LookupTable {
    let zero = [(0..<quotientCount, Int64(0), Int64(0))]
    let twice = quotientCount..<2 * quotientCount
    return LookupTable(
      name: "masked-clamp", tag: 34, bits: quotientBits + 1,
      lanes: [
        TableLane([
          (0..<quotientCount, 1, -quotientOffset), (twice, 1, -quotientOffset),
        ]),
        TableLane(zero + [(twice, 0, 1)]),
        TableLane(zero + clampSegments(low: low, high: high, from: quotientCount)),
      ], key: .firstAndSecond(offset: quotientOffset, bits: quotientBits))
  }

  /// (q, values[clamp(q, −n/2, n/2 − 1) + n/2]): a rounding, its saturation and a table of n
  /// values.
  static func saturated(values: [Int64]) -> LookupTable {
    let half = values.count / 2
    let first = Int(quotientOffset) - half
    var segments = [(rows: 0..<first, slope: Int64(0), intercept: values[0])]
    for (index, value) in values.enumerated() {
      segments.append((first + index..<first + index + 1, 0, value))
    }
    segments.append((first + values.count..<quotientCount, 0, values[values.count - 1]))
    return LookupTable(
      name: "exponential", tag: 35, bits: quotientBits,
      lanes: [quotientLane, TableLane(segments)], key: .first(offset: quotientOffset))
  }

  private static var quotientLane: TableLane {
    TableLane([(0..<quotientCount, 1, -quotientOffset)])
  }

  private static func clampLane(low: Int64, high: Int64) -> TableLane {
    TableLane(clampSegments(low: low, high: high, from: 0))
  }

  private static func clampSegments(
    low: Int64, high: Int64, from base: Int
  ) -> [(rows: Range<Int>, slope: Int64, intercept: Int64)] {
    let lowRow = base + Int(low + quotientOffset)
    let highRow = base + Int(high + quotientOffset)
    return [
      (base..<lowRow, 0, low), (lowRow..<highRow, 1, low),
      (highRow..<base + quotientCount, 0, high),
    ]
  }
}
