import AssayTestSupport
import Testing

extension SeededGenerator {
  /// A multiple of 2^-23 in −1 ..< 1.
  mutating func signedUnit() -> Float {
    Float(Int32(truncatingIfNeeded: next() >> 40) - (1 << 23)) * 0x1p-23
  }
}

/// What the elements of a test's tensors look like.
enum TestContents: String, CaseIterable, CustomTestStringConvertible {
  /// −1 ..< 1.
  case ordinary
  /// Products and sums are subnormal or vanish.
  case tiny
  /// Products and sums overflow now and then.
  case huge
  /// Ordinary, and one in forty a special value.
  case special
  /// Any bit pattern.
  case anyBits

  var testDescription: String { rawValue }

  /// Zeros, subnormals, the ends of the range, infinities, NaNs with payloads, quiet and not.
  static let specialValues: [Float] =
    [
      0x0000_0000, 0x8000_0000, 0x0000_0001, 0x8000_0001, 0x007f_ffff, 0x807f_ffff, 0x0080_0000,
      0x8080_0000, 0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc0_0000,
      0x7fc1_2345, 0xffff_ffff, 0x7f80_0001, 0xffa0_0000, 0x3f80_0000, 0xbf80_0000,
    ].map { Float(bitPattern: $0) }

  func draw(_ generator: inout SeededGenerator) -> Float {
    switch self {
    case .ordinary: return generator.signedUnit()
    case .tiny:
      return generator.signedUnit() * [0x1p-60, 0x1p-75, 0x1p-90][Int(generator.next() % 3)]
    case .huge:
      return generator.signedUnit() * [0x1p60, 0x1p63, 0x1p66][Int(generator.next() % 3)]
    case .special:
      guard generator.next() % 40 == 0 else { return generator.signedUnit() }
      return Self.specialValues[Int(generator.next() % UInt64(Self.specialValues.count))]
    case .anyBits: return Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
    }
  }
}
