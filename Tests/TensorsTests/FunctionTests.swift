import CAssayTensorKernels
import Foundation
import Testing

/// exp, log, tanh, erf and what is made of them: their bits, their special values and their stated
/// error bounds.
@Suite struct FunctionTests {
  /// x, exp, log, tanh, GELU, GELU′: the formulas worked out in exact rational arithmetic (Python's
  /// `fractions`), rounded to float32 after each operation.
  static let knownBits: [[UInt32]] = [
    [0x3dcc_cccd, 0x3f8d_763e, 0xc013_5d8e, 0x3dcc_1ebc, 0x3d5d_1d05, 0x3f14_5b8b],
    [0x3f0c_cccb, 0x3fdd_db3b, 0xbf19_0bdc, 0x3f00_2216, 0x3ec7_98d2, 0x3f65_b59f],
    [0x3f0c_cccd, 0x3fdd_db3c, 0xbf19_0bd8, 0x3f00_2218, 0x3ec7_98d6, 0x3f65_b5a0],
    [0x3f80_0000, 0x402d_f854, 0x0000_0000, 0x3f42_f7d6, 0x3f57_585c, 0x3f8a_9e91],
    [0x402d_f854, 0x4172_77da, 0x3f7f_ffff, 0x3f7d_c7bb, 0x402d_6df2, 0x3f83_06e0],
    [0x3f35_04f3, 0x4001_cca3, 0xbeb1_7218, 0x3f1b_de35, 0x3f09_9af6, 0x3f7a_cc95],
    [0x3fb5_04f3, 0x4083_9fbf, 0x3eb1_7217, 0x3f63_6d3c, 0x3fa6_c0a9, 0x3f90_82b9],
    [0x40f0_0000, 0x44e2_015b, 0x4000_f42c, 0x3f7f_fff6, 0x40f0_0000, 0x3f80_0000],
    [0xbe99_999a, 0x3f3d_a643, 0x7fc0_0000, 0xbe95_26ee, 0xbdea_c2a7, 0x3e89_1093],
    [0xbfa0_0000, 0x3e92_b0c2, 0x7fc0_0000, 0xbf59_291e, 0xbe07_75ed, 0xbdfa_dd6b],
    [0xc06c_cccd, 0x3cca_88fe, 0x7fc0_0000, 0xbf7f_afee, 0xb98e_812d, 0xba97_9d51],
    [0xc100_0000, 0x39af_e108, 0x7fc0_0000, 0xbf7f_fffc, 0x9d6a_d134, 0x9f5e_a630],
    [0x3727_c5ac, 0x3f80_0054, 0xc138_34f1, 0x3727_c5ac, 0x36a7_c604, 0x3f00_0086],
    [0x4050_0000, 0x41ce_529e, 0x3f96_de2b, 0x3f7f_3b3d, 0x404f_e64c, 0x3f80_b657],
  ]

  @Test func functionsHaveTheBitsOfTheirFormulas() {
    let x = Self.knownBits.map { Float(bitPattern: $0[0]) }
    for path in kernelPaths as [Int32?] + [nil] {
      for (column, function) in [KernelFunction.exp, .log, .tanh, .gelu].enumerated() {
        let found = apply(function, to: x, path: path).map(\.bitPattern)
        #expect(found == Self.knownBits.map { $0[column + 1] }, "\(function)")
      }
      for (row, value) in zip(Self.knownBits, x) {
        #expect(gradient(.gelu, at: value, path: path).bitPattern == row[5])
      }
    }
  }

