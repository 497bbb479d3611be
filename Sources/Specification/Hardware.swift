/// What kind of hardware steps are executed on, as a driver states it.
///
/// The bits are the same on all of them; that two kinds gave them makes a common fault less likely.
public enum Hardware: String, Hashable, Sendable, CaseIterable {
  /// A processor, also one that OpenCL offers as a device.
  case processor
  case nvidiaGPU, amdGPU, intelGPU
  /// A graphics processor of anybody else.
  case otherGPU

  /// Whether it is a graphics processor.
  public var isGPU: Bool { self != .processor }
}
