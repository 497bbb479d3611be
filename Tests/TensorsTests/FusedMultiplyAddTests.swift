import AssayTestSupport
import CAssayTensorKernels
import Testing

/// The fma that the portable path makes from double arithmetic, where it has no instruction.
@Suite struct FusedMultiplyAddTests {
  /// Three operands whose result is hard to round, by kind of case.
  private func hardCase(_ kind: UInt64, _ draw: inout SeededGenerator) -> (Float, Float, Float) {
    let any = { (draw: inout SeededGenerator) in
      Float(bitPattern: UInt32(truncatingIfNeeded: draw.next()))
    }
    let near = { (value: Float, draw: inout SeededGenerator) in
      Float(bitPattern: value.bitPattern &+ UInt32(draw.next() % 9) &- 4)
    }
    let scaled = { (exponent: ClosedRange<Int>, draw: inout SeededGenerator) in
      let significand = 1 + Float(draw.next() >> 41) * 0x1p-23
      return Float(
        sign: draw.next() & 1 == 0 ? .plus : .minus,
        exponent: Int.random(in: exponent, using: &draw), significand: significand)
    }
    switch kind {
    case 0: return (any(&draw), any(&draw), any(&draw))
    case 1:
      // The addend almost cancels the product.
      let x = scaled(-20...20, &draw)
      let y = scaled(-20...20, &draw)
      return (x, y, -near(x * y, &draw))
    case 2:
      // Few bits in the product, far below the addend: ties, and numbers just beside them.
      let few = Float(draw.next() % 7 + 1)
      let z = scaled(-10...10, &draw)
      let half = Float(sign: .plus, exponent: Int(z.exponent) - 26, significand: few)
      return (half, near(1, &draw), z)
    case 3:
      // Products around the smallest subnormals, and addends there too.
      let z = Float(bitPattern: UInt32(draw.next() % 64)) * (draw.next() & 1 == 0 ? 1 : -1)
      return (scaled(-80 ... -70, &draw), scaled(-80 ... -66, &draw), z)
    case 4:
      // Around the border between subnormal and normal.
      return (
        scaled(-70 ... -60, &draw), scaled(-66 ... -56, &draw),
        near(0x1p-126, &draw) * (draw.next() & 1 == 0 ? 1 : -1)
      )
    case 5:
      // Beside a tie by 2^-46 of it and less, which double arithmetic cannot see: half a unit of
      // the addend, times (1 + d)(1 − d). Addends normal, subnormal, and the largest.
      let z: Float =
        switch draw.next() % 4 {
        case 0: Float(bitPattern: UInt32(draw.next() % (1 << 23)))
        case 1: .greatestFiniteMagnitude
        default: abs(scaled(-100...100, &draw))
        }
      let d = Float(draw.next() % 2047 + 1) * 0x1p-23
      let half = Int(z.ulp.exponent) - 1
      let x = Float(sign: .plus, exponent: half / 2, significand: 1 + d)
      let y = Float(sign: .plus, exponent: half - half / 2, significand: 1 - d)
      return (x, draw.next() & 1 == 0 ? y : -y, draw.next() & 1 == 0 ? z : -z)
    case 6:
      // Around overflow.
      return (scaled(60...64, &draw), scaled(60...64, &draw), scaled(120...127, &draw))
    default:
      let values = TestContents.specialValues
      let pick = { (draw: inout SeededGenerator) in values[Int(draw.next() % 20)] }
      return (pick(&draw), pick(&draw), pick(&draw))
    }
  }

  @Test func everyPathRoundsOnceInMillionsOfHardCases() {
    var draw = SeededGenerator()
    let count = 400_000
    for kind in 0...7 as ClosedRange<UInt64> {
      var x = [Float](repeating: 0, count: count)
      var y = x
      var z = x
      for index in 0..<count { (x[index], y[index], z[index]) = hardCase(kind, &draw) }
      let expected = (0..<count).map { index in
        let exact = z[index].addingProduct(x[index], y[index])
        return exact.isNaN ? 0x7fc0_0000 : exact.bitPattern
      }
      for path in kernelPaths {
        let found = fusedMultiplyAdd(x, y, z, path: path).map(\.bitPattern)
        guard found != expected else { continue }
        let index = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
        Issue.record(
          """
          kind \(kind), path \(path), seed \(draw.seed): \
          fma(\(x[index]), \(y[index]), \(z[index]))
          """
        )
      }
    }
  }
}