  /// x, erf, GELU by erf, sigmoid, SiLU, and the slopes of the last three: worked out as above.
  static let moreKnownBits: [[UInt32]] = [
    [
      0x3dcc_cccd, 0x3de6_52f5, 0x3d5d_1d0d, 0x3f06_6509, 0x3d57_080f, 0x3f14_5ba0,
      0x3e7f_5c6f, 0x3f0c_c758,
    ],
    [
      0x3f66_6665, 0x3f4c_022d, 0x3f3b_fe16, 0x3f36_00c9, 0x3f23_cd81, 0x3f87_17e4,
      0x3e52_6ead, 0x3f65_59af,
    ],
    [
      0x3f66_6666, 0x3f4c_022d, 0x3f3b_fe17, 0x3f36_00c9, 0x3f23_cd81, 0x3f87_17e4,
      0x3e52_6ead, 0x3f65_59af,
    ],
    [
      0x3f80_0000, 0x3f57_bb3d, 0x3f57_625e, 0x3f3b_26a8, 0x3f3b_26a8, 0x3f8a_aa15,
      0x3e49_54a3, 0x3f6d_7bd1,
    ],
    [
      0x402d_f854, 0x3f7f_f813, 0x402d_6633, 0x3f70_271d, 0x4023_3363, 0x3f83_07da,
      0x3d6d_dc0a, 0x3f8c_481c,
    ],
    [
      0x3f35_04f3, 0x3f2e_c4bd, 0x3f09_9eb4, 0x3f2b_757e, 0x3ef2_7ac6, 0x3f7a_ddb6,
      0x3e62_7d47, 0x3f53_7f3b,
    ],
    [
      0x3fb5_04f3, 0x3f74_5a18, 0x3fa6_c840, 0x3f4d_ef1b, 0x3f91_9e09, 0x3f90_7fee,
      0x3e21_192a, 0x3f83_7208,
    ],
    [
      0x40f0_0000, 0x3f80_0000, 0x40f0_0000, 0x3f7f_dbc5, 0x40ef_de09, 0x3f80_0000,
      0x3a10_d77d, 0x3f80_75ac,
    ],
    [
      0xbe99_999a, 0xbea8_41c5, 0xbdea_c157, 0x3ed9_e2ac, 0xbe02_bb34, 0x3e89_0c55,
      0x3e7a_5348, 0x3eb4_562e,
    ],
    [
      0xbfa0_0000, 0xbf6c_432f, 0xbe07_3b51, 0x3e64_0b81, 0xbe8e_8731, 0xbdfb_35ff,
      0x3e31_4262, 0x3bcf_10de,
    ],
    [
      0xc06c_cccd, 0xbf7f_fffd, 0xb9d1_1b9a, 0x3cc5_a607, 0xbdb6_d32d, 0xbabf_e00e,
      0x3cc0_e140, 0xbd81_0073,
    ],
    [
      0xc100_0000, 0xbf80_0000, 0x0000_0000, 0x39af_d1ef, 0xbb2f_d1ef, 0xa936_06fa,
      0x39af_c2d7, 0xbb19_c899,
    ],
    [
      0x3727_c5ac, 0x373d_4f84, 0x36a7_c604, 0x3f00_002a, 0x36a7_c5e3, 0x3f00_0086,
      0x3e80_0000, 0x3f00_0054,
    ],
    [
      0x4050_0000, 0x3f7f_ffb8, 0x404f_e146, 0x3f76_71be, 0x4048_3c6a, 0x3f80_c52d,
      0x3d13_2f25, 0x3f8a_2ba9,
    ],
  ]

  @Test func moreFunctionsHaveTheBitsOfTheirFormulas() {
    let x = Self.moreKnownBits.map { Float(bitPattern: $0[0]) }
    for path in kernelPaths as [Int32?] + [nil] {
      for (column, function) in [KernelFunction.erf, .geluErf, .sigmoid, .silu].enumerated() {
        let found = apply(function, to: x, path: path).map(\.bitPattern)
        #expect(found == Self.moreKnownBits.map { $0[column + 1] }, "\(function)")
      }
      for (column, function) in [KernelFunction.geluErf, .sigmoid, .silu].enumerated() {
        for (row, value) in zip(Self.moreKnownBits, x) {
          let found = gradient(function, at: value, path: path).bitPattern
          #expect(found == row[column + 5], "\(function)′(\(value))")
        }
      }
    }
  }

  /// FNV-1a over the results for every 4,099th bit pattern: the same formulas in NumPy, whose fma
  /// was made of double arithmetic and compared with the C library's.
  @Test(
    arguments: [
      (KernelFunction.exp, 0x80ad_3ee0_a154_f972), (.log, 0xff4b_72c9_7ce6_8615),
      (.tanh, 0xf5da_08f0_1b99_dddc), (.gelu, 0x2187_52e9_53c2_75f6),
    ] as [(KernelFunction, UInt64)])
  func aMillionResultsHaveTheDigestOfAnotherImplementation(
    function: KernelFunction, digest: UInt64
  ) {
    let x = stride(from: 0, to: UInt64(1) << 32, by: 4099).map { Float(bitPattern: UInt32($0)) }
    for path in kernelPaths {
      #expect(fnv(apply(function, to: x, path: path)) == digest, "\(function), path \(path)")
    }
  }

