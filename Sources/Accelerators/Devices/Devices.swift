internal import AssayTensors

/// The devices of this machine.
public enum Devices {
  /// What is there, and for each driver that finds nothing, why.
  public struct List: Sendable {
    public let devices: [DeviceDescription]
    public let missing: [(driver: DeviceSelector.Driver, reason: String)]
  }

  /// Asks every driver.
  public static func list() -> List {
    var devices: [DeviceDescription] = []
    var missing: [(driver: DeviceSelector.Driver, reason: String)] = []
    for driver in DeviceSelector.Driver.allCases {
      do throws(DriverMissing) {
        let found = try candidates(driver).map(\.description)
        devices += found
        if found.isEmpty { throw DriverMissing("the driver is there, but finds no device") }
      } catch {
        missing.append((driver, error.reason))
      }
    }
    return List(devices: devices, missing: missing)
  }

  /// A device that could be opened.
  private struct Candidate {
    var description: DeviceDescription
    var open: () throws(BackendError) -> any Device
  }

  private static func candidates(
    _ driver: DeviceSelector.Driver
  ) throws(DriverMissing) -> [Candidate] {
    switch driver {
    case .cuda:
      let driver = try CUDADriver.load()
      return CUDADevice.list(driver).map { description in
        Candidate(description: description) { () throws(BackendError) in
          try CUDADevice(driver, description)
        }
      }
    case .opencl:
      let driver = try OpenCLDriver.load()
      return OpenCLDevice.list(driver).map { handle, description in
        Candidate(description: description) { () throws(BackendError) in
          try OpenCLDevice(driver, handle, description)
        }
      }
    }
  }

  /// Opens a device and makes the kernels ready for it.
  static func open(_ selector: DeviceSelector) throws(BackendError) -> any Device {
    let candidates: [Candidate]
    do throws(DriverMissing) {
      candidates = try self.candidates(selector.driver)
    } catch {
      throw .device(name: "\(selector)", reason: error.reason)
    }
    guard candidates.indices.contains(selector.index) else {
      throw .device(
        name: "\(selector)",
        reason: candidates.isEmpty
          ? "the driver is there, but finds no device"
          : "there is no such device; the last one is "
            + "\(DeviceSelector(selector.driver, candidates.count - 1))")
    }
    let chosen = candidates[selector.index]
    if let obstacle = chosen.description.obstacle {
      throw .device(name: chosen.description.label, reason: obstacle)
    }
    return try chosen.open()
  }
}
