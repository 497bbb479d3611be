import AssayAccelerators
import Foundation
public import AssayTensors

/// The back ends whose bits are compared with the reference's or with known ones: every path of
/// this machine; or the device that `ASSAY_TEST_DEVICE` names, or `software`; or the remote
/// kernels where there are any.
///
/// - Parameter threads: the numbers of threads; the remote kernels, which are slow, take some.
public func testedBackends(threads: [Int] = [1, 2, 3, 8]) throws -> [any Backend] {
  if testedName == "software" { return [try CPUBackend(path: .software)] }
  if let device = try testedDevice.get() { return [device] }
  if RemoteBackend.command != nil {
    return [1, 3].filter(threads.contains).map { RemoteBackend(threads: $0) }
  }
  let paths = CPUBackend.availablePaths.filter { $0 != .reference && $0 != .software }
  return try paths.flatMap { path in
    try threads.map { try CPUBackend(path: path, threads: $0) }
  }
}

private let testedName = ProcessInfo.processInfo.environment["ASSAY_TEST_DEVICE"]

/// The device that the environment names; nil where it names none.
private let testedDevice = Result<DeviceBackend?, any Error> {
  guard let name = testedName else { return nil }
  guard let selector = DeviceSelector(name) else { throw NoSuchDevice(name: name) }
  return try DeviceBackend(selector)
}

private struct NoSuchDevice: Error { var name: String }
