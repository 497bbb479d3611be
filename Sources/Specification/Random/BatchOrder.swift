/// Which examples a step trains on: a keyed permutation of the examples per epoch.
///
/// The permutation is an eight-round Feistel network on the smallest even number of bits that
/// holds the example count, with cycle walking (Black and Rogaway 2002, "Ciphers with arbitrary
/// finite domains"); its round function is `Philox4x32`. Any position of any epoch is computed by
/// itself. Epochs follow one another without a gap: position p of the run is position p mod n of
/// epoch p / n, so a batch may span two epochs and every example is used once in each.
public struct BatchOrder: Hashable, Sendable {
  private let generator: Philox4x32
  private let exampleCount: UInt64
  private let batchSize: UInt64
  private let halfBits: UInt64

  /// An order for `exampleCount` ≥ 1 examples in batches of `batchSize` ≥ 1.
  public init(seed: UInt64, exampleCount: Int, batchSize: Int) {
    precondition(exampleCount >= 1 && batchSize >= 1)
    generator = Philox4x32(seed: seed)
    self.exampleCount = UInt64(exampleCount)
    self.batchSize = UInt64(batchSize)
    let bits = UInt64(64 - (UInt64(exampleCount) - 1).leadingZeroBitCount)
    halfBits = max(1, (bits + 1) / 2)
  }

  /// The example indices of step `step` (the first step is 1), in batch order.
  public func batch(step: UInt64) -> [Int] {
    let first = (step &- 1) &* batchSize
    return (0..<batchSize).map { offset in
      let position = first &+ offset
      let (epoch, place) = position.quotientAndRemainder(dividingBy: exampleCount)
      return Int(permuted(place, epoch: epoch))
    }
  }

  /// The epoch (from 0) in which step `step` begins.
  public func epoch(step: UInt64) -> UInt64 { (step &- 1) &* batchSize / exampleCount }

  /// Where `place` (< example count) goes in `epoch`'s permutation.
  func permuted(_ place: UInt64, epoch: UInt64) -> UInt64 {
    var value = place
    // BOUND: the network permutes a domain at most four times the example count, so the walk
    // returns to the examples after four tries on average; a cycle always ends where it began.
    repeat { value = feistel(value, epoch: epoch) } while value >= exampleCount
    return value
  }

  private func feistel(_ value: UInt64, epoch: UInt64) -> UInt64 {
    let mask = (1 << halfBits) - 1 as UInt64
    var left = value >> halfBits
    var right = value & mask
    for round in 0..<8 as Range<UInt64> {
      let word = generator.block(
        purpose: .batchOrder, step: epoch, index: round << 40 | right
      ).0
      (left, right) = (right, left ^ (UInt64(word) & mask))
    }
    return left << halfBits | right
  }
}
