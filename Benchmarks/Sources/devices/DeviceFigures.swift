internal import AssayWire

/// What was found on one device: checks, figures, and what was not measured, with the reason.
struct DeviceFigures {
  /// One line of the table.
  struct Row {
    var name: String
    /// What it is, for whoever adds peers' figures of the same work.
    var kind: String
    var size: Int
    var unit: String
    /// Nil where it was not measured.
    var value: Double?
    /// The goal, or why there is no figure.
    var note = ""
  }

  var device: String
  var driver: String
  var hardware: String
  var machine: String
  /// What was compared bit by bit, and whether it was the same; nil where it was left out.
  var checks: [(name: String, isRight: Bool?, note: String)] = []
  var rows: [Row] = []

  var isRight: Bool { !checks.contains { $0.isRight == false } }

  var json: String {
    let value = JSONValue.object([
      "device": .string(device), "driver": .string(driver), "hardware": .string(hardware),
      "machine": .string(machine),
      "checks": .array(
        checks.map {
          .object([
            "name": .string($0.name), "isRight": $0.isRight.map { .bool($0) } ?? .null,
            "note": .string($0.note),
          ])
        }),
      "rows": .array(
        rows.map { row in
          .object([
            "name": .string(row.name), "kind": .string(row.kind), "size": .integer(row.size),
            "unit": .string(row.unit), "value": row.value.map { .double($0) } ?? .null,
            "note": .string(row.note),
          ])
        }),
    ])
    return String(decoding: value.serialized(pretty: true), as: UTF8.self)
  }

  /// A table for people.
  var text: String {
    var lines = ["device   \(device)", "machine  \(machine)", ""]
    lines += checks.map { name, isRight, note in
      (isRight.map { $0 ? "✓ " : "✗ " } ?? "– ") + name + (note.isEmpty ? "" : ": \(note)")
    }
    lines.append("")
    lines += rows.map { row in
      let figure = row.value.map { "\(Self.rounded($0)) \(row.unit)" } ?? "not measured"
      return row.name.padded(to: 44) + figure.padded(to: 20) + row.note
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Three significant places, without the locale.
  static func rounded(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return "\(value)" }
    var scale = 1.0
    // BOUND: a finite number above 0 is within 400 decimal places of 100.
    while value * scale < 100, scale < 1e9 { scale *= 10 }
    let number = (value * scale).rounded() / scale
    return scale == 1 ? "\(Int(number))" : "\(number)"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
