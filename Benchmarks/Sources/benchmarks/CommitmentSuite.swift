internal import AssayCryptography
internal import AssayMerkle
internal import AssayTraining
internal import Harness

/// How fast a state is committed: the chunk tree by every path of the kernels, beside the same tree
/// and one flat hash by OpenSSL.
enum CommitmentSuite {
  private static let byteCount = 64 << 20
  private static let gigabytes = Double(byteCount) / 1e9

  static func make() -> Suite {
    let contents = pseudorandomBytes()
    var suite = Suite(
      "commitment", unit: "GB/s",
      parameters: [("contents", "\(byteCount >> 20) MiB"), ("chunk", "4096 bytes")])
    let portable = PortableLeafHasher()
    let expected = root(of: contents, by: portable)
    func addTree(_ name: String, _ hasher: any LeafHasher) {
      suite.add(name, work: gigabytes) {
        precondition(root(of: contents, by: hasher) == expected, "\(name) gives another root")
      }
    }

    addTree("chunk tree, OpenSSL EVP, 1 thread", portable)
    let flat = SHA256.digest(of: contents)
    suite.add("flat SHA-256, OpenSSL EVP, 1 thread", work: gigabytes) {
      precondition(SHA256.digest(of: contents) == flat, "OpenSSL gives another digest")
    }
    for path in KernelLeafHasher.availablePaths {
      for threads in [1, 2] {
        guard let hasher = KernelLeafHasher(path: path, threads: threads) else { continue }
        let plural = threads == 1 ? "thread" : "threads"
        addTree("chunk tree, \(path.rawValue), \(threads) \(plural)", hasher)
      }
    }
    return suite
  }

  /// The chunk tree by the fastest path on one thread: 10⁹ bytes a second, the median.
  static func rate(turns: Int) -> Double {
    let contents = pseudorandomBytes()
    let hasher = KernelLeafHasher(threads: 1)
    let rates = (0..<turns).map { _ in
      gigabytes / secondsPerCall(budget: 0.1) { _ = root(of: contents, by: hasher) }
    }
    return Statistics(rates).median
  }

  private static func root(of contents: [UInt8], by hasher: any LeafHasher) -> Digest {
    // SAFETY: bytes have no padding that could be read.
    unsafe hasher.contentsRoot(of: contents.span.bytes, descriptor: .zero)
  }

  /// Knuth's linear congruential generator, its high byte: hashing does not depend on the values.
  private static func pseudorandomBytes() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var state: UInt64 = 1
    for index in bytes.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes[index] = UInt8(truncatingIfNeeded: state >> 56)
    }
    return bytes
  }
}
