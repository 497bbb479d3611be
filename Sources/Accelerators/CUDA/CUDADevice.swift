internal import AssaySpecification
internal import AssayTensors
internal import CAssayDeviceKernels
internal import CAssayDrivers

/// An NVIDIA device with our kernels.
// SENDABLE: the driver's functions may be called from any thread once the context is the thread's
// own, which every call sees to; nothing here changes after `init`.
final class CUDADevice: Device, @unchecked Sendable {
  let description: DeviceDescription
  private let driver: CUDADriver
  private let ordinal: Int32
  private let context: assay_handle
  private let module: assay_handle

  /// All devices of the driver.
  static func list(_ driver: CUDADriver) -> [DeviceDescription] {
    (0..<driver.deviceCount).map { index in
      let device = Int32(index), version = driver.version
      let capability = (
        major: driver.attribute(.major, of: device), minor: driver.attribute(.minor, of: device)
      )
      let memory = driver.memory(of: device)
      return DeviceDescription(
        selector: DeviceSelector(.cuda, index), name: driver.name(of: device),
        driver: "CUDA \(version / 1000).\(version % 1000 / 10), "
          + "compute capability \(capability.major).\(capability.minor)",
        hardware: .nvidiaGPU, memoryByteCount: memory, largestAllocation: memory,
        computeUnits: max(1, driver.attribute(.multiprocessors, of: device)),
        obstacle: capability < CUDA.leastCapability
          ? "its compute capability is below "
            + "\(CUDA.leastCapability.major).\(CUDA.leastCapability.minor)" : nil)
    }
  }

  /// Loads the kernels into a device of `list`; the driver compiles them for it.
  init(_ driver: CUDADriver, _ description: DeviceDescription) throws(BackendError) {
    func check(_ status: Int32) throws(BackendError) {
      guard status == 0 else {
        throw .device(name: description.label, reason: driver.text(of: status))
      }
    }
    self.driver = driver
    self.description = description
    var ordinal: Int32 = 0
    var context: assay_handle = 0, module: assay_handle = 0
    // SAFETY: here and below: the driver writes one number or handle; the kernels' text is a
    // constant that ends with a zero.
    try check(unsafe driver.table.device_get(&ordinal, Int32(description.selector.index)))
    try check(unsafe driver.table.retain_context(&context, ordinal))
    do throws(BackendError) {
      try check(driver.table.set_context(context))
      // SAFETY: as above.
      try check(unsafe driver.table.load_module(&module, assay_kernel_ptx()))
    } catch {
      _ = driver.table.release_context(ordinal)
      throw error
    }
    self.ordinal = ordinal
    self.context = context
    self.module = module
  }

  deinit {
    if driver.table.set_context(context) == 0 { _ = driver.table.unload_module(module) }
    _ = driver.table.release_context(ordinal)
  }

  func makeQueue(byteCount: Int) throws(BackendError) -> any DeviceQueue {
    try CUDAQueue(driver, self, context, module, byteCount: byteCount)
  }
}
