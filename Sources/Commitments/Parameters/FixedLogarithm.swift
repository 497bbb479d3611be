/// log₂ and 2ˣ in integers, rounded to a stated side. A logarithm counts units of 2⁻¹⁶.
enum FixedLogarithm {
  /// One, as a logarithm.
  static let unit = 1 << 16
  /// Fixed-point mantissas have this many bits after the point.
  private static let mantissaBits = 62

  /// At least 2¹⁶ · log₂ `value`, and less than two units above it.
  ///
  /// - Precondition: `value` is positive.
  static func upper(_ value: UInt64) -> Int {
    let (whole, fraction, isExact) = digits(of: value, roundingUp: true)
    return whole * unit + fraction + (isExact ? 0 : 1)
  }

  /// At most 2¹⁶ · log₂ `value`, and less than two units below it.
  ///
  /// - Precondition: `value` is positive.
  static func lower(_ value: UInt64) -> Int {
    let (whole, fraction, _) = digits(of: value, roundingUp: false)
    return whole * unit + fraction
  }

  /// The binary digits of the logarithm: squaring a mantissa doubles its logarithm, whose whole
  /// part is the next digit.
  private static func digits(
    of value: UInt64, roundingUp: Bool
  ) -> (whole: Int, fraction: Int, isExact: Bool) {
    let whole = UInt64.bitWidth - 1 - value.leadingZeroBitCount
    let one = UInt128(1) << UInt128(mantissaBits)
    let isPower = value.nonzeroBitCount == 1
    // 2⁶³ and more lose one bit.
    var mantissa =
      whole <= mantissaBits
      ? UInt128(value) << UInt128(mantissaBits - whole)
      : (UInt128(value) + (roundingUp ? 1 : 0)) >> 1
    var fraction = 0
    for _ in 0..<16 {
      let square = mantissa * mantissa
      let isTwo = square >> UInt128(2 * mantissaBits + 1) != 0
      let shift = UInt128(isTwo ? mantissaBits + 1 : mantissaBits)
      mantissa = (square + (roundingUp ? (UInt128(1) << shift) - 1 : 0)) >> shift
      fraction = 2 * fraction + (isTwo ? 1 : 0)
    }
    return (whole, fraction, isPower || mantissa == one)
  }

  /// At least 2^(`fraction` / 2¹⁶), as a multiple of 2⁻⁶².
  ///
  /// - Precondition: `fraction` is from 0 to 2¹⁶ − 1.
  static func power(fraction: Int) -> UInt128 {
    let shift = UInt128(mantissaBits)
    var result = UInt128(1) << shift
    var root = UInt128(2) << shift
    for bit in (0..<16).reversed() {
      root = squareRoot(root << shift)
      if fraction >> bit & 1 == 1 {
        result = (result * root + (UInt128(1) << shift) - 1) >> shift
      }
    }
    return result
  }

  /// ⌈√`value`⌉, by Newton's iteration from above.
  private static func squareRoot(_ value: UInt128) -> UInt128 {
    var root = UInt128(1) << 64
    while true {
      let next = (root + value / root) / 2
      if next >= root { break }
      root = next
    }
    return root * root < value ? root + 1 : root
  }
}
