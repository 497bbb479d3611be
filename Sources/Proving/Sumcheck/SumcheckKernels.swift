internal import AssayAlgebra
internal import AssayFieldVectors
internal import CAssaySumcheckKernels

/// How the bulk work of a sumcheck is computed. Every way gives the same proof.
public struct SumcheckKernels: Hashable, Sendable {
  /// Instructions to compute with.
  public enum Path: String, Hashable, Sendable, CaseIterable {
    /// Plain C.
    case portable
    /// AVX2.
    case avx2
    /// AVX-512.
    case avx512
    /// AVX-512 with 52-bit multiply-add.
    case avx512IFMA

    var code: Int32 {
      switch self {
      case .portable: Int32(ASSAY_SUMCHECK_PORTABLE)
      case .avx2: Int32(ASSAY_SUMCHECK_AVX2)
      case .avx512: Int32(ASSAY_SUMCHECK_AVX512)
      case .avx512IFMA: Int32(ASSAY_SUMCHECK_IFMA)
      }
    }
  }

  /// The paths that this processor has, the slowest first.
  public static var availablePaths: [Path] {
    Path.allCases.filter { assay_sumcheck_is_available($0.code) == 1 }
  }

  private let code: Int32
  private let threads: Int32

  /// Takes the fastest path of this processor.
  ///
  /// - Parameter threads: how many threads work at a time; 0 for one on each core.
  /// - Precondition: `threads` is from 0 to 1024.
  public init(threads: Int = 0) {
    precondition((0...1024).contains(threads), "0 to 1024 threads")
    code = Int32(ASSAY_SUMCHECK_BEST)
    self.threads = Int32(threads)
  }

  /// Takes a certain path, or nothing when this processor does not have it.
  ///
  /// - Precondition: `threads` is from 0 to 1024.
  public init?(path: Path, threads: Int = 0) {
    precondition((0...1024).contains(threads), "0 to 1024 threads")
    guard Self.availablePaths.contains(path) else { return nil }
    code = path.code
    self.threads = Int32(threads)
  }

  /// Takes the path and the threads that correspond to those of other kernels.
  init(_ kernels: FieldKernels) {
    code =
      switch kernels.path {
      case .portable: Int32(ASSAY_SUMCHECK_PORTABLE)
      case .avx2: Int32(ASSAY_SUMCHECK_AVX2)
      case .avx512: Int32(ASSAY_SUMCHECK_BEST)
      }
    threads = Int32(kernels.threads)
  }

  /// Binds both vectors to the challenge of the round before, if there is one, and sums their
  /// products for the next: at 0 and at ∞.
  ///
  /// - Precondition: vectors of the same 2^n elements, of which at least two are left.
  func round(
    _ a: inout [GoldilocksExtension], _ b: inout [GoldilocksExtension],
    after challenge: GoldilocksExtension?
  ) -> [GoldilocksExtension] {
    let (size, left) = (a.count, challenge == nil ? a.count : a.count / 2)
    precondition(b.count == size && size.nonzeroBitCount == 1 && left >= 2, "vectors of 2^n")
    // SAFETY: an element is two words, as the kernels' is, and each table has `size` of them.
    let sums = unsafe a.withUnsafeMutableBytes { a in
      unsafe b.withUnsafeMutableBytes { b in
        var round = unsafe assay_round()
        unsafe round.term = Int32(ASSAY_TERM_PLAIN_PRODUCT)
        unsafe round.folds = challenge == nil ? 0 : 1
        unsafe round.challenge = (challenge ?? .zero).element
        unsafe round.size = Int64(size)
        unsafe round.tables.0 = a.baseAddress?.assumingMemoryBound(to: assay_element.self)
        unsafe round.tables.1 = b.baseAddress?.assumingMemoryBound(to: assay_element.self)
        return unsafe self.sums(of: round)
      }
    }
    a.removeLast(size - left)
    b.removeLast(size - left)
    return sums
  }

  var run: assay_sumcheck_run { assay_sumcheck_run(path: code, threads: threads) }

  /// The sums of one round at X = 0 and ∞, and for a cubic term at 2.
  func sums(of round: assay_round) -> [GoldilocksExtension] {
    var sums = [assay_element](repeating: assay_element(), count: 3)
    // SAFETY: whoever made the round vouches for its tables; there is room for three sums.
    unsafe withUnsafePointer(to: round) { unsafe assay_sumcheck_round(run, $0, &sums) }
    return sums.map { GoldilocksExtension($0) }
  }
}

extension GoldilocksExtension {
  /// Reads what a kernel wrote: canonical words.
  init(_ element: assay_element) {
    self.init(
      Goldilocks(uncheckedCanonical: element.c0), Goldilocks(uncheckedCanonical: element.c1))
  }

  /// The element as kernels take it.
  var element: assay_element { assay_element(c0: c0.value, c1: c1.value) }
}
