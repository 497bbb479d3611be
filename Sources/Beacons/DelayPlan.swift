/// How ⌊2^T/ℓ⌋ is cut for the proof (Wesolowski, section 4.1): into digits of κ bits, γ of them
/// between two checkpoints.
///
/// The proof takes T/κ products, one a digit, and γ·2^(κ+1) to bring them together; there is a
/// checkpoint every κ·γ squarings.
struct DelayPlan: Hashable, Sendable {
  /// The most checkpoints: 64 MB of them.
  static let checkpointLimit: UInt64 = 1 << 18

  let squarings: UInt64
  /// κ.
  let digitBits: Int
  /// γ.
  let digitsPerCheckpoint: Int

  /// The plan with the fewest products.
  init(squarings: UInt64) {
    self.squarings = squarings
    var best: (products: UInt64, bits: UInt64, digits: UInt64)?
    for bits in 1...UInt64(20) {
      let digits = max(1, (squarings / bits + Self.checkpointLimit) / Self.checkpointLimit)
      let products = squarings / bits + digits << (bits + 1)
      if best.map({ products < $0.products }) ?? true { best = (products, bits, digits) }
    }
    digitBits = Int(best?.bits ?? 1)
    digitsPerCheckpoint = Int(best?.digits ?? 1)
  }

  /// Squarings from one checkpoint to the next.
  var stride: UInt64 { UInt64(digitBits * digitsPerCheckpoint) }

  /// Checkpoints, the input among them.
  var checkpointCount: Int { Int((squarings - 1) / stride) + 1 }
}
