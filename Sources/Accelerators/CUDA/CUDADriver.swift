internal import CAssayDrivers

/// The entry points of NVIDIA's driver, and what they say.
struct CUDADriver {
  let table: assay_cuda

  /// The machine's own driver, initialised.
  ///
  /// - Throws: a sentence when there is none, or it cannot work.
  static func load(
    from libraries: [String] = ["libcuda.so.1", "libcuda.so"]
  ) throws(DriverMissing) -> CUDADriver {
    var missing: String?
    for library in libraries {
      var name: UnsafePointer<CChar>?
      // SAFETY: a table stays for the rest of the process; `name` becomes a constant or nil.
      if let table = unsafe assay_cuda_load(library, &name) {
        return try unsafe CUDADriver(initializing: table.pointee)
      }
      // SAFETY: as above.
      if let name = unsafe name { missing = unsafe String(cString: name) }
    }
    throw DriverMissing(
      missing.map { "NVIDIA's driver is too old: it has no \($0)" }
        ?? "there is no libcuda.so.1; it comes with NVIDIA's driver")
  }

  /// Takes a table whose driver has not been initialised.
  init(initializing table: assay_cuda) throws(DriverMissing) {
    self.table = table
    let status = table.initialize(0)
    guard status == 0 else {
      throw DriverMissing("NVIDIA's driver cannot be initialised: \(text(of: status))")
    }
  }

  /// How many devices there are; 0 where the driver does not say.
  var deviceCount: Int {
    var count: Int32 = 0
    // SAFETY: here and below: the driver writes one number, or at most as many bytes as it is told.
    return unsafe table.device_count(&count) == 0 ? Int(max(0, count)) : 0
  }

  /// Such as 12040 for 12.4.
  var version: Int {
    var version: Int32 = 0
    // SAFETY: as above.
    return unsafe table.driver_version(&version) == 0 ? Int(version) : 0
  }

  func name(of device: Int32) -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    // SAFETY: as above.
    guard unsafe table.device_name(&bytes, 256, device) == 0 else { return "" }
    let text = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return DeviceDescription.printable(String(decoding: text, as: UTF8.self))
  }

  func attribute(_ attribute: CUDA.Attribute, of device: Int32) -> Int {
    var value: Int32 = 0
    // SAFETY: as above.
    return unsafe table.device_attribute(&value, attribute.rawValue, device) == 0
      ? Int(value) : 0
  }

  func memory(of device: Int32) -> Int {
    var count = 0
    // SAFETY: as above.
    return unsafe table.device_memory(&count, device) == 0 ? count : 0
  }

  /// What a status means, in the driver's words.
  func text(of status: Int32) -> String {
    switch status {
    case CUDA.outOfMemory: return "out of memory"
    case 100: return "no device was found"
    case 209, 218, 222: return "the driver is too old for our kernels"
    default: break
    }
    var text: UnsafePointer<CChar>?
    // SAFETY: the driver's texts are constants.
    guard unsafe table.error_text(status, &text) == 0, let text = unsafe text else {
      return "CUDA error \(status)"
    }
    // SAFETY: as above.
    return DeviceDescription.printable(unsafe String(cString: text)) + " (CUDA error \(status))"
  }
}

/// Numbers of the driver API.
enum CUDA {
  enum Attribute: Int32 {
    case multiprocessors = 16
    case major = 75
    case minor = 76
  }

  static let outOfMemory: Int32 = 2
  /// Only what this thread asks for becomes part of a graph.
  static let captureOfThisThread: Int32 = 1
  /// A stream that does not wait for the default one.
  static let nonBlocking: UInt32 = 1
  /// What the kernels are compiled for, and what is newer.
  static let leastCapability = (major: 7, minor: 5)
}
