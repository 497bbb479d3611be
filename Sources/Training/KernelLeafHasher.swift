public import AssayCryptography
internal import AssayMerkle
public import AssaySpecification
internal import CAssayHashKernels

/// The chunk tree by vector instructions on several threads: the root that every hasher gives.
public struct KernelLeafHasher: StateHasher {
  /// A way of computing SHA-256.
  public enum Path: String, Hashable, Sendable, CaseIterable {
    /// Plain C.
    case portable
    /// The SHA instructions of x86, two interleaved streams.
    case shaNI = "sha-ni"
    /// AVX-512, sixteen streams.
    case avx512

    var code: Int32 {
      switch self {
      case .portable: Int32(ASSAY_HASH_PORTABLE)
      case .shaNI: Int32(ASSAY_HASH_SHA_NI)
      case .avx512: Int32(ASSAY_HASH_AVX512)
      }
    }
  }

  /// The paths that this processor has, the slowest first.
  public static var availablePaths: [Path] {
    Path.allCases.filter { assay_hash_is_available($0.code) == 1 }
  }

  /// How SHA-256 is computed.
  public let path: Path
  private let threads: Int32

  /// Takes the fastest path of this processor.
  ///
  /// - Parameter threads: how many threads work on one root; 0 for one on each core.
  /// - Precondition: `threads` is from 0 to 1024.
  public init(threads: Int = 0) {
    precondition((0...1024).contains(threads), "0 to 1024 threads")
    let best = assay_hash_best()
    path = Path.allCases.first { $0.code == best } ?? .portable
    self.threads = Int32(threads)
  }

  /// Takes a certain path, or nothing when this processor does not have it.
  ///
  /// - Precondition: `threads` is from 0 to 1024.
  public init?(path: Path, threads: Int = 0) {
    precondition((0...1024).contains(threads), "0 to 1024 threads")
    guard Self.availablePaths.contains(path) else { return nil }
    self.path = path
    self.threads = Int32(threads)
  }

  public func contentsRoot(of contents: RawSpan, descriptor: Digest) -> Digest {
    let byteCount = Int64(contents.byteCount)
    var scratch = [UInt8](repeating: 0, count: Int(assay_chunk_tree_scratch_bytes(byteCount)))
    var root = [UInt8](repeating: 0, count: Digest.byteCount)
    let descriptorBytes = descriptor.bytes
    // SAFETY: the scratch has the size that the kernel asked for, root and descriptor have 32
    // bytes, and no pointer is kept after the call.
    let status = unsafe contents.withUnsafeBytes { buffer in
      unsafe assay_chunk_tree_root(
        buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), byteCount, descriptorBytes,
        path.code, threads, &scratch, &root)
    }
    guard status == 0, let digest = try? Digest(bytes: root) else {
      preconditionFailure("assay_chunk_tree_root returned \(status) for path \(path.rawValue)")
    }
    return digest
  }
}
