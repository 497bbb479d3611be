import AssayTensors
import AssayTestSupport
import Testing

/// Arithmetic by integers against the processor's, which IEEE 754 says are the same.
@Suite struct SoftwareFloatTests {
  private static let special: [Float] = [
    0x0000_0000, 0x0000_0001, 0x0000_0002, 0x0012_3456, 0x007f_ffff, 0x0080_0000, 0x0080_0001,
    0x00ff_ffff, 0x3380_0000, 0x3eff_ffff, 0x3f00_0000, 0x3f7f_ffff, 0x3f80_0000, 0x3f80_0001,
    0x3fff_ffff, 0x4049_0fdb, 0x4b7f_ffff, 0x4b80_0000, 0x4b80_0001, 0x5f00_0000, 0x7f00_0000,
    0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0x7fc0_0000,
  ].flatMap { [Float(bitPattern: $0), Float(bitPattern: $0 | 1 << 31)] }

  private func expect(
    _ found: Float, _ expected: Float, _ what: @autoclosure () -> String
  ) {
    let bits: UInt32 = expected.isNaN ? 0x7fc0_0000 : expected.bitPattern
    // A macro for each of a million cases would take most of the time.
    if found.bitPattern != bits { Issue.record("\(what()): \(found), expected \(expected)") }
  }

  private func compare(_ x: Float, _ y: Float, _ z: Float) {
    expect(SoftwareFloat.fma(x, y, z), z.addingProduct(x, y), "fma of \(x), \(y), \(z)")
    expect(SoftwareFloat.sum(x, y), x + y, "\(x) + \(y)")
    expect(SoftwareFloat.difference(x, y), x - y, "\(x) − \(y)")
    expect(SoftwareFloat.product(x, y), x * y, "\(x) · \(y)")
    expect(SoftwareFloat.quotient(x, y), x / y, "\(x) / \(y)")
    expect(SoftwareFloat.root(x), x.squareRoot(), "√\(x)")
  }

  @Test func specialValuesGiveWhatTheProcessorGives() {
    for (index, x) in Self.special.enumerated() {
      for (other, y) in Self.special.enumerated() {
        for step in 0..<5 { compare(x, y, Self.special[(index + other + 11 * step) % 50]) }
      }
    }
  }

  @Test func numbersOfAllSizesGiveWhatTheProcessorGives() {
    var generator = SeededGenerator(seed: 41)
    func bits() -> UInt32 { UInt32(truncatingIfNeeded: generator.next() >> 32) }
    for _ in 0..<20_000 {
      compare(Float(bitPattern: bits()), Float(bitPattern: bits()), Float(bitPattern: bits()))
      // Of like size, so that sums cancel and results lie near halves.
      let near = (0..<2).map { _ in Float(bitPattern: 0x3f00_0000 | bits() & 0x81ff_ffff) }
      compare(near[0], near[1], -near[0] * near[1])
      compare(near[0] * 0x1p-70, near[1] * 0x1p-70, Float(bitPattern: bits() & 0x803f_ffff))
    }
  }

  @Test func integersAreRoundedToTheNearest() {
    var generator = SeededGenerator(seed: 43)
    for size in 0..<64 as Range<UInt64> {
      for value in [1 << size, 1 << size &+ 1, generator.next() >> size] {
        let number = Int64(bitPattern: value)
        expect(SoftwareFloat.nearest(number), Float(number), "\(number)")
      }
    }
  }
}
