/// A range of 2^`bits` indices that starts at a multiple of its length.
public struct DyadicRange: Hashable, Sendable {
  /// The first index.
  public let start: Int
  /// log₂ of how many indices there are.
  public let bits: Int

  /// How many indices there are.
  public var count: Int { 1 << bits }

  /// Cuts 0 ..< `count` into ranges, the longest first: 784 = 512 + 256 + 16.
  ///
  /// The binary digits of `count` are the ranges, so each starts at a multiple of its length.
  public static func cutting(_ count: Int) -> [DyadicRange] {
    var start = 0
    return (0..<Int.bitWidth - 1).reversed().filter { count >> $0 & 1 == 1 }.map { bits in
      defer { start += 1 << bits }
      return DyadicRange(start: start, bits: bits)
    }
  }
}
