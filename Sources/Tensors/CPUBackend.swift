public import AssaySpecification
internal import CAssayTensorKernels

/// The processor's own back end.
public struct CPUBackend: Backend {
  /// A way through the kernels: an instruction set. All give the same bits.
  public enum Path: String, Hashable, Sendable, CaseIterable {
    /// The fastest that this processor has.
    case best
    /// AVX-512 F, VL, BW and DQ, and VNNI for products of integers.
    case avx512vnni = "avx512-vnni"
    /// AVX-512 F, VL, BW and DQ.
    case avx512
    /// AVX2 and FMA.
    case avx2
    /// Plain C; NEON on aarch64.
    case portable
    /// The definitions, one element at a time on one thread: slow, to compare with.
    case reference
    /// The definitions by integer arithmetic alone: what decides where two back ends differ.
    case software

    /// Whether it is a definition, and not made for speed.
    var isDefinition: Bool { self == .reference || self == .software }
  }

  /// The most threads that may be asked for.
  public static let threadLimit = 1024

  /// The paths that this processor can run, fastest first; `.best` is the first of them.
  public static var availablePaths: [Path] {
    [.avx512vnni, .avx512, .avx2, .portable, .reference, .software].filter { path in
      guard let code = path.kernelPath else { return path.isDefinition }
      return assay_tensor_path_available(code) == 1
    }
  }

  /// The path in use, never `.best`.
  public let path: Path
  /// The number of threads in use.
  public let threads: Int
  public let recomputesActivations: Bool

  /// Chooses a path and a number of threads; 0 is one per core.
  ///
  /// - Throws: `.pathUnavailable` or `.threadCount`.
  public init(
    path: Path = .best, threads: Int = 0, recomputesActivations: Bool = false
  ) throws(BackendError) {
    self.recomputesActivations = recomputesActivations
    let available = Self.availablePaths
    let chosen = path == .best ? available.first ?? .portable : path
    guard available.contains(chosen) else {
      throw .pathUnavailable(
        requested: path.rawValue, available: available.map(\.rawValue))
    }
    guard (0...Self.threadLimit).contains(threads) else {
      throw .threadCount(limit: Self.threadLimit, found: threads)
    }
    self.path = chosen
    self.threads =
      chosen.isDefinition
      ? 1 : threads == 0 ? Int(assay_tensor_threads_default()) : threads
  }

  public var name: String {
    "cpu \(path.rawValue) \(threads) thread\(threads == 1 ? "" : "s")"
  }

  public func byteCount(for program: StepProgram) -> Int {
    let workspace = path.kernelPath.map {
      TunedKernels(path: $0, threads: Int32(threads)).workspaceByteCount(for: program)
    }
    return MemoryPlan(program).byteCount + (workspace ?? 0)
  }

  public func makeExecutor(for program: StepProgram) throws(BackendError) -> any StepExecutor {
    try makeSteppingExecutor(for: program)
  }

  /// As `makeExecutor`; the processor can stop between two instructions.
  public func makeSteppingExecutor(
    for program: StepProgram
  ) throws(BackendError) -> any SteppingExecutor {
    try program.check()
    guard let kernelPath = path.kernelPath else {
      let kernels = ReferenceKernels(isSoftware: path == .software)
      return HostExecutor(program, kernels, try HostBuffers(program, workspaceByteCount: 0))
    }
    let kernels = TunedKernels(path: kernelPath, threads: Int32(threads))
    let workspace = kernels.workspaceByteCount(for: program)
    return HostExecutor(
      program, kernels, try HostBuffers(program, workspaceByteCount: workspace))
  }
}

extension CPUBackend.Path {
  /// The kernels' number of this path; nil for the definitions and for `.best`.
  var kernelPath: Int32? {
    switch self {
    case .avx512vnni: Int32(ASSAY_PATH_AVX512_VNNI)
    case .avx512: Int32(ASSAY_PATH_AVX512)
    case .avx2: Int32(ASSAY_PATH_AVX2)
    case .portable: Int32(ASSAY_PATH_PORTABLE)
    case .reference, .software, .best: nil
    }
  }
}
