import AssayAlgebra
import AssayCommitments
import AssayCryptography
import AssayTestSupport
import Testing

@testable import AssayProving

/// What opened columns of one fixed matrix look like under many keys.
@Suite struct HiddenColumnTests {
  typealias K = GoldilocksExtension

  static let tailCount = 9
  static let keyCount = 480

  /// The rows' values at the first `count` of some positions, for each key: the matrix never
  /// changes.
  static func columns(at positions: [Int]) throws -> [[[Goldilocks]]] {
    let layout = try OracleLayout(kind: "state", shapes: [[3, 16]], rowBits: 4)
    let values = (0..<48).map { Goldilocks(Int64($0 % 5)) }
    let arithmetic = PlainArithmetic<K>()
    return (0..<keyCount).map { seed in
      let key = SHA256.digest(domain: "columns", [[UInt8(seed & 255), UInt8(seed >> 8)]])
      let rows = arithmetic.rows(
        [values], layout: layout, blinding: Blinding(key: key, tailCount: tailCount))
      let bytes = arithmetic.commit(rows, layout: layout, rateBits: 2).opening(at: positions)
      let elements = Goldilocks.elements(canonicalBytes: bytes[..<(positions.count * 24)]) ?? []
      return positions.indices.map { Array(elements[3 * $0..<3 * $0 + 3]) }
    }
  }

  /// Σ (found − expected)² / expected over 16 classes of the highest four bits.
  static func chiSquare(_ values: [Goldilocks]) -> Double {
    var counts = [Double](repeating: 0, count: 16)
    for value in values { counts[Int(value.value >> 60)] += 1 }
    let expected = Double(values.count) / 16
    return counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
  }

  /// A chi-square with 15 degrees of freedom is above this once in a million times.
  static let limit = 56.5

  @Test func asManyColumnsAsTheTailIsLongAreUniformTogether() throws {
    let positions = [0, 1, 2, 7, 16, 31, 32, 48, 63]
    #expect(positions.count == Self.tailCount)
    let found = try Self.columns(at: positions)
    var generator = SeededGenerator(seed: 5)
    for row in 0..<3 {
      for place in positions.indices {
        #expect(Self.chiSquare(found.map { $0[place][row] }) < Self.limit, "\(row), \(place)")
      }
      // Sums with random factors would show a relation among them.
      for _ in 0..<20 {
        let factors = positions.map { _ in
          Goldilocks(Int64.random(in: 0...Int64.max, using: &generator))
        }
        let sums = found.map { columns in
          zip(columns, factors).reduce(Goldilocks.zero) { $0 + $1.0[row] * $1.1 }
        }
        #expect(Self.chiSquare(sums) < Self.limit, "row \(row)")
      }
    }
  }

  /// One column more, and a divided difference takes the tail away: what is left is the same for
  /// every key. So the number of openings is bounded, and the test above sees what it should.
  @Test func oneColumnMoreThanTheTailIsLongShowsTheRow() throws {
    let positions = [0, 1, 2, 7, 16, 31, 32, 48, 63, 5]
    let root = Goldilocks.rootOfUnity(log2Order: 6)
    let points = positions.map { root.power(UInt64($0)) }
    let factors = points.indices.map { place in
      points.indices.reduce(points[place].power(16)) { product, other in
        other == place ? product : product * (points[place] - points[other])
      }.inverse ?? .zero
    }
    let found = try Self.columns(at: positions)
    for row in 0..<3 {
      let sums = Set(
        found.map { columns in
          zip(columns, factors).reduce(Goldilocks.zero) { $0 + $1.0[row] * $1.1 }
        })
      #expect(sums.count == 1)
    }
  }

  @Test func saltsDifferFromLeafToLeafAndKeyToKey() throws {
    let leaves = [UInt8](repeating: 7, count: 32 * 64)
    func salts(_ seed: UInt8) -> [[UInt8]] {
      let bytes = Blinding(key: SHA256.digest(of: [seed]), tailCount: 1).salted(leaves)
      return stride(from: 0, to: bytes.count, by: 64).map { start in
        #expect(Array(bytes[start..<start + 32]) == Array(leaves[..<32]))
        return Array(bytes[start + 32..<start + 64])
      }
    }
    #expect(Set(salts(1) + salts(2)).count == 128)
    #expect(salts(1) == salts(1))
  }
}
