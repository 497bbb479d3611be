internal import AssayProving
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining

/// What the steps run on. The bits are the same whatever is chosen.
struct BackendOptions: OptionGroup {
  /// An instruction set of the CPU back end.
  enum InstructionSet: String, CaseIterable, ArgumentValue {
    case best
    case avx512vnni = "avx512-vnni"
    case avx512, avx2, portable
  }

  @Option("count", in: 0...1024, help: "Threads to use; 0 is one per core.")
  var threads: Int = 0
  @Option("set", help: "Instruction set: best, avx512-vnni, avx512, avx2 or portable.")
  var instructions: InstructionSet = .best

  @Flag(
    help: "Hold fewer activations and compute them again: less memory, more time, the same bits.")
  var recompute: Bool

  func backend() throws -> CPUBackend {
    let path: CPUBackend.Path =
      switch instructions {
      case .best: .best
      case .avx512vnni: .avx512vnni
      case .avx512: .avx512
      case .avx2: .avx2
      case .portable: .portable
      }
    return try CPUBackend(path: path, threads: threads, recomputesActivations: recompute)
  }

  func hasher() -> any StateHasher {
    PolynomialHasher(KernelLeafHasher(threads: threads))
  }
}
