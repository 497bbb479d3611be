internal import AssayTensors
internal import CAssayDrivers

/// OpenCL's entry points, and what they say.
struct OpenCLDriver {
  let table: assay_opencl

  /// The machine's own OpenCL.
  ///
  /// - Throws: a sentence when there is none.
  static func load(
    from libraries: [String] = ["libOpenCL.so.1", "libOpenCL.so"]
  ) throws(DriverMissing) -> OpenCLDriver {
    var missing: String?
    for library in libraries {
      var name: UnsafePointer<CChar>?
      // SAFETY: a table stays for the rest of the process; `name` becomes a constant or nil.
      if let table = unsafe assay_opencl_load(library, &name) {
        return unsafe OpenCLDriver(table: table.pointee)
      }
      // SAFETY: as above.
      if let name = unsafe name { missing = unsafe String(cString: name) }
    }
    throw DriverMissing(
      missing.map { "OpenCL is too old: it has no \($0); 1.2 is needed" }
        ?? "there is no OpenCL loader (Debian: ocl-icd-libopencl1, and a driver such as "
        + "pocl-opencl-icd)")
  }

  // MARK: Questions

  func platforms() -> [assay_handle] {
    var count: UInt32 = 0
    // SAFETY: here and below: the driver writes at most as many elements as it is told there are.
    guard unsafe table.get_platforms(0, nil, &count) == 0, count > 0 else { return [] }
    var platforms = [assay_handle](repeating: 0, count: Int(min(count, 64)))
    guard unsafe table.get_platforms(UInt32(platforms.count), &platforms, nil) == 0 else {
      return []
    }
    return platforms
  }

  func devices(of platform: assay_handle) -> [assay_handle] {
    var count: UInt32 = 0
    // SAFETY: as above.
    guard unsafe table.get_devices(platform, OpenCL.allDevices, 0, nil, &count) == 0, count > 0
    else { return [] }
    var devices = [assay_handle](repeating: 0, count: Int(min(count, 64)))
    // SAFETY: as above.
    let status = unsafe table.get_devices(
      platform, OpenCL.allDevices, UInt32(devices.count), &devices, nil)
    return status == 0 ? devices : []
  }

  func text(of platform: assay_handle, platform item: UInt32) -> String {
    var size = 0
    // SAFETY: as above.
    guard unsafe table.get_platform_info(platform, item, 0, nil, &size) == 0 else { return "" }
    var bytes = [UInt8](repeating: 0, count: min(size, 1 << 16))
    // SAFETY: as above.
    let status = unsafe table.get_platform_info(platform, item, bytes.count, &bytes, nil)
    return status == 0 ? DeviceDescription.printable(Self.string(bytes)) : ""
  }

  func text(of device: assay_handle, device item: UInt32) -> String {
    var size = 0
    // SAFETY: as above.
    guard unsafe table.get_device_info(device, item, 0, nil, &size) == 0 else { return "" }
    var bytes = [UInt8](repeating: 0, count: min(size, 1 << 16))
    // SAFETY: as above.
    let status = unsafe table.get_device_info(device, item, bytes.count, &bytes, nil)
    return status == 0 ? DeviceDescription.printable(Self.string(bytes)) : ""
  }

  /// A number of at most eight bytes; 0 where the driver does not say it.
  func number(of device: assay_handle, _ item: UInt32) -> UInt64 {
    var value: UInt64 = 0
    // SAFETY: as above.
    let status = unsafe table.get_device_info(device, item, 8, &value, nil)
    return status == 0 ? value : 0
  }

  func buildLog(_ program: assay_handle, _ device: assay_handle) -> String {
    var size = 0
    // SAFETY: as above.
    guard unsafe table.get_build_info(program, device, OpenCL.buildLog, 0, nil, &size) == 0
    else { return "" }
    var bytes = [UInt8](repeating: 0, count: min(size, 1 << 16))
    // SAFETY: as above.
    let status = unsafe table.get_build_info(
      program, device, OpenCL.buildLog, bytes.count, &bytes, nil)
    return status == 0 ? Self.string(bytes) : ""
  }

  /// Text up to its first zero.
  private static func string(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// Why a driver cannot be used on this machine.
struct DriverMissing: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Numbers of the OpenCL specification.
enum OpenCL {
  static let allDevices: UInt64 = 0xffff_ffff
  static let platformVersion: UInt32 = 0x0901
  static let platformName: UInt32 = 0x0902
  static let deviceType: UInt32 = 0x1000
  static let deviceVendor: UInt32 = 0x1001
  static let deviceComputeUnits: UInt32 = 0x1002
  static let deviceGroupItems: UInt32 = 0x1004
  static let deviceLargestAllocation: UInt32 = 0x1010
  static let deviceFloatSettings: UInt32 = 0x101b
  static let deviceMemory: UInt32 = 0x101f
  static let deviceLocalMemory: UInt32 = 0x1023
  static let deviceIsLittleEndian: UInt32 = 0x1026
  static let deviceIsAvailable: UInt32 = 0x1027
  static let deviceName: UInt32 = 0x102b
  static let driverVersion: UInt32 = 0x102d
  static let buildLog: UInt32 = 0x1183
  static let graphicsType: UInt64 = 4
  /// Subnormals; infinities and NaN; rounding to nearest; division and square root rounded right.
  static let neededFloatSettings: UInt64 = 0x87

  static func text(of status: Int32) -> String {
    switch status {
    case -1: "no device was found"
    case -2: "the device is not available"
    case -4, -6: "out of memory"
    case -5: "out of resources"
    case -11: "the kernels do not compile"
    case -34: "the context is lost"
    case -36: "the queue is lost"
    case -54, -55: "groups of this size are not possible"
    case -61: "the memory is larger than the device allows"
    default: "OpenCL error \(status)"
    }
  }
}
