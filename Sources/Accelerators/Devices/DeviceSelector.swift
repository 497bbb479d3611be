public import AssaySpecification

/// A device by the driver that finds it and its place in that driver's list: "opencl:0".
public struct DeviceSelector: Hashable, Sendable, CustomStringConvertible {
  /// Who drives a device.
  public enum Driver: String, Hashable, Sendable, CaseIterable {
    /// NVIDIA's own driver.
    case cuda
    /// Any vendor's OpenCL; also processors, by PoCL.
    case opencl
  }

  public let driver: Driver
  /// From 0, over all platforms of the driver.
  public let index: Int

  /// Names a device, which need not exist.
  public init(_ driver: Driver, _ index: Int) {
    self.driver = driver
    self.index = index
  }

  /// Reads "opencl:0" or "cuda:1"; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let driver = Driver(rawValue: String(parts[0])),
      let index = Int(parts[1]), (0..<1024).contains(index), String(index) == parts[1]
    else { return nil }
    self.init(driver, index)
  }

  public var description: String { "\(driver.rawValue):\(index)" }
}

/// What a driver says about a device.
public struct DeviceDescription: Hashable, Sendable {
  /// How the device is named on the command line.
  public let selector: DeviceSelector
  /// What its maker calls it.
  public let name: String
  /// The driver and its version.
  public let driver: String
  /// What kind of hardware it is: a processor, too, may be OpenCL's device.
  public let hardware: Hardware
  /// The bytes of its memory.
  public let memoryByteCount: Int
  /// The most bytes that one program's buffers may take.
  public let largestAllocation: Int
  /// OpenCL's compute units, CUDA's multiprocessors.
  public let computeUnits: Int
  /// Why steps cannot run on it; nil where they can, if it passes the test of its arithmetic.
  public let obstacle: String?

  /// For records and people; a processor is called one.
  public var label: String {
    "\(selector)\(hardware == .processor ? " (CPU)" : "") \(name), \(driver)"
  }

  /// A driver's words for one line of a record: ASCII without control characters, 80 at most.
  static func printable(_ text: String) -> String {
    let words = text.unicodeScalars.filter { (0x20..<0x7f).contains($0.value) || $0 == "\n" }
    return String(
      String(String.UnicodeScalarView(words)).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ").prefix(80))
  }
}
