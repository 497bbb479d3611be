import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

@Suite struct SHA256Tests {
  @Test func agreesWithFIPS180() throws {
    for var test in try VectorFile.tests("cryptography/sha256.json") {
      let message = Array(try test.string("message").utf8)
      let repetitions = try test.integer("repetitions")
      let digest = try Digest(hex: try test.string("digest"))
      try test.finish()
      var hash = SHA256()
      for _ in 0..<repetitions { hash.update(message) }
      #expect(hash.finalize() == digest)
      let whole = Array(repeatElement(message, count: repetitions).joined())
      #expect(SHA256.digest(of: whole) == digest)
    }
  }

  @Test func piecesDoNotMatter() {
    var generator = SeededGenerator()
    let message = generator.bytes(1000)
    let expected = SHA256.digest(of: message)
    var hash = SHA256()
    for _ in 0..<50 {
      var rest = message[...]
      while !rest.isEmpty {
        let count = Int.random(in: 0...min(rest.count, 130), using: &generator)
        hash.update(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(hash.finalize() == expected, "seed \(generator.seed)")
    }
  }

  @Test func finishingLeavesAnEmptyMessage() {
    var hash = SHA256()
    hash.update([1, 2, 3])
    _ = hash.finalize()
    #expect(hash.finalize() == SHA256.digest(of: []))
  }

  @Test func aDigestIsHashedAsItsBytes() {
    let digest = SHA256.digest(of: [7])
    var hash = SHA256()
    hash.update(digest)
    #expect(hash.finalize() == SHA256.digest(of: digest.bytes))
  }

  @Test func listsOfPartsAreFramed() {
    // The definition, by hand: 32-bit length and bytes of the domain and of each part.
    let expected = SHA256.digest(of: [1, 0, 0, 0, 0x64, 2, 0, 0, 0, 8, 9, 0, 0, 0, 0])
    #expect(SHA256.digest(domain: "d", [[8, 9], []]) == expected)
    let lists: [(String, [[UInt8]])] = [
      ("d", []), ("d", [[]]), ("d", [[], []]), ("d", [[1], [2]]), ("d", [[1, 2]]),
      ("d", [[], [1, 2]]), ("e", [[1, 2]]), ("", [[0x64], [1, 2]]),
    ]
    #expect(Set(lists.map { SHA256.digest(domain: $0.0, $0.1) }).count == lists.count)
  }
}
