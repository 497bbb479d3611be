internal import AssayAccelerators
internal import AssayCryptography
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

  /// Where steps run.
  enum Place: Hashable, ArgumentValue {
    case cpu, auto
    case device(DeviceSelector)

    static let expectation = "cpu, auto, or a device such as cuda:0 or opencl:0"

    init?(argument: String) {
      switch argument {
      case "cpu": self = .cpu
      case "auto": self = .auto
      default:
        guard let selector = DeviceSelector(argument) else { return nil }
        self = .device(selector)
      }
    }

    var argumentText: String {
      switch self {
      case .cpu: "cpu"
      case .auto: "auto"
      case .device(let selector): "\(selector)"
      }
    }
  }

  @Option("place", help: "Where steps run: cpu, cuda:0, opencl:0 …, or auto, the first GPU if any.")
  var device: Place = .cpu
  @Option("count", in: 0...1024, help: "Threads to use; 0 is one per core.")
  var threads: Int = 0
  @Option("set", help: "Instruction set: best, avx512-vnni, avx512, avx2 or portable.")
  var instructions: InstructionSet = .best

  @Flag(
    help: "Hold fewer activations and compute them again: less memory, more time, the same bits.")
  var recompute: Bool

  func backend() throws -> any Backend {
    switch device {
    case .cpu: return try processor()
    case .auto:
      let quarantine = try DeviceQuarantine()
      let gpu = Devices.list().devices.first {
        $0.hardware.isGPU && $0.obstacle == nil && quarantine.reason(for: $0) == nil
      }
      guard let gpu else { return try processor() }
      return try DeviceBackend(gpu.selector, recomputesActivations: recompute)
    case .device(let selector):
      let device = Devices.list().devices.first { $0.selector == selector }
      if let device { try DeviceQuarantine().check(device) }
      return try DeviceBackend(selector, recomputesActivations: recompute)
    }
  }

  /// Other code than that of `backend`, which decides where that finds a difference.
  func referee() throws -> CPUBackend {
    try CPUBackend(path: device == .cpu && instructions == .portable ? .best : .portable)
  }

  /// The processor, whatever `device` says.
  func processor() throws -> CPUBackend {
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

  @Option("file", help: "What hides the states of a spec that was made with --hiding.")
  var secret: String?

  /// What hashes the states of a spec.
  ///
  /// - Parameter threads: how many work on one state, if not as many as on a step.
  func hasher(for spec: Spec, threads: Int? = nil) throws -> any StateHasher {
    PolynomialHasher(
      KernelLeafHasher(threads: threads ?? self.threads), secret: try hidingSecret(for: spec))
  }

  /// What hides the states and data of a spec, where it wants that.
  func hidingSecret(for spec: Spec) throws -> Digest? {
    try HidingSecret.read(at: secret, for: spec)
  }
}
