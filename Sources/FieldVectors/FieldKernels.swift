internal import CAssayFieldKernels

/// A way of computing over whole vectors of field elements: an instruction set and a number of
/// threads. Every way gives the same bits.
public struct FieldKernels: Sendable {
  /// An instruction set.
  public enum Path: String, Hashable, Sendable, CaseIterable {
    /// Plain C.
    case portable
    case avx2
    case avx512

    var code: Int32 {
      switch self {
      case .portable: Int32(ASSAY_FIELD_PORTABLE)
      case .avx2: Int32(ASSAY_FIELD_AVX2)
      case .avx512: Int32(ASSAY_FIELD_AVX512)
      }
    }
  }

  /// The paths that this processor has, the slowest first.
  public static var availablePaths: [Path] {
    Path.allCases.filter { assay_field_is_available($0.code) == 1 }
  }

  /// The instruction set.
  public let path: Path
  /// How many threads work on one call; 0 for one on each core.
  public let threads: Int

  /// Takes the fastest path of this processor.
  ///
  /// - Precondition: `threads` is from 0 to 1024.
  public init(threads: Int = 0) {
    precondition((0...1024).contains(threads), "0 to 1024 threads")
    let best = assay_field_best()
    path = Path.allCases.first { $0.code == best } ?? .portable
    self.threads = threads
  }

  /// Takes a certain path, or nothing when this processor does not have it.
  ///
  /// - Precondition: `threads` is from 0 to 1024.
  public init?(path: Path, threads: Int = 0) {
    precondition((0...1024).contains(threads), "0 to 1024 threads")
    guard Self.availablePaths.contains(path) else { return nil }
    self.path = path
    self.threads = threads
  }

  /// Gives memory that was freed back to the operating system: worth it after much work that is not
  /// done again.
  public static func trimMemory() { assay_field_memory_trim() }

  var run: assay_field_run { assay_field_run(path: path.code, threads: Int32(threads)) }

  /// Turns a kernel's refusal into the failure that it is: the callers here check all sizes.
  func check(_ status: Int32, _ kernel: String) {
    precondition(status == 0, "\(kernel) returned \(status) on the path \(path.rawValue)")
  }
}
