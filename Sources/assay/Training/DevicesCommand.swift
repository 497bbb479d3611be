internal import AssayAccelerators
internal import AssaySpecification
internal import AssayTensors
internal import AssayWire
internal import Foundation

extension DeviceSelector: ArgumentValue {
  static let expectation = "a device such as cuda:0 or opencl:0"

  init?(argument: String) { self.init(argument) }

  var argumentText: String { description }
}

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
      answers, as every command does before it uses a device; then every operator is compared with
      the processor's, and integer arithmetic says which is wrong where they differ.

      A device that computes an operator wrongly, here or in an audit, goes into quarantine: a file
      in $XDG_STATE_HOME/assay (~/.local/state/assay) names it and its driver, and no command uses
      it until --clear takes it out, or its driver is another one.
      """,
    examples: [
      CommandExample("assay devices", "Lists the devices, and says what is missing for others."),
      CommandExample("assay devices --check --json", "Tests each device; for scripts."),
      CommandExample("assay devices --clear opencl:0", "Takes a device out of quarantine."),
    ])

  @Flag(help: "Compile the kernels and test arithmetic and operators of each device.")
  var check: Bool
  @Option("device", help: "Take this device out of quarantine.") var clear: DeviceSelector?

  func run(_ console: Console) throws -> ExitCode {
    let list = Devices.list()
    var quarantine = try DeviceQuarantine()
    if let clear { try self.clear(clear, list.devices, &quarantine, console) }
    let processor = try CPUBackend().name
    var objects: [JSONValue] = []
    try console.print(Self.column("cpu") + processor)
    for device in list.devices {
      let problem = try device.obstacle ?? (check ? Self.problem(of: device, &quarantine) : nil)
      let isolated = quarantine.reason(for: device)
      try console.print(
        Self.column("\(device.selector)")
          + "\(device.name)\(device.hardware == .processor ? " (CPU)" : ""), \(device.driver), "
          + "\(device.computeUnits) units, \(device.memoryByteCount >> 20) MiB")
      if let problem { try console.print("           cannot be used: \(problem)") }
      if let isolated, isolated != problem {
        try console.print("           in quarantine: \(isolated)")
      }
      if check, problem == nil {
        try console.print("           its arithmetic and its operators are right")
      }
      objects.append(Self.json(device, problem, isolated))
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

  private func clear(
    _ selector: DeviceSelector, _ devices: [DeviceDescription],
    _ quarantine: inout DeviceQuarantine, _ console: Console
  ) throws {
    guard let device = devices.first(where: { $0.selector == selector }) else {
      throw OperationError("there is no device \(selector); `assay devices` lists what there is.")
    }
    let was = try quarantine.clear(device)
    console.note("assay: \(selector) \(was ? "is no longer" : "was not") in quarantine.")
  }

  /// Why the device fails its test; nil where it passes. One that computes an operator wrongly goes
  /// into quarantine.
  private static func problem(
    of device: DeviceDescription, _ quarantine: inout DeviceQuarantine
  ) throws -> String? {
    let divergence: Divergence
    do throws(BackendError) {
      let backend = try DeviceBackend(device.selector)
      guard let found = try OperatorTest.run(on: backend) else { return nil }
      guard found.wrong.contains(backend.name) else { return "\(found)" }
      divergence = found
    } catch {
      return "\(error)"
    }
    try quarantine.add(device, reason: "\(divergence)")
    return "\(divergence)"
  }

  private static func json(
    _ device: DeviceDescription, _ problem: String?, _ isolated: String?
  ) -> JSONValue {
    .object([
      "device": .string("\(device.selector)"), "name": .string(device.name),
      "driver": .string(device.driver), "hardware": .string(device.hardware.rawValue),
      "memory": .integer(device.memoryByteCount),
      "largestAllocation": .integer(device.largestAllocation),
      "computeUnits": .integer(device.computeUnits),
      "problem": problem.map { .string($0) } ?? .null,
      "quarantine": isolated.map { .string($0) } ?? .null,
    ])
  }
}
