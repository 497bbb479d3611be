internal import AssayAccelerators
internal import AssaySpecification
internal import AssayTensors
internal import AssayWire
internal import Foundation

/// `assay devices`: what steps can run on.
struct DevicesCommand: Command {
  static let description = CommandDescription(
    name: "devices",
    abstract: "List the devices that steps can run on.",
    discussion: """
      A device is named by its driver and its place there: cuda:0, opencl:0. Every command that
      executes steps takes it after --device, and gives the same bits on each of them. A processor
      that OpenCL offers as a device is marked as one: it has no speed to offer.

      With --check, the kernels are compiled for each device and its arithmetic is tested on known
      answers, as every command does before it uses a device.
      """,
    examples: [
      CommandExample("assay devices", "Lists the devices, and says what is missing for others."),
      CommandExample("assay devices --check --json", "Tests the arithmetic of each; for scripts."),
    ])

  @Flag(help: "Compile the kernels and test the arithmetic of each device.") var check: Bool

  func run(_ console: Console) throws -> ExitCode {
    let list = Devices.list()
    let processor = try CPUBackend().name
    var objects: [JSONValue] = []
    try console.print(Self.column("cpu") + processor)
    for device in list.devices {
      let problem = device.obstacle ?? (check ? Self.problem(of: device.selector) : nil)
      try console.print(
        Self.column("\(device.selector)")
          + "\(device.name)\(device.hardware == .processor ? " (CPU)" : ""), \(device.driver), "
          + "\(device.computeUnits) units, \(device.memoryByteCount >> 20) MiB")
      if let problem { try console.print("           cannot be used: \(problem)") }
      if check, problem == nil { try console.print("           its arithmetic is right") }
      objects.append(Self.json(device, problem))
    }
    for (driver, reason) in list.missing {
      try console.print(Self.column(driver.rawValue) + "none: \(reason)")
    }
    try console.json(
      .object([
        "cpu": .string(processor), "devices": .array(objects),
        "missing": .array(
          list.missing.map {
            .object(["driver": .string($0.driver.rawValue), "reason": .string($0.reason)])
          }),
      ]))
    return .success
  }

  private static func column(_ text: String) -> String {
    text.padding(toLength: 11, withPad: " ", startingAt: 0)
  }

  /// Why the device fails its test; nil where it passes.
  private static func problem(of selector: DeviceSelector) -> String? {
    do throws(BackendError) {
      _ = try DeviceBackend(selector)
      return nil
    } catch {
      return "\(error)"
    }
  }

  private static func json(_ device: DeviceDescription, _ problem: String?) -> JSONValue {
    .object([
      "device": .string("\(device.selector)"), "name": .string(device.name),
      "driver": .string(device.driver), "hardware": .string(device.hardware.rawValue),
      "memory": .integer(device.memoryByteCount),
      "largestAllocation": .integer(device.largestAllocation),
      "computeUnits": .integer(device.computeUnits),
      "problem": problem.map { .string($0) } ?? .null,
    ])
  }
}
