internal import AssayAccelerators
internal import AssayAuditing
internal import AssayEvidence
internal import AssayFiles
internal import AssayTensors
internal import AssayWire
internal import Foundation

/// The devices that were found to compute wrongly, in a file of the user's: none of them is used
/// until it is taken out by hand, or has another driver.
struct DeviceQuarantine {
  /// A device by the words of its driver, of which there may be several in one machine.
  struct Entry: Hashable {
    var name: String
    var driver: String
    var reason: String

    func isAbout(_ device: DeviceDescription) -> Bool {
      device.name == name && device.driver == driver
    }
  }

  private(set) var entries: [Entry]
  private let path: String

  private static let byteLimit = 1 << 20
  private static let entryLimit = 256

  /// Reads `assay/quarantine.json` below `$XDG_STATE_HOME`, which is `~/.local/state` by default.
  init() throws {
    let environment = ProcessInfo.processInfo.environment
    let state =
      environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (environment["HOME"] ?? "/tmp") + "/.local/state"
    path = state + "/assay/quarantine.json"
    entries = []
    guard FileAccess.exists(path) else { return }
    let bytes = try FileAccess.read(path, limit: Self.byteLimit)
    do throws(WireError) {
      var fields = try JSONFields(JSONValue.parse(bytes, maximumByteCount: Self.byteLimit))
      _ = try fields.integer("version", in: 1...1)
      for var object in try fields.objects("devices") {
        entries.append(
          Entry(
            name: try object.string("name"), driver: try object.string("driver"),
            reason: try object.string("reason")))
        try object.finish()
      }
      try fields.finish()
    } catch {
      throw OperationError(
        "'\(path)', which lists devices that compute wrongly, cannot be read: \(error). Remove it "
          + "if none does, then run `assay devices --check`.")
    }
  }

  /// Why a device is not to be used; nil where it may be.
  func reason(for device: DeviceDescription) -> String? {
    entries.first { $0.isAbout(device) }?.reason
  }

  /// Refuses a device that computes wrongly.
  func check(_ device: DeviceDescription) throws {
    guard let reason = reason(for: device) else { return }
    throw OperationError(
      "\(device.selector) is in quarantine: \(reason). With another driver it may be used at once; "
        + "else run `assay devices --clear \(device.selector)`, then `assay devices --check`.")
  }

  mutating func add(_ device: DeviceDescription, reason: String) throws {
    entries.removeAll { $0.isAbout(device) }
    entries.append(Entry(name: device.name, driver: device.driver, reason: reason))
    entries = Array(entries.suffix(Self.entryLimit))
    try write()
  }

  /// Takes a device out; false where it was not in.
  mutating func clear(_ device: DeviceDescription) throws -> Bool {
    let count = entries.count
    entries.removeAll { $0.isAbout(device) }
    guard entries.count < count else { return false }
    try write()
    return true
  }

  private func write() throws {
    let folder = URL(filePath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let json = JSONValue.object([
      "version": .integer(1),
      "devices": .array(
        entries.map { entry in
          .object([
            "name": .string(entry.name), "driver": .string(entry.driver),
            "reason": .string(entry.reason),
          ])
        }),
    ])
    try FileAccess.write(json.serialized(pretty: true), to: path)
  }
}

extension DeviceQuarantine {
  /// Puts the device of an audit that the verifier's own back ends disagreed in into quarantine,
  /// unless it was the other one that was wrong.
  static func note(
    _ report: AuditReport, on backend: DeviceBackend?, _ console: Console
  ) throws {
    guard let backend, report.outcome == .inconclusive(.deviceDisagreement) else { return }
    if let divergence = report.divergence, !divergence.wrong.contains(backend.name) { return }
    let device = backend.description
    var quarantine = try DeviceQuarantine()
    try quarantine.add(
      device, reason: report.divergence.map { "\($0)" } ?? report.sentence)
    console.note(
      "assay: \(device.selector) is in quarantine from now on; `assay devices` says why.")
  }
}
