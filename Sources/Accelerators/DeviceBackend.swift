public import AssaySpecification
public import AssayTensors

/// A back end whose operators run on a device, with the bits of the processor's back end.
public struct DeviceBackend: Backend {
  private let device: any Device

  /// What the driver says about the device.
  public var description: DeviceDescription { device.description }
  public let recomputesActivations: Bool

  public var name: String { device.description.label }

  public var hardware: Hardware { device.description.hardware }

  /// Opens a device, compiles the kernels for it and checks its arithmetic on known answers.
  ///
  /// - Throws: `.device` when there is no such device or driver, the device lacks what is needed,
  ///   or it computes otherwise than IEEE 754 wants.
  public init(
    _ selector: DeviceSelector, recomputesActivations: Bool = false
  ) throws(BackendError) {
    try self.init(Devices.open(selector), recomputesActivations: recomputesActivations)
  }

  /// Checks the arithmetic of `device` first.
  init(_ device: any Device, recomputesActivations: Bool = false) throws(BackendError) {
    self.device = device
    self.recomputesActivations = recomputesActivations
    try SelfTest.run(on: device)
  }

  public func byteCount(for program: StepProgram) -> Int {
    let plan = try? LaunchPlan(program, for: device.description)
    return plan?.byteCount ?? MemoryPlan(program).byteCount
  }

  public func makeExecutor(for program: StepProgram) throws(BackendError) -> any StepExecutor {
    try program.check()
    let plan = try LaunchPlan(program, for: device.description)
    return try DeviceExecutor(program, plan, device)
  }
}
