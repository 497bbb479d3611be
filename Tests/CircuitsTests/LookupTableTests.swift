import AssayAlgebra
import AssayTestSupport
import Testing

@testable import AssayCircuits

extension LookupTable {
  /// The lanes' values, row by row.
  fileprivate func laneValues() -> [[Int64]] {
    lanes.map { lane in
      lane.pieces.flatMap { piece in
        (0..<Int64(1 << piece.bits)).map { piece.intercept + piece.slope * $0 }
      }
    }
  }
}

struct LookupTableTests {
  static let tables: [String: LookupTable] = Dictionary(
    uniqueKeysWithValues: list.map { ("\($0.name)", $0) })
  static let names = list.map(\.name)
  private static let ofQuotients: [LookupTable] = [
    .clamp(low: -127, high: 127), .rectifier(high: 127), .maskedClamp(low: -128, high: 127),
    .saturated(values: [0] + (1..<256).map { Int64($0 * $0) }),
  ]
  static let namesOfQuotients = ofQuotients.map(\.name)
  private static let list: [LookupTable] =
    [.range(bits: 0), .range(bits: 1), .range(bits: 5), .range(bits: 16)] + ofQuotients
    + ofQuotients.flatMap { [$0.halves.high, $0.halves.low] }

  @Test("a lane evaluated by its pieces is the extension of its values", arguments: names)
  func extensions(name: String) throws {
    let table = try #require(Self.tables[name])
    var generator = SeededGenerator()
    let point = (0..<table.bits).map { _ in
      GoldilocksExtension(Int64.random(in: Int64.min...Int64.max, using: &generator))
    }
    let direct = table.laneValues().map { lane in
      Multilinear.evaluate(lane.map { GoldilocksExtension($0) }, at: point)
    }
    #expect(table.evaluate(at: point) == direct)
  }

  @Test("each row is found by its tuple, so a table is a function", arguments: names)
  func rows(name: String) throws {
    let table = try #require(Self.tables[name])
    let lanes = table.laneValues()
    for row in 0..<1 << table.bits {
      guard table.row(of: lanes.map { $0[row] }) == row else {
        Issue.record("\(name): row \(row)")
        return
      }
    }
  }

  @Test("two small tables say what a table of quotients says", arguments: namesOfQuotients)
  func halves(name: String) throws {
    let table = try #require(Self.tables[name])
    let halves = table.halves
    let (high, low) = (halves.high.laneValues(), halves.low.laneValues())
    let keyLaneCount = high.count - 1
    #expect(halves.high.bits == table.bits - 8 && halves.low.bits <= 11)
    #expect(high[keyLaneCount].allSatisfy { 0 <= $0 && $0 < halves.classCount })
    for (row, tuple) in Self.rows(of: table).enumerated() {
      let (byte, rest) = ((tuple[0] + 1 << 15) >> 8, (tuple[0] + 1 << 15) & 255)
      let second = keyLaneCount == 2 ? tuple[1] : 0
      let highRow = try #require(halves.high.row(first: byte) { second })
      let lowRow = try #require(halves.low.row(first: rest) { high[keyLaneCount][highRow] })
      guard low.dropFirst(2).map({ $0[lowRow] }) == Array(tuple.dropFirst(keyLaneCount)) else {
        Issue.record("\(name): row \(row)")
        return
      }
    }
  }

  private static func rows(of table: LookupTable) -> [[Int64]] {
    let lanes = table.laneValues()
    return (0..<1 << table.bits).map { row in lanes.map { $0[row] } }
  }

  @Test("tables hold what they are named for")
  func meanings() {
    let rectifier = LookupTable.rectifier(high: 127)
    let lanes = rectifier.laneValues()
    for q in -32768...32767 as ClosedRange<Int64> {
      let row = Int(q + 32768)
      guard lanes.map({ $0[row] }) == [q, min(max(q, 0), 127), q > 0 ? 1 : 0] else {
        Issue.record("q = \(q)")
        return
      }
    }
    let masked = LookupTable.maskedClamp(low: -128, high: 127).laneValues()
    for q in [-32768, -129, -128, -1, 0, 1, 127, 128, 32767] as [Int64] {
      #expect(masked.map { $0[Int(q + 32768)] } == [q, 0, 0])
      #expect(masked.map { $0[Int(q + 32768) + 65536] } == [q, 1, min(max(q, -128), 127)])
    }
    let values = (0..<256).map { Int64(1000 + $0) }
    let saturated = LookupTable.saturated(values: values).laneValues()
    for (q, index) in [(-32768, 0), (-128, 0), (-127, 1), (0, 128), (127, 255), (32767, 255)] {
      #expect(saturated[1][q + 32768] == values[index])
    }
  }

  @Test("no tuple outside a table has a row", arguments: [Int64.min, -32769, 32768, .max])
  func outside(value: Int64) {
    #expect(LookupTable.clamp(low: -127, high: 127).row(of: [value, 0]) == nil)
    #expect(LookupTable.range(bits: 5).row(of: [value]) == nil)
    let masked = LookupTable.maskedClamp(low: -128, high: 127)
    for tuple in [[0, value, 0], [value, 0, 0], [value, 1, 0], [0, 2, 0], [0, -1, 0]] {
      #expect(masked.row(of: tuple) == nil)
    }
    for tuple in [[], [0], [0, 0], [0, 0, 0, 0]] as [[Int64]] {
      #expect(masked.row(of: tuple) == nil)
    }
    #expect(masked.row(of: [0, 1, 0]) == 3 << 15)
  }
}
