import Foundation

/// SplitMix64 (Steele, Lea and Flood, 2014): every test value follows from one printed seed.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  /// What `TEST_SEED` in the environment says, otherwise a fixed number.
  public static let defaultSeed: UInt64 =
    ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) } ?? 0x5eed

  /// Where this sequence started: put it in failure messages.
  public let seed: UInt64
  private var state: UInt64

  /// Starts the sequence that belongs to a seed.
  public init(seed: UInt64 = defaultSeed) {
    self.seed = seed
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Returns that many random bytes.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
      let word = next()
      for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
    }
    return Array(bytes.prefix(count))
  }
}