  @Test func aMillionSlopesOfGeluHaveTheDigestOfAnotherImplementation() {
    let x = stride(from: 0, to: UInt64(1) << 32, by: 4099).map { Float(bitPattern: UInt32($0)) }
    let ones = [Float](repeating: 1, count: x.count)
    for path in kernelPaths {
      var out = ones
      let status = unsafe assay_unary_gradient(
        path, 1, KernelFunction.gelu.rawValue, x, x, ones, &out, Int64(x.count))
      #expect(status == ASSAY_OK)
      #expect(fnv(out) == 0x5ac7_f265_3619_1d62, "path \(path)")
    }
  }

  private func fnv(_ values: [Float]) -> UInt64 {
    values.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
  }

  /// The function's slope, as the gradient of 1.
  private func gradient(_ function: KernelFunction, at x: Float, path: Int32?) -> Float {
    let y = apply(function, to: [x], path: path)
    let kind = function.rawValue
    var out: Float = 0
    if let path {
      #expect(unsafe assay_unary_gradient(path, 1, kind, [x], y, [1], &out, 1) == 0)
    } else {
      #expect(unsafe assay_unary_gradient_reference(kind, [x], y, [1], &out, 1) == 0)
    }
    return out
  }

  @Test func specialArgumentsHaveTheirDefinedValues() {
    let infinity = Float.infinity
    let smallest = Float.leastNonzeroMagnitude
    let cases: [(KernelFunction, Float, UInt32)] = [
      (.exp, 0, 0x3f80_0000), (.exp, -0.0, 0x3f80_0000), (.exp, -infinity, 0),
      (.exp, infinity, 0x7f80_0000), (.exp, 88.722_84, 0x7f80_0000), (.exp, 1e30, 0x7f80_0000),
      (.exp, 88.722_83, 0x7f7f_ff84), (.exp, -104, 0), (.exp, -1e30, 0),
      (.exp, 88.5, 0x7f4c_dcc3), (.exp, -95, 0x0000_0f64), (.exp, -103.5, 0x0000_0001),
      (.exp, smallest, 0x3f80_0000),
      (.log, 1, 0), (.log, 0, 0xff80_0000), (.log, -0.0, 0xff80_0000),
      (.log, infinity, 0x7f80_0000), (.log, -1, 0x7fc0_0000), (.log, -infinity, 0x7fc0_0000),
      (.log, -smallest, 0x7fc0_0000), (.log, smallest, 0xc2ce_8ed0),
      (.log, Float(bitPattern: 0x007f_ffff), 0xc2ae_ac50),
      (.log, .greatestFiniteMagnitude, 0x42b1_7218),
      (.tanh, 0, 0), (.tanh, -0.0, 0x8000_0000), (.tanh, infinity, 0x3f80_0000),
      (.tanh, -infinity, 0xbf80_0000), (.tanh, 9.02, 0x3f80_0000), (.tanh, -100, 0xbf80_0000),
      (.tanh, smallest, 1), (.tanh, -smallest, 0x8000_0001),
      (.gelu, 0, 0), (.gelu, -0.0, 0x8000_0000), (.gelu, infinity, 0x7f80_0000),
      (.gelu, -infinity, 0x7fc0_0000), (.gelu, -1e20, 0x8000_0000), (.gelu, 1e30, 0x7149_f2ca),
      (.relu, -0.0, 0), (.relu, -infinity, 0), (.relu, infinity, 0x7f80_0000),
      (.relu, smallest, 1),
      (.erf, 0, 0), (.erf, -0.0, 0x8000_0000), (.erf, infinity, 0x3f80_0000),
      (.erf, -infinity, 0xbf80_0000), (.erf, 3.93, 0x3f80_0000), (.erf, -1e30, 0xbf80_0000),
      (.erf, smallest, 1), (.erf, -smallest, 0x8000_0001),
      (.geluErf, 0, 0), (.geluErf, infinity, 0x7f80_0000), (.geluErf, -infinity, 0x7fc0_0000),
      (.geluErf, -1e20, 0), (.geluErf, 1e30, 0x7149_f2ca),
      (.sigmoid, 0, 0x3f00_0000), (.sigmoid, infinity, 0x3f80_0000), (.sigmoid, -infinity, 0),
      (.sigmoid, 100, 0x3f80_0000), (.sigmoid, -100, 0),
      (.silu, 0, 0), (.silu, -0.0, 0x8000_0000), (.silu, infinity, 0x7f80_0000),
      (.silu, -infinity, 0x7fc0_0000), (.silu, -100, 0x8000_0000),
    ]
    for path in kernelPaths as [Int32?] + [nil] {
      for (function, x, expected) in cases {
        let found = apply(function, to: [x], path: path)[0].bitPattern
        #expect(found == expected, "\(function)(\(x)) is \(String(found, radix: 16))")
      }
      for function in KernelFunction.allCases {
        for payload in [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffff_ffff] as [UInt32] {
          let found = apply(function, to: [Float(bitPattern: payload)], path: path)[0]
          #expect(found.bitPattern == 0x7fc0_0000, "\(function) of NaN")
        }
      }
    }
  }

