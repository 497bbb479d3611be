/// The keyed generator: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
/// 1, 2, 3", §3.3).
///
/// Every draw is addressed by (seed, purpose, step, index), so no draw depends on how many were
/// made before it. Never used for challenges.
public struct Philox4x32: Hashable, Sendable {
  /// What a draw is for; part of its address, so that no two uses share a number.
  public enum Purpose: UInt32, Sendable {
    case initialization = 1
    case batchOrder = 2
    case generatedTask = 3
    case dropout = 4
    case augmentation = 5
    case generation = 6
  }

  private let keyLow: UInt32
  private let keyHigh: UInt32

  /// A generator keyed by `seed`.
  public init(seed: UInt64) {
    keyLow = UInt32(truncatingIfNeeded: seed)
    keyHigh = UInt32(truncatingIfNeeded: seed >> 32)
  }

  /// Four 32-bit words at an address.
  ///
  /// The counter is (index low, index high with the purpose in its top byte, step low, step high);
  /// `index` is taken modulo 2⁵⁶.
  public func block(
    purpose: Purpose, step: UInt64, index: UInt64
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    let high = UInt32(truncatingIfNeeded: index >> 32) & 0x00ff_ffff | purpose.rawValue << 24
    return Self.rounds(
      counter: (
        UInt32(truncatingIfNeeded: index), high,
        UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32)
      ), key: (keyLow, keyHigh))
  }

  /// The ten rounds over a raw counter and key.
  static func rounds(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let low = UInt64(c0) * 0xD251_1F53
      let high = UInt64(c2) * 0xCD9E_8D57
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: high >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: high),
        UInt32(truncatingIfNeeded: low >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: low)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }
}
