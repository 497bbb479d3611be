import Foundation
import Testing

@testable import AssayDatasets

@Suite struct GzipReaderTests {
  private let content = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }

  private func inflate(_ bytes: [UInt8]) throws(DatasetError) -> [UInt8] {
    var reader = try GzipReader(bytes, file: "sample")
    return try reader.read(upTo: 1 << 20)
  }

  /// What Python's `gzip.compress(b"assay", mtime=0)` writes.
  @Test func inflatesAKnownMember() throws {
    let bytes: [UInt8] = [
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x2c, 0x2e, 0x4e, 0xac,
      0x04, 0x00, 0xe5, 0xe3, 0x72, 0x18, 0x05, 0x00, 0x00, 0x00,
    ]
    #expect(try inflate(bytes) == Array("assay".utf8))
  }

  @Test func inflatesInPiecesOfAnySize() throws {
    let bytes = Samples.gzip(content)
    for size in [1, 7, 4096, 5000, 5001] {
      var reader = try GzipReader(bytes, file: "sample")
      var all: [UInt8] = []
      while true {
        let piece = try reader.read(upTo: size)
        if piece.isEmpty { break }
        all += piece
      }
      #expect(all == content, "pieces of \(size)")
    }
  }

  @Test func inflatesSeveralMembers() throws {
    #expect(
      try inflate(Samples.gzip(content) + Samples.gzip([]) + Samples.gzip([1, 2]))
        == content + [1, 2])
  }

  @Test func refusesEveryTruncation() {
    let bytes = Samples.gzip(Array(content.prefix(300)))
    for length in 2..<bytes.count {
      #expect(throws: DatasetError.self, "length \(length)") {
        try inflate(Array(bytes.prefix(length)))
      }
    }
  }

  @Test func refusesAWrongChecksumAndLength() {
    for place in 1...8 {
      var bytes = Samples.gzip(content)
      bytes[bytes.count - place] ^= 1
      #expect(throws: DatasetError.self) { try inflate(bytes) }
    }
  }

  @Test func refusesBytesAfterTheLastMember() {
    #expect(throws: DatasetError.self) { try inflate(Samples.gzip(content) + [1, 2, 3]) }
  }

  @Test func everySingleBitErrorIsRefusedOrHarmless() {
    // Only the header's time, extra flags and system bytes may change without being noticed.
    let bytes = Samples.gzip(Array(content.prefix(200)))
    for bit in 0..<(8 * bytes.count) where !(4..<10).contains(bit / 8) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      let result = try? inflate(damaged)
      #expect(result == nil || result == Array(content.prefix(200)), "bit \(bit)")
    }
  }

  @Test func readsGzippedArrays() throws {
    let array = try Samples.array(Samples.gzip(Samples.idx([5000], body: content)))
    #expect(try array.features().bytes == content)
  }

  @Test func refusesABombThatClaimsLittle() {
    // 32 MB of zeros in 32 kB, behind a header that announces 10 bytes.
    let bomb = Samples.gzip(Samples.idx([10], body: .zeros(32 << 20)))
    #expect(throws: DatasetError.trailingBytes(file: "sample", expected: 18)) {
      try Samples.array(bomb)
    }
  }

  @Test func refusesAClaimThatNoCompressionReaches() {
    let liar = Samples.gzip(Samples.idx([0xffff_ffff], body: [1, 2, 3]))
    #expect(
      throws: DatasetError.truncated(
        file: "sample", expected: 8 + 0xffff_ffff, found: liar.count * 1032)
    ) { try Samples.array(liar) }
  }

  @Test func boundsATableThatInflates() {
    let bomb = Samples.file(Samples.gzip(.zeros(1 << 20)))
    #expect(throws: DatasetError.tooLarge(file: "sample", limit: 1000, found: 1001)) {
      try bomb.content(limit: 1000)
    }
  }

  @Test func refusesShortContent() {
    #expect(throws: DatasetError.truncated(file: "sample", expected: 11, found: 10)) {
      try Samples.file(Samples.gzip(.zeros(10))).content(expecting: 11)
    }
  }
}
