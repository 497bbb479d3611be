public import AssaySpecification

/// What the drawn intervals must be executed again on before work counts as right.
///
/// A rejection needs none of it: its roots show the fault, whatever they were computed on.
///
/// - Soundness: verifiers state their hardware themselves, and sign it; nobody attests it.
public enum HardwareRequirement: String, Hashable, Sendable, CaseIterable {
  /// A graphics processor.
  case gpu
  /// Two verifiers' hardware, of different kinds.
  case differing

  /// Whether acceptances of one claim on such hardware are enough together.
  public func isMet(by hardware: some Sequence<Hardware>) -> Bool {
    let kinds = Set(hardware)
    return switch self {
    case .gpu: kinds.contains(where: \.isGPU)
    case .differing: kinds.count > 1
    }
  }

  /// How many verifiers must accept at least.
  public var leastVerifiers: Int { self == .differing ? 2 : 1 }
}
