public import AssayCryptography
internal import AssayWire

/// The intervals that are executed again: distinct, and recomputable by anyone from the seed.
///
/// A stream of 64-bit words is read from SHA-256 blocks, four little-endian words a block, block i
/// being the hash of the domain `assay/draw/v1`, the seed and i in 8 little-endian bytes. A word w
/// at or above the largest multiple of N in 2⁶⁴ is passed over; else w mod N is an index, passed
/// over if it was drawn before. Where k = N there is nothing to draw: it is every index.
public struct Draw: Hashable, Sendable {
  /// What the draw follows from.
  public let seed: Digest
  /// N: how many intervals there are.
  public let intervalCount: Int
  /// The drawn intervals, ascending.
  public let indices: [Int]

  /// The seed: a hash of everything that the draw must depend on, each part length-prefixed.
  ///
  /// `claim` is the identity of the claim's envelope, `randomness` what was unknown to the provider
  /// when it made that claim.
  public static func seed(
    job: String, terms: Digest, claim: Digest, policy: Digest, randomness: Digest
  ) -> Digest {
    SHA256.digest(
      domain: "assay/draw-seed/v1",
      [Array(job.utf8), terms.bytes, claim.bytes, policy.bytes, randomness.bytes])
  }

  /// Draws `count` of `intervalCount` intervals.
  ///
  /// - Throws: `drawSize` unless 1 ≤ count ≤ intervalCount ≤ `Detection.intervalLimit`.
  /// - Complexity: O(N log N) hashes at most, O(k) for k much smaller than N.
  public init(seed: Digest, intervalCount: Int, drawn count: Int) throws(EvidenceError) {
    guard (1...Detection.intervalLimit).contains(intervalCount),
      (1...intervalCount).contains(count)
    else { throw .drawSize(intervals: intervalCount, drawn: count) }
    self.seed = seed
    self.intervalCount = intervalCount
    if count == intervalCount {
      indices = Array(0..<intervalCount)
      return
    }
    var stream = WordStream(seed: seed)
    let size = UInt64(intervalCount)
    // 2⁶⁴ mod N words are passed over, so that every index is equally likely.
    let limit = UInt64.max - (UInt64.max % size + 1) % size
    var chosen: Set<Int> = []
    while chosen.count < count {
      let word = stream.next()
      if word <= limit { chosen.insert(Int(word % size)) }
    }
    indices = chosen.sorted()
  }

  /// Draws what a policy asks for, and as many more in each further round: what was drawn in an
  /// earlier one stays drawn.
  public init(
    seed: Digest, intervalCount: Int, policy: EvidencePolicy, round: Int = 0
  ) throws(EvidenceError) {
    try self.init(
      seed: seed, intervalCount: intervalCount,
      drawn: policy.drawnCount(of: intervalCount, round: round))
  }
}

/// The words of the counter stream.
private struct WordStream {
  let seed: Digest
  var block: UInt64 = 0
  var words: [UInt64] = []

  init(seed: Digest) { self.seed = seed }

  mutating func next() -> UInt64 {
    if words.isEmpty {
      var counter = WireWriter()
      counter.write(block)
      let bytes = SHA256.digest(domain: "assay/draw/v1", [seed.bytes, counter.bytes]).bytes
      words = stride(from: 0, to: 32, by: 8).map { start in
        (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
      }
      words.reverse()
      block += 1
    }
    return words.removeLast()
  }
}
