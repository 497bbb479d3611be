internal import AssaySpecification

/// The functions of one float32 that `CAssayTensorKernels.h` defines, by the additions,
/// multiplications and divisions of their definition. Written down a second time on purpose: a
/// referee needs no kernel.
enum ScalarFunctions {
  /// The one bit pattern of NaN; every other number as it is.
  static func canonical(_ x: Float) -> Float {
    x.isNaN ? Float(bitPattern: 0x7fc0_0000) : x
  }

  /// x·y + z, rounded once.
  static func fma(_ x: Float, _ y: Float, _ z: Float) -> Float { z.addingProduct(x, y) }

  /// The larger: NaN if either is, +0 above −0.
  static func larger(_ x: Float, _ y: Float) -> Float {
    if x.isNaN || y.isNaN { return .nan }
    if x == 0, y == 0 { return x.sign == .minus ? y : x }
    return x > y ? x : y
  }

  static func exp(_ argument: Float) -> Float {
    if argument.isNaN { return argument }
    let x = min(max(argument, -104), 89)
    let n = fma(x, 0x1.715476p+0, 0x1.8p23) - 0x1.8p23
    let r = fma(n, -0x1.7f7d1cp-20, fma(n, -0x1.62e4p-1, x))
    let p = polynomial(
      [
        0x1.6ae8a8p-10, 0x1.1240dep-7, 0x1.555842p-5, 0x1.555488p-3, 0x1.fffffcp-2, 1, 1,
      ], r)
    let exponent = Int(n)
    let half = exponent >> 1
    return p * powerOfTwo(half) * powerOfTwo(exponent - half)
  }

  static func log(_ argument: Float) -> Float {
    if argument.isNaN || argument == .infinity { return argument }
    if argument == 0 { return -.infinity }
    if argument < 0 { return .nan }
    let isSubnormal = argument < 0x1p-126
    let bits = (isSubnormal ? argument * 0x1p23 : argument).bitPattern
    // The exponent that leaves a significand of at least √½ and below √2.
    let shift = Int32(bitPattern: bits &- 0x3f35_04f3) >> 23
    let e = Float(shift + (isSubnormal ? -23 : 0))
    let f = Float(bitPattern: bits &- UInt32(bitPattern: shift << 23)) - 1
    let q = polynomial(
      [
        -0x1.378280p-4, 0x1.053c92p-3, -0x1.0d8ec0p-3, 0x1.22d872p-3, -0x1.547226p-3,
        0x1.99a02ep-3, -0x1.000228p-2, 0x1.555554p-2,
      ], f)
    let square = f * f
    let tail = fma(f * q, square, square * -0.5)
    if e == 0 { return f + tail }
    let whole = e * 0x1.62e4p-1
    let h = whole + f
    let c = (whole - h) + f
    return h + (tail + fma(e, 0x1.7f7d1cp-20, c))
  }

  static func tanh(_ x: Float) -> Float {
    if x.isNaN { return x }
    if abs(x) < 0.55 {
      let square = x * x
      let p = polynomial(
        [-0x1.9921a2p-8, 0x1.58e518p-6, -0x1.b91e7ep-5, 0x1.110ceep-3, -0x1.55554ap-2], square)
      return signed(fma(square * x, p, x), as: x)
    }
    let size = min(abs(x), 10)
    return signed(1 - 2 / (exp(size + size) + 1), as: x)
  }

  static func erf(_ x: Float) -> Float {
    if x.isNaN { return x }
    if abs(x) < 0.9 {
      let p = polynomial(
        [
          -0x1.3ba9cep-11, 0x1.479c9ep-8, -0x1.b69b96p-6, 0x1.ce1b86p-4, -0x1.8126ecp-2,
          0x1.06eba6p-3,
        ], x * x)
      return signed(fma(x, p, x), as: x)
    }
    let size = min(abs(x), 4)
    let q = polynomial(
      [
        0x1.5e47fap-17, -0x1.4a346cp-12, 0x1.d93c62p-9, -0x1.843752p-6, 0x1.b2d412p-4,
        0x1.4538aap-1, 0x1.0772e2p-3,
      ], size)
    return signed(1 - exp(-fma(size, q, size)), as: x)
  }

  static func apply(_ function: UnaryFunction, _ x: Float) -> Float {
    switch function {
    case .relu: return x > 0 || x.isNaN ? x : 0
    case .tanh: return tanh(x)
    case .gelu: return x / (exp(-geluExponent(x)) + 1)
    case .geluErf:
      let half = x * 0.5
      return fma(half, erf(x * 0x1.6a09e6p-1), half)
    case .sigmoid: return 1 / (exp(-x) + 1)
    case .silu: return x / (exp(-x) + 1)
    }
  }

  /// gradient · function′(x), where y = function(x).
  static func gradient(
    _ function: UnaryFunction, x: Float, y: Float, gradient: Float
  ) -> Float {
    switch function {
    case .relu: return y > 0 ? gradient : 0
    case .tanh: return gradient * fma(-y, y, 1)
    case .gelu:
      let z = clamped(x, 12)
      let s = 1 / (exp(-geluExponent(z)) + 1)
      let d = fma(z * z, 0x1.b6676cp-3, 0x1.988454p+0)
      return gradient * fma(z * s, (1 - s) * d, s)
    case .geluErf:
      let z = clamped(x, 14)
      let below = fma(erf(z * 0x1.6a09e6p-1), 0.5, 0.5)
      return gradient * fma(z * 0x1.988454p-2, exp((z * z) * -0.5), below)
    case .sigmoid: return gradient * (y * (1 - y))
    case .silu:
      let s = 1 / (exp(-x) + 1)
      return gradient * (s * fma(x, 1 - s, 1))
    }
  }

  private static func geluExponent(_ x: Float) -> Float {
    x * fma(x * x, 0x1.2444f2p-4, 0x1.988454p+0)
  }

  /// x between −limit and limit; a NaN stays one.
  private static func clamped(_ x: Float, _ limit: Float) -> Float {
    x > limit ? limit : x < -limit ? -limit : x
  }

  private static func signed(_ size: Float, as x: Float) -> Float {
    Float(signOf: x, magnitudeOf: size)
  }

  /// Horner's scheme, highest power first.
  private static func polynomial(_ coefficients: [Float], _ x: Float) -> Float {
    coefficients.dropFirst().reduce(coefficients[0]) { fma($0, x, $1) }
  }

  private static func powerOfTwo(_ exponent: Int) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: exponent + 127) << 23)
  }
}