  /// A stride of 1,021 bit patterns over all 2^32, and every one in places where a formula changes.
  /// The header's bounds come from all of them.
  @Test(arguments: [
    (KernelFunction.exp, 0.8962), (.log, 0.8664), (.tanh, 1.5896), (.erf, 1.033),
    (.sigmoid, 2.481), (.silu, 2.394),
  ])
  func errorsStayWithinTheStatedBound(function: KernelFunction, bound: Double) throws {
    let places: [Float] = [
      0.346, -0.347, 0.707_106, 1.414_213, 0.549_99, 1.0, 26.722, -87.336, -103.97, 88.72, 1.4015,
      0.554, 0.899_99, 3.9,
    ]
    var patterns = stride(from: 0, to: UInt64(1) << 32, by: 1021).map { UInt32($0) }
    for place in places { patterns += (0..<4096).map { place.bitPattern + $0 } }
    let isLogistic = function == .sigmoid || function == .silu
    let x = patterns.map { Float(bitPattern: $0) }.filter {
      !$0.isNaN && !(isLogistic && $0 < -88.7)
    }
    let y = apply(function, to: x, path: kernelPaths.last)
    var worst = 0.0
    var worstArgument: Float = 0
    for index in x.indices {
      let error = errorInUnits(of: y[index], against: function.double(Double(x[index])))
      if error > worst { (worst, worstArgument) = (error, x[index]) }
    }
    #expect(worst <= bound, "\(worst) units at \(worstArgument)")
  }

  /// The distance in units in the last place of the float nearest to `exact`.
  private func errorInUnits(of found: Float, against exact: Double) -> Double {
    if exact.isNaN { return found.isNaN ? 0 : .infinity }
    let rounded = Float(exact)
    if rounded.isInfinite || found.isInfinite {
      // At the end of the range either side of the limit is within a unit.
      return rounded == found || abs(abs(exact) - 0x1p128) < 0x1p105 ? 0 : .infinity
    }
    let exponent = max(exact == 0 ? -126 : Int(exact.exponent), -126)
    return abs(Double(found) - exact) / Double(sign: .plus, exponent: exponent - 23, significand: 1)
  }

  @Test(arguments: [(KernelFunction.gelu, 1.3e-7), (.geluErf, 8.8e-8)])
  func geluIsWithinItsAbsoluteBound(function: KernelFunction, bound: Double) throws {
    let x = stride(from: Float(-40), through: 40, by: 0.000_37).map { $0 }
    let y = apply(function, to: x, path: kernelPaths.last)
    for index in x.indices {
      let exact = function.double(Double(x[index]))
      let error = abs(Double(y[index]) - exact)
      if error > bound * max(1, abs(Double(x[index]))) {
        Issue.record("\(function)(\(x[index])) is \(y[index]), expected \(exact)")
      }
    }
  }
}

extension KernelFunction {
  /// The function in double precision.
  func double(_ x: Double) -> Double {
    switch self {
    case .relu: max(x, 0)
    case .tanh: Foundation.tanh(x)
    case .exp: Foundation.exp(x)
    case .log: Foundation.log(x)
    case .erf: Foundation.erf(x)
    case .geluErf: 0.5 * x * Foundation.erfc(-x / 2.0.squareRoot())
    case .sigmoid: 1 / (1 + Foundation.exp(-x))
    case .silu: x == -.infinity ? .nan : x / (1 + Foundation.exp(-x))
    case .gelu:
      0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }
}
