internal import AssaySpecification
internal import AssayTensors
internal import CAssayDrivers

/// A device with our kernels, compiled by its OpenCL driver.
// SENDABLE: OpenCL's functions may be called from any thread for different objects, and kernels,
// whose arguments are set, are made by each queue for itself.
final class OpenCLDevice: Device, @unchecked Sendable {
  let description: DeviceDescription
  private let driver: OpenCLDriver
  private let device: assay_handle
  private let context: assay_handle
  private let program: assay_handle

  /// No contraction, no relaxed arithmetic; only what asks for more exactness.
  private static let options = "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt"

  /// All devices of a driver, in the order of its platforms.
  static func list(_ driver: OpenCLDriver) -> [(handle: assay_handle, DeviceDescription)] {
    var devices: [(assay_handle, DeviceDescription)] = []
    for platform in driver.platforms() {
      for device in driver.devices(of: platform) {
        devices.append((device, describe(driver, platform, device, index: devices.count)))
      }
    }
    return devices
  }

  private static func describe(
    _ driver: OpenCLDriver, _ platform: assay_handle, _ device: assay_handle, index: Int
  ) -> DeviceDescription {
    let settings = driver.number(of: device, OpenCL.deviceFloatSettings)
    let obstacle: String? =
      if driver.number(of: device, OpenCL.deviceIsAvailable) & 1 == 0 {
        "the driver says that it is not available"
      } else if settings & OpenCL.neededFloatSettings != OpenCL.neededFloatSettings {
        "its float32 arithmetic lacks subnormals, or correctly rounded division and square root"
      } else if driver.number(of: device, OpenCL.deviceIsLittleEndian) & 1 == 0 {
        "its numbers are not little-endian"
      } else if driver.number(of: device, OpenCL.deviceGroupItems) < 256 {
        "it cannot run groups of 256 items"
      } else if driver.number(of: device, OpenCL.deviceLocalMemory) < 24 << 10 {
        "it has less than 24 KiB of local memory"
      } else {
        nil
      }
    return DeviceDescription(
      selector: DeviceSelector(.opencl, index),
      name: driver.text(of: device, device: OpenCL.deviceName),
      driver: driver.text(of: platform, platform: OpenCL.platformName) + " "
        + driver.text(of: device, device: OpenCL.driverVersion),
      hardware: hardware(driver, device),
      memoryByteCount: Int(clamping: driver.number(of: device, OpenCL.deviceMemory)),
      largestAllocation: Int(
        clamping: driver.number(of: device, OpenCL.deviceLargestAllocation)),
      computeUnits: Int(clamping: driver.number(of: device, OpenCL.deviceComputeUnits)),
      obstacle: obstacle)
  }

  /// By the vendor's number, which PCI gives out.
  private static func hardware(_ driver: OpenCLDriver, _ device: assay_handle) -> Hardware {
    guard driver.number(of: device, OpenCL.deviceType) & OpenCL.graphicsType != 0 else {
      return .processor
    }
    return switch driver.number(of: device, OpenCL.deviceVendor) {
    case 0x10de: .nvidiaGPU
    case 0x1002: .amdGPU
    case 0x8086: .intelGPU
    default: .otherGPU
    }
  }

  /// Compiles the kernels for a device of `list`.
  init(
    _ driver: OpenCLDriver, _ device: assay_handle, _ description: DeviceDescription
  ) throws(BackendError) {
    func failure(_ reason: String) -> BackendError {
      .device(name: description.label, reason: reason)
    }
    self.driver = driver
    self.device = device
    self.description = description
    var status: Int32 = 0
    // SAFETY: here and below: the driver reads what is handed over during the call only.
    let context = unsafe driver.table.create_context(nil, 1, [device], nil, nil, &status)
    guard status == 0 else { throw failure(OpenCL.text(of: status)) }
    self.context = context
    let source = KernelSource.text
    // SAFETY: as above.
    let made = unsafe source.withCString { text in
      unsafe driver.table.create_program(context, 1, [text], [source.utf8.count], &status)
    }
    program = made
    guard status == 0 else { throw failure(OpenCL.text(of: status)) }
    // SAFETY: as above.
    status = unsafe driver.table.build_program(program, 1, [device], Self.options, nil, nil)
    guard status == 0 else {
      throw failure(OpenCL.text(of: status) + ". " + driver.buildLog(program, device).prefix(2000))
    }
  }

  deinit {
    // A handle of 0 is refused by the driver, and that is all.
    _ = driver.table.release_program(program)
    _ = driver.table.release_context(context)
  }

  func makeQueue(byteCount: Int) throws(BackendError) -> any DeviceQueue {
    guard byteCount <= description.largestAllocation else { throw .memory(byteCount: byteCount) }
    return try OpenCLQueue(driver, self, context, device, program, byteCount: byteCount)
  }
}
