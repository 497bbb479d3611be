import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayTraining
import Testing

@Suite struct KernelLeafHasherTests {
  private static let contents: [UInt8] = {
    var generator = SeededGenerator()
    return generator.bytes((1 << 20) + 8192)
  }()
  private let descriptor = SHA256.digest(of: [42])

  /// Around chunks, SHA-256's padding, groups of 2 and 16 chunks, and tasks of 64 chunks.
  static let sizes = [
    0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 127, 128, 4095, 4096, 4097, 8191, 8192, 8193,
    3 * 4096, 15 * 4096, 16 * 4096 - 1, 16 * 4096, 17 * 4096 + 5, 63 * 4096, 64 * 4096 - 1,
    64 * 4096, 64 * 4096 + 1, 65 * 4096, 128 * 4096 + 9, (1 << 20) - 1, 1 << 20, (1 << 20) + 1,
  ]

  @Test(arguments: sizes) func equalsThePortableHasher(byteCount: Int) throws {
    // SAFETY: bytes have no padding that could be read.
    let span = unsafe Self.contents.span.bytes.extracting(0..<byteCount)
    let expected = PortableLeafHasher().contentsRoot(of: span, descriptor: descriptor)
    for path in KernelLeafHasher.availablePaths {
      for threads in [1, 2, 3, 8] {
        let hasher = try #require(KernelLeafHasher(path: path, threads: threads))
        #expect(
          hasher.contentsRoot(of: span, descriptor: descriptor) == expected,
          "\(path) \(threads) threads")
      }
    }
    #expect(KernelLeafHasher().contentsRoot(of: span, descriptor: descriptor) == expected)
  }

  @Test func anyAlignmentGivesTheSameRoot() throws {
    for path in KernelLeafHasher.availablePaths {
      let hasher = try #require(KernelLeafHasher(path: path, threads: 2))
      for offset in 1..<8 {
        // SAFETY: bytes have no padding that could be read.
        let span = unsafe Self.contents.span.bytes.extracting(offset..<offset + 70_001)
        #expect(
          hasher.contentsRoot(of: span, descriptor: .zero)
            == PortableLeafHasher().contentsRoot(of: span, descriptor: .zero))
      }
    }
  }

  @Test func everyByteMatters() throws {
    var generator = SeededGenerator()
    let hasher = KernelLeafHasher(threads: 2)
    var contents = generator.bytes(20_000)
    func root() -> Digest {
      // SAFETY: bytes have no padding that could be read.
      unsafe hasher.contentsRoot(of: contents.span.bytes, descriptor: descriptor)
    }
    let original = root()
    for _ in 0..<300 {
      let position = Int.random(in: contents.indices, using: &generator)
      contents[position] ^= 1
      #expect(root() != original, "byte \(position), seed \(generator.seed)")
      contents[position] ^= 1
    }
    #expect(root() == original)
  }

  @Test func manyCallersMayHashAtOnce() async throws {
    let expected = PortableLeafHasher().contentsRoot(
      // SAFETY: bytes have no padding that could be read.
      of: unsafe Self.contents.span.bytes, descriptor: descriptor)
    let descriptor = descriptor
    await withTaskGroup(of: Digest.self) { group in
      for threads in 0..<6 {
        group.addTask {
          // SAFETY: bytes have no padding that could be read.
          unsafe KernelLeafHasher(threads: threads).contentsRoot(
            of: Self.contents.span.bytes, descriptor: descriptor)
        }
      }
      for await root in group { #expect(root == expected) }
    }
  }

  @Test func thePortablePathIsAlwaysThere() {
    #expect(KernelLeafHasher.availablePaths.first == .portable)
    #expect(KernelLeafHasher.availablePaths.contains(KernelLeafHasher().path))
    for path in KernelLeafHasher.Path.allCases {
      #expect(
        (KernelLeafHasher(path: path) != nil) == KernelLeafHasher.availablePaths.contains(path))
    }
  }
}
