internal import AssayCryptography
internal import AssayWire

/// Random choices that follow from a seed: SHA-256 of the seed, a label and a counter.
struct ChoiceStream {
  private let seed: UInt64
  private let label: String
  private var counter: UInt64 = 0

  /// The choices that belong to a seed and a label.
  init(seed: UInt64, _ label: String) {
    self.seed = seed
    self.label = label
  }

  /// 32 bytes.
  mutating func digest() -> Digest {
    var writer = WireWriter()
    writer.write(seed)
    writer.write(counter)
    counter += 1
    return SHA256.digest(domain: "assay/simulation/v1", [Array(label.utf8), writer.bytes])
  }

  /// A number from 0 to below the bound; each is equally likely but for the bound's part of 2⁶⁴.
  mutating func below(_ bound: Int) -> Int {
    let word = digest().bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(word % UInt64(bound))
  }

  /// True with a probability in millionths.
  mutating func happens(_ millionths: Int) -> Bool { below(1_000_000) < millionths }

  /// So many distinct numbers below the bound.
  mutating func distinct(_ count: Int, below bound: Int) -> Set<Int> {
    if count >= bound { return Set(0..<bound) }
    // What is left out is drawn where that is less.
    if count > bound / 2 {
      return Set(0..<bound).subtracting(distinct(bound - count, below: bound))
    }
    var chosen: Set<Int> = []
    while chosen.count < count { chosen.insert(below(bound)) }
    return chosen
  }
}
