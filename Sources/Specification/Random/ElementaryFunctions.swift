/// Elementary functions in double precision, defined by IEEE + − × ÷ √ alone, so that schedules
/// and initial values have the same bits on every machine and with every libm.
enum ElementaryFunctions {
  /// ln x for finite x > 0, within 2 ulp.
  ///
  /// x = 2ᵉ·m with √½ ≤ m < √2, s = (m − 1)/(m + 1), ln m = 2·(s + s³/3 + s⁵/5 + …).
  static func log(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var significand = x.significand
    if significand > 1.414_213_562_373_095_1 {
      significand /= 2
      exponent += 1
    }
    let s = (significand - 1) / (significand + 1)
    let square = s * s
    var series = 0.0
    for power in stride(from: 25, through: 3, by: -2) {
      series = (series + 1 / Double(power)) * square
    }
    let ln2High = 0.693_147_180_369_123_816_490
    let ln2Low = 1.908_214_929_270_587_700_02e-10
    return exponent * ln2High + (2 * s + (2 * s * series + exponent * ln2Low))
  }

  /// cos πx for 0 ≤ x ≤ 1, within 2⁻⁵².
  static func cosPi(_ x: Double) -> Double {
    if x > 0.5 { return -cosPi(1 - x) }
    let angle = x * 3.141_592_653_589_793_116
    let square = angle * angle
    var series = 1.0
    for term in stride(from: 22, through: 2, by: -2) {
      series = 1 - series * square / Double(term * (term - 1))
    }
    return series
  }

  /// eˣ for |x| ≤ 700, within 2 ulp: x = n·ln 2 + r, |r| ≤ ½ ln 2, Taylor's series of r.
  static func exp(_ x: Double) -> Double {
    let n = (x * 1.442_695_040_888_963_407_36).rounded(.toNearestOrEven)
    let r = (x - n * 0.693_147_180_369_123_816_490) - n * 1.908_214_929_270_587_700_02e-10
    var series = 1.0
    for term in stride(from: 18, through: 1, by: -1) {
      series = 1 + series * r / Double(term)
    }
    return Double(sign: .plus, exponent: Int(n), significand: series)
  }

  /// cos x for 0 ≤ x ≤ 2²², within 2⁻⁴⁰: x modulo π by three parts of π, then `cosPi`.
  static func cos(_ x: Double) -> Double { turned(x, by: 0) }

  /// sin x for 0 ≤ x ≤ 2²², within 2⁻⁴⁰.
  static func sin(_ x: Double) -> Double { turned(x, by: 1) }

  /// cos(x − quarter·π/2).
  private static func turned(_ x: Double, by quarter: Double) -> Double {
    let turns = (x * 0.318_309_886_183_790_671_54).rounded(.toNearestOrEven)
    // π in three parts; the first two have trailing zeros, so that their products are exact.
    var rest = x - turns * 3.141_592_651_605_606
    rest -= turns * 1.984_187_158_327_044_3e-9
    rest -= turns * 1.034_036_596_358_821e-18
    let isOdd = turns.truncatingRemainder(dividingBy: 2) != 0
    // rest lies in [−π/2, π/2]; as a share of π, from −½ to ½, less the quarter turn.
    let share = rest * 0.318_309_886_183_790_671_54 - quarter / 2
    let value = cosPi(min(1, abs(share)))
    return isOdd ? -value : value
  }

  /// base^exponent by repeated squaring, least significant bit first.
  static func power(_ base: Double, _ exponent: UInt64) -> Double {
    var result = 1.0
    var square = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  /// The standard normal quantile of p, 0 < p < 1: algorithm AS 241, PPND16 (Wichura 1988).
  static func normalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * ratio(r, centralNumerator, centralDenominator)
    }
    let tail = q < 0 ? p : 1 - p
    let r = (-log(tail)).squareRoot()
    let value =
      r <= 5
      ? ratio(r - 1.6, middleNumerator, middleDenominator)
      : ratio(r - 5, farNumerator, farDenominator)
    return q < 0 ? -value : value
  }

  private static func ratio(_ r: Double, _ above: [Double], _ below: [Double]) -> Double {
    above.reversed().reduce(0) { $0 * r + $1 } / below.reversed().reduce(0) { $0 * r + $1 }
  }

  // Coefficients of AS 241, lowest power first.
  private static let centralNumerator = [
    3.387_132_872_796_366_6080, 1.331_416_678_917_843_7745e2, 1.971_590_950_306_551_4427e3,
    1.373_169_376_550_946_1125e4, 4.592_195_393_154_987_1457e4, 6.726_577_092_700_870_0853e4,
    3.343_057_558_358_812_8105e4, 2.509_080_928_730_122_6727e3,
  ]
  private static let centralDenominator = [
    1.0, 4.231_333_070_160_091_1252e1, 6.871_870_074_920_579_0830e2,
    5.394_196_021_424_751_1077e3, 2.121_379_430_158_659_5867e4, 3.930_789_580_009_271_0610e4,
    2.872_908_573_572_194_2674e4, 5.226_495_278_852_854_5610e3,
  ]
  private static let middleNumerator = [
    1.423_437_110_749_683_577_34, 4.630_337_846_156_545_295_90, 5.769_497_221_460_691_405_50,
    3.647_848_324_763_204_605_04, 1.270_458_252_452_368_382_58, 2.417_807_251_774_506_117_70e-1,
    2.272_384_498_926_918_458_33e-2, 7.745_450_142_783_414_076_40e-4,
  ]
  private static let middleDenominator = [
    1.0, 2.053_191_626_637_758_821_87, 1.676_384_830_183_803_849_40,
    6.897_673_349_851_000_045_50e-1,
    1.481_039_764_274_800_745_90e-1, 1.519_866_656_361_645_719_66e-2,
    5.475_938_084_995_344_946_00e-4, 1.050_750_071_644_416_843_24e-9,
  ]
  private static let farNumerator = [
    6.657_904_643_501_103_777_20, 5.463_784_911_164_114_369_90, 1.784_826_539_917_291_335_80,
    2.965_605_718_285_048_912_30e-1, 2.653_218_952_657_612_309_30e-2,
    1.242_660_947_388_078_438_60e-3, 2.711_555_568_743_487_578_15e-5,
    2.010_334_399_292_288_132_65e-7,
  ]
  private static let farDenominator = [
    1.0, 5.998_322_065_558_879_376_90e-1, 1.369_298_809_227_358_053_10e-1,
    1.487_536_129_085_061_485_25e-2, 7.868_691_311_456_132_591_00e-4,
    1.846_318_317_510_054_681_80e-5, 1.421_511_758_316_445_888_70e-7,
    2.044_263_103_389_939_785_64e-15,
  ]
}
