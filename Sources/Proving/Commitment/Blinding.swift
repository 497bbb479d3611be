public import AssayAlgebra
public import AssayCryptography

/// What hides a commitment: the random tails of its rows, the salts of its leaves, and for the last
/// oracle of an opening the rows that mask it.
///
/// All of it follows from a key, so who has the key can make the commitment again. A key must be
/// secret, and serve one commitment only.
public struct Blinding: Hashable, Sendable {
  /// What everything follows from.
  public let key: Digest
  /// Random coefficients behind those of each row: at least as many as columns are ever opened.
  public let tailCount: Int
  /// Random rows behind those of the layout.
  public let maskCount: Int

  /// States what hides a commitment.
  public init(key: Digest, tailCount: Int, maskCount: Int = 0) {
    self.key = key
    self.tailCount = tailCount
    self.maskCount = maskCount
  }

  /// The elements of `maskCount` rows of 2^`rowBits`, then the tails of the layout's rows and of
  /// those.
  func elements<F: Field>(
    _ field: F.Type, rowCount: Int, rowBits: Int
  ) -> (masks: [F], tails: [F]) {
    var stream = RandomElements<F>(key: key)
    return (
      stream.next(maskCount << rowBits), stream.next((rowCount + maskCount) * tailCount)
    )
  }

  /// Puts a salt of 32 bytes behind each leaf hash.
  func salted(_ leafHashes: [UInt8]) -> [UInt8] {
    var stream = KeyStream(key: SHA256.digest(domain: "assay.salts.v1", [key.bytes]))
    let salts = stream.bytes(leafHashes.count)
    let size = Digest.byteCount
    var leaves = [UInt8](repeating: 0, count: 2 * leafHashes.count)
    for start in stride(from: 0, to: leafHashes.count, by: size) {
      for offset in 0..<size {
        leaves[2 * start + offset] = leafHashes[start + offset]
        leaves[2 * start + size + offset] = salts[start + offset]
      }
    }
    return leaves
  }
}

/// Uniform elements of a field that follow from a key.
public struct RandomElements<F: Field>: ~Copyable {
  private var stream: KeyStream

  /// Starts the elements of a key.
  public init(key: Digest) {
    stream = KeyStream(key: key)
  }

  /// The next elements: from the stream's words those that are reduced.
  @specialized(where F == Goldilocks)
  @specialized(where F == GoldilocksExtension)
  public mutating func next(_ count: Int) -> [F] {
    var elements: [F] = []
    elements.reserveCapacity(count)
    let width = F.byteCount / 8
    // BOUND: a sample is accepted with probability above 1/8, so the loop ends.
    while elements.count < count {
      let bytes = stream.bytes(min(1 << 16, count - elements.count) * F.byteCount)
      // Hardly ever is one of them not reduced.
      if let all = F.elements(canonicalBytes: bytes[...]) {
        elements += all
        continue
      }
      var words: [UInt64] = []
      words.reserveCapacity(bytes.count / 8)
      for start in stride(from: 0, to: bytes.count, by: 8) {
        var word: UInt64 = 0
        for offset in 0..<8 { word |= UInt64(bytes[start + offset]) << UInt64(8 * offset) }
        words.append(word)
      }
      for start in stride(from: 0, to: words.count, by: width) {
        if let element = F(canonicalWords: words[start..<start + width]) {
          elements.append(element)
        }
      }
    }
    return elements
  }
}
