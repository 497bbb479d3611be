public import AssayAlgebra

/// An upper bound of a probability of error, kept as a logarithm in integers: no floating point
/// decides what is secure.
public struct ErrorBound: Hashable, Sendable {
  /// At least 2¹⁶ · log₂ of the probability.
  public let scaledLog2: Int

  /// States a bound by its logarithm in units of 2⁻¹⁶.
  public init(scaledLog2: Int) {
    self.scaledLog2 = scaledLog2
  }

  /// `numerator` / |K|: a polynomial of that degree vanishes at a random element of K with at most
  /// this probability (Schwartz and Zippel).
  ///
  /// - Precondition: `numerator` is positive: a term of no error is left out.
  public init<K: ChallengeField>(numerator: Int, field: K.Type) {
    precondition(numerator > 0, "a bound has a positive numerator")
    scaledLog2 = FixedLogarithm.upper(UInt64(numerator)) - Self.scaledLog2OfOrder(field)
  }

  /// At most 2¹⁶ · log₂ |K|: the base field's −1 is one less than its order, and an element has as
  /// many coordinates as its bytes hold.
  private static func scaledLog2OfOrder<K: ChallengeField>(_ field: K.Type) -> Int {
    let bytes = K.Base(-1).canonicalBytes
    let leading = bytes.lastIndex { $0 != 0 } ?? 0
    let first = max(0, leading - 7)
    let top = bytes[first...leading].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let base = FixedLogarithm.lower(top) + 8 * first * FixedLogarithm.unit
    return K.byteCount / K.Base.byteCount * base
  }

  /// ((1 + ρ) / 2)ᵗ · 2⁻ᵍ for the rate ρ = 2^−`rateBits`: t random positions all miss the
  /// differences between two words that are further apart than (1 − ρ) / 2, after a search over
  /// 2ᵍ draws. With a tail of `count` coefficients behind 2^`messageBits` the rate is
  /// ρ = (1 + count / 2^`messageBits`) · 2^−`rateBits`.
  public init(
    queries: Int, rateBits: Int, grindingBits: Int,
    tail: (count: Int, messageBits: Int) = (0, 0)
  ) {
    scaledLog2 =
      queries * Self.scaledLog2OfMiss(rateBits: rateBits, tail: tail)
      - grindingBits * FixedLogarithm.unit
  }

  /// (1 + ρ) / 2 = (2ʳ + 1 + count / m) / 2^(r + 1) for messages of m coefficients.
  private static func scaledLog2OfMiss(
    rateBits: Int, tail: (count: Int, messageBits: Int) = (0, 0)
  ) -> Int {
    let numerator = (1 << UInt64(rateBits) + 1) << UInt64(tail.messageBits) + UInt64(tail.count)
    return FixedLogarithm.upper(numerator)
      - (rateBits + 1 + tail.messageBits) * FixedLogarithm.unit
  }

  /// The fewest queries with an error of at most 2^−`errorBits`.
  ///
  /// - Precondition: `rateBits` is from 1 to 32.
  public static func queryCount(rateBits: Int, errorBits: Int) -> Int {
    precondition((1...32).contains(rateBits), "a code has a rate of 2⁻¹ to 2⁻³²")
    let gain = -scaledLog2OfMiss(rateBits: rateBits)
    return (max(0, errorBits) * FixedLogarithm.unit + gain - 1) / gain
  }

  /// The bound of one of several events happening: the sum of their bounds.
  ///
  /// - Precondition: there are 1 to 2³² bounds.
  public static func sum(_ bounds: [ErrorBound]) -> ErrorBound {
    guard let top = bounds.map({ $0.scaledLog2 >> 16 }).max() else {
      preconditionFailure("a sum of no bounds has no logarithm")
    }
    var total: UInt128 = 0
    for bound in bounds {
      let whole = bound.scaledLog2 >> 16
      let power = FixedLogarithm.power(fraction: bound.scaledLog2 & (FixedLogarithm.unit - 1))
      // Rounded up: a bound that is far below the largest still counts as one unit.
      total += top - whole < 64 ? (power >> UInt128(top - whole)) + 1 : 1
    }
    let shift = max(0, 64 - total.leadingZeroBitCount)
    let mantissa = UInt64(truncatingIfNeeded: (total >> UInt128(shift)))
    let log = FixedLogarithm.upper(mantissa == .max ? .max : mantissa + 1)
    return ErrorBound(scaledLog2: log + (top + shift - 62) * FixedLogarithm.unit)
  }

  /// The security level in whole bits: the error is at most 2^−`bits`.
  public var bits: Int { (-scaledLog2) >> 16 }
}

extension ErrorBound: Comparable {
  public static func < (left: ErrorBound, right: ErrorBound) -> Bool {
    left.scaledLog2 < right.scaledLog2
  }
}

extension ErrorBound: CustomStringConvertible {
  /// Such as "2^-103.34", never better than the bound.
  public var description: String {
    let hundredths = (-scaledLog2 * 100) >> 16
    let magnitude = abs(hundredths)
    let decimals = magnitude % 100
    return "2^\(hundredths > 0 ? "-" : "")\(magnitude / 100)."
      + (decimals < 10 ? "0" : "") + "\(decimals)"
  }
}

/// One reason for which a false statement may pass, and how probable it is at most.
public struct SecurityTerm: Hashable, Sendable {
  /// What goes wrong, such as "queries on level 1".
  public let name: String
  /// How probable that is.
  public let bound: ErrorBound

  /// States a term.
  public init(_ name: String, _ bound: ErrorBound) {
    self.name = name
    self.bound = bound
  }
}
