internal import AssayAccelerators
internal import AssaySpecification
internal import AssayTensors

/// The device on which the demonstration's second verifier works.
enum DemoDevice {
  /// The first GPU that can be used, else the first device at all; nil, with what to do, where
  /// there is none.
  static func choose(_ console: Console) throws -> DeviceBackend? {
    let list = Devices.list()
    let quarantine = try DeviceQuarantine()
    let usable = list.devices.filter { $0.obstacle == nil && quarantine.reason(for: $0) == nil }
    guard let device = usable.first(where: { $0.hardware.isGPU }) ?? usable.first else {
      for (driver, reason) in list.missing {
        try console.print("  no device  \(driver.rawValue): \(reason)")
      }
      try console.print("             scripts/setup installs OpenCL on the processor, PoCL")
      return nil
    }
    let began = console.elapsed()
    let backend = try DeviceBackend(device.selector)
    try console.print("  device     \(device.label)")
    try console.print(
      "             kernels compiled and its arithmetic tested in "
        + Quantity.seconds(console.elapsed() - began)
        + (device.hardware.isGPU ? "; the terms ask for a GPU" : ""))
    return backend
  }
}
