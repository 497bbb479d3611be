import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

@Suite struct LeafHasherTests {
  private let descriptor = SHA256.digest(of: Array("a descriptor".utf8))

  /// The definition in the documentation of `ChunkTree`, by hand.
  private func expectedRoot(_ contents: [UInt8]) -> Digest {
    var leaves: [Digest] = []
    var start = 0
    repeat {
      let chunk = contents[start..<min(start + 4096, contents.count)]
      var writer = WireWriter()
      writer.write(UInt8(0))
      writer.write(raw: Array("assay.chunk.v1".utf8) + [0])
      writer.write(UInt64(leaves.count))
      writer.write(UInt64(contents.count))
      writer.write(raw: descriptor.bytes)
      #expect(writer.bytes.count == 64)
      leaves.append(SHA256.digest(of: writer.bytes + Array(chunk)))
      start += 4096
    } while start < contents.count
    return MerkleTree.root(ofLeafHashes: leaves)
  }

  @Test(arguments: [0, 1, 63, 64, 65, 4095, 4096, 4097, 8191, 8192, 8193, 12_288, 20_481])
  func followsTheDefinition(byteCount: Int) {
    var generator = SeededGenerator()
    let contents = generator.bytes(byteCount)
    // SAFETY: bytes have no padding that could be read.
    let root = unsafe PortableLeafHasher().contentsRoot(
      of: contents.span.bytes, descriptor: descriptor)
    #expect(root == expectedRoot(contents))
  }

  @Test func bindsPositionLengthAndDescriptor() {
    let zeros = [UInt8](repeating: 0, count: 3 * 4096)
    func root(_ count: Int, _ descriptor: Digest) -> Digest {
      // SAFETY: bytes have no padding that could be read.
      unsafe PortableLeafHasher().contentsRoot(
        of: zeros.span.bytes.extracting(0..<count), descriptor: descriptor)
    }
    let roots = [
      root(0, descriptor), root(1, descriptor), root(4096, descriptor), root(8192, descriptor),
      root(8193, descriptor), root(8192, .zero), root(0, .zero),
    ]
    #expect(Set(roots).count == roots.count)
    // SAFETY: bytes have no padding that could be read.
    let leaves = unsafe ChunkTree.leafHashes(of: zeros.span.bytes, descriptor: descriptor)
    #expect(Set(leaves).count == 3)
  }

  @Test func singleChunksCanBeOpened() throws {
    var generator = SeededGenerator()
    let contents = generator.bytes(10_000)
    // SAFETY: bytes have no padding that could be read.
    let span = unsafe contents.span.bytes
    let tree = StoredTree(leafHashes: ChunkTree.leafHashes(of: span, descriptor: descriptor))
    for index in 0..<ChunkTree.chunkCount(forByteCount: contents.count) {
      let range = ChunkTree.range(ofChunk: index, byteCount: contents.count)
      let leaf = ChunkTree.leafHash(
        ofChunk: span.extracting(range), index: UInt64(index), totalByteCount: 10_000,
        descriptor: descriptor)
      try tree.inclusionProof(forLeaf: index).verify(
        leafHash: leaf,
        root: PortableLeafHasher().contentsRoot(of: span, descriptor: descriptor))
    }
  }

  @Test func countsChunks() {
    let counts = [0: 1, 1: 1, 4095: 1, 4096: 1, 4097: 2, 8192: 2, 8193: 3]
    for (byteCount, chunks) in counts {
      #expect(ChunkTree.chunkCount(forByteCount: byteCount) == chunks)
    }
    #expect(ChunkTree.chunkCount(forByteCount: .max) == Int.max / 4096 + 1)
    #expect(ChunkTree.range(ofChunk: 2, byteCount: 8193) == 8192..<8193)
    #expect(ChunkTree.range(ofChunk: 0, byteCount: 0) == 0..<0)
  }
}
